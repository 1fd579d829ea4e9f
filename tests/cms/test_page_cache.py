"""Pages from memory: who gets what, what makes them anew, and what readers see while the database is away."""

from __future__ import annotations

import gzip
import io
import re
import threading
import time
from datetime import timedelta
from wsgiref.util import setup_testing_defaults

import pytest
import time_machine
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from cms import people
from cms.incidents import Place
from cms.models import HomePage, Rebuttal
from cms.page_cache import changes, pages
from cms.page_cache.copies import MOST_OF_ONE
from publishing.models import Delivery
from tests.make import approved_alert, make_campaign, make_rebuttal, make_user, publish, team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_statement_counts")]
LIST = "/kiem-chung/"


class Site:
    """The site as its server calls it, asking the database before each answer."""

    def __init__(self, monkeypatch) -> None:
        monkeypatch.setattr(pages, "ASKED_EVERY", 0.0)
        django = get_wsgi_application()
        self.made = self.queries = 0

        def makes(environ, start_response):
            self.made += 1
            return django(environ, start_response)

        self.layer = pages.PublicPages(makes)

    def get(self, path: str, method: str = "GET", **environ: str) -> Site:
        path, _mark, query = path.partition("?")
        asked = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": method,
            "HTTP_HOST": "127.0.0.1",
            **environ,
        }
        asked["wsgi.errors"] = io.StringIO()
        setup_testing_defaults(asked)
        said: list = []
        self.made = 0
        with CaptureQueriesContext(connection) as queries:
            answer = self.layer(asked, lambda status, headers, *_: said.extend([status, headers]))
            self.body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        self.queries = len(queries)
        self.status, self.headers = int(said[0][:3]), {name.lower(): value for name, value in said[1]}
        return self

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def is_from_memory(self) -> bool:
        return not self.made and self.queries == 1  # the one question whether anything changed


@pytest.fixture
def site(monkeypatch):
    # The test is inside a transaction, which the end of a request would close.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    return Site(monkeypatch)


def live(**kw) -> Rebuttal:
    page = make_rebuttal(**kw)
    Rebuttal.objects.filter(pk=page.pk).update(live=True, first_published_at=timezone.now())
    return Rebuttal.objects.get(pk=page.pk)


def path_of(page: Page) -> str:
    return str(page.get_url())


# Who gets it ---------------------------------------------------------------------------------------------------


def test_the_second_reader_gets_the_page_of_the_first(site):
    path = path_of(live(title="Điện lực không gọi"))
    first = site.get(path).body
    assert "Điện lực không gọi" in site.text and not site.is_from_memory
    assert site.get(path).body == first and site.is_from_memory


def test_cookies_and_marks_of_mailings_make_no_other_page(site):
    path = path_of(live())
    first = site.get(path + "?utm_source=thu&fbclid=x", HTTP_COOKIE="a=b; sessionid=khong-co").body
    assert b"utm_source" not in first and b"fbclid" not in first
    assert site.get(path, HTTP_COOKIE="c=d").body == first and site.is_from_memory


def test_staff_read_what_everybody_reads(site):
    path, client = path_of(live()), Client()
    client.force_login(make_user(people.ADMINISTRATOR, is_superuser=True))
    cookie = "; ".join(f"{each.key}={each.value}" for each in client.cookies.values())
    of_staff = site.get(path, HTTP_COOKIE=cookie).body
    assert site.get(path).body == of_staff and site.is_from_memory
    assert "vary" in site.headers and "ookie" not in site.headers["vary"]


def test_it_goes_out_compressed_to_those_who_can_and_not_at_all_to_those_who_have_it(site):
    path = path_of(live())
    plain = site.get(path).body
    assert gzip.decompress(site.get(path, HTTP_ACCEPT_ENCODING="gzip, br").body) == plain
    assert site.headers["content-encoding"] == "gzip" and site.is_from_memory
    assert site.get(path, HTTP_IF_NONE_MATCH=site.headers["etag"]).status == 304 and site.body == b""
    assert site.get(path, method="HEAD").headers["content-length"] == str(len(plain)) and site.body == b""


