"""What readers see while something is corrected, and while a part of the site is gone: real nginx, two workers, PostgreSQL."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.servers.databases import postgres, redis
from tests.servers.local import answers, free_port, kill, wait_until
from tests.servers.nginx import nginx

WITHIN = 1.0
GRANIAN = str(Path(sys.executable).with_name("granian"))

_MAKE = """
from django.core.management import call_command
from cms.site import follow_base_url
from tests.make import make_rebuttal, publish, team
follow_base_url()
editor, checker, approver = team()
made = []
for _number in range(3):
    page = make_rebuttal(owner=editor, short_answer="Câu trả lời thứ nhất.")
    made.append(publish(page, editor, checker, approver))
print(json.dumps({"pages": [page.pk for page in made], "paths": [page.get_url() for page in made],
                  "people": [editor.pk, checker.pk, approver.pk]}))
"""
_CHANGE = """
import time
from cms.models import Rebuttal, User
from tests.make import publish
people = [User.objects.get(pk=pk) for pk in values["people"]]
page = Rebuttal.objects.get(pk=values["page"])
page.short_answer, page.change_kind, page.change_note = values["words"], values["kind"], "Ghi chú: " + values["kind"]
page.save_revision(user=people[0])
sys.stdin.close()
publish(page, *people)
print(json.dumps(time.time()))
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    asked_at: float


def get(port: int, path: str) -> Answer:
    """A GET on a connection of its own: it may end at any worker."""
    asked_at = time.time()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        said = connection.getresponse()
        return Answer(said.status, {k.lower(): v for k, v in said.getheaders()}, said.read().decode(), asked_at)
    finally:
        connection.close()


