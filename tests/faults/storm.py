"""A whole office on PostgreSQL, Redis and Celery in bad weather: a publisher clicks while everything is killed, taken away, and lied to.

Two workers, two beats, a web server, three channels. What counts in the end is counted at the channels: every story whose
click was answered, and every other that was clicked until it was, stands there once.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests

from publishing.sandbox.__main__ import connections
from tests.faults.installation import Installation
from tests.faults.test_kill import SEED, StandIns
from tests.servers.databases import restartable_postgres, restartable_redis
from tests.servers.local import answers, free_port, kill, wait_until

SETTINGS = {
    "DELIVERY_LEASE_SECONDS": "3",
    "DELIVERY_READ_SECONDS": "1.5",
    "EMAIL_URL": "dummymail://",
    "LOG_FORMAT": "json",
}
# Says nothing, says nonsense, says that it failed although it did not. Hanging lasts longer than anybody waits.
LIES = {
    "facebook": ["drop_before", "drop_after", "html_500", "html_200", "server_error_after", "slow"],
    "wordpress": ["drop_before", "drop_after", "html_500", "html_200", "db_error", "slow"],
}

BEGIN = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from cms import people
from publishing.models import Channel, Delivery, StoryVersion
from tests.make import make_user
Delivery.objects.all().delete()  # the seed plans; here people do
user = make_user(people.PUBLISHER, username="phathanh")
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.create()
pages = [reverse("publishing_compose", args=[pk]) for pk in StoryVersion.objects.order_by("pk").values_list("pk", flat=True)]
print(json.dumps({"session": session.session_key, "channels": list(Channel.objects.values_list("pk", flat=True)), "pages": pages}))
"""

# What a person does who finds a channel of which nobody knows: looks there. And nobody waits for a closed circuit here.
LOOK = """
from collections import Counter
import re
from django.utils import timezone
from publishing import by_hand
from publishing.models import Channel, Delivery
Channel.objects.exclude(not_before=None).update(not_before=None)
Delivery.objects.filter(state="due").update(due_at=timezone.now())
looked = 0
for one in Delivery.objects.filter(state__in=["unknown", "failed", "held"]).select_related("channel", "version"):
    number = re.search(r"\\d{3}", one.version.title)[0]
    if one.is_unclear:
        by_hand.settle(one, None, is_there=number in values["out"][one.channel.kind])
    else:
        by_hand.retry(one, None)
    looked += 1
states = Counter(Delivery.objects.values_list("state", flat=True))
lost = Delivery.objects.exclude(state="sent").select_related("channel")[:4]
print(json.dumps({"states": states, "looked": looked, "last": [[str(one), one.state, one.words] for one in lost]}))
"""


