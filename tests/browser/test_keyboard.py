"""The whole way, from an incident to its correction, with the keys of a keyboard alone: no click, no touch, no script that
sets a value. What the guide says about the keyboard is what is done here."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_chain import PAPER, card
from tests.browser.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

CLAIM = "Từ đầu tháng sau học sinh phải đóng thêm phí giữ xe"
TITLE = "Không có khoản phí giữ xe mới ở trường học"
SHORT = "Các trường không thu thêm phí giữ xe nào."
NOTE = "Bản đầu ghi thông báo số 51; đúng là thông báo số 52."
MOST = 250  # presses of Tab from one end of a page to the other


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Goes there with one key, as a person does who sees the focus move."""
    target.first.wait_for(state="attached")
    handle = target.first.element_handle()
    for _press in range(MOST):
        if page.evaluate("one => one === document.activeElement", handle):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} cannot be reached with {key}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    reach(page, target)
    page.keyboard.press(key)


def write(page: Page, target: Locator, text: str) -> None:
    reach(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def pick(page: Page, select: Locator, value: str) -> None:
    """In a list of choices, by arrows."""
    reach(page, select)
    page.keyboard.press("Home")
    for _press in range(60):
        if select.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not among the choices")


def value_of(page: Page, select: str, label: str) -> str:
    return str(page.locator(f"{select} option", has_text=label).first.get_attribute("value"))


def tab(page: Page, name: str) -> None:
    """Along the tabs of the form with the arrows."""
    reach(page, page.locator("[role=tab][aria-selected=true]"))
    for _press in range(8):
        if page.evaluate("document.activeElement.textContent").strip().startswith(name):
            return
        before = page.evaluate("document.activeElement.id")
        page.keyboard.press("ArrowRight")
        until(page, "id => document.activeElement.id !== id", before)
    raise AssertionError(f"there is no tab {name}")


def same_either_way() -> date:
    """The next day like 12/12, which is the same whether a browser asks for the day or for the month first."""
    today = timezone.localdate()
    days = [date(today.year + later, number, number) for later in (0, 1) for number in range(1, 13)]
    return next(day for day in days if day > today)


def set_time(page: Page, field: Locator, clock: str) -> str:
    """Digit by digit. Returns the time as the desk writes it."""
    day = same_either_way()
    reach(page, field)
    page.keyboard.type(f"{day:%d%m%Y}")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(f"{clock[:2]}{clock[3:]}AM")
    expect(field).to_have_value(f"{day.isoformat()}T{clock}")
    return f"{day:%d/%m/%Y} {clock}"


def act(page: Page, button: Locator) -> None:
    """An action of the bar below the form, in its menu where it is not the first."""
    button.first.wait_for(state="attached")
    if not button.first.is_visible():
        press(page, page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]"))
        expect(button.first).to_be_visible()
    with page.expect_navigation():
        press(page, button)


def home(page: Page, demo) -> None:
    page.goto(f"{demo.url}/admin/")


def to_first(page: Page, demo, name: str) -> None:
    """From the first page to what waits there."""
    home(page, demo)
    with page.expect_navigation():
        press(page, page.locator(".today").get_by_role("link", name=name))


def to_list(page: Page, demo, path: str, name: str | re.Pattern[str]) -> None:
    page.goto(f"{demo.url}{path}")
    with page.expect_navigation():
        press(page, page.locator("main").get_by_role("link", name=name))


def test_1_an_incident_is_registered(people, demo):
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/snippets/cms/incident/")
    with page.expect_navigation():
        press(page, page.locator("a[href$='/incident/add/']"))
    write(page, page.locator("#id_claim"), CLAIM)
    pick(page, page.locator("#id_topic"), value_of(page, "#id_topic", "Y tế"))
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("body")).to_contain_text(CLAIM[:40])


