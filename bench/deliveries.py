"""How fast and how punctual deliveries are: over a real PostgreSQL, Redis and Celery, or embedded on SQLite.

    .venv/bin/python bench/deliveries.py throughput   10,000 due deliveries, two workers, a server that takes 5 ms;
                                                      the peer is one Celery message a delivery, in the same run
    .venv/bin/python bench/deliveries.py lateness     500 deliveries that fall due within a minute
    .venv/bin/python bench/deliveries.py now          "send now" until the call arrives, idle and under load
    .venv/bin/python bench/deliveries.py neighbours   what channels that are silent or gone cost the others

Everything runs on this machine's loopback: the servers, the workers and the receiver share its processors. The
database keeps its promises (fsync is on). What arrived is counted at the receiver; lateness is its clock minus ours.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.faults.installation import Installation  # noqa: E402
from tests.servers.databases import postgres, redis  # noqa: E402
from tests.servers.local import answers, free_port, stop, wait_until  # noqa: E402

DELIVERIES, CHANNELS, PEERS = 10_000, 20, 2_000

SEED = """
from datetime import timedelta
from django.utils import timezone
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from tests.publishing.stories import make_story
owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
channels = []
for number in range(values["channels"]):
    channel = Channel(organisation=owner, kind="webhook", name=f"Kênh {number}", is_sandbox=True,
                      config={"address": values["address"], "can_be_asked": False, "may_be_private": True})
    channel.set_secrets({"secret": "a-secret-of-the-bench-0123456789"})
    channel.save()
    channels.append(channel.pk)
late = timezone.now() + timedelta(days=1)
made = []
for number in range(-(-values["deliveries"] // values["channels"])):
    version = StoryVersion.of(make_story(key=f"tin-{number:05d}", slug=f"tin-{number:05d}", title=f"Tin số {number}."))
    made += [Delivery(channel_id=pk, version=version, story=version.key, due_at=late, scheduled_at=late) for pk in channels]
Delivery.objects.bulk_create(made[: values["deliveries"]], batch_size=500)
from django.db import connection
connection.cursor().execute("ANALYZE")  # what a database does by itself within a minute
"""

RELEASE = """
from django.utils import timezone
from publishing import outbox
from publishing.models import Delivery
ids = list(Delivery.objects.filter(state="due", attempt_no=0).order_by("id").values_list("pk", flat=True)[: values["count"]])
Delivery.objects.filter(pk__in=ids).update(due_at=timezone.now(), scheduled_at=timezone.now())
outbox.wake()
"""

HAND_OUT = """
import time
from bench.plain_celery import send_one
from publishing.models import Delivery
ids = list(Delivery.objects.filter(state="due", attempt_no=0).order_by("id").values_list("pk", flat=True)[: values["count"]])
for pk in ids:
    send_one.delay(pk)
print(json.dumps(len(ids)))
"""

SPREAD = """
from datetime import timedelta
from django.utils import timezone
from publishing.models import Delivery
start = timezone.now() + timedelta(seconds=3)
due = {}
for number, delivery in enumerate(Delivery.objects.filter(state="due", attempt_no=0).order_by("id")[: values["count"]]):
    at = start + timedelta(seconds=values["seconds"] * number / values["count"])
    Delivery.objects.filter(pk=delivery.pk).update(due_at=at, scheduled_at=at)
    due[delivery.marker] = at.timestamp()
print(json.dumps(due))
"""

SEND_NOW = """
import time
from django.utils import timezone
from publishing import outbox
from publishing.models import Channel, Delivery, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from tests.publishing.stories import fresh_story
channel = Channel.objects.order_by("id").first()
asked = {}
for number in range(values["count"]):
    version = StoryVersion.of(fresh_story())
    started = time.time()
    made = outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])
    asked[made[0].marker] = started
    time.sleep(values["pause"])
print(json.dumps(asked))
"""


BARE = """
import sys, threading, requests
url, calls, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
body = ("x" * 2_500).encode()
def call(first):
    with requests.Session() as session:
        for number in range(first, calls, threads):
            session.post(url, data=body, headers={"Webhook-Id": f"{sys.argv[4]}-{number}"})
