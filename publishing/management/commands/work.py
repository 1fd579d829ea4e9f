"""``manage.py work``: the delivery worker without a broker."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from publishing.trace import tracing
from publishing.worker import Worker, sweep

SWEEP_SECONDS = 30


class Command(BaseCommand):
    help = "Delivers what is due, until stopped (SIGTERM or Ctrl-C: finishes what is in flight, then exits)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=None, help="calls to channels at the same time")
        parser.add_argument("--once", action="store_true", help="deliver what is due now, then exit")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(options["threads"])
        if options["once"]:
            self._tend()
            worker.drain()
            worker.finish()
            return
        # A handler runs inside whatever this thread does, perhaps in the middle of waiting for the very event it sets.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=worker.stop).start())
        tending = threading.Thread(target=self._tend_for_ever, args=(worker.stopping,), daemon=True)
        tending.start()
        worker.run()

    def _tend_for_ever(self, stopping: threading.Event) -> None:
        while not stopping.wait(SWEEP_SECONDS):
            self._tend()

    def _tend(self) -> None:
        """What beat does in production: publish what is scheduled, plan what is owed."""
        close_old_connections()
        try:
            with tracing(""):
                call_command("publish_due", verbosity=0)
                sweep()
        except Exception as error:
            self.stderr.write(f"tending failed, trying again: {error!r}")
        finally:
            close_old_connections()
