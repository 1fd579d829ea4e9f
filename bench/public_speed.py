"""How fast public pages go out: from nginx, from the embedded server, and made anew, beside what others make of the same.

    .venv/bin/python bench/public_speed.py [--seconds 5] [--rounds 3] [--pages 1000 100000]

Prepares everything itself, on SQLite in temporary folders; the large database is made once and kept in the system's
temporary folder. Needs Debian's nginx and wrk. In each round everything is measured in turn, and ratios are made within
the round: read those, the machine is not yours. Run it with nothing else at work.

Peers: nginx serving the very bytes of our page as a file; an article of a new Wagtail project as ``wagtail start`` makes
it, on the same server with the same options.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import stock_article  # noqa: E402
from tests.servers.local import answers, free_port, program, stop, wait_until  # noqa: E402
from tests.servers.migrated import copy_sqlite  # noqa: E402
from tests.servers.nginx import nginx  # noqa: E402

COOKIES = "sessionid=nobody; other=1"
CONNECTIONS = "32"


@contextmanager
def granian(application: str, folder: Path, environment: dict[str, str]) -> Iterator[int]:
    """The embedded server as ``manage.py demo`` starts it; yields its port."""
    port = free_port()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "error", application],
        cwd=folder, env=environment,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, 60, application)
        yield port
    finally:
        stop(process)


def requests_a_second(url: str, seconds: int) -> float:
    """What wrk reaches, with cookies in each request. Stops the run if anything else than a page came back."""
    said = subprocess.run(
        [program("wrk"), "-t", "2", "-c", CONNECTIONS, "-d", f"{seconds}s", "-H", f"Cookie: {COOKIES}", url],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in said:
        raise SystemExit(f"{url}: {said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None, said
    return float(found.group(1))


def environment(data: Path, **settings: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"DATA_DIR": str(data), "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "cms.settings"}
    return {**kept, **own, "LOG_LEVEL": "ERROR", **settings}


def seeded(pages: int, data: Path) -> str:
    """A DATA_DIR with so many answers; the path of one of them. Made once for each state of the code and number."""
    kept = Path(tempfile.gettempdir()) / f"fact-check-publisher-bench-{os.geteuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    data.mkdir(parents=True)
    copy_sqlite(data / "db.sqlite3")
    state = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout[:12]
    there, told = kept / f"{state}-{pages}.sqlite3", kept / f"{state}-{pages}.path"
    if not told.exists():
        code = f"import django; django.setup(); from bench.many_answers import make; print(make({pages}))"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment(data), check=True, capture_output=True, text=True
        )
        shutil.copyfile(data / "db.sqlite3", there)
        told.write_text(urlsplit(done.stdout.strip().splitlines()[-1]).path)
    shutil.copyfile(there, data / "db.sqlite3")
    return told.read_text()


@dataclass
class Measured:
    """Requests a second of each round."""

    name: str
    url: str
    found: list[float] = field(default_factory=list)


def ratio(slow: Measured, fast: Measured) -> str:
    """How many times ``fast`` is as fast as ``slow``: the median of the rounds, and from where to where."""
    each = [quick / slowly for quick, slowly in zip(fast.found, slow.found, strict=True)]
    return f"{statistics.median(each):.2f} times ({min(each):.2f} to {max(each):.2f})"


def main() -> None:
    """Prints every figure and the ratios that were wanted."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--pages", type=int, nargs="+", default=[1000, 100_000])
    asked = options.parse_args()
    with ExitStack() as everything:
        folder = Path(everything.enter_context(tempfile.TemporaryDirectory()))
        measured: dict[str, Measured] = {}

        def add(key: str, name: str, url: str) -> None:
            measured[key] = Measured(name, url)
            for _time in range(20):  # what is made once for all is made, in every thread
                urllib.request.urlopen(url).close()

        data = folder / "few"
        path = seeded(asked.pages[0], data)
        app = everything.enter_context(granian("cms.wsgi:application", ROOT, environment(data, STATIC_COLLECTED="0")))
        front = free_port()
        behind = everything.enter_context(
            granian("cms.wsgi:application", ROOT, environment(data, BEHIND_PROXY="1", BASE_URL=f"http://127.0.0.1:{front}"))
        )  # fmt: skip
        page = urllib.request.urlopen(f"http://127.0.0.1:{app}{path}").read()
        peers = folder / "peers"
        peers.mkdir()
        (peers / "page.html").write_bytes(page)
        file_port = free_port()
        static = f"server {{ listen 127.0.0.1:{file_port}; root {peers}; }}"
        everything.enter_context(nginx(folder / "nginx", behind, data, port=front, more=static, workers=2))
        add("file", "nginx, the same bytes as a file", f"http://127.0.0.1:{file_port}/page.html")
        add("front", "nginx before the site, the page", f"http://127.0.0.1:{front}{path}")
        add("embedded", "the embedded server alone, the page", f"http://127.0.0.1:{app}{path}")

        stock, article = stock_article.make(folder / "stock")
        peer = everything.enter_context(granian("stock.wsgi:application", folder / "stock", stock))
        add("stock", "an article of a new Wagtail project", f"http://127.0.0.1:{peer}{article}")
        for number in asked.pages:
            data = folder / f"pages-{number}"
            path = seeded(number, data)
            port = everything.enter_context(granian("cms.wsgi:application", ROOT, environment(data, PAGE_CACHE_MB="0")))
            for kind, where in (("answer", path), ("home", "/"), ("list", "/kiem-chung/")):
                add(f"{kind} {number}", f"{kind} of {number:,} answers, made anew", f"http://127.0.0.1:{port}{where}")
        for _round in range(asked.rounds):
            for one in measured.values():
                one.found.append(requests_a_second(one.url, asked.seconds))
    print(f"\n{len(page)} bytes a page; requests a second, medians of {asked.rounds} rounds of {asked.seconds} s")
    for one in measured.values():
        print(f"{one.name:<46}{statistics.median(one.found):>10,.0f}   {min(one.found):,.0f} to {max(one.found):,.0f}")
    few, many = asked.pages[0], asked.pages[-1]
    print(f"\nfile / nginx before the site       {ratio(measured['front'], measured['file'])}   wanted: at most 1.2")
    print(f"file / embedded server             {ratio(measured['embedded'], measured['file'])}   wanted: at most 5")
    print(
        f"our answer, made anew / stock      {ratio(measured['stock'], measured[f'answer {few}'])}   wanted: at least 2"
    )
    for kind in ("answer", "home", "list"):
        fewer, more = measured[f"{kind} {few}"], measured[f"{kind} {many}"]
        print(f"{kind:<8}{few:,} / {many:,} answers   {ratio(more, fewer)}   wanted: 1")


if __name__ == "__main__":
    main()
