"""Says that mails may be owed. Where there is no broker the worker's sweep finds them within half a minute."""

from __future__ import annotations

import logging

from django.conf import settings

logger = logging.getLogger("campaigns.alerts")


def mails() -> None:
    """Called after a commit. A broker that is away costs half a minute, never the deed that was committed."""
    if not settings.CELERY_BROKER_URL:
        return
    from campaigns.tasks import send_alert_mails

    try:
        send_alert_mails.delay()
    except Exception as error:
        logger.warning("the broker could not be told that mails are owed: %s", type(error).__name__)
