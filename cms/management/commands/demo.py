"""``manage.py demo``: everything on one machine, with invented content, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from publishing.desk.consent import redirect_uri

STOP_SECONDS = 15
PORTS = 14  # the site's own, and the 13 of publishing.sandbox
_DIE_WITH_PARENT = 1  # Linux: PR_SET_PDEATHSIG


class Command(BaseCommand):
    help = "Runs the site, the admin, the delivery worker and the stand-in channels with invented content."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.port = int(os.environ.get("PORT", "8000"))
        self.children: list[subprocess.Popen[bytes]] = []
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        for port in range(self.port, self.port + PORTS):
            self._must_be_free(port)
        try:
            self._start(
                sys.executable, "-m", "publishing.sandbox", "--store", str(self._store), "--port", str(self.port + 1),
                "--redirect-uri", redirect_uri(),
            )  # fmt: skip
            self._migrate()
            self._seed()
            connections.close_all()
            self._start(
                str(Path(sys.executable).with_name("granian")),
                "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
                "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
                "cms.wsgi:application",
            )  # fmt: skip
            self._wait_until_up()  # before anything is delivered: channels fetch pictures from the site
            self._start(sys.executable, str(settings.BASE_DIR / "manage.py"), "work")
            if not self.stopping.is_set():
                self._say_where()
            self._watch()
        finally:
            self._stop_all()

    @property
    def _store(self) -> Path:
        return settings.DATA_DIR / "sandbox"

    def _must_be_free(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CommandError(
                    f"Port {port} is in use. The demo needs {self.port} to {self.port + PORTS - 1}; choose others with PORT=…"
                ) from None

    def _start(self, *command: str) -> None:
        parent = os.getpid()

        def die_with_parent() -> None:
            # Where the supervisor itself is killed, its children are told to end as well (Linux).
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
                if os.getppid() != parent:
                    os._exit(1)

        # A group of its own, so that Ctrl-C in the terminal reaches the supervisor only, which stops them in order.
        self.children.append(
            subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True, preexec_fn=die_with_parent)
        )

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", verbosity=0)

    def _seed(self) -> None:
        from cms.demo.demo_content import seed
        from cms.site import follow_base_url

        follow_base_url()
        path = self._store / "connections.json"
        for _turn in range(200):
            if path.exists() or self.stopping.wait(0.1):
                break
        seed(json.loads(path.read_text()), self.stdout.write)

    def _wait_until_up(self) -> None:
        for _turn in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5):
                    return
            except OSError:
                if self.stopping.wait(0.1) or any(child.poll() is not None for child in self.children):
                    return

    def _say_where(self) -> None:
        from cms.demo.demo_content import PASSWORD, PEOPLE

        at = f"http://127.0.0.1:{self.port}"
        people = "\n".join(f"    {person.username:<12} {person.role}" for person in PEOPLE)
        self.stdout.write(
            f"""
  Site       {at}/
  Admin      {at}/admin/
  Sitemap    {at}/sitemap.xml

  Stand-in channels (nothing leaves this machine):
    Facebook Page      http://127.0.0.1:{self.port + 1}/
    Newspaper          http://127.0.0.1:{self.port + 2}/
    Broadcaster        http://127.0.0.1:{self.port + 3}/
    Telegram           http://127.0.0.1:{self.port + 5}/
    Mastodon           http://127.0.0.1:{self.port + 6}/
    Partner's site     http://127.0.0.1:{self.port + 7}/
    Zalo               http://127.0.0.1:{self.port + 8}/
    YouTube            http://127.0.0.1:{self.port + 9}/
    Newsroom's mail    http://127.0.0.1:{self.port + 10}/
    Loudspeaker's mail http://127.0.0.1:{self.port + 12}/
    What goes wrong there is switched on at the foot of each page.

  Log-ins, all with the password {PASSWORD}
{people}

  Everything shown is invented. Ctrl-C stops the demo.
"""
        )
        self.stdout.flush()

    def _watch(self) -> None:
        while not self.stopping.wait(0.5):
            for child in self.children:
                if child.poll() is not None:
                    raise CommandError(f"{child.args!r} ended with {child.returncode}; the demo stops.")

    def _stop_all(self) -> None:
        for child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
