"""Fixtures for all tests, and the rule that a suite which cannot run makes the run fail."""

from __future__ import annotations

import functools
import io
import os
import shutil
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import cache
from django.core.files.images import ImageFile
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.urls import URLResolver, resolvers
from django.urls.resolvers import RegexPattern
from PIL import Image

from tests.servers.migrated import copy_sqlite

# Where Debian puts what tests start; "wordpress" is a folder of files, not a program.
_PLACES = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/lib/postgresql/15/bin", "/usr/lib/openssh"]
_FOLDERS = {"wordpress": Path("/usr/share/wordpress")}
LOOPBACK = ["127.0.0.0/8", "::1/128"]
_NEEDS = "cannot run without "
_missing: dict[str, set[str]] = {}


def is_here(program: str) -> bool:
    """Whether a program (or a folder known by name) of Debian's is installed."""
    if program in _FOLDERS:
        return _FOLDERS[program].exists()
    return bool(shutil.which(program)) or any(Path(place, program).exists() for place in _PLACES)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="leave out what asks no database: pytest-django lets no other test near one",
    )


def asks_the_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "django_db_setup", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-database"):
        others = [item for item in items if not asks_the_database(item)]
        items[:] = [item for item in items if asks_the_database(item)]
        config.hook.pytest_deselected(items=others)
    # Whole files go to a process each: those that wait for servers and browsers begin, so that none is left at the end.
    items.sort(key=lambda item: not {"browser", "faults"} & set(item.path.parts))
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


def is_sqlite() -> bool:
    from django.conf import settings

    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """pytest-django's own: the file that is copied below is used as it is."""
    return is_sqlite()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """pytest-django's own: the database of the tests is a copy of one that was migrated once for all processes."""
    from django.conf import settings

    test = settings.DATABASES["default"]["TEST"]
    if not is_sqlite():
        test["TEMPLATE"] = os.environ.get("TEST_TEMPLATE")
        yield
        return
    file = Path(test["NAME"])
    copy_sqlite(file)
    yield
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


@receiver(connection_created)
def _nobody_waits_for_the_disk(connection, **_signal: object) -> None:
    """What a power cut would do to the database of a test is nobody's concern."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous=OFF")


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    """Nothing a test writes lands in the demo's folders."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {"BACKEND": "cms.storage.PrivateStorage", "OPTIONS": {"location": tmp_path / "private"}},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PRIVATE_NETWORKS = LOOPBACK  # where stand-ins and real servers of tests are
    settings.TASKS = {"default": {"BACKEND": "tests.quick_tasks.QuickTasks"}}
    settings.WHITENOISE_AUTOREFRESH = True  # looks for a file when it is asked for, not for all of them in every test
    settings.FETCH_LINKS = False  # sweeps ask no stranger's server; tests of that turn it on
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def wagtails_indexes(settings):
    """The search of the admin and the index of what uses what are written, as in production."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@functools.cache
def _addresses(urlconf: str, _main_language: str) -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), urlconf)


def _addresses_of_the_main_language(urlconf: str) -> URLResolver:
    """Django remembers which language has no prefix, once an address was looked up; tests change the main language, and to
    forget all addresses each time takes a tenth of a second."""
    from django.conf import settings

    return _addresses(urlconf, settings.LANGUAGE_CODE)


resolvers._get_cached_resolver = _addresses_of_the_main_language


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """The next test's picture has the same number as this one's and lies in another folder: what a cache knows is untrue."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_language_left_behind():
    """A request below /en/ leaves its language active in this thread; the next test starts with the site's own."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture
def each_statement_counts(db, monkeypatch):
    """For tests of what is kept until something public changes. On PostgreSQL a transaction counts once, and a test is
    one: with this each of its statements counts."""
    from django.db import connection

    from cms.page_cache import changes

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(changes._FUNCTION.replace("DO NOTHING", "DO UPDATE SET stamp = excluded.stamp"))
        monkeypatch.setitem(changes._READ, "postgresql", changes._READ["sqlite"])


@pytest.fixture
def picture(db):
    """A stored picture of one colour."""
    from cms.models import Picture

    file = io.BytesIO()
    Image.new("RGB", (1200, 800), (0, 90, 140)).save(file, "JPEG")
    file.seek(0)
    return Picture.objects.create(title="Minh họa", file=ImageFile(file, name="minh-hoa.jpg"))


# Inventing takes time: a few cases in every run, many with HYPOTHESIS_PROFILE=long. Each run of CI invents the same.
hypothesis.settings.register_profile("short", max_examples=50, deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
