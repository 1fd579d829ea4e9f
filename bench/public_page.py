"""What a reader on a cheap phone and a slow line waits for: weight, requests, first paint, layout shift of each page type.

    .venv/bin/python bench/public_page.py [ROUNDS]

Starts a demo of its own and opens its pages in Debian's Chromium as a phone of 360 x 740 with a processor slowed down
four times, on a line of 1.6 Mbit/s down, 0.75 Mbit/s up and 150 ms round trip, with an empty cache each time. The peer in
the same run is the answer's own text as a bare HTML file without style, font or picture: nothing can be painted sooner.
Medians of ROUNDS (default 5).
"""

from __future__ import annotations

import gzip
import http.server
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from publishing.sandbox import PORTS  # noqa: E402
from tests.servers.local import free_ports, program, wait_until  # noqa: E402

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
PAGES = {
    "home": "/",
    "list of answers": "/kiem-chung/",
    "rebuttal": "/kiem-chung/dien-luc-khong-goi-dien-doi-chuyen-khoan/",
    "rebuttal with a picture": "/kiem-chung/nuoc-may-an-toan-khong-co-lenh-ngung-dung/",
    "search": "/tim-kiem/?q=lua+dao",
    "the box": "/kiem-tra-tin/",
    "submit a claim": "/gui-tin/",
    "corrections log": "/dinh-chinh/",
    "methodology": "/phuong-phap/",
    "English home": "/en/",
}
_WATCH = """
window.shift = 0; window.largest = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.shift += e.value; }))
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => { window.largest = e.startTime; }))
  .observe({type: 'largest-contentful-paint', buffered: true});
"""


@dataclass
class Visit:
    """Bytes over the wire with and without pictures, requests, milliseconds, layout shift score."""

    weight: float
    weight_without_pictures: float
    requests: int
    first_byte: float
    first_paint: float
    largest_paint: float
    shift: float


def visit(browser: Browser, url: str) -> Visit:
    """One visit with an empty cache."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="vi-VN")
    page = context.new_page()
    page.add_init_script(_WATCH)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    line.on("Network.responseReceived", lambda said: kinds.update({said["requestId"]: said["type"]}))
    line.on("Network.loadingFinished", lambda said: sizes.update({said["requestId"]: said["encodedDataLength"]}))
    page.goto(url, wait_until="load")
    page.wait_for_load_state("networkidle")
    times = page.evaluate(
        """() => ({first: performance.getEntriesByType('navigation')[0].responseStart,
                   paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
                   largest: window.largest, shift: window.shift})"""
    )
    context.close()
    return Visit(
        sum(sizes.values()),
        sum(size for request, size in sizes.items() if kinds.get(request) != "Image"),
        len(sizes),
        times["first"],
        times["paint"],
        times["largest"],
        times["shift"],
    )


def bare(url: str) -> http.server.ThreadingHTTPServer:
    """A server of the page's text alone."""
    markup = urllib.request.urlopen(url).read().decode()
    text = re.sub(r"<(link|meta|script|svg|picture)\b.*?(?:>(?:(?<=/>)|.*?</\1>)|>)", "", markup, flags=re.DOTALL)
    packed = gzip.compress(text.encode())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(packed)

        def log_message(self, *_parts: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """Prints one line a page type."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    port = free_ports(1 + PORTS)  # the site and its stand-ins
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        said = Path(folder, "said")
        with said.open("wb") as output:
            demo = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "demo"],
                env={**os.environ, "DATA_DIR": folder, "PORT": str(port), "DEMO": "1", "BASE_URL": base},
                stdout=output,
                stderr=output,
            )
        try:
            wait_until(lambda: b"Ctrl-C" in said.read_bytes() or demo.poll() is not None, 120, "the demo")
            browser = playwright.chromium.launch(
                executable_path=program("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            peer = bare(base + PAGES["rebuttal"])
            pages = {"peer: bare text": f"http://127.0.0.1:{peer.server_address[1]}/"}
            pages |= {name: base + path for name, path in PAGES.items()}
            found: dict[str, list[Visit]] = {name: [] for name in pages}
            for name, url in pages.items():
                urllib.request.urlopen(url).close()  # the first reader after a start pays for what is made once
                found[name] = []
            for _round in range(rounds):
                for name, url in pages.items():
                    found[name].append(visit(browser, url))
            browser.close()
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(30)
    print(
        f"{'page':<26}{'KB':>7}{'no pict.':>9}{'requests':>10}{'server ms':>10}{'paint ms':>10}{'largest':>9}{'shift':>7}"
    )
    base_paint = statistics.median(each.first_paint for each in found["peer: bare text"])
    for name, visits in found.items():

        def middle(field: str, of: list[Visit] = visits) -> float:
            return statistics.median(getattr(each, field) for each in of)

        print(
            f"{name:<26}{middle('weight') / 1000:>7.1f}{middle('weight_without_pictures') / 1000:>9.1f}"
            f"{middle('requests'):>10.0f}{middle('first_byte'):>10.0f}{middle('first_paint'):>10.0f}"
            f"{middle('largest_paint'):>9.0f}{middle('shift'):>7.3f}  x{middle('first_paint') / base_paint:.2f}"
        )


if __name__ == "__main__":
    main()
