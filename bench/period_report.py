"""How long a report takes with 10,000 incidents, 5,000 stories and 50,000 deliveries, all within one year.

    DATA_DIR=/some/empty/folder python bench/period_report.py

Writes into the database that the settings name, which must be empty after ``migrate``.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.seeded_office import publish, register, send  # noqa: E402
from cms.incidents import Incident  # noqa: E402
from cms.reports import sections  # noqa: E402
from cms.reports.period import Period  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    if not Incident.objects.exists():
        register(10_000)
        send(publish(5_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for period in (Period(date(2025, 1, 1), date(2025, 12, 31)), Period(date(2025, 11, 1), date(2025, 11, 30))):
        with CaptureQueriesContext(connection) as queries:
            sections.make(period)
        connection.force_debug_cursor = False
        times, of_process = [], []
        for _turn in range(7):
            begun, used = time.perf_counter(), time.process_time()
            sections.make(period)
            times.append(time.perf_counter() - begun)
            of_process.append(time.process_time() - used)
        print(
            f"{period.first} – {period.last}: {1000 * min(times):.0f} ms, of these {1000 * min(of_process):.0f} ms in this"
            f" process, {len(queries)} queries"
        )
        for _order, maker in sections._makers:
            begun = time.perf_counter()
            made = maker(period)
            print(f"    {made.key:<12} {1000 * (time.perf_counter() - begun):.0f} ms")


if __name__ == "__main__":
    main()