started = [threading.Thread(target=call, args=(first,)) for first in range(threads)]
[thread.start() for thread in started]
[thread.join() for thread in started]
"""


class Receiver:
    """The server of 5 ms, in a process of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([sys.executable, ROOT / "bench" / "five_ms_server.py", str(self.port)])
        wait_until(lambda: answers(self.port), 10, "the receiver")

    def count(self) -> dict[str, Any]:
        told: dict[str, Any] = requests.get(f"{self.url}/count", timeout=10).json()
        return told

    def arrivals(self) -> dict[str, float]:
        told: dict[str, float] = requests.get(f"{self.url}/arrivals", timeout=30).json()
        return told

    def wait_for_these(self, markers: Iterable[str], seconds: float) -> dict[str, float]:
        """Until these have come, whatever else came; their arrivals. Channels are tested meanwhile, for one."""
        wanted = set(markers)
        wait_until(lambda: wanted <= set(self.arrivals()), seconds, "the posts")
        return self.arrivals()

    def forget(self) -> None:
        requests.post(f"{self.url}/forget", timeout=10)

    def wait_for(self, ids: int, seconds: float) -> None:
        """Until so many different ids have come. TimeoutError if they do not."""
        wait_until(lambda: self.count()["ids"] >= ids, seconds, f"{ids} messages")


@contextmanager
def office(
    deliveries: int, channels: int = CHANNELS, is_embedded: bool = False
) -> Iterator[tuple[Installation, Receiver]]:
    """An installation with so many planned deliveries and nothing running yet, and the receiver they go to."""
    with ExitStack() as kept:
        receiver = Receiver()
        kept.callback(stop, receiver.process)
        settings = {"EMAIL_URL": "dummymail://", "DELIVERY_THREADS": os.environ.get("THREADS", "64")}
        if not is_embedded:
            settings["DATABASE_URL"] = kept.enter_context(postgres(is_durable=True))
            settings["CELERY_BROKER_URL"] = kept.enter_context(redis())
        folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        installation = Installation(folder, **settings)
        installation.manage("migrate", "--verbosity", "0")
        installation.run(SEED, address=f"{receiver.url}/messages", deliveries=deliveries, channels=channels)
        kept.callback(installation.stop)
        yield installation, receiver


def workers(installation: Installation, count: int = 2) -> None:
    """Celery workers, as deploy/ starts them."""
    for number in range(count):
        installation.start(
            sys.executable, "-m", "celery", "-A", "cms", "worker", "-P", "threads", "-c", "2", "-l", "warning",
            "-n", f"worker{number}@bench",
        )  # fmt: skip


def start_plain(installation: Installation, number: int) -> subprocess.Popen[bytes]:
    """A worker of the peer, with as many threads as ours."""
    return installation.start(
        sys.executable, "-m", "celery", "-A", "cms", "worker", "-I", "bench.plain_celery", "-P", "threads", "-c", "64",
        "-l", "warning", "-n", f"plain{number}@bench", "-Q", "plain",
    )  # fmt: skip


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def told(label: str, late: list[float]) -> None:
    """One line of a table, in milliseconds."""
    median, p99 = statistics.median(late) * 1000, percentile(late, 0.99) * 1000
    print(f"| {label} | {len(late)} | {median:.0f} ms | {p99:.0f} ms | {max(late) * 1000:.0f} ms |", flush=True)


