"""Somebody who never made a campaign makes one from a form of scam, with all its materials: what that takes is counted."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_chain import act, approve, tab
from tests.browser.test_materials import follow

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

TITLE = "Nhận được tiền lạ: đừng tự chuyển lại"
WHY = "Ba người trong xã đã bị ép trả tiền kèm lãi trong một tuần."
SOURCE = "Công an tỉnh Ánh Dương (hư cấu): thông báo số 130"
ADDRESS = "https://congan.example.vn/thong-bao-130"
# For the figure that is printed: what a person takes who reads each page and types with two fingers.
SECONDS_A_PAGE, SECONDS_A_CLICK, LETTERS_A_SECOND = 20, 2, 2


class Counted:
    """Clicks and letters of a person, and the pages they look at."""

    def __init__(self) -> None:
        self.pages = self.clicks = self.letters = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def leads(self, page: Page, target: Locator) -> None:
        with page.expect_navigation():
            self.click(target)
        self.pages += 1

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)
        self.clicks += 1
        self.letters += len(text)


def test_a_campaign_with_all_its_materials_is_made_from_a_form(people, demo):
    begun, by = time.monotonic(), Counted()
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/campaigns/")
    by.leads(page, page.locator("main a[href$='/campaigns/new/']").first)
    by.write(page.locator("main input[name=q]"), "chuyển nhầm")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # where everybody presses it: it searches, and complains of nothing
    expect(page.locator("main [role=alert]")).to_have_count(0)
    by.click(page.locator("main input[name=scam_form]").first)
    by.click(page.locator("main input[name=incidents]").first)
    by.write(page.locator("main input[name=title]"), TITLE)
    by.leads(page, page.locator("main form button.button", has_text="Tạo bản nháp").last)

    # The draft lacks exactly what nobody else can know.
    missing = page.locator(".help-warning, .help-block").first
    expect(missing).to_contain_text("Vì sao kiểm chứng")
    expect(missing).to_contain_text("Chưa có chứng cứ trực tiếp")
    tab(page, "Chứng cứ")
    by.click(page.locator("#id_evidence-ADD"))
    by.write(page.locator("#id_evidence-0-title"), SOURCE)
    by.write(page.locator("#id_evidence-0-url"), ADDRESS)
    by.write(page.locator("#id_why_checked"), WHY)
    by.clicks += 3  # the tab, the menu, the deed
    act(page, "Gửi duyệt")
    expect(page.locator(".messages")).to_contain_text("gửi duyệt")
    approve(people, demo, "kiemtra", TITLE)
    approve(people, demo, "duyet", TITLE)

    page.goto(f"{demo.url}/admin/campaigns/")
    follow(page, f".desk-stories h2 a:has-text('{TITLE}') >> nth=0")
    follow(page, ".desk-tabs a[href$='/materials/']")
    by.pages, by.clicks = by.pages + 3, by.clicks + 3
    if (make := page.locator("main button[value=renew]")).count():
        by.leads(page, make.first)
    by.leads(page, page.locator("main button[value=submit]"))

    approver = people.screen("duyet")
    approver.goto(f"{demo.url}/admin/campaigns/")
    follow(approver, f".desk-stories h2 a:has-text('{TITLE}') >> nth=0")
    follow(approver, ".desk-tabs a[href$='/materials/']")
    by.leads(approver, approver.locator("main button[value=approve]").first)
    by.pages, by.clicks = by.pages + 8, by.clicks + 8  # the two approvals of the page, and the way to these

    took = time.monotonic() - begun
    person = by.pages * SECONDS_A_PAGE + by.clicks * SECONDS_A_CLICK + by.letters / LETTERS_A_SECOND
    print(
        f"{by.pages} pages, {by.clicks} clicks, {by.letters} letters, {took:.0f} s in the browser; a person: {person:.0f} s"
    )
    rows = approver.locator(".material-list > li")
    expect(rows).not_to_have_count(0)
    left = [row.inner_text() for row in rows.all() if not row.locator(".desk-badge--good").count()]
    # The spoken version is a person's recording.
    assert rows.count() == 12 and len(left) == 1 and "Chờ bản ghi âm" in left[0]
