"""The box and the search, as a reader meets them: with and without JavaScript, by keyboard, on a small screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

SEARCH, CHECK = reverse("search"), reverse("check")
FORWARDED = (
    "KHAN!!! nc may toan tinh bi nhiem doc r mn oi, toi nay k dc dung nha, ai uong phai di vien ngay. chia se gap"
)
WATER = "nuoc-may-an-toan-khong-co-lenh-ngung-dung"


@pytest.fixture
def plain(browser):
    """A small screen whose browser runs no scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}, locale="vi-VN")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def paste(page: Page, text: str) -> None:
    form = page.locator("form.ask").first
    form.locator("[name=q]").fill(text)
    with page.expect_navigation():
        form.locator("button").first.click()


@pytest.mark.parametrize("path", ["/", "/dinh-chinh/"], ids=["home", "another page"])
def test_a_pasted_message_is_answered_from_any_page_without_a_script(plain, demo, path):
    plain.goto(demo.url + path)
    paste(plain, FORWARDED)
    assert plain.locator(f".match a[href*='{WATER}']").count() == 1
    assert any("nhiem doc" in words for words in plain.locator(".match q").all_inner_texts())
    assert plain.url.rstrip("/").count("?") == 0, "what was pasted is in the address"
    assert plain.context.cookies() == []


def test_an_unanswered_message_goes_on_to_the_office_with_its_text(plain, demo):
    text = "Trại gà thôn Bảy có con gà đẻ trứng bạc, ai xem cũng phải trả tiền"
    plain.goto(demo.url + "/")
    paste(plain, text)
    with plain.expect_navigation():
        plain.locator("form.unanswered button").click()
    assert plain.locator("textarea[name=text]").input_value() == text


def test_search_and_its_filters_work_without_a_script(plain, demo):
    plain.goto(demo.url + SEARCH)
    plain.fill("#q", "nuoc may")
    plain.locator("details.filters summary").click()
    plain.select_option("[name=ket-luan]", "false")
    with plain.expect_navigation():
        plain.locator("form.search button").click()
    assert plain.locator(f".row a[href*='{WATER}']").count() == 1
    plain.goto(plain.url.replace("ket-luan=false", "ket-luan=true"))
    assert plain.locator(".row").count() == 0 and plain.input_value("#q") == "nuoc may"


def test_suggestions_are_chosen_by_keyboard(people, demo):
    page = people.screen()
    page.goto(demo.url + SEARCH)
    field = page.locator("#q")
    field.press_sequentially("nuoc m")
    expect(page.locator("[role=option]").first).to_be_visible()
    expect(page.locator("[aria-live=polite]")).not_to_be_empty()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("Escape")
    expect(page.locator("[role=listbox]")).to_be_hidden()
    field.press_sequentially("a")
    expect(page.locator("[role=option]").first).to_be_visible()
    assert Axe().run(page).violations_count == 0
    field.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    with page.expect_navigation():
        field.press("Enter")
    assert WATER in page.url
    page.close()


def test_a_failing_suggestion_leaves_a_working_form(people, demo):
    page = people.screen()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/*q=*", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_())
    page.goto(demo.url + SEARCH)
    with page.expect_request(lambda request: request.resource_type == "fetch"):
        page.locator("#q").press_sequentially("nuoc")
    with page.expect_navigation():
        page.locator("#q").press("Enter")
    assert page.locator(".row").count() >= 1 and not said
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["", "?q=nuoc", "?q=nuoc&tu=32/13/2026", "?q=khongco"])
def test_the_search_page_is_accessible_and_keeps_to_itself(people, demo, width, path):
    page = people.screen()
    page.set_viewport_size({"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(demo.url + SEARCH + path)
    assert answer is not None and answer.status == 200 and "set-cookie" not in answer.all_headers()
    assert all(url.startswith(demo.url) for url in asked) and page.locator("[style]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("text", [FORWARDED, "nước máy", "chẳng ai từng nói điều này ở đâu cả", "!"])
def test_the_boxs_answer_is_accessible(people, demo, width, text):
    page = people.screen()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(demo.url + CHECK)
    paste(page, text)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
