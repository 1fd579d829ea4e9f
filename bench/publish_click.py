"""How long the approver's last click takes, with every channel down, against the same click on a story nobody sent.

    .venv/bin/python bench/publish_click.py [ROUNDS]

Each round publishes a correction of an answer that is out on three channels, all of them unreachable: the page goes
live and three corrections are planned, and no channel is called. The peer in the same run is the same click on an
answer that is on no channel. In process, through Django's test client, on a fresh SQLite database in a file.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = tempfile.mkdtemp(prefix="bench-")
os.environ.update(DATA_DIR=FOLDER, DJANGO_SETTINGS_MODULE="cms.settings", EMAIL_URL="dummymail://")
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.servers.migrated import copy_sqlite  # noqa: E402

settings.ALLOWED_HOSTS = ["*"]
DEAD = "http://127.0.0.1:9"  # discard: nothing listens there


def main() -> None:
    """Prints median, 99th percentile and the ratio of medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    copy_sqlite(Path(FOLDER) / "db.sqlite3")

    from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
    from tests.make import approve, make_rebuttal, publish, submit, team

    editor, checker, approver = team()
    client = Client()
    client.force_login(approver)
    owner = Organisation.objects.create(name="Chủ kênh (hư cấu)")
    channels = []
    for number, kind in enumerate(("facebook", "wordpress", "newsroom")):
        config = {"api_base": DEAD, "base_url": DEAD, "host": "127.0.0.1", "port": 9, "page_id": "1", "username": "a"}
        channels.append(Channel.objects.create(organisation=owner, kind=kind, name=str(number), config=config))

    def click(page: object, note: str) -> tuple[float, float]:
        """Seconds from the click on "Approve" to the answer: on the clock, and of processor."""
        draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
        draft.change_kind, draft.change_note = "correction", note
        draft.save_revision(user=editor)
        submit(draft, editor)
        approve(draft, checker)
        now = type(page).objects.get(pk=page.pk)
        state = now.current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[now.pk, "approve", state.pk])
        started, worked = time.perf_counter(), time.process_time()
        answer = client.post(url, {"comment": ""})
        taken = time.perf_counter() - started, time.process_time() - worked
        assert answer.status_code == 302 or answer.json()["step"] == "success", answer.content
        assert type(page).objects.get(pk=page.pk).live_revision_id != page.live_revision_id
        return taken

    alone = publish(make_rebuttal(owner=editor), editor, checker, approver)
    sent = publish(make_rebuttal(owner=editor), editor, checker, approver)
    version = StoryVersion.objects.get(key=sent.story_key)
    for channel in channels:
        Delivery.objects.create(
            channel=channel, version=version, story=version.key, state=State.SENT, sent_at=timezone.now(), remote_id="1"
        )
    taken: dict[str, list[tuple[float, float]]] = {"on no channel": [], "on three dead channels": []}
    for turn in range(rounds):
        taken["on no channel"].append(click(alone, f"Sửa lần {turn}."))
        taken["on three dead channels"].append(click(sent, f"Sửa lần {turn}."))
    planned = Delivery.objects.filter(action="correct").count()
    assert planned == 3 * rounds, planned
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    medians = {}
    for name, both in taken.items():
        clock, work = sorted(one for one, _work in both), [one for _clock, one in both]
        high = clock[min(len(clock) - 1, int(len(clock) * 0.99))]
        medians[name] = statistics.median(clock)
        print(
            f"{name:<24} median {medians[name] * 1000:6.1f} ms   p99 {high * 1000:6.1f} ms   "
            f"of processor {statistics.median(work) * 1000:6.1f} ms   n={len(both)}"
        )
    ratio = medians["on three dead channels"] / medians["on no channel"]
    print(f"three dead channels cost {ratio:.2f} times the click on none")


if __name__ == "__main__":
    main()