@dataclass
class Readers:
    """Readers who ask for one page at several ports without a pause, and remember what they read."""

    ports: list[int]
    path: str
    read: dict[int, list[Answer]] = field(default_factory=dict)

    @contextmanager
    def asking(self):
        stopping = threading.Event()

        def ask(port: int) -> None:
            while not stopping.is_set():
                self.read.setdefault(port, []).append(get(port, self.path))

        threads = [threading.Thread(target=ask, args=[port]) for port in self.ports for _twice in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


class Site:
    """An installation served twice, each time by two processes: embedded, and behind nginx."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.front, self.embedded, self.behind = folder, free_port(), free_port(), free_port()
        self.at = Installation(folder, BASE_URL=f"http://127.0.0.1:{self.front}", LOG_LEVEL="CRITICAL", **settings)
        self.made = self.at.run(_MAKE)

    def serve(self, port: int, behind_proxy: bool):
        self.at.environment["BEHIND_PROXY"] = "1" if behind_proxy else "0"
        server = self.at.start(
            GRANIAN, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
            "--blocking-threads", "4", "--no-ws", "--log-level", "error", "cms.wsgi:application",
        )  # fmt: skip
        wait_until(lambda: answers(port), 60, "the site")
        return server

    def change(self, number: int, kind: str, words: str) -> float:
        """Publishes a change in a process of its own; returns when it was public."""
        return self.at.run(_CHANGE, page=self.made["pages"][number], people=self.made["people"], kind=kind, words=words)


def kill_all(server) -> None:
    """kill -9 to a server and its workers, by their ids."""
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    kill(server)
    for worker in workers:
        os.kill(int(worker), signal.SIGKILL)


def late(read: dict[int, list[Answer]], old: str, published_at: float) -> list[tuple[int, float]]:
    """(port, seconds after the publication) of every answer with old words that was asked for too late."""
    return [
        (port, round(each.asked_at - published_at, 3))
        for port, found in read.items()
        for each in found
        if old in each.text and each.asked_at > published_at + WITHIN
    ]


@pytest.mark.needs("nginx", "postgres", "redis-server")
def test_corrections_are_everywhere_within_a_second_and_the_site_outlives_its_parts(tmp_path):
    with ExitStack() as database:
        cache = database.enter_context(ExitStack())
        urls = {"DATABASE_URL": database.enter_context(postgres()), "CACHE_URL": cache.enter_context(redis())}
        site = Site(tmp_path, **urls)
        try:
            server = site.serve(site.behind, behind_proxy=True)
            site.serve(site.embedded, behind_proxy=False)
            with nginx(tmp_path / "nginx", site.behind, tmp_path / "var", port=site.front):
                _corrections(site, [site.front, site.behind, site.embedded])
                _after_an_idle_time(site)
                _the_application_is_killed(site, server)
                site.serve(site.behind, behind_proxy=True)
                wait_until(lambda: get(site.front, "/").headers["x-cache"] != "STALE", 20, "a fresh page")
                cache.close()
                assert get(site.behind, "/tim-kiem/").status == 200
                _the_database_stops(site, database)
        finally:
            site.at.stop()


def test_corrections_are_in_both_embedded_workers_within_a_second_on_sqlite(tmp_path):
    site = Site(tmp_path)
    try:
        site.serve(site.embedded, behind_proxy=False)
        _corrections(site, [site.embedded])
    finally:
        site.at.stop()


def _corrections(site: Site, ports: list[int]) -> None:
    """A correction and a retraction, while readers ask without a pause."""
    path = site.made["paths"][0]
    before = "Câu trả lời thứ nhất."
    for kind, words in (("correction", "Câu trả lời thứ hai."), ("retraction", "Không còn đứng vững.")):
        readers = Readers(ports, path)
        with readers.asking():
            time.sleep(0.5)
            published_at = site.change(0, kind, words)
            time.sleep(WITHIN + 0.7)
        assert late(readers.read, before, published_at) == []
        for port in ports:
            assert before in readers.read[port][0].text and len(readers.read[port]) > 100, port
            assert f"Ghi chú: {kind}" in readers.read[port][-1].text
        if site.front in ports:
            assert "HIT" in {each.headers.get("x-cache") for each in readers.read[site.front]}
        before = words


def _after_an_idle_time(site: Site) -> None:
    """Nobody asks for a while, and then many at once: none of them gets what was public before."""
    path = site.made["paths"][1]
    assert "Câu trả lời thứ nhất." in get(site.front, path).text
    published_at = site.change(1, "correction", "Câu trả lời thứ hai.")
    time.sleep(max(0.0, published_at + WITHIN - time.time()))
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _number: get(site.front, path), range(24)))
    assert all("Câu trả lời thứ hai." in each.text for each in found)


def _the_application_is_killed(site: Site, server) -> None:
    paths = [*site.made["paths"][:2], "/"]
    for path in paths:
        assert get(site.front, path).status == 200
    kill_all(server)
    wait_until(lambda: not answers(site.behind), 10, "the end of the workers")
    time.sleep(WITHIN)
    for path in paths:
        old = get(site.front, path)
        assert (old.status, old.headers["x-cache"]) == (200, "STALE") and "warning" in old.headers
        assert path == "/" or "Câu trả lời thứ nhất." not in old.text
    assert get(site.front, "/phuong-phap-khong-ai-doc/").status == 503


def _the_database_stops(site: Site, database: ExitStack) -> None:
    """Both ways of serving go on with what they have, and say so. (Each worker has its own memory: all are asked.)"""
    paths, ports = [*site.made["paths"], "/"], [site.front, site.embedded]
    for path in paths:
        for port in ports:
            for _time in range(30):
                assert get(port, path).status == 200
    database.close()
    time.sleep(WITHIN)
    for path in paths:
        for port in ports:
            for _time in range(6):
                old = get(port, path)
                assert old.status == 200 and 'class="may-be-old"' in old.text, (path, port)
                assert "x-stale" in old.headers and "warning" in old.headers
                assert 'class="may-be-old" hidden' not in old.text
    for port in ports:
        assert "Ghi chú: retraction" in get(port, paths[0]).text
        assert "Câu trả lời thứ" not in get(port, paths[0]).text