def test_each_part_of_a_list_is_a_page_of_its_own(site):
    for _number in range(21):
        live()
    first, second = site.get(LIST).body, site.get(LIST + "?trang=2").body
    assert first != second
    assert site.get(LIST + "?trang=2&utm_medium=thu").body == second and site.is_from_memory


def test_other_languages_and_hosts_are_other_pages(site):
    assert 'lang="en"' in site.get("/en/").text and 'lang="vi"' in site.get("/").text
    assert 'lang="en"' in site.get("/en/").text and site.is_from_memory
    assert site.get("/", HTTP_HOST="localhost").status == 200 and not site.is_from_memory
    assert site.get("/", HTTP_HOST="stranger.example").status == 400


# What is never kept --------------------------------------------------------------------------------------------


def test_no_form_with_a_token_is_kept(site):
    live(), approved_alert()
    names = "search check submit track complain alerts alerts_by_mail".split()
    for path in [reverse(name) for name in names]:
        site.get(path)
        site.get(path)
        assert site.status == 200 and not site.is_from_memory, path
    for of_one in site.layer.copies._of.values():
        assert not any(b'name="token"' in copy.body or b"csrf" in copy.body for copy in of_one.values())


def test_a_page_for_which_one_must_log_in_is_kept_for_nobody(site):
    page = live(title="Chỉ cho người có mật khẩu")
    site.get(path_of(page))
    assert "Chỉ cho người có mật khẩu" in site.text
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="mat-khau")
    for _time in range(2):
        assert "Chỉ cho người có mật khẩu" not in site.get(path_of(page)).text and not site.is_from_memory


def test_what_is_not_found_is_not_remembered(site):
    page = make_rebuttal()
    assert site.get(path_of(page)).status == 404
    Rebuttal.objects.filter(pk=page.pk).update(live=True)
    assert site.get(path_of(page)).status == 200 and site.get(path_of(page)).is_from_memory


def test_the_desk_and_what_is_sent_go_past_the_memory(site):
    assert site.get("/admin/").status == 302
    assert site.get("/", method="POST", CONTENT_LENGTH="0").status in (403, 405)
    assert not site.layer.copies._of


# What makes it anew --------------------------------------------------------------------------------------------


def test_a_correction_and_a_retraction_reach_the_next_reader(site):
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor, short_answer="Câu trả lời thứ nhất."), editor, checker, approver)
    assert "Câu trả lời thứ nhất." in site.get(path_of(page)).text and "Câu trả lời thứ nhất." in site.get(LIST).text
    for kind, words in (("correction", "Câu trả lời thứ hai."), ("retraction", "Câu trả lời thứ hai.")):
        page.short_answer, page.change_kind, page.change_note = words, kind, f"Ghi chú {kind}"
        page.save_revision(user=editor)
        page = publish(page, editor, checker, approver)
        text = site.get(path_of(page)).text
        assert "Câu trả lời thứ nhất." not in text and f"Ghi chú {kind}" in text
        assert ("Câu trả lời thứ hai." in text) is (kind == "correction")
        assert "Câu trả lời thứ nhất." not in site.get(LIST).text


@pytest.mark.parametrize("way", ["update", "bulk", "sql", "delete"])
def test_a_change_counts_however_it_was_made(way):
    place = Place.objects.create(name="Xã Một", slug="xa-mot")
    before = changes.version()
    if way == "update":
        Place.objects.filter(pk=place.pk).update(name="Xã Hai")
    elif way == "bulk":
        Place.objects.bulk_create([Place(name="Xã Ba", slug="xa-ba")])
    elif way == "sql":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cms_place SET name = 'Xã Hai' WHERE id = %s", [place.pk])
    else:
        place.delete()
    assert changes.version() != before


