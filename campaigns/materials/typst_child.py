"""What runs in the process that draws: Typst, and nothing of the site.

drawing.py starts it as ``python -I typst_child.py <descriptor of a socket> <folder of fonts>`` and asks over the socket.
A question is JSON: ``sources`` (file name -> text), ``wants`` ("pdf", "png" or "over") and for a picture ``ppi`` and
``page``. An answer is two messages: JSON with ``fault`` (empty if all went well) and ``is_last`` (this process ends now,
ask another), then what was made.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import typst

IDLE = 30  # seconds without a question after which it ends
# Typst remembers all that it has measured and forgets nothing. What it may hold before the process is replaced:
MOST_KEPT = 400 * 1024 * 1024
MOST = 3 * 1024**3 // 2  # bytes of addresses; what wants more fails here and not on the whole machine


def made(asked: dict[str, Any], fonts: typst.Fonts) -> bytes:
    """The file that is asked for; of "over" the values of the metadata labelled ``<over>``, as JSON."""
    sources: Any = {name: text.encode() for name, text in asked["sources"].items()}
    if asked["wants"] == "over":
        found: Any = typst.query(sources, "<over>", field="value", font_paths=fonts, ignore_system_fonts=True)
        return (found if isinstance(found, str) else json.dumps(found)).encode()
    if asked["wants"] == "png":
        pages: Any = typst.compile(sources, format="png", ppi=asked["ppi"], font_paths=fonts, ignore_system_fonts=True)
        return bytes(pages[asked["page"]] if isinstance(pages, list) else pages)
    file: Any = typst.compile(
        sources,
        format="pdf",
        font_paths=fonts,
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=0,  # Typst stamps the file otherwise, and no two would be the same
    )
    return bytes(file)


def held() -> int:
    """The most memory this program had so far, in bytes.

    Not asked of getrusage: its figure goes on counting what the process that started this one had.
    """
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main() -> None:
    """Answers until nobody asks any more, the one who asked is gone, or too much is remembered."""
    with contextlib.suppress(ValueError, OSError):  # no such limit on this system
        resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe = Connection(int(sys.argv[1]))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[sys.argv[2]])
    is_last = False
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while not is_last and pipe.poll(IDLE):
            asked, file, fault = json.loads(pipe.recv_bytes()), b"", ""
            try:
                file = made(asked, fonts)
            except Exception as error:
                fault = str(error) or type(error).__name__
            is_last = held() > MOST_KEPT
            pipe.send_bytes(json.dumps({"fault": fault, "is_last": is_last}).encode())
            pipe.send_bytes(file)


if __name__ == "__main__":
    main()
