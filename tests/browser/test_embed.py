"""The frame on another site: shown there, accessible, without script, and as high as it needs to be."""

from __future__ import annotations

import json
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]


class _Article(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>An article</title>")

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def another_site() -> Iterator[str]:
    """The address of a newspaper's page, which has no rules of its own about frames."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Article) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def description(demo, path: str, width: int) -> dict:
    asked = urllib.parse.urlencode({"url": demo.url + path, "maxwidth": width})
    with urllib.request.urlopen(f"{demo.url}/oembed?{asked}") as answer:
        return json.load(answer)


@pytest.mark.parametrize("width", [320, 600])
@pytest.mark.parametrize(
    "path",
    [
        "/kiem-chung/nuoc-may-an-toan-khong-co-lenh-ngung-dung/",
        "/kiem-chung/giay-chung-nhan-dat-ghi-ten-xa-cu-van-co-gia-tri/",
        "/kiem-chung/lich-tiem-chung-mo-rong-thang-11/",
        "/en/fact-checks/tap-water-is-safe/",
    ],
    ids=["rebuttal", "verified fact", "retracted", "English"],
)
def test_the_frame_on_another_site(people, demo, another_site, path, width):
    told = description(demo, path, width)
    page = people.screen()
    asked: list[str] = []
    page.goto(another_site)
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("markup => { document.body.innerHTML = markup }", told["html"])
    page.frame_locator("iframe").locator("main").wait_for()
    frame = page.frames[1]
    assert frame.locator("html").get_attribute("lang") == ("en" if path.startswith("/en/") else "vi")
    assert all(url.startswith(demo.url) for url in asked) and frame.locator("script, [style]").count() == 0
    frame.wait_for_load_state("load")
    frame.evaluate("document.fonts.ready.then(() => true)")  # the frame is measured in its own letters
    size = frame.evaluate("[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth]")
    assert size[0] <= size[1], "has to be scrolled"
    assert size[2] <= width
    with page.expect_popup() as popup:
        frame.locator("a").click()
    assert popup.value.url == demo.url + path
    popup.value.close()
    page.goto(frame.url)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