def test_what_is_undone_did_not_happen_and_a_draft_is_no_change(site):
    page = live(title="Nhan đề cũ")
    before = changes.version()
    with transaction.atomic():
        Page.objects.filter(pk=page.pk).update(title="Nhan đề mới")
        transaction.set_rollback(True)
    assert changes.version() == before
    page.title = "Nhan đề trong bản nháp"
    editor = make_user(people.EDITOR)
    page.save_revision(user=editor)
    assert changes.version() == before
    Delivery.objects.update(state="held")
    assert changes.version() == before


def test_every_table_that_a_public_page_reads_is_watched(site):
    """What pages read and nobody watches is listed here, each with why that is right."""
    harmless = {
        "cms_picturerendition": "made of a picture, which is watched",
        "django_content_type": "changes with the code only",
        "cms_publicchange": "the number itself",
        "wagtailcore_comment": "read with a page's children, for the digest of its content, which leaves it out",
    }
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    page.change_kind, page.change_note = "correction", "Con số đã được sửa."
    page.save_revision(user=editor)
    page = publish(page, editor, checker, approver)
    campaign = publish(make_campaign(owner=editor), editor, checker, approver)
    alert = approved_alert(campaign=campaign)
    incident = page.answered.first().incident
    paths = [path_of(page), path_of(campaign), *(path_of(each) for each in HomePage.objects.all())]
    paths += [path_of(each) for each in Page.objects.live().filter(depth=3)]
    paths += [reverse(name) for name in "topics places scam_warnings indicators quiz api_docs".split()]
    paths += [
        reverse("topic", args=[page.topic.slug]),
        reverse("place", args=[incident.place.slug]),
        reverse("incident", args=[incident.pk]),
        reverse("scam_form", args=[campaign.scam_form.slug]),
        reverse("campaign_quiz", args=[campaign.pk]),
        reverse("alert", args=[alert.key]),
    ]
    read = set()
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            assert site.get(path).status == 200, path
        assert site.get(path).is_from_memory, path
        read |= {name for each in queries for name in re.findall(r'(?:FROM|JOIN) "?([a-z_]+)"?', each["sql"])}
    unwatched = read - {model._meta.db_table for model in changes.watched()} - set(harmless)
    assert unwatched == set() and "cms_answer" in read and "campaigns_alert" in read


def test_a_warning_goes_when_its_time_is_over_though_nobody_changed_anything(site):
    start = timezone.now()
    with time_machine.travel(start) as clock:
        approved_alert(headline="Đang có cuộc gọi giả danh", expires_at=start + timedelta(seconds=20))
        approved_alert(headline="Cảnh báo bắt đầu sau", starts_at=start + timedelta(seconds=10))
        assert "Đang có cuộc gọi giả danh" in site.get("/").text and "bắt đầu sau" not in site.text
        clock.shift(timedelta(seconds=11))
        assert "bắt đầu sau" in site.get("/").text and "Đang có cuộc gọi giả danh" in site.text
        clock.shift(timedelta(seconds=10))
        assert "Đang có cuộc gọi giả danh" not in site.get("/").text and "bắt đầu sau" in site.text


def test_the_clock_of_a_page_ends_with_the_day(site):
    with time_machine.travel("2026-11-30 16:59:50Z") as clock:  # ten seconds before midnight in Vietnam
        site.get("/")
        assert site.get("/").is_from_memory
        clock.shift(timedelta(seconds=11))
        assert not site.get("/").is_from_memory


def test_where_nobody_watches_nothing_is_kept(site):
    site.get("/")
    changes.remove()
    try:
        for _time in range(2):
            assert site.get("/").status == 200 and site.made
    finally:
        changes.install()


# Bounds --------------------------------------------------------------------------------------------------------


def test_invented_addresses_do_not_fill_the_memory(site):
    live()
    for number in range(MOST_OF_ONE + 5):
        assert site.get(f"{LIST}?trang={number}").status == 200
    assert len(site.layer.copies._of) == 1 and len(next(iter(site.layer.copies._of.values()))) <= MOST_OF_ONE
    assert site.get(LIST + "?ket-luan=" + "x" * 30).status == 200 and not site.is_from_memory
    site.layer.copies.most = 3 * site.layer.copies.size // (MOST_OF_ONE * 2)
    site.get("/"), site.get("/en/")
    assert 0 < site.layer.copies.size <= site.layer.copies.most
    assert site.layer.copies.size == sum(
        each.size for of_one in site.layer.copies._of.values() for each in of_one.values()
    )


