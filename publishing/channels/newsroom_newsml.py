"""The item as IPTC NewsML-G2, conformance level power. Pure functions.

Source: iptc/newsml-g2, release 2.35: schema and examples. As in ninjs the ``guid`` is for life, and a correction or a
withdrawal is a higher ``version`` under it. Every qcode is from a scheme of the catalogue that is declared; what has no
code of the IPTC's, such as our own topics, is said by name and a URI.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from publishing.channels.newsroom_item import editors_note, item_headline, item_uri, one_line
from publishing.story import Action, Audio, Story
from publishing.text import clean_html

NEWSML_TYPE = "application/vnd.iptc.g2.newsitem+xml"
NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
XHTML = "http://www.w3.org/1999/xhtml"
CATALOGUE = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
STANDARD_VERSION = "2.35"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_VOID = frozenset({"br", "hr", "img"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def newsml(
    story: Story,
    action: Action,
    marker: str,
    text: str,
    uri_base: str = "",
    provider: str = "",
    until: datetime | None = None,
    audio_name: str = "",
) -> str:
    """A newsItem. ``text`` is the script; ``until`` the embargo; ``audio_name`` the file of the recording that comes with it.
    A withdrawn item has no content but its title."""
    is_withdrawn = action == Action.RETRACT
    item = ET.Element(
        "newsItem",
        {
            "xmlns": NAMESPACE,
            "standard": "NewsML-G2",
            "standardversion": STANDARD_VERSION,
            "conformance": "power",
            "guid": item_uri(story, uri_base),
            "version": str(story.revision),
            _LANG: story.language,
        },
    )
    _add(item, "catalogRef", href=CATALOGUE)
    _item_meta(item, story, action, provider, until)
    _content_meta(item, story, action, marker)
    if not is_withdrawn:
        contents = _add(item, "contentSet")
        # Renditions of the same: to print, to read aloud, and read aloud.
        printed = _add(contents, "inlineXML", contenttype="application/xhtml+xml")
        printed.append(_page(story))
        _add(contents, "inlineData", _xml_text(text), contenttype="text/plain", wordcount=str(len(text.split())))
        if story.audio:
            _spoken(contents, story.audio, audio_name)
    ET.indent(item[1])
    ET.indent(item[2])
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(item, encoding="unicode") + "\n"


def _item_meta(item: ET.Element, story: Story, action: Action, provider: str, until: datetime | None) -> None:
    # The schema wants this order.
    meta = _add(item, "itemMeta")
    _add(meta, "itemClass", qcode="ninat:text")
    site = urlsplit(story.url)
    _named(meta, "provider", one_line(provider or story.office), uri=f"{site.scheme}://{site.netloc}/")
    _add(meta, "versionCreated", _moment(story.modified_at))
    _add(meta, "firstCreated", _moment(story.published_at))
    if until:
        _add(meta, "embargoed", _moment(until))
    _add(meta, "pubStatus", qcode="stat:canceled" if action == Action.RETRACT else "stat:usable")
    _add(meta, "title", one_line(story.title))
    if note := editors_note(story, action, until):
        _add(meta, "edNote", note)
    if action == Action.CORRECT:
        _add(meta, "signal", qcode="sig:correction" if story.told_as(action) == "correct" else "sig:update")


def _content_meta(item: ET.Element, story: Story, action: Action, marker: str) -> None:
    meta = _add(item, "contentMeta")
    is_withdrawn = action == Action.RETRACT
    _add(meta, "urgency", "2" if story.is_urgent or is_withdrawn else "5")
    _add(meta, "contentCreated", _moment(story.published_at))
    _add(meta, "contentModified", _moment(story.modified_at))
    if story.place and not is_withdrawn:
        _named(meta, "located", one_line(story.place), literal="place")
    _named(meta, "creator", one_line(story.office), literal="office")
    _add(meta, "altId", marker)
    _add(meta, "language", tag=story.language)
    if not is_withdrawn:
        for number, topic in enumerate(story.topics, 1):
            _named(meta, "subject", one_line(topic), literal=f"topic-{number}")
    _add(meta, "slugline", story.slug)
    _add(meta, "headline", item_headline(story, action))
    _add(meta, "by", one_line(story.office))
    if not is_withdrawn:
        for value in (story.verdict, story.claim, story.short_answer):
            if value:
                _add(meta, "description", one_line(value))


def _spoken(contents: ET.Element, audio: Audio, file_name: str) -> None:
    """The recording: the file beside the item, if it comes with it, and its public address."""
    about = {"contenttype": audio.content_type, "size": str(audio.size)}
    about |= {"language": audio.language} if audio.language else {}
    about |= {"duration": str(audio.seconds)} if audio.seconds else {}
    made = _add(contents, "remoteContent", href=file_name or _iri(audio.url), **about)
    if file_name:
        _add(made, "altLoc", _iri(audio.url))


def _page(story: Story) -> ET.Element:
    """The answer as XHTML: title, verdict, claim, answer, text, sources and its public address."""
    page = ET.Element("html", {"xmlns": XHTML, _LANG: story.language})
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "title").text = _xml_text(one_line(story.title))
    body = ET.SubElement(page, "body")
    ET.SubElement(body, "h1").text = _xml_text(one_line(story.title))
    for words in (story.verdict, story.claim, story.short_answer):
        if words:
            ET.SubElement(body, "p").text = _xml_text(one_line(words))
    _Markup(body).feed(clean_html(_xml_text(story.body_html)))
    if links := [source for source in story.sources if source.url]:
        listed = ET.SubElement(body, "ul")
        for source in links:
            ET.SubElement(ET.SubElement(listed, "li"), "a", href=_iri(source.url)).text = _xml_text(source.title)
    ET.SubElement(ET.SubElement(body, "p"), "a", href=_iri(story.url)).text = _xml_text(story.url)
    return page


class _Markup(HTMLParser):
    """Cleaned HTML, which is balanced, as elements below ``parent``."""

    def __init__(self, parent: ET.Element) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [parent]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = ET.SubElement(self.open[-1], tag, {name: _xml_text(value or "") for name, value in attrs})
        if tag not in _VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        parent, data = self.open[-1], _xml_text(data)
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, name, attributes)
    if text:
        made.text = _xml_text(text)
    return made


def _named(parent: ET.Element, property_name: str, label: str, **attributes: str) -> None:
    _add(_add(parent, property_name, **attributes), "name", label)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _iri(address: str) -> str:
    return quote(address, safe=":/?#[]@!$&'()*+,;=%~")


def _xml_text(text: str) -> str:
    """Composed letters, without what XML cannot carry."""
    return _NOT_XML.sub("", unicodedata.normalize("NFC", text))
