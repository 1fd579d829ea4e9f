"""The delivery board while somebody looks at it: it keeps itself up to date and disturbs nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, Route, expect

from cms import people
from publishing.models import Delivery, State
from tests.make import make_user
from tests.publishing.test_desk import make_channel, owe

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

SCRIPT = Path(__file__).resolve().parents[2] / "templates/static/publishing/desk.js"
BOARD = "http://desk.test/board/"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def client() -> Client:
    made = Client()
    made.force_login(make_user(people.PUBLISHER))
    return made


class Board:
    """The board as Django renders it, without a server in between; styles and other scripts are left out."""

    def __init__(self, page: Page, client: Client) -> None:
        self.page, self.client = page, client
        page.route("**/*", self._answer)
        page.clock.install()

    def open(self) -> None:
        self._render({})
        self.page.goto(BOARD)

    def later(self) -> None:
        """Ten seconds on."""
        self._render({"X-Fragment": "live"})
        with self.page.expect_response(BOARD):
            self.page.clock.fast_forward(10_500)

    def _render(self, headers: dict[str, str]) -> None:
        # Not in _answer(): Playwright calls that in a context of its own, which has another database connection.
        self.is_part = bool(headers)
        self.shown = self.client.get(reverse("publishing_deliveries"), headers=headers)

    def _answer(self, route: Route) -> None:
        if "desk.js" in route.request.url:
            route.fulfill(body=SCRIPT.read_text(), content_type="text/javascript")
        elif route.request.url == BOARD:
            assert ("x-fragment" in route.request.headers) == self.is_part
            route.fulfill(status=self.shown.status_code, body=self.shown.content.decode(), content_type="text/html")
        else:
            route.abort()

    def row(self, delivery: Delivery, inside: str = "") -> Locator:
        return self.page.locator(f"#delivery-{delivery.pk} {inside}".strip())

    def rows(self) -> list[str]:
        return [row.get_attribute("id") or "" for row in self.page.locator("tbody tr[id]").all()]

    @property
    def said(self) -> Locator:
        return self.page.locator("#desk-live-said")


@pytest.fixture
def board(browser: Browser, client: Client) -> Iterator[Board]:
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield Board(context.new_page(), client)
    context.close()


def ids(*deliveries: Delivery) -> list[str]:
    return [f"delivery-{one.pk}" for one in deliveries]


def test_a_state_that_changes_is_shown_and_ticks_focus_and_order_stay(board: Board) -> None:
    channel = make_channel()
    first, second = owe(channel, state=State.FAILED), owe(channel)
    board.open()
    board.row(second, "input").check()
    board.row(second, ".title a").focus()
    order = board.rows()
    Delivery.objects.filter(pk=second.pk).update(state=State.HELD, words="Nobody knows.")
    board.later()
    expect(board.row(second)).to_contain_text("Nobody knows.")
    expect(board.row(second, ".title a")).to_be_focused()
    expect(board.row(second, "input")).to_be_checked()
    expect(board.row(first, "input")).not_to_be_checked()
    expect(board.said).to_have_text("2 deliveries need a person.")
    assert board.rows() == order == ids(first, second)


def test_rows_come_and_change_places_when_nobody_is_about_to_press_one(board: Board) -> None:
    channel = make_channel()
    first, second = owe(channel, state=State.FAILED), owe(channel)
    board.open()
    Delivery.objects.filter(pk=first.pk).update(state=State.SENT, sent_at=timezone.now())
    third = owe(channel, state=State.UNKNOWN)
    board.later()
    expect(board.row(third)).to_be_visible()
    assert board.rows() == ids(third, second, first)


def test_a_board_that_was_empty_fills(board: Board) -> None:
    board.open()
    made = owe(make_channel())
    board.later()
    expect(board.row(made)).to_be_visible()


def test_nothing_is_said_while_nothing_changed_and_a_failed_answer_changes_nothing(board: Board) -> None:
    made = owe(make_channel(), state=State.FAILED)
    board.open()
    board.page.evaluate("document.querySelector('tbody tr[id]').mark = true")
    board.later()
    board.later()
    assert board.page.evaluate("document.querySelector('tbody tr[id]').mark") is True, "the row is still the same"
    expect(board.said).to_be_empty()
    board.client.logout()
    board.later()
    expect(board.row(made)).to_be_visible()