def test_2_an_answer_is_written_and_submitted(people, demo):
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/pages/add/cms/rebuttal/4/")
    write(page, page.locator("#id_title"), TITLE)
    press(page, page.locator("#id_answered-ADD"))
    press(page, page.locator("#id_answered-0-incident-chooser .unchosen button"))
    modal = page.locator(".modal-dialog")
    press(page, modal.get_by_role("link", name=re.compile(re.escape(CLAIM[:30]))))
    expect(modal).to_have_count(0)
    write(page, page.locator("#id_claim"), CLAIM)
    pick(page, page.locator("#id_verdict"), "fake")
    write(page, page.locator("#id_short_answer"), SHORT)
    write(page, page.locator("#id_reach_attempt"), "Đã nhắn cho nhóm đăng đầu tiên, chưa có trả lời.")
    pick(page, page.locator("#id_topic"), value_of(page, "#id_topic", "Y tế"))
    tab(page, "Chứng cứ")
    press(page, page.locator("#id_evidence-ADD"))
    write(page, page.locator("#id_evidence-0-title"), "Sở Giáo dục (hư cấu): thông báo số 51")
    write(page, page.locator("#id_evidence-0-url"), "https://sogd.example.vn/thong-bao-51")
    write(page, page.locator("#id_why_checked"), "Phụ huynh gọi hỏi.")
    act(page, page.locator("footer button", has_text="Gửi duyệt"))
    expect(page.locator(".messages")).to_contain_text("gửi duyệt")


def approve(people, demo, username: str) -> None:
    page = people.screen(username)
    to_first(page, demo, TITLE)
    act(page, page.locator("footer [data-workflow-action-name=approve]"))
    expect(page.locator(".messages .success")).to_have_count(1)
    page.close()


def test_3_two_others_check_and_approve_it(people, demo):
    approve(people, demo, "kiemtra")
    approve(people, demo, "duyet")
    public = people.screen()
    public.goto(f"{demo.url}/kiem-chung/")
    expect(public.locator("main")).to_contain_text(TITLE)


def test_4_a_publisher_plans_it_and_moves_it_without_dragging(people, demo):
    page = people.screen("phathanh")
    to_list(page, demo, "/admin/publishing/stories/", TITLE)
    here = card(page, PAPER)
    press(page, here.locator("input[type=checkbox]"), "Space")
    expect(here.locator("input[type=checkbox]")).to_be_checked()
    set_time(page, here.locator("input[type=datetime-local]"), "09:30")
    with page.expect_navigation():
        press(page, page.locator("[name=do][value=plan]"))
    expect(page.locator(".messages .success")).to_have_count(1)
    to_list(page, demo, f"/admin/publishing/deliveries/?q={TITLE[:20]}", TITLE)
    with page.expect_navigation():
        press(page, page.locator("a[href$='/move/'], a[href*='/move/?']"))
    later = set_time(page, page.locator("main input[type=datetime-local]"), "10:45")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".messages .success")).to_contain_text(later)


def test_5_it_is_corrected(people, demo):
    page = people.screen("bientap")
    to_list(page, demo, "/admin/pages/4/", TITLE)
    tab(page, "Đính chính")
    pick(page, page.locator("#id_change_kind"), "correction")
    write(page, page.locator("#id_change_note"), NOTE)
    act(page, page.locator("footer button", has_text="Gửi duyệt"))
    approve(people, demo, "kiemtra")
    approve(people, demo, "duyet")
    public = people.screen()
    public.goto(f"{demo.url}/kiem-chung/")
    public.get_by_role("link", name=TITLE).first.click()
    expect(public.locator("main")).to_contain_text("thông báo số 52")


def test_6_a_question_mark_shows_the_shortcuts_and_help_leads_to_its_part(people, demo):
    page = people.screen("phathanh")
    page.goto(f"{demo.url}/admin/publishing/calendar/")
    with page.expect_navigation():
        press(page, page.locator("a.desk-guide"))
    expect(page.locator("#lich-dang")).to_be_in_viewport()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
