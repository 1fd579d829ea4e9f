"""The publishers' desk at a real screen, large and small: nothing hidden from a machine's eye, a keyboard or a phone.

The calendar and moving a post have tests of their own.
"""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

# A link of the page before it, or an address below /admin/publishing/.
PUBLISHERS = {
    "first page": "/admin/",
    "stories": "stories/",
    "corrections owed": "corrections/",
    "compose board, of a story that owes": ".desk-owed h2 a",
    "deliveries": "deliveries/",
    "delivery": ".desk-table .title a",
    "question before a cancellation": "deliveries/8/cancel/",
    "figures": "figures/",
}
ADMINISTRATORS = {
    "channels": "channels/",
    "channel, with the form of its kind": ".desk-table .title a",
    "kinds": "channels/new/",
    "audit log": "/admin/audit/",
    "history of an incident": "/admin/audit/incident/1/",
    "who sees what": "members/",
    "setting up": "/admin/set-up/",
    "the office": "/admin/set-up/office/",
    "people": "/admin/set-up/people/",
    "topics and places": "/admin/set-up/words/",
    "first channels": "/admin/set-up/channels/",
}
EDITORS = {
    "first page, with something late": "/admin/",
    "looking again": "/admin/re-review/",
    "report": "/admin/report/",
    "words of the official report": "/admin/report/official/",
    "notices": "/admin/notices/",
    "guide": "/admin/help/",
    "an incident to read": "/admin/snippets/cms/incident/inspect/1/",
    "what the public sent in": "/admin/inbox/",
    "one that was sent in": "td.title a",
    "import of a table": "/admin/intake/import/",
    "kept copies of an incident": "/admin/links/incident/1/",
    "new warning": "/admin/campaigns/alerts/new/",
}


WIDER_THAN_THE_SCREEN = """
    () => [...document.querySelectorAll("main :is(p, h2, h3, a, button, input, select, textarea, img, dd)")]
        .filter(one => one.offsetWidth > 1 && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest("header"))
        .map(one => one.outerHTML.slice(0, 120))
"""
LARGE_ICONS = "() => [...document.querySelectorAll('main svg.icon')].filter(one => one.clientWidth > 64).length"


def look(page: Page, demo, name: str, where: str) -> None:
    """Opens one view, on a phone and then on a large screen, and finds nothing too wide and no fault."""
    if not where.startswith("/") and " a" in where:
        where = page.locator(where).first.get_attribute("href") or ""
    where = where if where.startswith("/") else f"/admin/publishing/{where}"
    page.set_viewport_size({"width": 360, "height": 900})
    answer = page.goto(demo.url + where)
    assert answer and answer.status == 200, name
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert page.evaluate(WIDER_THAN_THE_SCREEN) == [], (name, width)
        assert not page.evaluate(LARGE_ICONS), (name, width)
    # Where it is large, because only there tables are tables.
    faults = Axe().run(page).response["violations"]
    found = [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults]
    assert not found, (name, found)


@pytest.mark.parametrize(
    ("username", "views"), [("phathanh", PUBLISHERS), ("quantri", ADMINISTRATORS), ("bientap", EDITORS)]
)
def test_every_view_of_the_desk_is_accessible_and_fits(people, demo, username, views):
    page = people.screen(username)
    for name, where in views.items():
        look(page, demo, name, where)
    page.close()


def test_with_the_keyboard_alone_a_story_is_planned_and_what_was_done_by_hand_recorded(people, demo):
    page = people.screen("phathanh")
    page.goto(f"{demo.url}/admin/publishing/corrections/")
    story = page.locator(".desk-owed").filter(has=page.get_by_role("link", name="Ảnh cầu Suối Mơ"))
    story.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(story.locator("input[type=url]")).to_be_focused()
    page.keyboard.type("https://hoanang.example.vn/ban-tin/15")
    page.keyboard.press("Enter")
    expect(page.locator(".messages .success")).to_be_visible()
    assert page.url.endswith("/corrections/")
    expect(story).to_have_count(0)
    page.goto(f"{demo.url}/admin/publishing/corrections/?show=all")
    expect(story).to_contain_text("Làm bằng tay: Người phát hành mẫu")

    page.goto(f"{demo.url}/admin/publishing/stories/")
    page.get_by_role("link", name="Giấy chứng nhận đất", exact=False).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/stories/\d+/$"))
    card = page.locator(".desk-card").filter(has=page.get_by_role("heading", name="Báo Ánh Dương"))
    card.locator("input[type=checkbox]").focus()
    page.keyboard.press("Space")
    page.locator("[name=do][value=plan]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messages .success")).to_be_visible()
    expect(card.locator("input[type=checkbox]")).to_have_count(0)
    page.close()
