"""The mails as they are read: plain words with an HTML form beside them, and the headers that end it with one click."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from campaigns.alerts.cap import headline, page_path
from campaigns.alerts.models import Alert, Subscriber
from cms.about import about_site
from cms.translation import languages


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def message_id(alert: Alert, subscriber: Subscriber) -> str:
    """The same for every try, so that a mailbox that compares knows a second copy."""
    return f"<{alert.key}.{subscriber.pk}@{_host()}>"


def _url(name: str, token: str) -> str:
    return settings.BASE_URL + reverse(name, kwargs={"token": token})


def _letter(subscriber: Subscriber, subject: str, template: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    stop = _url("alerts_stop", subscriber.token)
    about = about_site()
    shown = {
        "office": about.office.name if about and about.office else settings.WAGTAIL_SITE_NAME,
        "site_name": settings.WAGTAIL_SITE_NAME,
        "base_url": settings.BASE_URL,
        "is_demo": settings.IS_DEMO,
        "stop_url": stop,
        "lang": languages.of_interface(),
        **context,
    }
    letter = EmailMultiAlternatives(
        " ".join(subject.split()),  # a line break would end the subject
        render_to_string(f"emails/{template}.txt", shown),
        to=[subscriber.address],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(render_to_string(f"emails/{template}.html", shown), "text/html")
    return letter


def confirmation(subscriber: Subscriber) -> EmailMultiAlternatives:
    """The mail with the link that confirms."""
    with translation.override(subscriber.language):
        subject = gettext("Please confirm: warnings by e-mail")
        return _letter(
            subscriber,
            subject,
            "confirm",
            {"confirm_url": _url("alerts_confirm", subscriber.token), "subject": subject},
        )


def warning(alert: Alert, subscriber: Subscriber) -> EmailMultiAlternatives:
    """A warning, a changed one, or that one was taken back. The alert in its words, everything else in the reader's."""
    with translation.override(subscriber.language), timezone.override(timezone.get_default_timezone()):
        kinds = {Alert.Message.ALERT: gettext("Warning"), Alert.Message.UPDATE: gettext("Changed warning")}
        label = kinds.get(Alert.Message(alert.message), "")
        subject = f"{label}: {headline(alert)}" if label else headline(alert)
        context = {
            "alert": alert,
            "subject": subject,
            "label": label,
            "headline": headline(alert),
            "alert_lang": alert.language,
            "places": [str(place) for place in alert.places.all()],
            "page_url": settings.BASE_URL + page_path(alert),
        }
        letter = _letter(subscriber, subject, "warning", context)
    letter.extra_headers["Message-ID"] = message_id(alert, subscriber)
    return letter
