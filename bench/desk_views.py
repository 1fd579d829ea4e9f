"""How long every view of the desk takes in a large office, and how many queries, on SQLite and on PostgreSQL.

    .venv/bin/python bench/desk_views.py            10,000 incidents, 5,000 stories, 50,000 deliveries
    .venv/bin/python bench/desk_views.py 1000       a tenth: the number of queries must be the same

An administrator, who sees all there is, opens each view in process: the middle of five, after one to warm up. Wanted: at
most 500 ms each.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WANTED_MS = 500


def measure(incidents: int) -> dict[str, tuple[float, int, int]]:
    """View -> (milliseconds, queries, status), in the database that the settings name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from bench.seeded_office import publish, register, send
    from cms import people
    from cms.incidents import Incident
    from cms.models import Rebuttal
    from cms.sent_in.submissions import Submission
    from publishing.models import Channel, Delivery, State, StoryVersion
    from tests.make import make_user

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    register(incidents)
    send(publish(incidents // 2))
    call_command("seal_audit", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    person = make_user(people.ADMINISTRATOR, is_superuser=True)
    client = Client()
    client.force_login(person)

    def at(name: str, *args: Any) -> str:
        return reverse(name, args=args)

    answer = Rebuttal.objects.order_by("-pk").first()
    incident = Incident.objects.filter(status=Incident.Status.REPORTED).first()
    story = StoryVersion.objects.order_by("-pk").first()
    failed = Delivery.objects.filter(state=State.FAILED).first()
    channel = Channel.objects.first()
    submission = Submission.objects.filter(incident=None).first()
    assert answer and incident and story and failed and channel and submission
    register_list = at("wagtailsnippets_cms_incident:list")
    views = {
        "first page": at("wagtailadmin_home"),
        "register": register_list,
        "register, by time left": register_list + "?ordering=due_at",
        "register, late only": register_list + "?owed=late",
        "register, searched": register_list + "?q=thu+nghiem",
        "an incident": at("wagtailsnippets_cms_incident:edit", incident.pk),
        "an incident's history": at("audit_incident", incident.pk),
        "answers": at("wagtailadmin_explore", answer.get_parent().pk),
        "an answer": at("wagtailadmin_pages:edit", answer.pk),
        "an answer's history": at("audit_page", answer.pk),
        "inbox": at("inbox"),
        "a submission": at("inbox_group", submission.pk),
        "import": at("intake_import"),
        "looking again": at("re_review"),
        "links and copies": at("links_of_page", answer.pk),
        "complaints": at("complaints"),
        "notices": at("notices"),
        "report of a month": at("report") + "?first=2025-11-01&last=2025-11-30",
        "report of the year": at("report") + "?first=2025-01-01&last=2025-12-31",
        "audit log": at("audit_log"),
        "campaigns": at("campaigns_all"),
        "warnings": at("campaigns_alerts_all"),
        "indicators": at("campaigns_indicators_all"),
        "stories to send": at("publishing_stories"),
        "compose": at("publishing_compose", story.pk),
        "calendar": at("publishing_calendar"),
        "calendar, list": at("publishing_calendar") + "?view=list",
        "deliveries": at("publishing_deliveries"),
        "deliveries, in trouble": at("publishing_deliveries") + "?state=failed",
        "a delivery": at("publishing_delivery", failed.pk),
        "corrections owed": at("publishing_corrections"),
        "figures": at("publishing_figures"),
        "channels": at("publishing_channels"),
        "a channel": at("publishing_channel", channel.pk),
    }
    found = {}
    for name, url in views.items():
        with CaptureQueriesContext(connection) as queries:
            status = client.get(url).status_code
        counted = len(queries)  # now: the next request empties the list
        took = []
        for _turn in range(5):
            begun = time.perf_counter()
            client.get(url)
            took.append((time.perf_counter() - begun) * 1000)
        found[name] = (statistics.median(took), counted, status)
    return found


def main() -> None:
    """Prints one line a view."""
    incidents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if os.environ.get("BENCH_CHILD"):
        print(json.dumps(measure(incidents)))
        return
    from tests.servers.databases import postgres

    def child(**environment: str) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, __file__, str(incidents)], check=True, stdout=subprocess.PIPE, text=True,
                env={**os.environ, "BENCH_CHILD": "1", "DATA_DIR": folder, **environment},
            )  # fmt: skip
        return dict(json.loads(done.stdout.splitlines()[-1]))

    with postgres(is_durable=True) as url:
        on_postgres = child(DATABASE_URL=url)
    on_sqlite = child()
    print(f"load {os.getloadavg()[0]:.1f}; {incidents} incidents; milliseconds, queries")
    print(f"{'':<28}{'SQLite':>16}{'PostgreSQL':>16}")
    for name, (ms, queries, status) in on_sqlite.items():
        other = on_postgres[name]
        slow = "  too slow" if max(ms, other[0]) > WANTED_MS else ""
        odd = f"  answered {status}, {other[2]}" if {status, other[2]} != {200} else ""
        print(f"{name:<28}{ms:>10.0f}{queries:>6}{other[0]:>10.0f}{other[1]:>6}{slow}{odd}")


if __name__ == "__main__":
    main()
