"""Partners whose systems send the same thing twice at the same moment: one incident, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.servers.databases import postgres

SEND = """
import threading
from django.db import connection
from django.test import Client
from cms.incidents import Incident, Topic
from cms.intake.partners import HandedOver, IntakeKey, IntakePartner
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
Topic.objects.get_or_create(name="Thử", slug="thu")
key = IntakeKey(partner=IntakePartner.objects.create(name=values["name"]), scopes=IntakeKey.Scope.values).new_key()
body = {"reference": "A-1", "claim": "Nước máy nhiễm độc.", "topic": "thu", "first_seen_at": "2026-11-20T08:00:00+07:00",
        "appearances": [{"platform": "zalo", "seen_at": "2026-11-20T08:00:00+07:00"}]}
before, answers, gate = Incident.objects.count(), [], threading.Barrier(6)
def send():
    headers = {"Authorization": f"Bearer {key}", **values["headers"]}
    gate.wait()
    answer = Client().post("/api/intake/v1/incidents/", json.dumps(body), "application/json", headers=headers)
    answers.append([answer.status_code, answer.json().get("id")])
    connection.close()
threads = [threading.Thread(target=send) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
made = Incident.objects.count() - before
print(json.dumps({"answers": sorted(answers), "made": made, "seen": Incident.objects.latest("pk").appearances.count()}))
"""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("intake")
    with ExitStack() as servers:
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if request.param == "postgres" else {}
        made = Installation(folder, **settings)
        made.manage("migrate", "--verbosity", "0")
        yield made


def test_six_of_the_same_request_at_once_make_one_incident_and_get_one_answer(installation):
    told = installation.run(SEND, name="Một (hư cấu)", headers={"Idempotency-Key": "mot"})
    assert told["made"] == 1 and told["seen"] == 1
    assert [status for status, _pk in told["answers"]] == [201] * 6 and len(
        {pk for _status, pk in told["answers"]}
    ) == 1


def test_without_an_idempotency_key_the_reference_keeps_them_one(installation):
    told = installation.run(SEND, name="Hai (hư cấu)", headers={})
    assert told["made"] == 1
    assert [status for status, _pk in told["answers"]] == [200] * 5 + [201] and len(
        {pk for _status, pk in told["answers"]}
    ) == 1