# The database is away ------------------------------------------------------------------------------------------


@pytest.fixture
def away(monkeypatch):
    """A switch: while it is on, the database does not answer."""
    switch = {"on": False}
    really = changes.version

    def version() -> str:
        if switch["on"]:
            raise OperationalError("the database is away")
        return really()

    monkeypatch.setattr(changes, "version", version)
    monkeypatch.setattr("cms.page_cache.watch.AGAIN_SECONDS", 0.0)
    return switch


def test_readers_get_the_last_copy_and_are_told_so(site, away):
    path = path_of(live(title="Điện lực không gọi"))
    assert 'class="may-be-old" hidden' in site.get(path).text and "x-stale" not in site.headers
    away["on"] = True
    for headers in ({}, {"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_IF_NONE_MATCH": site.headers["etag"]}):
        assert site.get(path, **headers).status == 200 and "Điện lực không gọi" in site.text
        assert "x-stale" in site.headers and site.headers["cache-control"] == "no-cache"
        assert 'class="may-be-old" hidden' not in site.text and 'class="may-be-old"' in site.text
    away["on"] = False
    assert "x-stale" not in site.get(path).headers and 'class="may-be-old" hidden' in site.text


def test_what_may_have_been_retracted_is_not_shown(site, away):
    page = live(short_answer="Điều đã rút lại.")
    site.get(path_of(page))
    Rebuttal.objects.filter(pk=page.pk).update(change_kind="retraction")
    site.get("/")  # another page: the process now knows that something changed
    away["on"] = True
    assert site.get(path_of(page)).status == 503 and "Điều đã rút lại." not in site.text
    assert site.get("/").status == 200 and "x-stale" in site.headers


@pytest.mark.parametrize(("answers_after", "status"), [(0.8, 200), (3.0, 503)])
def test_a_database_that_is_only_slow_costs_nobody_the_page_that_was_just_corrected(
    site, monkeypatch, answers_after, status
):
    """While another thread's question takes long. There is no copy that may be given: this reader waits, within limits."""
    page = live(short_answer="Câu trả lời lúc đầu.")
    site.get(path_of(page))
    Rebuttal.objects.filter(pk=page.pk).update(short_answer="Câu trả lời đã sửa.")
    site.get("/")  # another page: the process now knows that something changed
    really, now, asking = changes.version, changes.version(), threading.Event()

    def version() -> str:
        if threading.current_thread() is threading.main_thread():
            return really()
        asking.set()
        time.sleep(answers_after)
        return now

    monkeypatch.setattr(changes, "version", version)
    monkeypatch.setattr("cms.page_cache.watch.LONG_PATIENCE_SECONDS", 1.5)
    other = threading.Thread(target=site.layer.watch.known)
    other.start()
    asking.wait(5)
    try:
        assert site.get(path_of(page)).status == status
        assert ("Câu trả lời đã sửa." in site.text) == (status == 200) and "Câu trả lời lúc đầu." not in site.text
    finally:
        other.join()


def test_copies_are_not_shown_for_ever(site, away):
    site.get("/")
    away["on"] = True
    assert site.get("/").status == 200
    site.layer.old_seconds = 0
    assert site.get("/").status == 503


def test_a_database_that_goes_away_while_a_page_is_made_costs_nobody_the_page(site, monkeypatch):
    site.get("/")
    monkeypatch.setattr(pages, "LONGEST_SECONDS", 0.0)  # so that it is made anew

    def fails(environ, start_response):
        start_response("500 Internal Server Error", [])
        return [b"broken"]

    site.layer.application = fails
    assert site.get("/").status == 200 and "x-stale" in site.headers
