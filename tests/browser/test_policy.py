"""The policy about scripts and styles lets everything work that there is, and nothing on any page goes against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.conftest import Demo, People
from tests.browser.test_public_pages import PAGES
from tests.browser.waiting import until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

MORE = {
    "search": "/tim-kiem/?q=nuoc",
    "box": "/kiem-tra-tin/",
    "submission": "/gui-tin/",
    "complaint": "/phan-anh/",
    "quiz": "/trac-nghiem/",
    "open data": "/du-lieu-mo/",
    "warnings": "/canh-bao-lua-dao/",
    "warnings by mail": "/canh-bao/qua-thu-dien-tu/",
    "card to embed": "/the/{answer}/",
    "feeds": "/feeds/",
}
ADMIN = (
    "", "pages/{list}/", "pages/add/cms/rebuttal/{list}/", "pages/{answer}/edit/", "pages/{answer}/history/",
    "snippets/cms/incident/", "snippets/cms/incident/add/", "snippets/cms/incident/edit/1/", "snippets/cms/topic/add/",
    "images/", "images/add/", "documents/", "media/", "media/audio/add/", "reports/workflow/", "reports/site-history/",
    "inbox/", "complaints/", "re-review/", "notices/", "help/", "report/", "audit/", "account/",
    "publishing/calendar/", "publishing/deliveries/",
    "publishing/deliveries/1/", "publishing/figures/", "publishing/channels/", "publishing/channels/1/",
    "publishing/channels/new/webhook/", "publishing/members/", "publishing/corrections/",
    "campaigns/", "campaigns/new/", "campaigns/{campaign}/", "campaigns/{campaign}/materials/",
    "campaigns/{campaign}/waves/", "campaigns/{campaign}/effect/", "campaigns/alerts/new/",
    "campaigns/{campaign}/indicators/new/", "campaigns/indicators/", "users/", "users/new/", "workflows/list/",
    "redirects/", "redirects/add/", "set-up/", "set-up/people/", "settings/cms/officeclocks/",
    "intake/import/", "intake/partners/",
)  # fmt: skip


PUBLISHER = ("publishing/stories/", "publishing/stories/1/", "campaigns/{campaign}/waves/")


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Every word of the browser about the policy, and every error of a script."""
    yield []


def listen(page: Page, said: list[str]) -> Page:
    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "violates" in message.text:
            said.append(f"{page.url}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return page


def numbers(page: Page, demo: Demo) -> dict[str, int]:
    """Ids of things of the demo, as the open interface and the desk name them."""
    answers = page.request.get(f"{demo.url}/api/v1/answers/").json()["results"]
    return {"answer": min(one["id"] for one in answers)}


def test_no_public_page_goes_against_the_policy(people: People, demo: Demo, said: list[str]):
    page = listen(people.screen(), said)
    known = numbers(page, demo)
    for address in (PAGES | MORE).values():
        answer = page.goto(demo.url + address.format(**known), wait_until="load")
        assert answer is not None
        rules = answer.headers["content-security-policy"]
        assert ("unsafe" not in rules and "script-src 'self';" in rules) or "/the/" in address
    assert not said


def test_no_page_of_the_admin_goes_against_the_policy(people: People, demo: Demo, said: list[str]):
    page = listen(people.screen("quantri"), said)
    known = numbers(page, demo)
    seen_by_a_publisher = listen(people.screen("phathanh"), said)
    page.goto(f"{demo.url}/admin/campaigns/")
    first = page.locator("a[href^='/admin/campaigns/'][href$='/']:not([href$='new/']):not([href$='alerts/'])")
    links = [str(link.get_attribute("href")) for link in first.all()]
    known["campaign"] = min(int(part) for link in links if (part := link.split("/")[3]).isdecimal())
    pages = page.request.get(f"{demo.url}/admin/api/main/pages/?slug=kiem-chung").json()["items"]
    known["list"] = pages[0]["id"]
    refused = []
    for page, address in [*((page, one) for one in ADMIN), *((seen_by_a_publisher, one) for one in PUBLISHER)]:
        answer = page.goto(f"{demo.url}/admin/{address.format(**known)}", wait_until="load")
        assert answer is not None
        if answer.status != 200 or (address and page.url == f"{demo.url}/admin/"):
            refused.append(address)
        is_of_another_package = address.startswith("media/")
        script = answer.headers["content-security-policy"].partition("script-src ")[2].partition(";")[0]
        assert script == ("'self' 'unsafe-inline'" if is_of_another_package else "'self'")
    assert not said
    assert not refused, f"these were not looked at: {refused}"


def test_widgets_start_without_scripts_in_the_page(people: People, demo: Demo, said: list[str]):
    page = listen(people.screen("bientap"), said)
    page.goto(f"{demo.url}/admin/snippets/cms/incident/add/")
    page.locator("#id_first_seen_at").click()
    page.locator(".xdsoft_datetimepicker:visible").wait_for()
    page.keyboard.press("Escape")
    page.locator("#id_appearances-ADD").click()
    added = page.locator("#id_appearances-0-seen_at")
    added.wait_for()
    added.click()
    until(page, "document.querySelectorAll('.xdsoft_datetimepicker').length > 1")
    page.goto(f"{demo.url}/admin/pages/add/cms/rebuttal/{numbers_of_list(page, demo)}/")
    page.evaluate("document.getElementById('id_evidence-ADD').click()")  # it is behind another tab
    page.locator("#id_evidence-0-title").wait_for(state="attached")
    assert not said


def numbers_of_list(page: Page, demo: Demo) -> int:
    items = page.request.get(f"{demo.url}/admin/api/main/pages/?slug=kiem-chung").json()["items"]
    return int(items[0]["id"])


def test_what_somebody_smuggles_into_a_page_does_not_run(people: People, demo: Demo):
    page = people.screen()
    page.goto(demo.url + "/tim-kiem/?q=nuoc")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\"><p style=\"color:red\">')"
    )
    page.evaluate(
        "{const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)}"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