class Storm:
    """``clicked`` is of how many stories the click was answered; ``met`` counts what was done to whom."""

    def __init__(self, folder: Path, stories: int, seed: int = 4) -> None:
        self.kept = ExitStack()
        self.chance = random.Random(seed)
        self.met: Counter[str] = Counter()
        self.stories = stories
        self.clicked = 0
        self.refused_clicks = 0
        self.stand_ins = self.kept.enter_context(StandIns(folder))
        self.database = self.kept.enter_context(restartable_postgres())
        self.broker = self.kept.enter_context(restartable_redis())
        self.port = free_port()
        self.office = Installation(
            folder, **SETTINGS, DATABASE_URL=self.database.url, CELERY_BROKER_URL=self.broker.url,
            BASE_URL=f"http://127.0.0.1:{self.port}",
        )  # fmt: skip
        self.kept.callback(self.office.stop)
        three = connections(self.stand_ins.page, self.stand_ins.paper, self.stand_ins.newsroom)
        self.office.run(SEED, connections=three, stories=stories)
        self.begun: dict[str, Any] = self.office.run(BEGIN)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.starts: dict[str, Callable[[], subprocess.Popen[bytes]]] = {
            "worker 1": self.office.celery,
            "worker 2": self.office.celery,
            "beat 1": self._beat("1"),
            "beat 2": self._beat("2"),
            "web": self._web,
        }

    def __enter__(self) -> Storm:
        for name, start in self.starts.items():
            self.processes[name] = start()
        wait_until(lambda: answers(self.port), 60, "the web server")
        return self

    def __exit__(self, *error: object) -> None:
        for web in [self.processes["web"]]:
            self._kill(web)
        self.kept.close()

    def _beat(self, number: str) -> Callable[[], subprocess.Popen[bytes]]:
        file = str(self.office.folder / f"schedule-{number}")
        return lambda: self.office.start(sys.executable, "-m", "celery", "-A", "cms", "beat", "-s", file)

    def _web(self) -> subprocess.Popen[bytes]:
        return self.office.start(
            str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1", "--no-ws", "cms.wsgi:application",
        )  # fmt: skip

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        """kill -9 of the process and of those it started."""
        path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        children = path.read_text().split() if path.exists() else []
        if process.poll() is None:
            kill(process)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    # What people do ------------------------------------------------------------------------------------------

    def click_all(self, done: threading.Event, pause: float) -> None:
        """Plans one story after the other for all channels, each until the click is answered: as somebody does who sees an
        error, and tries again."""
        for page in self.begun["pages"]:
            while not self._click(page):
                if done.is_set():
                    return
                self.refused_clicks += 1
                time.sleep(0.3)
            self.clicked += 1
            time.sleep(pause)

    def _click(self, page: str) -> bool:
        token = "a" * 32
        fields = {"do": "plan", "csrfmiddlewaretoken": token}
        fields |= {f"c{pk}-chosen": "on" for pk in self.begun["channels"]}
        try:
            answer = requests.post(
                f"http://127.0.0.1:{self.port}{page}",
                data=fields,
                cookies={"sessionid": self.begun["session"], "csrftoken": token},
                allow_redirects=False,
                timeout=10,
            )
        except requests.RequestException:
            return False
        # 200 is the page again: it was planned by a click of which no answer came, and there is nothing left to tick.
        is_there = answer.status_code == 200 and "-chosen" not in answer.text
        return is_there or (answer.status_code == 302 and answer.headers["Location"] == page)

    # What the weather does -----------------------------------------------------------------------------------

    def kill_one(self, name: str) -> None:
        self._kill(self.processes[name])
        time.sleep(self.chance.uniform(0.1, 0.8))
        self.processes[name] = self.starts[name]()
        self.met[f"kill -9 of {name.split()[0]}"] += 1

    def take_away(self, what: str) -> None:
        server = self.database if what == "PostgreSQL" else self.broker
        server.take_away(signal.SIGQUIT if what == "PostgreSQL" else signal.SIGKILL)
        time.sleep(self.chance.uniform(0.5, 2.5))
        server.bring_back()
        self.met[f"{what} away"] += 1

    def lie(self) -> None:
        for name, server in (("facebook", self.stand_ins.page), ("wordpress", self.stand_ins.paper)):
            fault = self.chance.choice(LIES[name])
            server.faults.append({"fault": fault, "method": "POST"})
            self.met[f"{name}: {fault}"] += 1

    def rage(self, seconds: float) -> None:
        """All of it in turn, each at least once, for about so long."""
        deeds: list[Callable[[], None]] = [
            *(lambda name=name: self.kill_one(name) for name in self.starts),
            lambda: self.take_away("PostgreSQL"),
            lambda: self.take_away("Redis"),
        ]
        until, turn = time.monotonic() + seconds, 0
        while turn < len(deeds) or time.monotonic() < until:
            if turn % len(deeds) == 0:
                self.chance.shuffle(deeds)
            self.lie()
            deeds[turn % len(deeds)]()
            time.sleep(self.chance.uniform(0.2, 1.5))
            turn += 1

    # What is left --------------------------------------------------------------------------------------------

    def settle(self, seconds: float) -> int:
        """Fair weather until everything is sent. How often a person had to look."""
        for server in (self.stand_ins.page, self.stand_ins.paper):
            server.faults.clear()
        looked, until = 0, time.monotonic() + seconds
        while True:
            told = self.office.run(LOOK, out={kind: list(found) for kind, found in self.stand_ins.counts().items()})
            looked += told["looked"]
            if told["states"] == {"sent": 3 * self.stories}:
                return looked
            assert time.monotonic() < until, told
            time.sleep(1)

    def assert_once_each(self) -> None:
        everything = {f"{number:03d}": 1 for number in range(self.stories)}
        for kind, counted in self.stand_ins.counts().items():
            wrong = {name: count for name, count in counted.items() if count != 1}
            assert dict(counted) == everything, f"{kind}: doubled {wrong}, lost {set(everything) - set(counted)}"


def run(folder: Path, stories: int, seconds: float, seed: int = 4) -> dict[str, Any]:
    """One storm. Raises AssertionError where anything was lost or doubled; returns what was met, for a record."""
    began = time.monotonic()
    with Storm(folder, stories, seed) as storm:
        done = threading.Event()
        clicking = threading.Thread(target=storm.click_all, args=(done, seconds / stories))
        clicking.start()
        try:
            # Not before something is on its way: what is killed must have something to lose.
            wait_until(lambda: storm.stand_ins.requests > 4, 120, "the first calls")
            storm.rage(seconds)
            clicking.join(400)
        finally:
            done.set()
            clicking.join()
        assert storm.clicked == stories, f"only {storm.clicked} clicks were answered"
        looked = storm.settle(400)
        storm.assert_once_each()
        return {
            "posts": 3 * stories,
            "clicks that failed and were repeated": storm.refused_clicks,
            "a person had to look": looked,
            "met": dict(sorted(storm.met.items())),
            "seconds": round(time.monotonic() - began),
        }
