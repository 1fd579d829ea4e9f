"""What the last backup left as a sign: ``manage.py backup``, or whoever else makes them, writes ``last_backup.json`` into DATA_DIR."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

FILE = "last_backup.json"  # {"at": "2026-01-31T02:00:00+07:00", "ok": true}


@dataclass(frozen=True)
class Backup:
    at: datetime
    ok: bool


def last_backup() -> Backup | None:
    """None where there is no sign, or one that cannot be read."""
    try:
        said = json.loads((settings.DATA_DIR / FILE).read_text())
        at = parse_datetime(said["at"])
        if at is None:
            return None
        return Backup(at if timezone.is_aware(at) else timezone.make_aware(at), said["ok"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def leave_sign(at: datetime, ok: bool) -> None:
    """How the backup of that time ended. Raises OSError where DATA_DIR cannot be written."""
    made = settings.DATA_DIR / f"{FILE}.{os.getpid()}"
    made.write_text(json.dumps({"at": at.isoformat(), "ok": ok}) + "\n")
    made.replace(settings.DATA_DIR / FILE)  # in one piece: it is read at any time
