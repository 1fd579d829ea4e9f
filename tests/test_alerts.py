"""The alert rules: they can be read, ask for figures that exist, fire when they should, and each is explained."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from publishing.models import Attempt, Channel, Delivery, Organisation, State, StoryVersion
from publishing.pulse import Parts, Pulse
from tests.publishing.stories import make_story

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "deploy" / "alerts" / "rules.yml"
ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
MADE_OF_ANOTHER = ("_bucket", "_count", "_sum", "_created")


@pytest.mark.parametrize("alert", ALERTS, ids=[alert["alert"] for alert in ALERTS])
def test_every_alert_says_how_urgent_it_is_and_has_its_section_of_the_runbook(alert):
    name = alert["alert"]
    assert alert["labels"]["severity"] in {"page", "ticket"} and alert["annotations"]["summary"].endswith(".")
    assert alert["annotations"]["runbook"] == f"docs/runbook.md#{name.lower()}"
    section = (ROOT / "docs/runbook.md").read_text().split(f"\n## {name}\n")[1].split("\n## ")[0]
    assert all(part in section for part in ("**Means**", "**Look at**", "**Do**")), name


def test_the_runbook_explains_no_alert_that_is_gone():
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.M)
    assert sections == [alert["alert"] for alert in ALERTS]


def exposed(tmp_path: Path) -> set[str]:
    """Names of all figures, of a database in which there is something of everything."""
    from cms.watching.metrics import exposition

    now = timezone.now()
    owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
    channel = Channel.objects.create(organisation=owner, kind="facebook", name="Trang")
    version = StoryVersion.of(make_story())
    sent = Delivery.objects.create(channel=channel, version=version, story="a", state=State.SENT, sent_at=now)
    Delivery.objects.create(
        channel=channel, version=version, story="b", action="correct", due_at=now - timedelta(hours=1)
    )
    Attempt.objects.create(delivery=sent, number=1, step="send", outcome="ok", started_at=now)
    Pulse.objects.create(part=Parts.SWEEP, at=now, since=now)
    (tmp_path / "last_backup.json").write_text(json.dumps({"at": now.isoformat(), "ok": True}))
    return set(re.findall(r"^# TYPE (\w+)", exposition().decode(), re.M))


def test_rules_and_docs_ask_for_figures_that_exist(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    there = exposed(tmp_path)
    for path in (RULES, ROOT / "docs/runbook.md", ROOT / "docs/operating.md"):
        for name in set(re.findall(r"factcheck_\w+", path.read_text())) - {"factcheck_"}:
            assert name in there or name.removesuffix("_bucket") in there, f"{path.name}: {name}"
    told = set(re.findall(r"`(factcheck_\w+)`", (ROOT / "docs/operating.md").read_text()))
    assert {name for name in there if not name.endswith(MADE_OF_ANOTHER)} <= told


# When each fires: (figures, one a minute for 40 minutes) and the alerts at the end.
FIRES = {
    "nothing is wrong": ({}, []),
    "the worker died": ({'factcheck_seen_timestamp_seconds{part="worker"}': "0x40"}, ["WorkerSilent"]),
    "the worker was never there": ({'factcheck_seen_timestamp_seconds{part="worker"}': None}, ["WorkerSilent"]),
    "beat died": ({'factcheck_seen_timestamp_seconds{part="beat"}': "0x40"}, ["BeatSilent"]),
    "the database is away": (
        {"factcheck_database_up": "0x40", 'factcheck_seen_timestamp_seconds{part="worker"}': None},
        ["DatabaseAway"],
    ),
    "stuck": ({"factcheck_stuck_channels": "1x40"}, ["OutboxStuck"]),
    "a full disk": ({"factcheck_disk_free_bytes": "1e9x40"}, ["DiskLow"]),
    "one in ten fails": ({'factcheck_requests_total{status="500"}': "0+10x40"}, ["RequestsFailing"]),
}
WELL = {
    'up{job="factcheck"}': "1x40",
    "factcheck_database_up": "1x40",
    'factcheck_seen_timestamp_seconds{part="worker"}': "0+60x40",
    'factcheck_seen_timestamp_seconds{part="beat"}': "0+60x40",
    'factcheck_seen_timestamp_seconds{part="sweep"}': "0+60x40",
    'factcheck_requests_total{status="200"}': "0+100x40",
    "factcheck_stuck_channels": "0x40",
    "factcheck_disk_free_bytes": "50e9x40",
    "factcheck_disk_bytes": "100e9x40",
    "factcheck_backup_ok": "1x40",
    "factcheck_backup_timestamp_seconds": "0x40",
}


@pytest.mark.needs("promtool")
def test_prometheus_reads_the_rules_and_they_fire_when_they_should(tmp_path):
    tests = []
    for what, (figures, expected) in FIRES.items():
        series = [{"series": name, "values": values} for name, values in (WELL | figures).items() if values]
        # Named by the rules: those that must fire, and those that must not.
        asked = [
            {
                "eval_time": "40m",
                "alertname": alert["alert"],
                "exp_alerts": [
                    {"exp_labels": dict(alert["labels"]) | labels, "exp_annotations": alert["annotations"]}
                    for labels in ([_labels(alert["alert"], figures)] if alert["alert"] in expected else [])
                ],
            }
            for alert in ALERTS
        ]
        tests.append({"name": what, "interval": "1m", "input_series": series, "alert_rule_test": asked})
    path = tmp_path / "tests.yml"
    path.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    for command in (["check", "rules", RULES], ["test", "rules", path]):
        done = subprocess.run(["promtool", *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def _labels(name: str, figures: dict[str, str | None]) -> dict[str, str]:
    """The labels of the figure that the alert is about, which come along with it."""
    if name == "RequestsFailing":
        return {}
    series = next((one for one in figures if "part" in one), "") if name.endswith("Silent") else ""
    return dict(re.findall(r'(\w+)="(\w+)"', series))
