"""Wagtail's command of this name stops at the first page that raises; whoever calls it gets ours."""

from cms.management.commands.publish_due import Command

__all__ = ["Command"]
