"""The warnings as Atom and RSS, newest message first, each with a link to its file in the Common Alerting Protocol."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.translation import gettext

from campaigns.alerts import cap
from campaigns.alerts.models import Alert
from cms.feeds.feed_formats import GENERATOR, clean
from cms.feeds.feeds import NEVER

MOST = 50


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        return self.feed["updated"]

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", GENERATOR)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("link", "", {"rel": "alternate", "type": cap.MEDIA_TYPE, "href": item["cap"]})


class _Rss(Rss201rev2Feed):
    def latest_post_date(self) -> datetime:
        return self.feed["updated"]

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", GENERATOR)


def _messages(language: str) -> list[Alert]:
    """The newest messages with everything that is said of them; as many queries for fifty as for one."""
    out = Alert.objects.out().filter(language=language).select_related("campaign__office").prefetch_related("places")
    newest = sorted(out.order_by("-approved_at", "-pk")[:MOST], key=lambda one: one.public_at, reverse=True)
    # Fifty messages are enough for a feed; what they replace may be older.
    known = {one.pk: one for one in newest}
    missing = {one.replaces_id for one in newest if one.replaces_id} - set(known)
    while missing:
        known |= {one.pk: one for one in Alert.objects.filter(pk__in=missing)}
        missing = {one.replaces_id for one in known.values() if one.replaces_id} - set(known)
    for one in known.values():
        one.replaces = known[one.replaces_id] if one.replaces_id else None
    return newest


def write(language: str, form: str) -> tuple[bytes, datetime, str]:
    """(document, when it changed last, content type). ``form`` is atom or rss."""
    messages = _messages(language)
    everywhere = cap.whole_province()
    changed = max((one.public_at for one in messages), default=NEVER)

    def url(form: str) -> str:
        return settings.BASE_URL + reverse("alerts_feed", kwargs={"language": language, "form": form})

    with translation.override(language):
        about = gettext("Urgent warnings about scams: new ones, changed ones, and those that were taken back.")
        feed = (_Atom if form == "atom" else _Rss)(
            title=clean(f"{settings.WAGTAIL_SITE_NAME} – {gettext('Warnings')}"),
            link=settings.BASE_URL + reverse("alerts"),
            description=about,
            subtitle=about,
            language=language,
            author_name=clean(settings.WAGTAIL_SITE_NAME),
            feed_url=url(form),
            feed_guid=url("atom"),
            updated=changed,
        )
        for one in messages:
            office = one.campaign.office if one.campaign else None
            address, size = settings.BASE_URL + cap.path(one), len(cap.document(one, everywhere))
            feed.add_item(
                title=clean(cap.headline(one)),
                link=settings.BASE_URL + cap.page_path(one),
                description=clean("\n\n".join(filter(None, [one.description, one.instruction]))),
                author_name=clean(office.name if office else settings.WAGTAIL_SITE_NAME),
                pubdate=one.public_at,
                updateddate=one.public_at,
                unique_id=one.key.urn,
                unique_id_is_permalink=False,
                categories=[str(one.get_message_display()), str(one.get_severity_display())],
                # RSS has no other place for it; Atom has its own kind of link.
                enclosures=[Enclosure(address, str(size), cap.MEDIA_TYPE)] if form == "rss" else [],
                cap=address,
            )
    return feed.writeString("utf-8").encode(), changed, feed.content_type
