"""A feed written as Atom (RFC 4287, tombstones of RFC 6721), RSS 2.0 or JSON Feed 1.1.

The XML is Django's feedgenerator's; what is added here is what it does not know: content beside the summary,
tombstones, the hub, pictures with their size.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, rfc3339_date

from cms.feeds.feeds import Entry, Feed

GENERATOR = "Fact-check publisher"
# What XML 1.0 cannot carry, not even escaped. An editor may paste such letters from a PDF.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """``text`` without the control characters that XML forbids."""
    return _NOT_XML.sub("", text)


def write(feed: Feed, form: str) -> tuple[str, str]:
    """The document and its content type. ``form`` is atom, rss or json."""
    if form == "json":
        return _json(feed), "application/feed+json; charset=utf-8"
    writer = (_Atom if form == "atom" else _Rss)(
        title=clean(feed.title),
        link=feed.home,
        description=clean(feed.description),
        subtitle=clean(feed.description),
        language=feed.source.language,
        author_name=clean(settings.WAGTAIL_SITE_NAME),
        author_link=settings.BASE_URL + "/",
        feed_url=feed.source.url(form),
        feed_guid=feed.source.url("atom"),
        updated=feed.updated,
    )
    for entry in feed.entries:
        writer.add_item(
            title=clean(entry.title),
            link=entry.url,
            description=clean(entry.summary),
            author_name=clean(entry.author),
            pubdate=entry.published,
            updateddate=entry.updated,
            unique_id=entry.id,
            unique_id_is_permalink=False,
            entry=entry,
        )
    return writer.writeString("utf-8"), writer.content_type


class _Atom(Atom1Feed):
    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:at": "http://purl.org/atompub/tombstones/1.0"}

    def latest_post_date(self) -> datetime:
        return self.feed["updated"]

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", GENERATOR)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("link", "", {"rel": "hub", "href": settings.WEBSUB_HUB})

    def write_items(self, handler: Any) -> None:
        for item in self.items:
            if item["entry"].reason:
                self._write_tombstone(handler, item["entry"])
            else:
                handler.startElement("entry", self.item_attributes(item))
                self.add_item_elements(handler, item)
                handler.endElement("entry")

    def _write_tombstone(self, handler: Any, entry: Entry) -> None:
        handler.startElement("at:deleted-entry", {"ref": entry.id, "when": rfc3339_date(entry.updated)})
        handler.startElement("at:by", {})
        handler.addQuickElement("name", clean(entry.author))
        handler.endElement("at:by")
        handler.addQuickElement("at:comment", clean(entry.reason))
        handler.addQuickElement("link", "", {"rel": "alternate", "type": "text/html", "href": entry.url})
        handler.endElement("at:deleted-entry")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        entry: Entry = item["entry"]
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", clean(entry.html), {"type": "html"})
        labelled = {"term": clean(entry.label), "scheme": self.feed["id"] + "#verdict"}
        handler.addQuickElement("category", "", labelled)
        for subject in entry.subjects:
            handler.addQuickElement("category", "", {"term": clean(subject)})
        if entry.image:
            picture = {"rel": "enclosure", "type": "image/png", "href": entry.image.url}
            handler.addQuickElement("link", "", {**picture, "title": clean(entry.image.alt)})


class _Rss(Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        }

    def latest_post_date(self) -> datetime:
        return self.feed["updated"]

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", GENERATOR)
        if settings.WEBSUB_HUB:
            handler.addQuickElement("atom:link", None, {"rel": "hub", "href": settings.WEBSUB_HUB})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        entry: Entry = item["entry"]
        super().add_item_elements(handler, item)
        handler.addQuickElement("atom:updated", rfc3339_date(entry.updated))
        handler.addQuickElement("content:encoded", clean(entry.html))
        for subject in (entry.label, *entry.subjects):
            handler.addQuickElement("category", clean(subject))
        if entry.image and not entry.reason:
            size = {"width": str(entry.image.width), "height": str(entry.image.height)}
            picture = {"url": entry.image.url, "type": "image/png", "medium": "image", **size}
            handler.startElement("media:content", picture)
            handler.addQuickElement("media:description", clean(entry.image.alt), {"type": "plain"})
            handler.endElement("media:content")


def _json(feed: Feed) -> str:
    made: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.home,
        "feed_url": feed.source.url("json"),
        "language": feed.source.language,
        "authors": [{"name": settings.WAGTAIL_SITE_NAME, "url": settings.BASE_URL + "/"}],
    }
    if settings.WEBSUB_HUB:
        made["hubs"] = [{"type": "WebSub", "url": settings.WEBSUB_HUB}]
    made["items"] = [_json_item(entry, feed.source.language) for entry in feed.entries]
    return json.dumps(made, ensure_ascii=False)


def _json_item(entry: Entry, language: str) -> dict[str, Any]:
    made = {
        "id": entry.id,
        "url": entry.url,
        "title": clean(entry.title),
        "summary": clean(entry.summary),
        "content_html": clean(entry.html),
        "date_published": rfc3339_date(entry.published),
        "date_modified": rfc3339_date(entry.updated),
        "authors": [{"name": entry.author}],
        "tags": [entry.label, *entry.subjects],
        "language": language,
    }
    if entry.image and not entry.reason:
        made["image"] = entry.image.url
    return made
