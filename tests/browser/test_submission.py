"""A person on a cheap phone sends something in, and an editor makes an incident of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

SAID = "Nghe nói cầu Hoa Nắng nứt đôi, cấm xe từ sáng mai tới hết năm, gọi 0912 345 678 để hỏi"
FORM = "/gui-tin/"


@pytest.fixture
def phone(browser, demo):
    """A phone of 360 px in Vietnamese, without JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def send(page: Page) -> None:
    page.get_by_role("button", name="Gửi tin", exact=True).click()


def fits(page: Page) -> bool:
    width = page.evaluate("document.documentElement.scrollWidth")
    return bool(width <= 360)


def test_somebody_without_javascript_errs_first_loses_nothing_and_gets_a_code(phone, demo, tmp_path):
    phone.goto(demo.url + FORM)
    phone.fill("#id_text", SAID)
    phone.fill("#id_url", "https://www.facebook.com/ten.rieng")
    phone.select_option("#id_seen_on", "zalo")
    phone.fill("#id_contact", "ba.nam@")
    phone.wait_for_timeout(3_100)  # nobody is faster, and the form says so
    send(phone)
    summary = phone.locator("#wrong")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("dẫn tới tài khoản của một người")
    expect(summary).to_contain_text("đánh dấu đồng ý")
    expect(phone.locator("#id_text")).to_have_value(SAID)
    expect(phone.locator("#id_contact")).to_have_value("ba.nam@")
    expect(phone.locator("#id_seen_on")).to_have_value("zalo")
    assert fits(phone)
    phone.fill("#id_url", "")
    phone.fill("#id_contact", "ba.nam@example.vn")
    phone.check("#id_consent")
    shot = tmp_path / "chup-man-hinh.png"
    phone.screenshot(path=shot)
    phone.set_input_files("#id_picture", shot)
    send(phone)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Cảm ơn bạn")
    expect(phone.locator("main")).to_contain_text("đã được che bớt")
    code = phone.locator(".code").inner_text()
    assert re.fullmatch(r"([2-9A-Z]{4}-){2}[2-9A-Z]{4}", code)
    assert fits(phone) and not phone.context.cookies()

    phone.goto(f"{demo.url}{FORM}theo-doi/")
    phone.fill("#ma", code.replace("-", " ").lower())
    phone.get_by_role("button", name="Tra cứu").click()
    expect(phone.locator("main")).to_contain_text("Đã tiếp nhận")
    assert "Hoa Nắng" not in phone.locator("main").inner_text() and "ba.nam" not in phone.content()
    Path(demo.folder, "submission_code").write_text(code)


def test_an_editor_finds_it_with_its_picture_and_makes_an_incident_and_the_sender_sees_that(people, phone, demo):
    code = Path(demo.folder, "submission_code").read_text()
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/")
    page.get_by_role("link", name=re.compile(r"Hộp thư \(\d+\)")).first.click()
    page.get_by_role("link", name=re.compile("cầu Hoa Nắng nứt đôi")).click()
    expect(page.locator("main")).to_contain_text("0912 ••• •••")
    expect(page.locator("main")).to_contain_text("ba.nam@example.vn")
    picture = page.get_by_role("img", name="Ảnh người dân gửi")
    picture.scroll_into_view_if_needed()
    until(page, "document.querySelector('img[alt=\"Ảnh người dân gửi\"]').naturalWidth > 100")
    page.select_option("#id_topic", index=1)
    page.get_by_role("button", name="Ghi sự việc").click()
    expect(page.locator(".messages")).to_contain_text("Đã ghi sự việc")
    expect(page.get_by_role("heading", name="Đang xác minh")).to_be_visible()
    phone.goto(f"{demo.url}{FORM}{code}/")
    expect(phone.locator("main")).to_contain_text("Đang xác minh")


def test_an_editor_chooses_an_incident_that_is_registered(people, demo):
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/inbox/")
    page.get_by_role("link", name=re.compile("con đường mới")).click()
    page.locator("#id_incident-chooser button", has_text="Chọn").first.click()
    modal = page.locator(".modal-dialog")
    modal.locator("input[name=q]").fill("lá cây")
    modal.get_by_role("link", name=re.compile("nước lá cây")).first.click()
    expect(modal).to_have_count(0)
    page.get_by_role("button", name="Thuộc sự việc này").click()
    expect(page.locator("main")).to_contain_text("Uống nước lá cây")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("what", ["form", "errors", "confirmation", "tracking", "unknown", "English form"])
def test_no_accessibility_fault_that_a_machine_can_find(people, demo, what, width):
    page = people.screen()
    page.set_viewport_size({"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    code = Path(demo.folder, "submission_code").read_text()
    path = {
        "tracking": f"{FORM}theo-doi/",
        "confirmation": f"{FORM}{code}/?moi=1&che=1",
        "unknown": f"{FORM}AAAA-AAAA-AAA{2 if width == 360 else 3}/",
        "English form": "/en/submit/",
    }.get(what, FORM)
    answer = page.goto(demo.url + path)
    assert answer is not None and answer.status == (404 if what == "unknown" else 200)
    if what == "errors":
        page.fill("#id_url", "không phải")
        page.wait_for_timeout(3_100)
        send(page)
        expect(page.locator("#wrong")).to_be_focused()
    assert all(url.startswith(demo.url) for url in asked), asked
    assert page.locator("script").count() == 0 and page.locator("[style]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
