"""An editor words a material while its preview follows, and an approver without JavaScript approves it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cms.demo.demo_content import PASSWORD

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

TITLE = "Công an không bao giờ làm việc qua điện thoại"


def follow(page: Page, link: str) -> None:
    """Until the page behind the link is whole: half a page has no heading yet."""
    with page.expect_navigation():
        page.locator(link).click()


def open_materials(page: Page, demo) -> None:
    page.goto(f"{demo.url}/admin/campaigns/")
    follow(page, ".desk-stories h2 a:has-text('Công an không làm việc') >> nth=0")
    follow(page, ".desk-tabs a[href$='/materials/']")


def open_zalo(page: Page) -> None:
    follow(page, ".material-list h4 a:has-text('Zalo')")


def faults(page: Page) -> list[str]:
    return [fault["id"] for fault in Axe().run(page).response["violations"]]


@pytest.fixture
def plain(browser, demo):
    """The approver's old computer, without JavaScript."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN", java_script_enabled=False)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{demo.url}/admin/login/")
    page.fill("input[name=username]", "duyet")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    yield page
    context.close()


def test_a_material_is_worded_previewed_submitted_and_approved(people, plain, demo):
    editor = people.screen("bientap")
    open_materials(editor, demo)
    assert faults(editor) == []
    open_zalo(editor)
    assert faults(editor) == []
    title = editor.locator("#content-title")
    title.fill("a" * 141)
    expect(editor.locator("#length-title")).to_contain_text("141 / 140 · ")
    title.fill(TITLE)
    expect(editor.locator("#length-title span").first).to_have_text(str(len(TITLE)))
    # Without a click: the preview follows what is typed, and nothing is saved yet.
    expect(editor.locator("#material-preview pre")).to_contain_text(TITLE)
    editor.locator("button[value=submit]").click()
    expect(editor.locator(".messages")).to_be_visible()
    assert editor.locator("button[value=approve]").count() == 0

    open_materials(plain, demo)
    assert plain.locator(".material-list input[name=chosen]").count() >= 1
    open_zalo(plain)
    assert plain.locator(".material-difference ins").first.inner_text().strip()
    plain.locator("button[value=approve]").click()
    expect(plain.locator(".material-steps > li").first).to_contain_text("Người duyệt mẫu")

    open_materials(editor, demo)
    row = editor.locator(".material-list > li", has_text="Zalo")
    expect(row.locator(".desk-badge--good")).to_be_visible()


def test_the_desk_of_materials_fits_a_phone(people, demo):
    phone = people.screen("duyet", width=360)
    open_materials(phone, demo)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    open_zalo(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults(phone) == []


def test_what_was_typed_is_not_lost_by_a_click_on_a_link(people, demo):
    editor = people.screen("bientap")
    open_materials(editor, demo)
    open_zalo(editor)
    asked: list[str] = []
    editor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    editor.locator("#content-lead").press_sequentially("x")
    editor.locator(".desk-tabs a").first.click(no_wait_after=True)
    editor.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert "/materials/" in editor.url
