"""The calendar at a real screen: with a mouse, with a keyboard only, without JavaScript, and for a machine's eye."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cms.demo.demo_content import PASSWORD

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

# The demo plans this post for the day after it began, at 19:00, on two channels.
TITLE, PAPER = "Điện lực không gọi điện đòi chuyển khoản", "Báo Ánh Dương (hư cấu)"


def planned_day(page: Page, demo) -> datetime:
    """Midnight of the day for which the newspaper's post is planned now, as its list tells."""
    page.goto(f"{demo.url}/admin/publishing/calendar/?view=list")
    seen = the_post(page).locator("input[name=at]").input_value()
    return datetime.fromisoformat(seen).replace(hour=0, minute=0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def the_post(page: Page):
    """The newspaper's: the Page's waits in a row of its own."""
    number = page.locator("#cal-channel option", has_text=PAPER).get_attribute("value")
    entry = page.locator(".desk-entry").filter(has_text=TITLE)
    return entry.and_(page.locator(f'[data-of="{number}"]'))


def test_a_post_is_dragged_to_another_hour_and_to_another_day(people, demo):
    page = people.screen("phathanh")
    day = planned_day(page, demo)
    page.goto(f"{demo.url}/admin/publishing/calendar/?view=day&date={day:%Y-%m-%d}")
    expect(the_post(page)).to_contain_text("19:00")
    channel = the_post(page).get_attribute("data-of")
    other = page.locator(f'td[data-hour="16"]:not([data-channel="{channel}"])').first
    with page.expect_navigation():
        the_post(page).drag_to(page.locator(f'td[data-channel="{channel}"][data-hour="17"]'))
    expect(page.locator(".messages .success")).to_contain_text(f"{day:%d/%m/%Y} 17:00")
    assert "view=day" in page.url
    expect(page.locator(f'td[data-channel="{channel}"][data-hour="17"]')).to_contain_text(TITLE)

    # Another channel's column takes nothing: the page stays as it is.
    address = page.url
    the_post(page).drag_to(other)
    expect(the_post(page)).to_contain_text("17:00")
    assert page.url == address and page.locator(".desk-cal__takes").count() == 0

    wednesday = day - timedelta(days=day.weekday()) + timedelta(days=9)  # of the week after, so never in the past
    the_post(page).locator(".desk-entry__to").click()
    page.fill("input[name=at]", f"{wednesday:%Y-%m-%d}T17:05")
    page.locator("form.desk-move button").click()
    expect(page.locator(".messages .success")).to_contain_text("17:05")
    page.goto(f"{demo.url}/admin/publishing/calendar/?view=week&date={wednesday:%Y-%m-%d}")
    friday = wednesday + timedelta(days=2)
    with page.expect_navigation():
        the_post(page).drag_to(page.locator(f'td[data-channel="{channel}"][data-day="{friday:%Y-%m-%d}"]'))
    expect(page.locator(".messages .success")).to_contain_text(f"{friday:%d/%m/%Y} 17:05")


def test_a_post_is_moved_with_the_keyboard_alone(people, demo):
    page = people.screen("phathanh")
    day = planned_day(page, demo)
    page.goto(f"{demo.url}/admin/publishing/calendar/?view=week&date={day:%Y-%m-%d}")
    link = the_post(page).locator(".desk-entry__to")
    link.focus()
    page.keyboard.press("Enter")
    field = page.locator("input[name=at]")
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    field.fill(f"{day:%Y-%m-%d}T20:30")
    page.keyboard.press("Enter")
    expect(page.locator(".messages .success")).to_contain_text(f"{day:%d/%m/%Y} 20:30")
    assert "/calendar/" in page.url and "view=week" in page.url
    expect(the_post(page)).to_contain_text("20:30")


def test_a_time_that_is_over_is_refused_and_can_be_mended_at_once(people, demo):
    page = people.screen("phathanh")
    day = planned_day(page, demo)
    the_post(page).locator("input[name=at]").fill("2020-01-02T08:30")
    the_post(page).locator("form button").click()
    expect(page.locator(".error-message, .w-field__errors").first).to_contain_text("02/01/2020 08:30")
    page.fill("input[name=at]", f"{day:%Y-%m-%d}T18:00")
    page.locator("form.desk-move button").click()
    expect(page.locator(".messages .success")).to_contain_text(f"{day:%d/%m/%Y} 18:00")
    assert "view=list" in page.url


def test_without_javascript_the_list_moves_a_post(browser, demo):
    context = browser.new_context(java_script_enabled=False, locale="vi-VN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{demo.url}/admin/login/")
    page.fill("input[name=username]", "phathanh")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    day = planned_day(page, demo)
    the_post(page).locator("input[name=at]").fill(f"{day:%Y-%m-%d}T21:15")
    the_post(page).locator("form button").click()
    expect(page.locator(".messages .success")).to_contain_text(f"{day:%d/%m/%Y} 21:15")
    expect(the_post(page)).to_contain_text("21:15")
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("view", ["day", "week", "list", "move"])
def test_every_view_is_accessible_and_fits(people, demo, view, width):
    page = people.screen("phathanh")
    page.set_viewport_size({"width": width, "height": 900})
    day = planned_day(page, demo)
    if view == "move":
        page.goto(demo.url + the_post(page).locator("form").get_attribute("action"))
    else:
        page.goto(f"{demo.url}/admin/publishing/calendar/?view={view}&date={day:%Y-%m-%d}")
        expect(page.locator(".desk-entry").first).to_be_visible()
    if view == "day":  # however many channels stand beside it, an hour is one line
        assert page.locator("tr:has(.desk-entry) th").first.bounding_box()["width"] > 50
    faults = Axe().run(page).response["violations"]
    assert not faults, [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not re.findall(r"<[^>]+\s(?:style|onclick)=", page.locator("main").inner_html())
    page.close()
