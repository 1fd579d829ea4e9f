"""Celery's entrances to what the site does on a schedule."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_due() -> None:
    """Publishes and expires what is scheduled."""
    call_command("publish_due", verbosity=0)
