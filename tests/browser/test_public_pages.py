"""What the public meets: no accessibility fault that a machine can find, no script, nothing from third parties."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

PAGES = {
    "home": "/",
    "list": "/kiem-chung/",
    "rebuttal": "/kiem-chung/nuoc-may-an-toan-khong-co-lenh-ngung-dung/",
    "corrected": "/kiem-chung/anh-cau-suoi-mo-bi-lu-cuon-la-anh-cu/",
    "verified fact": "/kiem-chung/giay-chung-nhan-dat-ghi-ten-xa-cu-van-co-gia-tri/",
    "retracted": "/kiem-chung/lich-tiem-chung-mo-rong-thang-11/",
    "corrections log": "/dinh-chinh/",
    "information": "/phuong-phap/",
    "not there": "/khong-co-trang-nay/",
    "English home": "/en/",
    "English list": "/en/fact-checks/",
    "English rebuttal": "/en/fact-checks/tap-water-is-safe/",
    "English corrections log": "/en/corrections/",
}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_accessible_and_keeps_to_itself(people, demo, path, width):
    page = people.screen()
    page.set_viewport_size({"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(demo.url + path)
    assert answer is not None and answer.status == (404 if path == PAGES["not there"] else 200)
    assert "set-cookie" not in answer.all_headers()
    assert all(url.startswith(demo.url) for url in asked), asked
    assert page.locator("script").count() == 0 and page.locator("[style]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    assert page.locator("html").get_attribute("lang") == ("en" if path.startswith("/en/") else "vi")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_nothing_of_a_retracted_answer_is_left_on_the_site(people, demo):
    page = people.screen()
    for path in (PAGES["retracted"], PAGES["list"], PAGES["home"], "/sitemap.xml"):
        page.goto(demo.url + path)
        assert "ngày 25 hằng tháng" not in page.content(), path
