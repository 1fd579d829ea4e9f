"""A whole demo as a newcomer starts it, and people in front of real browsers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cms.demo.demo_content import PASSWORD
from cms.management.commands.demo import PORTS
from tests.servers.local import free_ports, wait_until
from tests.servers.migrated import copy_sqlite

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = "/usr/bin/chromium"


@dataclass
class Demo:
    """A running ``manage.py demo``."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stand_in(self, number: int) -> str:
        """1 Facebook, 2 newspaper, 3 broadcaster"""
        return f"http://127.0.0.1:{self.port + number}"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, port = tmp_path_factory.mktemp("demo"), free_ports(PORTS)
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DEMO": "1",
        "DATABASE_URL": "",
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("DATABASE_URL")
    copy_sqlite(folder / "db.sqlite3")  # test_demo.py starts it with nothing
    said = (folder / "said").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=said, stderr=said
    )
    try:
        wait_until(lambda: b"Ctrl-C" in (folder / "said").read_bytes() or process.poll() is not None, 300, "the demo")
        assert process.poll() is None, (folder / "said").read_text()
        yield Demo(port, folder, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Django refuses ORM calls where an event loop runs, and Playwright runs one in this thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield started
        started.close()


class People:
    """Everybody at a screen of their own, logged in."""

    def __init__(self, browser: Browser, demo: Demo) -> None:
        self.browser, self.demo = browser, demo
        self.contexts: dict[str, BrowserContext] = {}

    def screen(self, username: str = "", width: int = 1280) -> Page:
        """A new tab of this person; of a member of the public without a name."""
        if username not in self.contexts:
            context = self.browser.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
            context.set_default_timeout(15_000)
            self.contexts[username] = context
            if username:
                page = context.new_page()
                page.goto(f"{self.demo.url}/admin/login/")
                page.fill("input[name=username]", username)
                page.fill("input[name=password]", PASSWORD)
                page.click("button[type=submit]")
                page.wait_for_url("**/admin/")
                page.close()
        return self.contexts[username].new_page()


@pytest.fixture(autouse=True)
def _pictures_of_a_failure(request: pytest.FixtureRequest, people: People) -> Iterator[None]:
    """After a failed test every open tab is drawn into var/failures/."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before:
        folder = ROOT / "var" / "failures"
        folder.mkdir(parents=True, exist_ok=True)
        for username, context in people.contexts.items():
            for number, page in enumerate(context.pages):
                page.screenshot(
                    path=folder / f"{request.node.name}-{username or 'public'}-{number}.png", full_page=True
                )


@pytest.fixture(scope="module")
def people(browser: Browser, demo: Demo) -> Iterator[People]:
    made = People(browser, demo)
    yield made
    for context in made.contexts.values():
        context.close()
