"""A publisher at a real screen: a wave from a usual plan, started, moved, paused and let go on; with and without a mouse."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cms.demo.demo_content import PASSWORD

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

CAMPAIGN = "Công an không làm việc qua điện thoại"
RUNNING = "Nhắc lại trước kỳ lương"


def at_eight(days: int) -> datetime:
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    return now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=days)


def waves_of(page: Page, demo) -> None:
    """Opens the waves of the demo's campaign."""
    page.goto(f"{demo.url}/admin/campaigns/")
    with page.expect_navigation():
        page.locator("main a", has_text=CAMPAIGN).first.click()
    with page.expect_navigation():
        page.locator('.desk-tabs a[href$="/waves/"]').click()


def test_a_wave_from_its_plan_to_its_end_by_clicks(people, demo):
    page = people.screen("phathanh")
    waves_of(page, demo)
    page.fill("input[name=name]", "Đợt thử nghiệm")
    page.check("input[value=reminders]")
    page.fill("input[name=at]", f"{at_eight(30):%Y-%m-%dT%H:%M}")
    with page.expect_navigation():
        page.locator(".desk-wave-form button[type=submit]").click()
    rows = page.locator(".desk-table tbody tr")
    expect(rows.nth(2)).to_be_visible()
    proposed = rows.count()

    # The list is looked over: one step less.
    rows.last.locator("form[action$='/remove/'] button").click()
    expect(rows).to_have_count(proposed - 1)

    page.locator("form[action$='/start/'] button").first.click()
    expect(page.locator(".messages .success")).to_be_visible()
    expect(rows.first.locator("a[href*='/publishing/deliveries/']")).to_be_visible()

    page.locator("details:has(form[action$='/move/']) summary").click()
    page.fill("input[name=starts_at]", f"{at_eight(31):%Y-%m-%dT%H:%M}")
    page.locator("form[action$='/move/'] button").click()
    expect(page.locator(".messages .success")).to_contain_text(f"{at_eight(31):%d/%m/%Y} 08:00")
    expect(rows.first.locator("time")).to_contain_text(f"{at_eight(31):%d/%m/%Y} 08:00")

    page.locator("form[action$='/pause/'] button").click()  # one click
    expect(page.locator(".messages .success")).to_be_visible()
    expect(rows.first).to_contain_text("Đợt thử nghiệm")
    expect(page.locator("form[action$='/resume/']")).to_be_visible()

    page.check("input[value=shift]")
    page.locator("form[action$='/resume/'] button").click()
    expect(page.locator("form[action$='/pause/']")).to_be_visible()

    page.locator("details:has(form[action$='/end/']) summary").click()
    page.locator("form[action$='/end/'] button").click()
    expect(page.locator("form[action$='/end/']")).to_have_count(0)
    assert page.locator("form[action$='/pause/'], form[action$='/end/']").count() == 0
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_waves_fit_and_have_no_fault_for_axe(people, demo, width):
    page = people.screen("phathanh")
    page.set_viewport_size({"width": width, "height": 900})
    waves_of(page, demo)
    expect(page.locator(".desk-wave-form")).to_be_visible()
    for _page in ("all", "one"):
        faults = Axe().run(page).response["violations"]
        assert not faults, [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if _page == "all":
            with page.expect_navigation():
                page.locator(".desk-waves a", has_text=RUNNING).click()
            expect(page.locator(".desk-wave-head")).to_be_visible()
    page.close()


def test_a_wave_is_paused_and_goes_on_without_javascript(people, demo, browser):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{demo.url}/admin/login/")
    page.fill("input[name=username]", "phathanh")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    waves_of(page, demo)
    page.locator(".desk-waves a", has_text=RUNNING).click()
    page.locator("#pause-reason").press("Enter")
    expect(page.locator("form[action$='/resume/']")).to_be_visible()
    page.locator("form[action$='/resume/'] button").click()
    expect(page.locator("form[action$='/pause/']")).to_be_visible()
    context.close()


def test_the_calendar_shows_the_campaign_by_name_and_colour(people, demo):
    page = people.screen("phathanh")
    page.goto(f"{demo.url}/admin/publishing/calendar/?view=week&date={at_eight(23):%Y-%m-%d}")
    entry = page.locator(".desk-entry.desk-tone").first
    expect(entry.locator(".desk-series")).to_contain_text(CAMPAIGN)
    mark = entry.evaluate("one => getComputedStyle(one).borderInlineStartColor")
    name = entry.locator(".desk-series").evaluate("one => getComputedStyle(one, '::before').backgroundColor")
    assert mark == name != "rgb(107, 114, 128)"
    page.close()
