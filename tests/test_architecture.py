"""The house rules that a reviewer would otherwise have to remember."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "campaigns": {"campaigns", "cms", "publishing"},
    "cms": {"cms", "publishing"},
    "publishing": {"publishing"},
}


def modules(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_one_way(package):
    """campaigns -> cms -> publishing; the demo and the settings' Celery entry are part of cms."""
    for path in modules(package):
        ours = {name.split(".")[0] for name in imports(path)} & (set(MAY_IMPORT) | {"tests"})
        assert ours <= MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {ours}"


def test_nothing_but_an_adapter_asks_for_a_kind_of_channel():
    for package in MAY_IMPORT:
        for path in modules(package):
            if "channels" not in path.parts and "sandbox" not in path.parts:
                assert not re.search(r"\bkind\s*==", path.read_text()), path


def test_the_outbox_knows_no_broker():
    for name in ("outbox.py", "worker.py", "plan.py", "models.py"):
        assert not any(one.split(".")[0] in {"celery", "kombu", "redis"} for one in imports(ROOT / "publishing" / name))


def test_stand_ins_are_no_part_of_a_production_start():
    for package in MAY_IMPORT:
        for path in modules(package):
            if "sandbox" not in path.parts:
                assert not any(name.startswith("publishing.sandbox") for name in imports(path)), path


def test_no_machine_path_and_no_secret_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in {".woff2", ".mo", ".png", ".jpg", ".ico"} or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        assert not re.search(r"(?<![\w.])/work/|/root/\.", text) or path == Path(__file__), name
        assert "BEGIN OPENSSH PRIVATE KEY" not in text or "tests" in path.parts or "channels" in path.parts, name
