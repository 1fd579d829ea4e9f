"""An alert in the Common Alerting Protocol, version 1.2 (OASIS, ITU-T X.1303): what warning apps and broadcasters read.

Pure writing: ``document`` asks the database only for what was not fetched with the alert. Elements stand in the order
that the standard's schema asks for.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.xmlutils import SimplerXMLGenerator

from campaigns.alerts.models import Alert
from cms.feeds.feed_formats import clean
from cms.incidents import Place

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
_HERE_ONLY = {"127.0.0.1", "localhost", "::1"}


def path(alert: Alert) -> str:
    return reverse("alert_cap", kwargs={"key": alert.key})


def is_test() -> bool:
    """Whether this site only tries things out: no receiver may take what it says for a real warning."""
    return settings.IS_DEMO or urlsplit(settings.BASE_URL).hostname in _HERE_ONLY


def when(moment: datetime) -> str:
    """As the protocol writes a time: with seconds and an offset, never "Z"; UTC is ``-00:00``."""
    local = timezone.localtime(moment, timezone.get_default_timezone()).replace(microsecond=0).isoformat()
    return local[:-6] + "-00:00" if local.endswith("+00:00") else local


def sender() -> str:
    """Who says so, the same for all alerts of this site."""
    return urlsplit(settings.BASE_URL).netloc


def earlier(alert: Alert) -> list[Alert]:
    """What the alert replaces, and what that replaced, the first one first."""
    chain: list[Alert] = []
    before = alert.replaces
    while before is not None:
        chain.insert(0, before)
        before = before.replaces
    return chain


def reference(alert: Alert) -> str:
    assert alert.approved_at is not None
    return f"{sender()},{alert.key.urn},{when(alert.approved_at)}"


def whole_province() -> Place | None:
    """Where an alert holds that names no place. Asked once for many documents."""
    return Place.objects.filter(kind=Place.Kind.PROVINCE).first()


def document(alert: Alert, everywhere: Place | None = None) -> bytes:
    """The message of an approved alert, in its own language. ``everywhere``: the province, for one without places."""
    assert alert.approved_at is not None
    out = io.BytesIO()
    xml = SimplerXMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("alert", AttributesImpl({"xmlns": NAMESPACE}))
    _all(
        xml,
        [
            ("identifier", alert.key.urn),
            ("sender", sender()),
            ("sent", when(alert.approved_at)),
            ("status", "Test" if is_test() else "Actual"),
            ("msgType", alert.message),
            ("scope", "Public"),
            ("note", alert.description if alert.is_cancel else ""),
            ("references", " ".join(reference(each) for each in earlier(alert))),
        ],
    )
    xml.startElement("info", AttributesImpl({}))
    with translation.override(alert.language):
        _all(xml, _info(alert))
        for name in _areas(alert, everywhere):
            xml.startElement("area", AttributesImpl({}))
            _all(xml, [("areaDesc", name)])
            xml.endElement("area")
    xml.endElement("info")
    xml.endElement("alert")
    xml.endDocument()
    return out.getvalue()


def _all(xml: SimplerXMLGenerator, elements: Iterable[tuple[str, str]]) -> None:
    for name, text in elements:
        if text:
            xml.addQuickElement(name, clean(text))


def _info(alert: Alert) -> list[tuple[str, str]]:
    office = alert.campaign.office if alert.campaign else None
    return [
        ("language", _LANGUAGES.get(alert.language, alert.language)),
        ("category", "Security"),
        ("event", gettext("Online scam warning")),
        ("responseType", "AllClear" if alert.is_cancel else "Avoid"),
        ("urgency", "Past" if alert.is_cancel else "Expected"),
        ("severity", alert.severity),
        ("certainty", "Unknown" if alert.is_cancel else "Observed"),
        ("effective", when(alert.starts_at)),
        ("expires", when(alert.expires_at)),
        ("senderName", office.name if office else settings.WAGTAIL_SITE_NAME),
        ("headline", headline(alert)),
        ("description", alert.description),
        ("instruction", alert.instruction),
        ("web", settings.BASE_URL + page_path(alert)),
    ]


def headline(alert: Alert) -> str:
    """The headline as it stands alone, in the active language: that it was taken back is part of it."""
    return gettext("Taken back: %(headline)s") % {"headline": alert.headline} if alert.is_cancel else alert.headline


def page_path(alert: Alert) -> str:
    """The alert's page; of one that takes another back, the other's. In the alert's language where the site has it."""
    shown = alert.replaces if alert.is_cancel and alert.replaces else alert
    with translation.override(alert.language):
        return reverse("alert", kwargs={"key": shown.key})


def _areas(alert: Alert, everywhere: Place | None) -> list[str]:
    named = [str(place) for place in alert.places.all()]
    return named or [str(everywhere) if everywhere else gettext("the whole province")]