def throughput() -> None:
    """Posts a second, ours and the peer's, from the first release to the last arrival."""
    with office(DELIVERIES + PEERS + 200) as (installation, receiver):
        peers = {}
        for name, settings in (
            ("plain Celery", {}),
            ("plain Celery, connection kept", {"CELERY_DB_REUSE_MAX": "1000"}),
        ):
            installation.environment |= settings
            running = [start_plain(installation, number) for number in range(2)]
            time.sleep(6)
            receiver.forget()
            started = time.time()
            handed = installation.run(HAND_OUT, count=PEERS // 2)
            receiver.wait_for(handed, 300)
            # Handing out is part of the peer's work, starting Python for it is not: counted from the first arrival.
            arrived = sorted(receiver.arrivals().values())
            peers[name] = (len(arrived) - 1) / (arrived[-1] - arrived[0])
            print(
                f"{name}: {peers[name]:.0f} posts/s ({handed} messages, {arrived[-1] - started:.1f} s with the start)",
                flush=True,
            )
            for process in running:
                stop(process, 20)
            time.sleep(1)
        receiver.forget()
        bare = [
            subprocess.Popen([sys.executable, "-c", BARE, f"{receiver.url}/messages", "2000", "64", str(number)])
            for number in range(2)
        ]
        for process in bare:
            process.wait(120)
        arrived = sorted(receiver.arrivals().values())
        ceiling = (len(arrived) - 1) / (arrived[-1] - arrived[0])
        print(f"nothing but the calls, two processes of 64 threads, requests: {ceiling:.0f} posts/s", flush=True)
        workers(installation)
        installation.beat()
        time.sleep(6)
        receiver.forget()
        installation.run(RELEASE, count=100)
        receiver.wait_for(100, 60)  # warm: modules loaded, connections open
        time.sleep(1)
        receiver.forget()
        installation.run(RELEASE, count=DELIVERIES)
        receiver.wait_for(DELIVERIES, 600)
        counted, arrived = receiver.count(), sorted(receiver.arrivals().values())
        rate = (len(arrived) - 1) / (arrived[-1] - arrived[0])
        time.sleep(2)
        states = installation.run(
            "from collections import Counter\nfrom publishing.models import Delivery\n"
            "print(json.dumps(Counter(Delivery.objects.filter(attempt_no__gt=0).values_list('state', flat=True))))"
        )
        print(
            f"outbox, two workers of 64 threads: {rate:.0f} posts/s; calls {counted['calls']}, ids {counted['ids']}, {states}"
        )
        for name, peer in peers.items():
            print(f"  {rate / peer:.1f} times {name}")
        print(f"  {rate / ceiling:.2f} of nothing but the calls")


def lateness() -> None:
    """How late 500 deliveries that fall due within a minute arrive."""
    print("| | deliveries | median | p99 | most |\n|---|---|---|---|---|")
    for label, is_embedded in (("PostgreSQL, Redis, two Celery workers and beat", False), ("embedded, SQLite", True)):
        with office(600, is_embedded=is_embedded) as (installation, receiver):
            if is_embedded:
                installation.start(sys.executable, "manage.py", "work")
            else:
                workers(installation)
                installation.beat()
            time.sleep(8)
            due = installation.run(SPREAD, count=500, seconds=60)
            arrived = receiver.wait_for_these(due, 120)
            told(label, [arrived[marker] - at for marker, at in due.items()])


def now() -> None:
    """From before the transaction that plans it to the arrival of the call."""
    print("| | deliveries | median | p99 | most |\n|---|---|---|---|---|")
    with office(6_000) as (installation, receiver):
        workers(installation)
        installation.beat()
        time.sleep(8)
        asked = installation.run(SEND_NOW, count=200, pause=0.15)
        arrived = receiver.wait_for_these(asked, 60)
        told("nothing else to do", [arrived[marker] - at for marker, at in asked.items()])
        installation.run(SPREAD, count=3_000, seconds=60)
        time.sleep(3)
        asked = installation.run(SEND_NOW, count=200, pause=0.15)
        arrived = receiver.wait_for_these(asked, 60)
        told("50 others a second", [arrived[marker] - at for marker, at in asked.items()])


DEAD = """
from django.utils import timezone
from publishing.models import Channel, Delivery
for channel, address in zip(Channel.objects.order_by("id")[:2], values["addresses"]):
    channel.config["address"] = address
    channel.save()
    Delivery.objects.filter(channel=channel).update(due_at=timezone.now(), scheduled_at=timezone.now())
"""


def neighbours() -> None:
    """500 deliveries within a minute, over 18 channels that work; two more are silent and gone, with all of theirs due."""
    print("| | deliveries | median | p99 | most |\n|---|---|---|---|---|")
    for label, is_dead in (("all channels answer", False), ("one is silent and one is gone, 30 due on each", True)):
        with office(600) as (installation, receiver):
            silent = subprocess.Popen(
                [sys.executable, "-c", "import socket, time\ns = socket.create_server(('127.0.0.1', 0))\n"
                 "print(s.getsockname()[1], flush=True)\nkept = []\nwhile True:\n    kept.append(s.accept())"],
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            try:
                assert silent.stdout
                port = int(silent.stdout.readline())
                if is_dead:
                    installation.run(DEAD, addresses=[f"http://127.0.0.1:{port}/", "http://127.0.0.1:9/"])
                else:
                    installation.run(
                        "from publishing.models import Delivery, Channel\n"
                        "Delivery.objects.filter(channel__in=Channel.objects.order_by('id')[:2]).delete()"
                    )
                workers(installation)
                installation.beat()
                time.sleep(8)
                due = installation.run(
                    SPREAD.replace('attempt_no=0)', 'attempt_no=0, due_at__gt=timezone.now() + timedelta(hours=1))'),
                    count=500, seconds=60,
                )  # fmt: skip
                arrived = receiver.wait_for_these(due, 200)
                told(label, [arrived[marker] - at for marker, at in due.items()])
            finally:
                stop(silent)  # type: ignore[arg-type]


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    chosen = sys.argv[1:] or ["throughput", "lateness", "now", "neighbours"]
    for name in chosen:
        {"throughput": throughput, "lateness": lateness, "now": now, "neighbours": neighbours}[name]()
    print(json.dumps({"processors": os.cpu_count(), "python": sys.version.split()[0]}))
