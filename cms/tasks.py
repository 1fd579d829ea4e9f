"""Celery's entrances to what the site does on a schedule."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_due() -> None:
    """Publishes and expires what is scheduled."""
    call_command("publish_due", verbosity=0)


@shared_task
def make_cards(page_id: int) -> None:
    """Draws the share cards of an answer that was just published."""
    from cms.cards.cards import make
    from cms.pages.answer import Answer

    if page := Answer.objects.live().filter(pk=page_id).specific().first():
        make(page)
