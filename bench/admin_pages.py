"""How fast pages of our admin are made, beside the same pages of a new Wagtail project's.

    .venv/bin/python bench/admin_pages.py [--rounds 30] [--pages 1000]

Prepares everything itself, on SQLite in temporary folders: both with the same number of published pages, pictures, people and
lines of history (bench/admin_content.py). Both are served by the same server with the same options. One request follows
another, as a browser sends them: with a session, and taking compressed answers. Each round asks for every page of both in turn,
and each ratio is of one such pair. Wanted: at most 1.3.

Bytes are those of the text, before it is compressed; queries, and the milliseconds of processor, were counted in process.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import stock_article  # noqa: E402
from bench.public_speed import environment, granian  # noqa: E402
from tests.servers.migrated import copy_sqlite  # noqa: E402

WANTED = 1.3
WARM_UP = 8  # every thread of the server has its connection to the database, and what is made once is made
TOKEN = "a" * 32  # against forged forms: the same in the cookie and in the form


class Visitor:
    """One person's browser at one of the two."""

    def __init__(self, port: int, found: dict[str, Any]) -> None:
        self.port, self.found = port, found
        self.headers = {"Cookie": f"{found['cookie']}; csrftoken={TOKEN}", "Accept-Encoding": "gzip"}
        self.saved = 0

    def ask(self, name: str) -> float:
        """Seconds until the whole answer was there. Stops the run at any other answer than that of a page, or of a form that
        was saved."""
        address = self.found["pages"][name]["address"]
        method, body, headers, wanted = "GET", None, self.headers, 200
        if name == "save draft":
            self.saved += 1
            sent = {
                **self.found["form"],
                "title": f"Nước máy vẫn an toàn, bản {self.saved}",
                "csrfmiddlewaretoken": TOKEN,
            }
            method, body, wanted = "POST", urllib.parse.urlencode(sent), 302
            headers = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.connect()
            begun = time.perf_counter()
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            answer.read()
            took = time.perf_counter() - begun
        if answer.status != wanted or (wanted == 302 and "login" in str(answer.getheader("Location"))):
            raise SystemExit(f"{address} answered {answer.status} {answer.getheader('Location', '')}")
        return took


@dataclass
class Pair:
    """The same page of both, with the milliseconds of each round."""

    who: str
    name: str
    ours: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)

    def ratios(self) -> list[float]:
        return [mine / its for mine, its in zip(self.ours, self.stock, strict=True)]


def described(which: str, pages: int, cwd: Path, env: dict[str, str]) -> dict[str, Any]:
    """Makes the content, in a process that knows the settings."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "admin_content.py"), which, str(pages)],
        cwd=cwd, env=env, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(pages: int, rounds: int, everything: ExitStack) -> tuple[list[Pair], dict[str, Any], dict[str, Any]]:
    folder = Path(everything.enter_context(tempfile.TemporaryDirectory()))
    data = folder / "ours"
    copy_sqlite(data / "db.sqlite3")
    # The strictest setting: both persons have shown a second factor, and every request asks whether they have.
    own = environment(data, STATIC_COLLECTED="0", SECOND_FACTOR="everyone")
    ours = described("ours", pages, ROOT, own)
    its, _article = stock_article.make(folder / "stock")
    stock = described("stock", pages, folder / "stock", its)
    our_port = everything.enter_context(granian("cms.wsgi:application", ROOT, own))
    its_port = everything.enter_context(granian("stock.wsgi:application", folder / "stock", its))
    pairs: list[tuple[Pair, Callable[[str], float], Callable[[str], float]]] = []
    for who in ours:
        mine, other = Visitor(our_port, ours[who]), Visitor(its_port, stock[who])
        for name in ours[who]["pages"]:
            if name in stock[who]["pages"]:
                pairs.append((Pair(who, name), mine.ask, other.ask))
    for turn in range(-WARM_UP, rounds):
        for number, (pair, mine_ask, its_ask) in enumerate(pairs):
            if (turn + number) % 2:  # neither is always the first
                took, its_took = mine_ask(pair.name), its_ask(pair.name)
            else:
                its_took, took = its_ask(pair.name), mine_ask(pair.name)
            if turn >= 0:
                pair.ours.append(took * 1000)
                pair.stock.append(its_took * 1000)
    return [pair for pair, _mine, _its in pairs], ours, stock


def main() -> None:
    """Prints a line for each page and person."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--pages", type=int, default=1000)
    asked = options.parse_args()
    with ExitStack() as everything:
        pairs, ours, stock = measure(asked.pages, asked.rounds, everything)
    print(
        f"\nload {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; {asked.pages:,} pages; medians of {asked.rounds} rounds"
    )
    print(f"{'':<27}{'KB: ours, stock':>18}{'queries':>12}{'ms':>16}  {'ratio (middle half)':<26}{'of processor':>12}")
    for pair in pairs:
        mine, its = ours[pair.who]["pages"][pair.name], stock[pair.who]["pages"][pair.name]
        low, middle, high = statistics.quantiles(pair.ratios(), n=4)
        print(
            f"{pair.who:<11}{pair.name:<16}{mine['bytes'] / 1000:>9.1f}{its['bytes'] / 1000:>9.1f}"
            f"{mine['queries']:>6}{its['queries']:>6}{statistics.median(pair.ours):>8.1f}{statistics.median(pair.stock):>8.1f}"
            f"  {f'{middle:.2f} ({low:.2f} to {high:.2f})':<26}{mine['ms'] / its['ms']:>12.2f}"
            f"{'' if middle <= WANTED else f'   wanted: {WANTED}'}"
        )


if __name__ == "__main__":
    main()
