"""What a machine of its own is set up with: units, scripts, settings and images fit the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SCRIPTS = [DEPLOY / name for name in ("install", "upgrade", "rollback", "manage", "common.sh")]
READ = re.compile(r'env(?:\.\w+)?\(\s*"([A-Z0-9_]+)"')


@pytest.mark.needs("systemd-analyze")
def test_systemd_understands_every_unit():
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted((DEPLOY / "systemd").iterdir())],
        capture_output=True,
        text=True,
    )
    # The programs are not installed here; that they are in the environment is asked below.
    lines = [line for line in said.stderr.splitlines() if "factcheck" in line and "is not executable" not in line]
    assert lines == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_service_is_kept_in_its_place_and_starts_what_there_is(unit):
    text = unit.read_text()
    for line in (
        "User=factcheck",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "CapabilityBoundingSet=",
    ):
        assert f"\n{line}\n" in text, line
    assert re.search(r"^MemoryMax=", text, re.M)
    for program in re.findall(r"^ExecStart=/srv/factcheck/current/\.venv/bin/(\S+)", text, re.M):
        assert (Path(sys.executable).parent / program).exists()


def test_the_scripts_are_clean_shell():
    shellcheck = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run([shellcheck, "-x", *SCRIPTS], cwd=DEPLOY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", [["install"], ["install", "--domain"], ["upgrade", "--what"]])
def test_a_script_that_is_asked_wrongly_does_nothing(command, tmp_path):
    done = subprocess.run(
        [DEPLOY / command[0], *command[1:]],
        env={"PATH": "/usr/bin:/bin", "ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "deploy/" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_nginx_has_room_for_thousands_of_readers_who_wait():
    """By what deploy/install does to Debian's nginx.conf. A reader is an open file, and one more while nginx asks the site."""
    install = (DEPLOY / "install").read_text()
    change = re.search(r"sed -i -E '(.+)' /etc/nginx/nginx.conf", install)
    assert change and "process.conf" in install
    debians = "events {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n"
    changed = subprocess.run(["sed", "-E", change[1]], input=debians, capture_output=True, text=True, check=True).stdout
    room = re.search(r"worker_connections (\d+);", changed)
    files = re.search(r"^worker_rlimit_nofile (\d+);", (DEPLOY / "nginx/process.conf").read_text(), re.M)
    assert room and files and int(room[1]) >= 8000 and int(files[1]) >= 2 * int(room[1])


def test_every_setting_that_is_read_is_described_and_the_other_way_round():
    read = set(READ.findall((ROOT / "cms/settings.py").read_text())) | {
        "SECRET_KEY",
        "PROMETHEUS_MULTIPROC_DIR",
    }  # a library reads the second
    table = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    told = {name for line in table for name in re.findall(r"`([A-Z0-9_]+)`", line.split("|")[1])}
    assert len(read) > 30
    assert read - told == set(), "not in docs/settings.md"
    assert told - read == set(), "in docs/settings.md, and nobody reads it"


def test_the_containers_are_told_settings_that_exist():
    compose = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())
    assert {"web", "worker", "beat", "database", "redis", "nginx"} <= set(compose["services"])
    read = set(READ.findall((ROOT / "cms/settings.py").read_text())) | {
        "POSTGRES_USER",
        "POSTGRES_DB",
        "POSTGRES_PASSWORD",
    }
    lines = (DEPLOY / "container/environment.example").read_text().splitlines()
    assert {line.split("=")[0] for line in lines if not line.startswith("#")} <= read
    copied = re.findall(r"^COPY (?:--chown=\S+ )?([\w .-]+) /", (DEPLOY / "container/Containerfile").read_text(), re.M)
    assert len(copied) > 5 and all((ROOT / name).exists() for names in copied for name in names.split())
