"""Feeds: every reader understands them, entries keep their identity, and nothing of what was withdrawn is left."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator
from lxml import etree
from wagtail.models import Locale, PageViewRestriction, Site

from cms.claims import Verdict
from cms.feeds.feeds import NEVER, Source, newest_changes
from cms.models import Place, Rebuttal, Topic
from publishing.models import StoryVersion
from tests.make import make_rebuttal, make_verified_fact, publish, team

pytestmark = pytest.mark.django_db
ATOM, AT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"


@pytest.fixture(autouse=True)
def _site_addresses():
    """Wagtail remembers where sites are; each test begins and leaves without that."""
    Site.clear_site_root_paths_cache()
    yield
    Site.clear_site_root_paths_cache()


@pytest.fixture
def people():
    return team()


def published(people, **kw):
    return publish(make_rebuttal(owner=people[0], **kw), *people)


def change(page, people, **values):
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=people[0])
    return publish(Rebuttal.objects.get(pk=page.pk), *people)


def fetch(client, form, name="vi/answers", **headers):
    return client.get(f"/feeds/{name}.{form}", headers=headers)


def atom(client, name="vi/answers") -> etree._Element:
    root = etree.fromstring(fetch(client, "atom", name).content)
    obeys_rfc4287(root)
    return root


# What the specifications ask ------------------------------------------------------------------------------------

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ABSOLUTE = re.compile(r"https?://[^\s]+")
# RFC 4287, 4.1.1 and 4.1.2: how often each child may be there.
_FEED = {
    "title": (1, 1), "id": (1, 1), "updated": (1, 1), "author": (1, 9), "link": (1, 9), "subtitle": (0, 1),
    "generator": (0, 1), "rights": (0, 1), "category": (0, 9), "entry": (0, 999),
}  # fmt: skip
_ENTRY = {
    "title": (1, 1), "id": (1, 1), "updated": (1, 1), "published": (0, 1), "author": (1, 9), "link": (1, 9),
    "summary": (0, 1), "content": (0, 1), "category": (0, 9), "rights": (0, 1),
}  # fmt: skip


def obeys_rfc4287(feed: etree._Element) -> None:
    """The rules of RFC 4287 (and of RFC 6721 for what was deleted) that apply to what is written here."""
    assert feed.tag == ATOM + "feed" and feed.get("{http://www.w3.org/XML/1998/namespace}lang")
    _children(feed, _FEED)
    kinds = [link.get("rel") for link in feed.findall(ATOM + "link")]
    assert kinds.count("self") == 1 and kinds.count("alternate") == 1
    for entry in feed.findall(ATOM + "entry"):
        _children(entry, _ENTRY)
        # 4.1.2: one alternate link of a type and language at most, and one is needed without content.
        assert [link.get("rel") for link in entry.findall(ATOM + "link")].count("alternate") == 1
        for text in ("summary", "content", "title"):
            assert entry.find(ATOM + text).get("type", "text") in {"text", "html"}
    ids = [each.text for each in feed.iter(ATOM + "id")]
    refs = [gone.get("ref") for gone in feed.findall(AT + "deleted-entry")]
    assert len(set(ids + refs)) == len(ids + refs) and all(re.match(r"(urn:uuid:|https?://)\S+$", i) for i in ids)
    for name in ("updated", "published"):
        assert all(_RFC3339.fullmatch(each.text) for each in feed.iter(ATOM + name))
    for link in feed.iter(ATOM + "link"):
        assert _ABSOLUTE.fullmatch(link.get("href")), link.get("href")
    for author in feed.iter(ATOM + "author"):
        assert author.findtext(ATOM + "name")
    for category in feed.iter(ATOM + "category"):
        assert category.get("term")
    for gone in feed.findall(AT + "deleted-entry"):
        assert gone.get("ref") and _RFC3339.fullmatch(gone.get("when"))
        assert gone.find(AT + "by").findtext(ATOM + "name") and gone.findtext(AT + "comment")


def _children(parent: etree._Element, allowed: dict[str, tuple[int, int]]) -> None:
    names = [child.tag.removeprefix(ATOM) for child in parent if child.tag.startswith(ATOM)]
    assert set(names) <= set(allowed), names
    for name, (least, most) in allowed.items():
        assert least <= names.count(name) <= most, (parent.tag, name, names.count(name))


_URL = {"type": "string", "pattern": "^https?://"}
_TIME = {"type": "string", "pattern": _RFC3339.pattern}
_AUTHORS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "url": _URL, "avatar": _URL},
        "additionalProperties": False,
        "minProperties": 1,
    },
}
# From jsonfeed.org/version/1.1.
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        **{name: {"type": "string"} for name in ("title", "description", "language")},
        **dict.fromkeys(("home_page_url", "feed_url", "icon", "favicon"), _URL),
        "authors": _AUTHORS,
        "hubs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "url"],
                "properties": {"type": {"type": "string"}, "url": _URL},
            },
        },
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    **{name: {"type": "string"} for name in ("title", "summary", "content_html", "language")},
                    **dict.fromkeys(("url", "external_url", "image", "banner_image"), _URL),
                    "date_published": _TIME,
                    "date_modified": _TIME,
                    "authors": _AUTHORS,
                    "tags": {"type": "array", "items": {"type": "string", "minLength": 1}},
                },
            },
        },
    },
}


def obeys_json_feed(document: dict) -> None:
    Draft202012Validator(JSON_FEED).validate(document)
    ids = [item["id"] for item in document["items"]]
    assert len(set(ids)) == len(ids)


# What readers get -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_reader_finds_everything(client, people, settings, form):
    page = published(people, title="Nước máy an toàn", verdict=Verdict.FALSE)
    answer = fetch(client, form)
    assert answer["Content-Type"].startswith(f"application/{form}+xml")
    read = feedparser.parse(answer.content)
    assert not read.bozo, read.get("bozo_exception")
    assert read.feed.language == "vi" and read.feed.title and read.feed.generator
    assert [link.href for link in read.feed.links if link.rel == "self"] == [
        f"{settings.BASE_URL}/feeds/vi/answers.{form}"
    ]
    [entry] = read.entries
    assert entry.title == "[Tin sai sự thật] Nước máy an toàn"
    assert entry.link == page.full_url
    assert entry.id.startswith("urn:uuid:")
    assert {tag.term for tag in entry.tags} >= {"Tin sai sự thật", "Y tế"}
    assert "Nước máy trong tỉnh đạt chuẩn" in entry.summary
    html = entry.content[0].value
    assert "Nước máy toàn tỉnh nhiễm độc" in html and "48 mẫu đều đạt chuẩn" in html
    assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == page.first_published_at.replace(microsecond=0)
    assert "Trung tâm Thông tin tỉnh Ánh Dương" in entry.author


def test_json_feed_obeys_its_specification(client, people):
    page = published(people)
    answer = fetch(client, "json")
    assert answer["Content-Type"].startswith("application/feed+json")
    document = answer.json()
    obeys_json_feed(document)
    [item] = document["items"]
    assert item["url"] == page.full_url and item["title"].startswith("[Tin sai sự thật] ")
    assert item["image"].endswith(".png") and item["language"] == "vi"


def test_the_picture_of_an_entry_is_there(client, people, settings):
    published(people)
    [picture] = [link for link in atom(client).iter(ATOM + "link") if link.get("rel") == "enclosure"]
    assert client.get(picture.get("href").removeprefix(settings.BASE_URL), follow=True).status_code == 200
    read = feedparser.parse(fetch(client, "rss").content)
    assert read.entries[0].media_content[0]["url"] == picture.get("href")


def test_a_verified_fact_and_a_holding_notice_carry_their_label(client, people):
    publish(make_verified_fact(people[0], title="Đất vẫn vậy"), *people)
    published(people, verdict=Verdict.VERIFYING, evidence=[], title="Đang hỏi")
    titles = [entry.findtext(ATOM + "title") for entry in atom(client).findall(ATOM + "entry")]
    assert titles == ["[Đang xác minh] Đang hỏi", "[Tin đã kiểm chứng] Đất vẫn vậy"]


def test_the_id_stays_and_a_correction_brings_the_entry_back_to_the_top(client, people):
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
        page = published(people, title="Bài cũ")
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False):
        published(people, title="Bài mới")
    before = [entry.findtext(ATOM + "id") for entry in atom(client).findall(ATOM + "entry")]
    with time_machine.travel(datetime(2026, 3, 3, tzinfo=UTC), tick=False):
        change(
            page,
            people,
            slug="dia-chi-khac",
            verdict=Verdict.MISLEADING,
            change_kind="correction",
            change_note="Số liệu cũ sai.",
        )
    entries = atom(client).findall(ATOM + "entry")
    assert [entry.findtext(ATOM + "id") for entry in entries] == list(reversed(before))
    assert entries[0].findtext(ATOM + "title") == "[Gây hiểu lầm / Thiếu bối cảnh] Bài cũ"
    assert entries[0].findtext(ATOM + "published").startswith("2026-03-01")
    assert entries[0].findtext(ATOM + "updated").startswith("2026-03-03")
    assert "Số liệu cũ sai." in entries[0].findtext(ATOM + "content")
    [correction] = atom(client, "vi/corrections").findall(ATOM + "entry")
    assert correction.findtext(ATOM + "title") == "[Đính chính] Bài cũ"
    assert correction.findtext(ATOM + "id") not in before


def test_of_a_retracted_answer_only_the_reason_is_left(client, people):
    page = published(people, title="Cầu vẫn thông xe", claim="Cầu Suối Mơ sập", short_answer="Cầu không sao.")
    kept = atom(client).find(ATOM + "entry").findtext(ATOM + "id")
    change(page, people, change_kind="retraction", change_note="Nguồn của chúng tôi đã sai.")
    root = atom(client)
    assert root.find(ATOM + "entry") is None
    [gone] = root.findall(AT + "deleted-entry")
    assert gone.get("ref") == kept and gone.findtext(AT + "comment") == "Nguồn của chúng tôi đã sai."
    [entry] = feedparser.parse(fetch(client, "rss").content).entries
    assert entry.title == "[Đã rút] Cầu vẫn thông xe" and entry.id == kept
    assert "Nguồn của chúng tôi đã sai." in entry.content[0].value
    obeys_json_feed(fetch(client, "json").json())
    for form in ("atom", "rss", "json"):
        for name in ("vi/answers", "vi/topic/y-te", "vi/corrections"):
            said = fetch(client, form, name).content.decode()
            assert "Nguồn của chúng tôi đã sai." in said
            for withdrawn in ("Cầu Suối Mơ sập", "Cầu không sao", "48 mẫu", "Tin sai sự thật"):
                assert withdrawn not in said, (form, name, withdrawn)


def test_the_verdict_of_a_notice_is_not_repeated_once_it_is_retracted(client, people):
    page = published(people, verdict=Verdict.VERIFYING, title="Chuyện cái cầu")
    page = change(page, people, verdict=Verdict.FALSE, short_answer="Cầu không sao cả.")
    assert "Cầu không sao cả." in fetch(client, "atom", "vi/corrections").content.decode()
    change(page, people, change_kind="retraction", change_note="Sai nguồn.")
    said = fetch(client, "atom", "vi/corrections").content.decode()
    assert "Cầu không sao cả." not in said and "Sai nguồn." in said


def test_topics_and_places_have_feeds_of_their_own(client, people):
    place = Place.objects.create(name="Xã Bản Hồ", slug="xa-ban-ho")
    other = Topic.objects.create(name="Đất đai", slug="dat-dai", names={"en": "Land"})
    published(people, title="Một", place=place)
    published(people, title="Hai", topic=other)

    def titles(name):
        return [entry.findtext(ATOM + "title").split("] ")[1] for entry in atom(client, name).findall(ATOM + "entry")]

    assert titles("vi/topic/dat-dai") == ["Hai"]
    assert titles("vi/place/xa-ban-ho") == ["Một"]
    assert titles("vi/answers") == ["Hai", "Một"]
    assert atom(client, "vi/topic/dat-dai").findtext(ATOM + "title").endswith("Đất đai")
    assert fetch(client, "atom", "vi/topic/khong-co").status_code == 404
    assert fetch(client, "atom", "fr/answers").status_code == 404
    assert fetch(client, "xml", "vi/answers").status_code == 404


def test_a_language_without_answers_has_a_valid_empty_feed(client):
    Locale.objects.get_or_create(language_code="en")
    for name in ("en/answers", "en/corrections"):
        root = atom(client, name)
        assert root.find(ATOM + "entry") is None
        assert root.findtext(ATOM + "updated") == NEVER.isoformat()
        obeys_json_feed(fetch(client, "json", name).json())
    assert fetch(client, "atom", "en/answers")["ETag"] == fetch(client, "atom", "en/answers")["ETag"]


NASTY = "Số ]]> “0\x001\x08”\ufffe <b>đậm</b> & 👩🏽‍⚕️ " + unicodedata.normalize("NFD", "Nghiễm nhiên") + " \ud83d"


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_whatever_an_editor_pasted_the_document_is_valid(client, people, form):
    page = published(people)
    version = StoryVersion.objects.get(revision=page.live_revision_id)
    for name in ("title", "short_answer", "claim", "verdict", "office", "place"):
        version.payload[name] = NASTY.replace("\ud83d", "").replace("\x00", "\x01")  # a database refuses these two
    version.payload["body_html"] = "<p>]]>\x0b&amp; tiếp</p>"
    version.save()
    answer = fetch(client, form)
    if form == "json":
        obeys_json_feed(answer.json())
        assert "👩🏽‍⚕️" in answer.json()["items"][0]["title"]
        return
    root = etree.fromstring(answer.content)
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert "👩🏽‍⚕️" in read.entries[0].title and "]]>" in "".join(root.itertext())
    if form == "atom":
        obeys_rfc4287(root)


def test_control_characters_are_taken_out_before_they_reach_the_xml():
    from cms.feeds.feed_formats import clean

    assert clean("a\x00b\x1f\ufffe\ud83d\tc\n👍") == "ab\tc\n👍"


def test_what_is_behind_a_password_is_in_no_feed(client, people):
    page = change(published(people), people, change_kind="update", change_note="Thêm một kết quả.")
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="bi-mat")
    for name in ("vi/answers", "vi/topic/y-te", "vi/corrections"):
        assert page.title not in fetch(client, "atom", name).content.decode(), name
    assert newest_changes() == {}


# Politeness -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_who_has_the_newest_is_told_so_without_a_body(client, people, form):
    page = published(people)
    first = fetch(client, form)
    assert "max-age=300" in first["Cache-Control"] and "public" in first["Cache-Control"]
    assert "Set-Cookie" not in first and first["Access-Control-Allow-Origin"] == "*"
    for header in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        again = fetch(client, form, **header)
        assert again.status_code == 304 and not again.content and again["ETag"]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        change(page, people, change_kind="update", change_note="Thêm một kết quả.")
    assert fetch(client, form, **{"if-none-match": first["ETag"]}).status_code == 200
    assert fetch(client, form, **{"if-modified-since": first["Last-Modified"]}).status_code == 200


@pytest.mark.parametrize("name", ["vi/answers", "vi/topic/y-te", "vi/place/xa-suoi-mo", "vi/corrections"])
def test_a_feed_takes_few_queries_however_many_answers(client, people, name):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert fetch(client, "atom", name).status_code == 200
        return len(asked)

    pages = [published(people) for _ in range(2)]
    change(pages[0], people, change_kind="update", change_note="Một.")
    few = queries()
    for number in range(3):
        change(published(people), people, change_kind="update", change_note=f"Số {number}.")
    assert queries() == few <= 8


def test_at_most_fifty_entries(client, people, monkeypatch):
    monkeypatch.setattr("cms.feeds.feeds.MOST", 2)
    for _ in range(3):
        published(people)
    assert len(atom(client).findall(ATOM + "entry")) == 2


def test_an_answer_whose_story_a_crash_left_unwritten_is_in_the_feed_all_the_same(client, people):
    page = published(people)
    StoryVersion.objects.all().delete()
    assert atom(client).find(ATOM + "entry").findtext(ATOM + "title").endswith(page.title)


def test_a_hub_is_named_only_where_there_is_one(client, people, settings):
    published(people)
    for form in ("atom", "rss", "json"):
        answer = fetch(client, form)
        assert "hub" not in answer["Link"] and f'answers.{form}>; rel="self"' in answer["Link"]
        assert "hub" not in answer.content.decode().replace("github", "")
    settings.WEBSUB_HUB = "https://hub.example/"
    for form in ("atom", "rss"):
        answer = fetch(client, form)
        assert '<https://hub.example/>; rel="hub"' in answer["Link"]
        assert [link.href for link in feedparser.parse(answer.content).feed.links if link.rel == "hub"] == [
            "https://hub.example/"
        ]
    assert fetch(client, "json").json()["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    obeys_json_feed(fetch(client, "json").json())
    assert json.dumps(fetch(client, "json").json())


def test_pages_say_where_the_feeds_are(client):
    html = client.get("/").content.decode()
    for form in ("atom", "rss"):
        assert f'<link rel="alternate" type="application/{form}+xml"' in html
        assert client.get(re.search(rf'href="(/feeds/[^"]+\.{form})"', html)[1]).status_code == 200
    assert client.get("/feeds/", follow=True).status_code == 200


def test_every_feed_with_entries_is_known_with_its_newest_change(people):
    place = Place.objects.create(name="Xã Bản Hồ", slug="xa-ban-ho")
    page = published(people, place=place)
    page = change(page, people, change_kind="update", change_note="Mới.")
    assert newest_changes() == {
        Source("answers", "vi"): page.last_published_at,
        Source("topic", "vi", "y-te"): page.last_published_at,
        Source("place", "vi", "xa-ban-ho"): page.last_published_at,
        Source("corrections", "vi"): page.corrections.get().made_at,
    }
