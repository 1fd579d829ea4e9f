"""Celery's entrances to what campaigns owe. Each only says "look"; what is owed stands in the tables."""

from celery import shared_task


@shared_task
def send_alert_mails() -> None:
    """Sends mails of alerts for one turn, and again while more are due."""
    from campaigns.alerts import mails, wake

    if mails.turn():
        wake.mails()
