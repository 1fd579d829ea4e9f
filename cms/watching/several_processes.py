"""Where the processes of one web server keep their figures, so that whichever is asked tells those of all.

The folder is named after the process that started them: what several servers on one machine count stays apart, a worker that
is started again goes on, and nothing is left of a server that ended.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, and looked at before it is used


def prepare() -> None:
    """To be called before anything imports prometheus_client, which reads the variable then. A value of the operator's stays."""
    if os.environ.get(VARIABLE):
        return
    # In memory where there is such a place: the files are mapped, and on a full disk the first touch of a page that has no room
    # ends the process.
    place = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    above = place / f"factcheck-metrics-{os.geteuid()}"
    above.mkdir(mode=0o700, exist_ok=True)
    if above.stat().st_uid != os.geteuid() or above.is_symlink():
        return  # somebody else's folder: each process counts for itself
    for old in above.iterdir():
        if old.name.isdecimal() and not Path("/proc", old.name).exists():
            shutil.rmtree(old, ignore_errors=True)
    mine = above / str(os.getppid())
    mine.mkdir(mode=0o700, exist_ok=True)
    os.environ[VARIABLE] = str(mine)
