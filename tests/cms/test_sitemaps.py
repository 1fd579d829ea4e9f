"""Search engines find every public page in every language, and nothing else, without a query for each."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree
from wagtail.models import Locale, Page, PageViewRestriction, Site

from cms.claims import Verdict
from cms.models import HomePage, InfoPage, Place, Rebuttal, Topic
from cms.public import sitemaps
from tests.make import make_incident, make_rebuttal, make_verified_fact, publish, team

pytestmark = pytest.mark.django_db
SM, NEWS = "{http://www.sitemaps.org/schemas/sitemap/0.9}", "{http://www.google.com/schemas/sitemap-news/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
_W3C_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z))?")


@pytest.fixture(autouse=True)
def _site_addresses():
    Site.clear_site_root_paths_cache()
    yield
    Site.clear_site_root_paths_cache()


@pytest.fixture
def people():
    return team()


def english_of(page) -> Page:
    """The page in English, live; made if it is not there."""
    locale, _ = Locale.objects.get_or_create(language_code="en")
    there = page.get_translations().filter(locale=locale).first()
    if there is None:
        if not page.get_parent().get_translations().filter(locale=locale).exists():
            english_of(page.get_parent().specific)
        there = page.copy_for_translation(locale)
        Page.objects.filter(pk=there.pk).update(live=True)
    Site.clear_site_root_paths_cache()
    return Page.objects.get(pk=there.pk)


def published(people, **kw):
    return publish(make_rebuttal(owner=people[0], **kw), *people)


def read(client, url="/sitemap.xml") -> etree._Element:
    """A sitemap that keeps to the rules of sitemaps.org: elements, order, times, absolute addresses of one host."""
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/xml")
    assert len(answer.content) < 50 * 1024 * 1024
    root = etree.fromstring(answer.content)
    name = {"urlset": "url", "sitemapindex": "sitemap"}[etree.QName(root).localname]
    assert root.tag.startswith(SM) and len(root) <= 50_000
    for each in root:
        assert each.tag == SM + name
        own = [child.tag.removeprefix(SM) for child in each if child.tag.startswith(SM)]
        assert own in (["loc"], ["loc", "lastmod"])
        assert re.fullmatch(r"http://127\.0\.0\.1:8000/[^\s]{0,2000}", each.findtext(SM + "loc"))
        if changed := each.findtext(SM + "lastmod"):
            assert _W3C_TIME.fullmatch(changed)
    locs = [each.findtext(SM + "loc") for each in root]
    assert len(set(locs)) == len(locs), "an address twice"
    return root


def locs(client, url="/sitemap.xml") -> list[str]:
    return [each.findtext(SM + "loc") for each in read(client, url)]


def test_every_public_page_and_list_is_there_and_each_address_answers(client, people, settings):
    place = Place.objects.create(name="Xã Bản Hồ", slug="xa-ban-ho")
    Topic.objects.create(name="Trống", slug="trong")
    incident = make_incident()
    page = published(people, place=place, incidents=[incident])
    fact = publish(make_verified_fact(people[0]), *people)
    draft = make_rebuttal(owner=people[0])
    found = locs(client)
    for url in (page.full_url, fact.full_url, f"{settings.BASE_URL}/", f"{settings.BASE_URL}/kiem-chung/"):
        assert url in found
    ends = [url.removeprefix(settings.BASE_URL) for url in found]
    assert any(re.search(rf"/{incident.pk}/$", url) for url in ends), ends
    assert any(url.endswith("/y-te/") for url in ends) and any(url.endswith("/xa-ban-ho/") for url in ends)
    assert not any(url.endswith("/trong/") for url in ends), "a topic without answers"
    assert draft.full_url not in found
    for url in ends:
        assert client.get(url).status_code == 200, url


def test_what_is_behind_a_password_is_not_told(client, people):
    page = published(people)
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="geheim")
    assert page.full_url not in locs(client)


def test_a_page_says_when_it_was_last_changed(client, people):
    with time_machine.travel(datetime(2026, 3, 1, 2, tzinfo=UTC), tick=False):
        page = published(people)
    [entry] = [each for each in read(client) if each.findtext(SM + "loc") == page.full_url]
    assert entry.findtext(SM + "lastmod") == "2026-03-01T09:00:00+07:00"


def test_translations_name_each_other(client, people):
    page = published(people)
    there = english_of(page)
    other = published(people)
    entries = {each.findtext(SM + "loc"): each for each in read(client)}
    expected = {"vi": page.full_url, "en": there.full_url, "x-default": page.full_url}
    for url in (page.full_url, there.full_url):
        links = {link.get("hreflang"): link.get("href") for link in entries[url].findall(XHTML + "link")}
        assert links == expected
    assert entries[other.full_url].find(XHTML + "link") is None, "no translation, no alternates"
    assert "/en/" in there.full_url


@pytest.mark.usefixtures("each_statement_counts")
def test_the_number_of_queries_does_not_grow_with_the_pages(client, people, settings):
    published(people)
    client.get("/sitemap.xml")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get("/sitemap.xml")
        return len(asked)

    few = queries()
    add_pages(1000)
    queries()  # after a change what pages share is read anew, once
    assert queries() == few <= 18
    assert len(locs(client)) > 1000


def add_pages(count: int) -> None:
    """So many live pages below the home page, without what a page costs in life."""
    home = HomePage.objects.order_by("pk").first()
    kind = ContentType.objects.get_for_model(InfoPage)
    Page.objects.bulk_create(
        Page(
            title=f"Trang {number}",
            slug=f"trang-{number}",
            path=f"{home.path}Z{number:03d}",
            depth=home.depth + 1,
            url_path=f"{home.url_path}trang-{number}/",
            content_type=kind,
            locale=home.locale,
            live=True,
            last_published_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for number in range(count)
    )


def test_more_than_one_file_has_an_index_and_nothing_is_lost_between_them(client, people, monkeypatch):
    whole = locs(client)
    add_pages(25)
    everything = locs(client)
    assert len(everything) == len(whole) + 25
    monkeypatch.setattr(sitemaps, "LIMIT", 10)
    index = read(client)
    assert index.tag == SM + "sitemapindex"
    parts = [each.findtext(SM + "loc").removeprefix("http://127.0.0.1:8000") for each in index]
    assert len(parts) == -(-len(everything) // 10)
    assert [url for part in parts for url in locs(client, part)] == everything
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_news_are_of_the_last_two_days_and_stand(client, people, settings):
    now = datetime(2026, 3, 10, 2, tzinfo=UTC)
    with time_machine.travel(now - timedelta(days=2, minutes=1), tick=False):
        published(people, title="Cũ")
    with time_machine.travel(now - timedelta(days=1), tick=False):
        gone = published(people, title="Đã rút")
        page = published(people, title="Nước <máy> & an toàn \x0b", verdict=Verdict.VERIFYING)
    with time_machine.travel(now, tick=False):
        draft = Rebuttal.objects.get(pk=gone.pk)
        draft.change_kind, draft.change_note = "retraction", "Sai."
        draft.save_revision(user=people[0])
        publish(draft, *people)
        answer = client.get("/sitemap-news.xml")
        assert "max-age=300" in answer["Cache-Control"]
        [entry] = etree.fromstring(answer.content)
    assert entry.findtext(SM + "loc") == page.full_url
    [piece] = entry.findall(NEWS + "news")
    assert [child.tag.removeprefix(NEWS) for child in piece] == ["publication", "publication_date", "title"]
    publication = piece.find(NEWS + "publication")
    assert publication.findtext(NEWS + "name") == settings.WAGTAIL_SITE_NAME
    assert publication.findtext(NEWS + "language") == "vi"
    assert piece.findtext(NEWS + "publication_date") == "2026-03-09T09:00:00+07:00"
    assert piece.findtext(NEWS + "title").strip() == "Nước <máy> & an toàn"


def test_robots_may_read_everything_but_the_admin_the_search_and_the_forms(client, people, settings):
    page = published(people)
    said = client.get("/robots.txt")
    assert said["Content-Type"].startswith("text/plain")
    robots = RobotFileParser()
    robots.parse(said.content.decode().splitlines())
    for url in ("/", page.url, "/sitemap.xml", "/feeds/vi/answers.atom", f"/the/{page.pk}/", "/static/site/site.css"):
        assert robots.can_fetch("Googlebot", settings.BASE_URL + url), url
    closed = ["/admin/", "/admin/pages/", "/en/search/", "/en/check/", "/en/submit/", reverse("search") + "?q=nuoc"]
    for url in closed:
        assert not robots.can_fetch("Googlebot", settings.BASE_URL + url), url
    assert robots.site_maps() == [f"{settings.BASE_URL}/sitemap.xml", f"{settings.BASE_URL}/sitemap-news.xml"]
    for url in robots.site_maps():
        assert client.get(url.removeprefix(settings.BASE_URL)).status_code == 200
