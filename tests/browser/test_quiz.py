"""The quiz and the pages of warnings in a real browser: played by keyboard, without a network, on paper."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

CAMPAIGN = "/kiem-chung/cong-an-khong-lam-viec-qua-dien-thoai/"
PAGES = {
    "campaign": CAMPAIGN,
    "warnings": "/canh-bao-lua-dao/",
    "form": "/canh-bao-lua-dao/gia-danh-cong-an-vien-kiem-sat-toa-an/",
    "form without warnings": "/canh-bao-lua-dao/khoa-sim/",
    "group": "/canh-bao-lua-dao/danh-cho/nguoi-cao-tuoi/",
    "quiz": "/trac-nghiem/",
    "quiz in large type": "/trac-nghiem/?trinh-chieu=1",
    "English campaign": "/en/fact-checks/the-police-do-not-question-by-telephone/",
    "English warnings": "/en/scam-warnings/",
    "English quiz": "/en/quiz/",
}
MOST_BYTES = 60 * 1024  # of a first visit, as it goes over the line


@pytest.fixture
def reader(browser):
    """A browser that has never been here."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", service_workers="allow")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_accessible_light_and_keeps_to_itself(browser, demo, path, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, service_workers="block"
    )
    page = context.new_page()
    sizes: dict[str, int] = {}
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    line.on("Network.loadingFinished", lambda each: sizes.__setitem__(each["requestId"], each["encodedDataLength"]))
    answer = page.goto(demo.url + path, wait_until="networkidle")
    assert answer is not None and answer.status == 200 and "set-cookie" not in answer.all_headers()
    assert all(url.startswith(demo.url) for url in urls), urls
    assert sum(sizes.values()) < MOST_BYTES, sum(sizes.values())
    assert page.locator("[style]").count() == 0
    assert page.locator("script:not([src]):not([type='application/ld+json'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_a_round_is_played_with_the_keyboard_alone_and_ends_with_the_score(reader, demo):
    page = reader.new_page()
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.post_data or "") if each.url.endswith("/ket-qua/") else None)
    page.goto(demo.url + "/trac-nghiem/")
    total = page.locator(".question").count()
    assert total == 6
    right = 0
    for number in range(1, total + 1):
        assert page.locator(".question:visible").count() == 1
        expect(page.locator(".quiz-number")).to_have_text(f"Tin nhắn {number}/{total}")
        is_scam = page.locator(".question:visible").get_attribute("data-is-scam") == "1"
        choice = page.get_by_role("button", name="Lừa đảo", exact=True)
        choice.focus()
        page.keyboard.press("Enter")
        right += is_scam
        told = page.locator("[aria-live=polite] .said-so")
        expect(told).to_contain_text("Đúng." if is_scam else "Chưa đúng.")
        expect(told).to_contain_text("Đây là lừa đảo." if is_scam else "Đây không phải lừa đảo.")
        expect(page.locator(".onwards")).to_be_focused()
        page.keyboard.press("Enter")
        if number < total:
            expect(page.locator(".quiz-number")).to_be_focused()
    score = page.locator(".quiz-score")
    expect(score).to_have_text(f"Đúng {right}/{total} câu")
    expect(score).to_be_focused()
    assert Axe().run(page).violations_count == 0
    assert sent == [f"right={right}&asked={total}"]
    assert reader.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.get_by_role("button", name="Làm lại").click()
    expect(page.locator(".quiz-number")).to_have_text(f"Tin nhắn 1/{total}")


