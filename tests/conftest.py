"""Fixtures for all tests, and the rule that a suite which cannot run makes the run fail."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from django.core.files.images import ImageFile
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.urls import clear_url_caches
from PIL import Image

# Where Debian puts what tests start; "wordpress" is a folder of files, not a program.
_PLACES = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/lib/postgresql/15/bin", "/usr/lib/openssh"]
_FOLDERS = {"wordpress": Path("/usr/share/wordpress")}
_NEEDS = "cannot run without "
_missing: dict[str, set[str]] = {}


def is_here(program: str) -> bool:
    """Whether a program (or a folder known by name) of Debian's is installed."""
    if program in _FOLDERS:
        return _FOLDERS[program].exists()
    return bool(shutil.which(program)) or any(Path(place, program).exists() for place in _PLACES)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("needs"):
            if missing := [program for program in mark.args if not is_here(program)]:
                item.add_marker(pytest.mark.skip(reason=f"{_NEEDS}{', '.join(missing)}"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    # Read from the reports, because with several processes only they reach the one that ends the run.
    if report.skipped and isinstance(report.longrepr, tuple) and _NEEDS in report.longrepr[2]:
        for program in report.longrepr[2].split(_NEEDS)[1].split(", "):
            _missing.setdefault(program, set()).add(report.location[0])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("suites that could not run", red=True)
        for program, files in sorted(_missing.items()):
            terminalreporter.line(f"needs {program}: {', '.join(sorted(files))}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if _missing and exitstatus == 0:
        session.exitstatus = 1


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    """Nothing a test writes lands in the demo's folders."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {"BACKEND": "cms.storage.PrivateStorage", "OPTIONS": {"location": tmp_path / "private"}},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@receiver(setting_changed)
def _addresses_follow_the_main_language(setting: str, **_signal: object) -> None:
    # Django remembers which language has no prefix, once an address was looked up.
    if setting == "LANGUAGE_CODE":
        clear_url_caches()


@pytest.fixture(autouse=True)
def _no_language_left_behind():
    """A request below /en/ leaves its language active in this thread; the next test starts with the site's own."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture
def picture(db):
    """A stored picture of one colour."""
    from cms.models import Picture

    file = io.BytesIO()
    Image.new("RGB", (1200, 800), (0, 90, 140)).save(file, "JPEG")
    file.seek(0)
    return Picture.objects.create(title="Minh họa", file=ImageFile(file, name="minh-hoa.jpg"))
