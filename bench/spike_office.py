"""The office of the spike: what is in it, and its processes, as production runs them and as the embedded kind does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.installation import Installation
from tests.servers.databases import postgres, redis
from tests.servers.local import answers, free_port, wait_until
from tests.servers.nginx import nginx

KINDS = ("production", "embedded")
OLD, NEW = "Câu trả lời lúc đầu của trung tâm.", "Câu trả lời đã được sửa của trung tâm."

# A year of the office, the answer of which everybody will talk, and its correction, which waits for the approver's click.
SEED = """
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield
from bench.seeded_office import publish as publish_many, register, send
from cms import people
from cms.models import Rebuttal
from cms.site import follow_base_url
from publishing import outbox
from publishing.models import Channel, Organisation, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from publishing.worker import sweep
from tests.make import approve, make_rebuttal, make_user, publish, submit, team

follow_base_url()
if values["incidents"]:
    register(values["incidents"])
    send(publish_many(values["incidents"] // 2))
Channel.objects.update(is_active=False)  # of those of the year there is no stand-in
editor, checker, approver = team()
page = publish(make_rebuttal(owner=editor, short_answer=values["old"]), editor, checker, approver)
owner = Organisation.objects.create(name="Chủ kênh (hư cấu)")
for name, one in values["connections"].items():
    channel = Channel(organisation=owner, kind=one["kind"], name=name, is_sandbox=True, config={**one["config"], "settle_seconds": 1})
    channel.set_secrets(one["secrets"])
    channel.save()
    version = StoryVersion.objects.get(key=page.story_key)
    outbox.enqueue(version, [Owed(channel.pk, Action.POST, timezone.now())])
draft = Rebuttal.objects.get(pk=page.pk)
draft.short_answer, draft.change_kind, draft.change_note = values["new"], "correction", "Sửa câu trả lời."
draft.save_revision(user=editor)
submit(draft, editor)
approve(draft, checker)
state = Rebuttal.objects.get(pk=page.pk).current_workflow_task_state
answers = page.get_parent().pk
desk = []
for _number in range(values["editors"]):
    person = make_user(people.EDITOR)
    person.groups.add(Group.objects.get(name=people.PUBLISHER))
    own = make_rebuttal(owner=person)
    body = streamfield([(block.block_type, rich_text(block.value.source)) for block in own.body])
    desk.append({
        "name": person.username, "answer": own.pk, "edit": reverse("wagtailadmin_pages:edit", args=[own.pk]),
        "fixed": {**nested_form_data({"body": body}), "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0},
        "views": {"today": reverse("wagtailadmin_home"), "explorer": reverse("wagtailadmin_explore", args=[answers]),
                  "deliveries": reverse("publishing_deliveries")},
    })
sweep()
call_command("seal_audit", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")  # what a database does by itself within a minute
print(json.dumps({"path": page.get_url(), "key": page.story_key, "approver": approver.username, "editors": desk,
                  "click": reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])}))
"""

# Deliveries through the outbox, one story to every channel, that fall due one after the other.
PLAN = """
import time
from datetime import datetime, timedelta, UTC
from publishing import outbox
from publishing.models import Channel, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from tests.publishing.stories import fresh_story, token_of
channels = list(Channel.objects.filter(is_active=True).order_by("name"))
begins_at = time.time() + values["starts_in"]
step, number, due = values["seconds"] / values["count"], 0, []
while number < values["count"]:
    story, owed = fresh_story(), []
    for channel in channels[: values["count"] - number]:
        at = datetime.fromtimestamp(begins_at + number * step, UTC)
        owed.append(Owed(channel.pk, Action.POST, at))
        due.append([channel.name, token_of(story), at.timestamp()])
        number += 1
    outbox.enqueue(StoryVersion.of(story), owed)
print(json.dumps({"begins_at": begins_at, "due": due, "planned_at": time.time()}))
"""

LOOK = """
from collections import Counter
from publishing.models import Attempt, Delivery
from wagtail.models import Revision
planned = Delivery.objects.filter(channel__is_active=True)
drafts = {one["name"]: Revision.objects.filter(object_id=str(one["answer"]), user__username=one["name"]).count() - 1
          for one in values["editors"]}
print(json.dumps({
    "states": Counter(planned.values_list("state", flat=True)), "drafts": drafts,
    "corrected": planned.filter(story=values["key"], action="correct", state="sent").count(),
    "attempts": Counter(Attempt.objects.filter(delivery__in=planned).values_list("outcome", flat=True)),
}))
"""


@dataclass
class Office:
    """A running one. ``port``: where readers and editors come in; ``made``: what SEED printed."""

    installation: Installation
    port: int
    made: dict[str, Any]


@contextmanager
def office(
    kind: str, folder: Path, connections: dict[str, Any], editors: int, incidents: int, is_collected: bool
) -> Iterator[Office]:
    """Everything of it, started and answering. ``is_collected``: with collected static files, as deploy/ has them."""
    with ExitStack() as kept:
        front, settings = free_port(), {"EMAIL_URL": "dummymail://", "FETCH_LINKS": "0"}
        if kind == "production":
            broker = kept.enter_context(redis())
            settings |= {
                "DATABASE_URL": kept.enter_context(postgres(is_durable=True)),
                "CELERY_BROKER_URL": broker,
                "CACHE_URL": broker.removesuffix("/0") + "/1",
                "BEHIND_PROXY": "1",
            }
        if is_collected:
            settings["STATIC_COLLECTED"] = "1"
        installation = Installation(folder, BASE_URL=f"http://127.0.0.1:{front}", **settings)
        kept.callback(installation.stop)
        if is_collected:
            installation.manage("collectstatic", "--noinput", "--verbosity", "0")
        made = installation.run(SEED, connections=connections, editors=editors, incidents=incidents, old=OLD, new=NEW)
        if kind == "production":
            ports = [_web(installation, free_port(), workers=2, threads=8) for _number in range(2)]
            kept.enter_context(nginx(folder / "nginx", ports, folder / "var", port=front, workers=2))
            installation.celery()
            installation.beat()
        else:
            _web(installation, front, workers=1, threads=4)
            installation.start(sys.executable, "manage.py", "work")
        yield Office(installation, front, made)


def _web(installation: Installation, port: int, workers: int, threads: int) -> int:
    """A web process as the units of systemd and the demo start it; returns its port when it answers."""
    installation.start(
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--log-level", "warning",
        "--workers-kill-timeout", "30", "--respawn-failed-workers", "cms.wsgi:application",
    )  # fmt: skip
    wait_until(lambda: answers(port), 60, "the site")
    return port
