"""What pages about logging in ask."""

from __future__ import annotations

from typing import Any

from django import template

from cms.accounts import roles

register = template.Library()


@register.simple_tag(takes_context=True)
def must_have_second_factor(context: Any) -> bool:
    """Whether the account of whoever reads needs one."""
    return roles.must_have_second_factor(context["request"].user)