def test_it_is_played_without_a_network_once_it_was_loaded_and_then_sends_nothing(reader, demo):
    page = reader.new_page()
    page.goto(demo.url + CAMPAIGN)
    page.get_by_role("link", name=re.compile("Câu hỏi về thủ đoạn này")).click()
    page.wait_for_url(re.compile(r"/trac-nghiem/\d+/$"))
    address = page.url
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "address => caches.match(address).then(Boolean)", address)
    assert page.evaluate("navigator.serviceWorker.controller?.scriptURL || ''").endswith("/trac-nghiem/sw.js")
    sent: list[str] = []
    reader.set_offline(True)
    # What a browser without a network says by itself; Chromium's emulation does not in every version.
    reader.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    reader.on("request", lambda each: sent.append(each.url) if each.method == "POST" else None)
    page.reload()
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('1em \"Be Vietnam Pro\"'))")
    assert page.evaluate("getComputedStyle(document.querySelector('.choices-of-two')).display") == "grid"
    for _question in range(page.locator(".question").count()):
        page.get_by_role("button", name="Không phải lừa đảo").click()
        page.locator(".onwards").click()
    expect(page.locator(".quiz-score")).to_be_visible()
    page.goto(demo.url + "/trac-nghiem/?trinh-chieu=1")
    expect(page.locator(".quiz-number")).to_be_visible()
    assert sent == []
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(demo.url + CAMPAIGN)  # the rest of the site is not the worker's
    reader.set_offline(False)


def test_caches_of_an_earlier_version_are_cleaned_and_others_left(reader, demo):
    page = reader.new_page()
    page.goto(demo.url + "/kiem-chung/")
    page.evaluate("Promise.all(['quiz /trac-nghiem/ cu', 'quiz /en/quiz/ cu', 'khac'].map(name => caches.open(name)))")
    page.goto(demo.url + "/trac-nghiem/")
    until(page, "navigator.serviceWorker.controller !== null")
    names = page.evaluate("caches.keys()")
    assert "quiz /trac-nghiem/ cu" not in names and {"quiz /en/quiz/ cu", "khac"} <= set(names)
    assert len([name for name in names if name.startswith("quiz /trac-nghiem/ ")]) == 1


def test_without_scripts_answers_are_opened_below_each_message(browser, demo):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.url + "/trac-nghiem/")
    assert page.locator(".question").count() == 6
    first = page.locator(".question").first
    first.locator("summary").click()
    expect(first.locator(".verdict")).to_be_visible()
    page.goto(demo.url + CAMPAIGN)
    tick = page.locator(".ticks input").first
    expect(page.locator(".stop")).to_be_hidden()
    tick.check()
    expect(page.locator(".stop")).to_be_visible()
    context.close()


def test_on_paper_a_warning_is_one_sheet_with_its_list_to_tick(reader, demo):
    page = reader.new_page()
    page.goto(demo.url + CAMPAIGN)
    made = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", made)) == 1
    page.emulate_media(media="print")
    expect(page.locator(".ticks input").first).to_be_visible()
    expect(page.locator(".report")).to_contain_text("0200 000 0113")
    expect(page.locator(".evidence").first).to_be_hidden()


@pytest.mark.parametrize("path", [CAMPAIGN, "/canh-bao-lua-dao/", "/trac-nghiem/"])
def test_what_is_tapped_is_large_enough_for_a_thumb(reader, demo, path):
    page = reader.new_page()
    page.goto(demo.url + path)
    tapped = page.locator(".chips a, .jump a, .ticks label, .ways .button, .choices-of-two button, .menu a")
    small = {
        each.inner_text(): each.bounding_box()["height"]
        for each in tapped.all()
        if each.is_visible() and each.bounding_box()["height"] < 43.5
    }
    assert tapped.count() > 3 and small == {}


def test_a_newcomer_gets_a_filled_draft_from_the_wizard(people, demo):
    page = people.screen("bientap")
    page.goto(demo.url + "/admin/campaigns/")
    page.get_by_role("link", name="Chiến dịch mới").click()
    page.locator(".desk-new input[name=q]").fill("sms brandname")
    page.locator("button[formmethod=get]").click()
    page.get_by_label(re.compile("SMS brandname")).check()
    page.locator("input[name=incidents]").first.check()
    page.locator("button.button[type=submit]:not([formmethod])").last.click()
    page.wait_for_url("**/edit/")
    expect(page.locator("textarea[name=signs]")).to_have_value(re.compile("đường dẫn đăng nhập"))
    expect(page.locator("input[name=report_to-0-phone]")).to_have_value("0200 000 0113")
    page.close()
