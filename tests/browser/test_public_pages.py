"""What the public meets: no accessibility fault that a machine can find, no inline script, nothing from third parties."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

PAGES = {
    "home": "/",
    "list": "/kiem-chung/",
    "narrowed list": "/kiem-chung/?ket-luan=false",
    "list with nothing in it": "/kiem-chung/?ket-luan=partly",
    "topics": "/chu-de/",
    "topic": "/chu-de/y-te/",
    "places": "/dia-phuong/",
    "place": "/dia-phuong/xa-suoi-mo/",
    "rebuttal": "/kiem-chung/nuoc-may-an-toan-khong-co-lenh-ngung-dung/",
    "being verified": "/kiem-chung/tin-nuoc-suoi-mo-nhiem-chat-nhuom/",
    "corrected": "/kiem-chung/anh-cau-suoi-mo-bi-lu-cuon-la-anh-cu/",
    "verified fact": "/kiem-chung/giay-chung-nhan-dat-ghi-ten-xa-cu-van-co-gia-tri/",
    "retracted": "/kiem-chung/lich-tiem-chung-mo-rong-thang-11/",
    "incident": "/su-viec/1/",
    "corrections log": "/dinh-chinh/",
    "corrections of one kind": "/dinh-chinh/?loai=correction",
    "methodology": "/phuong-phap/",
    "about us": "/ve-chung-toi/",
    "who decides": "/ai-lam-viec-gi/",
    "corrections policy": "/chinh-sach-dinh-chinh/",
    "privacy": "/bao-ve-du-lieu-ca-nhan/",
    "contact": "/lien-he/",
    "official channels": "/kenh-chinh-thuc/",
    "urgent warnings": "/canh-bao/",
    "indicators of scams": "/canh-bao-lua-dao/dau-hieu-nhan-dien/",
    "indicators of one kind": "/canh-bao-lua-dao/dau-hieu-nhan-dien/?loai=phone",
    "no more warnings by mail": "/canh-bao/qua-thu-dien-tu/ngung-nhan/x/",
    "English urgent warnings": "/en/warnings/",
    "English indicators": "/en/scam-warnings/indicators/",
    "not there": "/khong-co-trang-nay/",
    "English home": "/en/",
    "not translated": "/en/fact-checks/giay-chung-nhan-dat-ghi-ten-xa-cu-van-co-gia-tri/",
    "English list": "/en/fact-checks/",
    "English topics": "/en/topics/",
    "English topic": "/en/topics/y-te/",
    "English places": "/en/places/",
    "English place": "/en/places/xa-suoi-mo/",
    "English rebuttal": "/en/fact-checks/tap-water-is-safe/",
    "English incident": "/en/incidents/1/",
    "English corrections log": "/en/corrections/",
    "English methodology": "/en/methodology/",
    "English about us": "/en/about/",
    "English who decides": "/en/who-decides/",
    "English corrections policy": "/en/corrections-policy/",
    "English privacy": "/en/privacy/",
    "English contact": "/en/contact/",
    "English official channels": "/en/official-channels/",
}
# Runs as a program: everything but data about the page for machines.
PROGRAMS = "Array.from(document.scripts).filter(one => one.type !== 'application/ld+json').map(one => one.src)"


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
    assert all(source.startswith(f"{demo.url}/static/") for source in page.evaluate(PROGRAMS)), "a script of its own"
    assert page.locator("[style]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    assert page.locator("html").get_attribute("lang") == ("en" if path.startswith("/en/") else "vi")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", [path for name, path in PAGES.items() if name != "not there"])
def test_the_box_is_on_every_page_once_and_within_the_first_screen(people, demo, path, width):
    page = people.screen()
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(demo.url + path)
    box = page.locator("form.ask")
    assert box.count() == 1
    place = box.get_by_role("button").bounding_box()
    # The demo's urgent warning stands above everything, on the days when there is one.
    warning = page.locator(".alarm").bounding_box()
    assert place is not None and warning is not None and warning["height"] < 640 / 6
    assert place["y"] + place["height"] - warning["height"] < 640
    page.close()


@pytest.mark.parametrize("path", [PAGES["home"], PAGES["narrowed list"], PAGES["incident"], PAGES["official channels"]])
def test_what_is_tapped_is_large_enough_for_a_thumb(people, demo, path):
    page = people.screen()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(demo.url + path)
    tapped = page.locator(".chips a, .menu a, .languages a, form.ask button, .bottom nav a, .pages a")
    heights = {each.inner_text(): each.bounding_box()["height"] for each in tapped.all() if each.is_visible()}
    assert len(heights) > 8 and {text: height for text, height in heights.items() if height < 43.5} == {}
    page.close()


def test_a_narrowed_list_works_with_links_alone(people, demo):
    page = people.screen()
    page.goto(demo.url + PAGES["list"])
    chip = page.locator(".chips").get_by_role("link", name="Tin sai sự thật")
    chip.click()
    page.wait_for_url("**/kiem-chung/?ket-luan=false")
    assert page.locator(".chips [aria-current=true]").inner_text().startswith("Tin sai sự thật")
    assert set(page.locator(".row .stamp").all_inner_texts()) == {"✕\nKết luận:\nTin sai sự thật"}
    page.locator(".chips a").first.click()
    page.wait_for_url("**/kiem-chung/")
    page.close()


def test_nothing_of_a_retracted_answer_is_left_on_the_site(people, demo):
    page = people.screen()
    for path in (PAGES["retracted"], PAGES["list"], PAGES["home"], "/sitemap.xml"):
        page.goto(demo.url + path)
        assert "ngày 25 hằng tháng" not in page.content(), path


def test_a_reader_changes_language_and_stays_with_what_they_read(people, demo):
    page = people.screen()
    page.goto(demo.url + PAGES["verified fact"])
    title = page.locator("h1").inner_text()
    page.locator(".languages a", has_text="English").click()
    page.wait_for_url(demo.url + PAGES["not translated"])
    assert page.locator("h1").inner_text() == title and page.locator("h1").get_attribute("lang") == "vi"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_text("This answer has not been translated into English yet.").is_visible()
    page.locator(".languages a").first.click()
    page.wait_for_url(demo.url + PAGES["verified fact"])
    page.goto(demo.url + PAGES["rebuttal"])
    page.locator(".languages a", has_text="English").click()
    page.wait_for_url(demo.url + PAGES["English rebuttal"])
    assert page.locator(".notice").count() == 0
    page.close()
