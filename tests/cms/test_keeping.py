"""Copies that are kept of links, and links that are watched: by themselves, in bounded turns, and what editors see of it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from cms import people
from cms.keeping import aside, copies, fetching, links, standing
from cms.keeping.copies import Keeping, ask_again
from cms.keeping.fetching import Fetched, NotFetched, Problem
from cms.keeping.links import WatchedLink, take_down
from cms.kept import private_storage
from cms.models import Appearance, Evidence, KeptCopy
from cms.re_review import open_reasons
from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.signals import sweeping
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db
PAGE = "<html><head><title>Sở Y tế</title></head><body><p>Nước sạch, ông A đăng.</p></body></html>"


@pytest.fixture(autouse=True)
def _fetching(settings, monkeypatch) -> None:
    monkeypatch.setattr(KeptCopy._meta.get_field("file"), "storage", private_storage())
    settings.FETCH_LINKS = settings.FETCHES_FROM_LOOPBACK = True
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def clock():
    with time_machine.travel(datetime.fromisoformat("2026-11-30T09:00:00+07:00"), tick=False) as moved:
        yield moved


@pytest.fixture
def site() -> Iterator[Sandbox]:
    made = Sandbox()
    made.route("GET", "/12", lambda request: Reply(200, PAGE, content_type="text/html; charset=utf-8"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def answers(monkeypatch) -> dict[str, object]:
    """{address: what the net says}, a body or a problem; everything else is a small page. No network."""
    said: dict[str, object] = {}

    def fetch(address: str, method: str = "GET", headers: object = None) -> Fetched:
        found = said.get(address, b"<p>x</p>")
        if isinstance(found, Problem):
            raise NotFetched(found, {Problem.GONE: 404, Problem.REFUSED: 403}.get(found, 0))
        assert isinstance(found, bytes)
        return Fetched(address, 200, {"content-type": "text/html"}, found)

    monkeypatch.setattr(copies, "fetch", fetch)
    monkeypatch.setattr(links, "fetch", fetch)
    return said


def answer_with(*urls: str):
    return make_rebuttal(evidence=[{"title": f"Nguồn {number}", "url": url} for number, url in enumerate(urls)])


def published(*urls: str):
    return publish(answer_with(*urls), *team())


def stored() -> set[str]:
    root = Path(str(private_storage().location))  # type: ignore[attr-defined]
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def log_in(client, role: str):
    user = make_user(role)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


# Copies ---------------------------------------------------------------------------------------------------------


def test_what_evidence_and_appearances_lead_to_is_kept_by_the_sweep(site):
    answer_with(f"{site.url}/12")
    incident = make_incident()
    Appearance.objects.create(incident=incident, platform="website", url=f"{site.url}/12?seen")
    copies.sweep()  # of one site one address a turn
    assert KeptCopy.objects.count() == 1
    copies.sweep()
    copies.sweep()
    assert {copy.source_url for copy in KeptCopy.objects.all()} == {f"{site.url}/12", f"{site.url}/12?seen"}
    copy = KeptCopy.objects.get(source_url=f"{site.url}/12")
    with copy.file.open("rb") as file:
        body = file.read()
    assert hashlib.sha256(body).hexdigest() == copy.sha256
    with zipfile.ZipFile(io.BytesIO(body)) as box:
        page = box.read("page.html")
        assert page.decode().startswith(PAGE.removesuffix("</body></html>"))  # the stand-in adds a foot of its own
        assert box.read("text.txt").decode().startswith("Sở Y tế\nNước sạch, ông A đăng.\n")
        about = box.read("about.txt").decode()
    assert f"answered by: {site.url}/12\n" in about
    assert f"sha256 of page.html: {hashlib.sha256(page).hexdigest()}" in about


def test_what_a_page_says_stands_in_no_column(site):
    answer_with(f"{site.url}/12")
    copies.sweep()
    columns = json.dumps([*KeptCopy.objects.values(), *Keeping.objects.values()], default=str)
    assert "127.0.0.1" in columns
    assert "ông A" not in columns and "Sở Y tế" not in columns


@pytest.mark.parametrize("is_wanted", [True, False])
def test_the_sweep_begins_one_round_at_a_time_aside_and_none_where_the_office_wants_none(
    settings, monkeypatch, is_wanted
):
    settings.FETCH_LINKS = is_wanted
    begun: list[object] = []

    class Thread:
        def __init__(self, target, **options) -> None:
            self.start = lambda: begun.append(target)

    monkeypatch.setattr(aside.threading, "Thread", Thread)
    sweeping.send(sender=None)
    sweeping.send(sender=None)
    assert len(begun) == is_wanted
    if is_wanted:
        monkeypatch.setattr(aside.copies, "sweep", lambda: 1 / 0)
        monkeypatch.setattr(aside.links, "sweep", lambda: begun.append("links"))
        monkeypatch.setattr(aside.connection, "close", lambda: None)
        begun[0]()  # an error in one part stops neither the other nor the next round
        assert begun[1:] == ["links"]
        sweeping.send(sender=None)
        assert len(begun) == 3
        aside._busy.release()


def test_a_link_in_the_draft_of_a_published_answer_is_kept_once_nobody_writes_any_more(answers, clock):
    page = published("https://a.example/1")
    draft = page.get_latest_revision_as_object()
    draft.evidence.add(Evidence(title="Mới", url="https://b.example/2"))
    draft.save_revision()
    copies.sweep()
    assert not Keeping.objects.filter(url="https://b.example/2").exists()
    clock.shift(timedelta(minutes=6))
    copies.sweep()
    copies.sweep()
    assert KeptCopy.objects.filter(source_url="https://b.example/2").count() == 1
    page.refresh_from_db()
    assert page.live and page.has_unpublished_changes, "the answer itself is left as it was approved"


def test_a_site_that_refuses_programs_is_asked_once_and_one_with_a_fault_less_and_less_often(answers, clock):
    answers["https://a.example/1"], answers["https://b.example/1"] = Problem.REFUSED, Problem.TROUBLE
    answer_with("https://a.example/1", "https://b.example/1")
    copies.sweep()
    refused, faulty = Keeping.objects.order_by("url")
    assert (refused.problem, refused.due_at) == (Problem.REFUSED, None)
    waits = []
    while faulty.due_at:
        waits.append(faulty.due_at - timezone.now())
        clock.move_to(faulty.due_at + timedelta(seconds=1))
        copies.sweep()
        faulty.refresh_from_db()
    assert waits == list(copies.PAUSES)
    assert faulty.tries == len(copies.PAUSES) + 1
    del answers["https://b.example/1"]
    ask_again("https://b.example/1")
    copies.sweep()
    faulty.refresh_from_db()
    assert faulty.copy is not None and faulty.problem == ""


def test_asking_again_keeps_a_second_copy_and_the_first(answers):
    answer_with("https://a.example/1")
    copies.sweep()
    copies.sweep()
    assert KeptCopy.objects.count() == 1
    ask_again("https://a.example/1")
    copies.sweep()
    assert KeptCopy.objects.filter(source_url="https://a.example/1").count() == 2
    assert len(stored()) == 2


class Killed(BaseException):
    """As if the process ended here."""


@pytest.mark.parametrize("where", ["fetch", "packed", "hashlib.sha256", "title_of"])
def test_a_worker_killed_anywhere_leaves_nothing_half_and_the_copy_is_kept_later(answers, clock, monkeypatch, where):
    answer_with("https://a.example/1")

    def die(*args, **options):
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(f"cms.keeping.copies.{where}", die)
        with pytest.raises(Killed):
            copies.sweep()
    assert not KeptCopy.objects.exists()
    copies.sweep()
    assert not KeptCopy.objects.exists(), "the lease of the killed one runs"
    clock.shift(copies.LEASE + timedelta(seconds=1))
    copies.sweep()
    copy = KeptCopy.objects.get()
    assert stored() == {copy.file.name}


def test_a_worker_that_was_overtaken_stores_nothing(answers, monkeypatch):
    answer_with("https://a.example/1")
    real = copies.packed

    def overtaken(*args):
        Keeping.objects.update(file="kept/of-another.zip")
        return real(*args)

    monkeypatch.setattr(copies, "packed", overtaken)
    copies.sweep()
    assert not KeptCopy.objects.exists()
    assert stored() == set()


def test_a_turn_begins_nothing_after_its_time_and_asks_each_site_once(answers):
    answer_with(*(f"https://site-{number}.example/" for number in range(5)), "https://site-1.example/two")
    copies.collect()
    assert copies.turn(seconds=-1) == 0
    assert copies.turn() == 5
    assert copies.turn() == 1


def test_collecting_asks_a_constant_number_of_questions(answers):
    for number in range(3):
        answer_with(f"https://a.example/{number}")
    with CaptureQueriesContext(connection) as few:
        copies.collect()
    for number in range(30):
        answer_with(f"https://b.example/{number}")
    with CaptureQueriesContext(connection) as many:
        copies.collect()
    assert len(many) == len(few)


# Links ----------------------------------------------------------------------------------------------------------


def weekly(clock, days: int) -> None:
    for _day in range(days):
        clock.shift(timedelta(days=1))
        links.sweep()


def test_links_of_published_answers_are_asked_about_once_a_week_spread_over_it(answers, clock):
    published(*(f"https://site-{number}.example/" for number in range(14)))
    answer_with("https://draft.example/")
    links.sweep()
    due = sorted(WatchedLink.objects.values_list("due_at", flat=True))
    assert len(due) == 14 and due[-1] - due[0] > timedelta(days=3)
    weekly(clock, 8)
    assert not WatchedLink.objects.filter(asked_at=None).exists()
    one = WatchedLink.objects.get(url="https://site-3.example/")
    assert one.asked_at is not None and timedelta(days=6) < one.due_at - one.asked_at < timedelta(days=8)


def test_a_link_is_dead_after_several_failures_over_days_and_brings_the_answer_back(answers, clock):
    page = published("https://a.example/1", "https://b.example/1")
    weekly(clock, 8)
    answers["https://a.example/1"] = Problem.GONE
    link = WatchedLink.objects.get(url="https://a.example/1")
    clock.move_to(link.due_at + timedelta(minutes=1))
    links.sweep()
    weekly(clock, 2)
    link.refresh_from_db()
    assert (link.fails, link.dead_at) == (3, None), "three times, and not yet over three days"
    assert open_reasons(page.pk) == {}
    weekly(clock, 1)
    (reason,) = open_reasons(page.pk)[page.pk]
    assert str(reason.words) == "The link of “Nguồn 0” is dead, and no copy was kept."
    copies.ask_again("https://a.example/1")
    Keeping.objects.update(copy=KeptCopy.objects.create(title="x", file="x.zip"))
    assert str(open_reasons(page.pk)[page.pk][0].words) == "The link of “Nguồn 0” is dead; a copy is kept."
    del answers["https://a.example/1"]
    weekly(clock, 9)
    assert open_reasons(page.pk) == {}, "alive again"


@pytest.mark.parametrize(
    "problem", [Problem.REFUSED, Problem.SLOW, Problem.TROUBLE, Problem.NO_ANSWER, Problem.PRIVATE]
)
def test_what_says_nothing_about_the_page_makes_no_link_dead(problem, clock):
    link = WatchedLink(url="https://a.example/", due_at=timezone.now())
    for _day in range(30):
        take_down(link, problem, timezone.now())
        clock.shift(timedelta(days=1))
    assert (link.fails, link.dead_at) == (0, None)


def test_a_failure_in_between_neither_kills_nor_saves_a_dying_link(clock):
    link = WatchedLink(url="https://a.example/", due_at=timezone.now())
    for problem in (Problem.NO_NAME, Problem.SLOW, Problem.TLS, Problem.TROUBLE, Problem.GONE):
        take_down(link, problem, timezone.now())
        clock.shift(timedelta(days=1))
    assert link.dead_at is not None
    take_down(link, "", timezone.now())
    assert (link.dead_at, link.fails, link.failing_since) == (None, 0, None)


def test_a_link_is_asked_about_with_head_then_get_and_only_what_changed_is_wanted(site, monkeypatch):
    asked: list[tuple[str, str | None]] = []

    def get(request: Request) -> Reply:
        if request.headers.get("If-None-Match"):
            return Reply(304, "")
        return Reply(200, "x", {"ETag": '"1"'}, content_type="text/html")

    def fetch(address: str, method: str, headers: dict[str, str]) -> Fetched:
        asked.append((method, headers.get("If-None-Match")))
        return fetching.fetch(address, method, headers)

    site.route("GET", "/doc", get)  # and no HEAD
    monkeypatch.setattr(links, "fetch", fetch)
    link = WatchedLink.objects.create(url=f"{site.url}/doc", due_at=timezone.now())
    links._look(link)
    link.refresh_from_db()
    links._look(link)
    link.refresh_from_db()
    assert asked == [("HEAD", None), ("GET", None), ("HEAD", '"1"'), ("GET", '"1"')]
    assert (link.etag, link.problem) == ('"1"', "")


def test_reasons_of_many_dead_links_take_a_constant_number_of_questions(answers, clock):
    published("https://a.example/1")
    links.collect()
    WatchedLink.objects.update(dead_at=timezone.now())
    with CaptureQueriesContext(connection) as few:
        assert len(list(links.died())) == 1
    published(*(f"https://b.example/{number}" for number in range(10)))
    links.collect()
    WatchedLink.objects.update(dead_at=timezone.now())
    with CaptureQueriesContext(connection) as many:
        assert len(list(links.died())) == 11
    assert len(many) == len(few)


def test_a_retracted_answer_is_not_watched_any_more(answers, clock):
    page = published("https://a.example/1")
    links.collect()
    type(page).objects.filter(pk=page.pk).update(change_kind="retraction")
    clock.shift(timedelta(days=10))
    assert links.turn() == 0


# The desk -------------------------------------------------------------------------------------------------------


def test_an_editor_sees_what_is_kept_why_not_and_uploads_a_screenshot(client, answers, django_assert_max_num_queries):
    answers["https://b.example/1"] = Problem.REFUSED
    page = answer_with("https://a.example/1", "https://b.example/1")
    copies.sweep()
    log_in(client, people.EDITOR)
    address = reverse("links_of_page", args=[page.pk])
    shown = client.get(address).content.decode()
    assert "a copy is kept" in shown and "The site refuses programs: please upload a screenshot." in shown
    assert KeptCopy.objects.get().sha256 in shown
    file = SimpleUploadedFile("anh.png", b"\x89PNG invented")
    client.post(address, {"do": "upload", "url": "https://b.example/1", "file": file})
    copy = KeptCopy.objects.get(source_url="https://b.example/1")
    assert copy.sha256 == hashlib.sha256(b"\x89PNG invented").hexdigest()
    shown = client.get(address).content.decode()
    assert "please upload a screenshot" not in shown
    client.post(address, {"do": "again", "url": "https://a.example/1"})
    assert Keeping.objects.get(url="https://a.example/1").due_at is not None


def test_a_program_is_no_screenshot_and_the_page_says_so(client, answers):
    page = answer_with("https://a.example/1")
    log_in(client, people.EDITOR)
    file = SimpleUploadedFile("virus.exe", b"MZ")
    said = client.post(
        reverse("links_of_page", args=[page.pk]),
        {"do": "upload", "url": "https://a.example/1", "file": file},
        follow=True,
    ).content.decode()
    assert "exe" in said and not KeptCopy.objects.exists()


def test_only_addresses_that_stand_there_and_only_people_who_may(client, answers):
    page = answer_with("https://a.example/1")
    address = reverse("links_of_page", args=[page.pk])
    log_in(client, people.EDITOR)
    assert client.post(address, {"do": "again", "url": "https://evil.example/"}).status_code == 404
    client.logout()
    log_in(client, people.PUBLISHER)
    assert client.get(address).status_code in {302, 403}
    log_in(client, people.CHECKER)
    assert client.get(address).status_code == 200


def test_the_forms_of_an_answer_and_an_incident_say_how_their_links_stand(client, answers):
    page = answer_with("https://a.example/1")
    incident = make_incident()
    Appearance.objects.create(incident=incident, platform="facebook", url="https://www.facebook.com/x/posts/1")
    answers["https://www.facebook.com/x/posts/1"] = Problem.REFUSED
    copies.sweep()
    log_in(client, people.EDITOR)
    assert "a copy is kept" in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    form = client.get(reverse("wagtailsnippets_cms_incident:edit", args=[incident.pk])).content.decode()
    assert "please upload a screenshot" in form
    assert reverse("links_of_incident", args=[incident.pk]) in form


def test_how_many_links_there_are_costs_no_more_questions(answers):
    few, many = answer_with("https://a.example/1"), answer_with(*(f"https://a.example/{n}" for n in range(9)))
    copies.collect()
    counts = []
    for page in (few, many):
        with CaptureQueriesContext(connection) as asked:
            standing.of_answer(page)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_two_workers_keep_one_copy(answers):
    answer_with("https://a.example/1")
    copies.collect()
    first, second = Keeping.objects.get(), Keeping.objects.get()
    assert copies._take(first)
    assert not copies._take(second)
