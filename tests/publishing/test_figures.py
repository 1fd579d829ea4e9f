"""Figures as publishers see them: never 0 for what nobody told, and never a formula in a spreadsheet."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms import people
from publishing import measuring
from publishing.channels.facebook import Facebook
from publishing.desk.charts import bars, line
from publishing.models import Channel, Measurement, State
from publishing.text import cell_text
from tests.make import make_user
from tests.publishing.test_desk import make_channel, make_version, owe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def channel():
    return make_channel()


@pytest.fixture
def publisher(client):
    user = make_user(people.PUBLISHER)
    client.force_login(user)
    return user


def out(channel, *told, age=timedelta(days=1), version=None):
    """A post with one measurement for each of ``told``, the last now."""
    now = timezone.now()
    post = owe(channel, version, state=State.SENT, sent_at=now - age)
    for hours, values in enumerate(reversed(told)):
        Measurement.objects.create(delivery=post, at=now - timedelta(hours=hours), values=values)
    return post


def page(client, **query) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse("publishing_figures"), query).content, "html.parser")


def table(soup, number=0) -> dict[str, list[str]]:
    """Cells by the first line of their row."""
    for label in soup.select(".desk-table__label"):
        label.decompose()
    return {
        row.th.get_text("\n", strip=True).split("\n")[0]: [cell.get_text(strip=True) for cell in row.find_all("td")]
        for row in soup.select(".desk-table")[number].tbody.find_all("tr")
    }


def test_figures_are_added_up_by_channel_and_by_answer(client, publisher, channel):
    other = make_channel(name="Trang khác")
    version = make_version()
    out(
        channel,
        {"views": 100, "reach": 60, "reactions": 7},
        {"views": 1250, "reach": 70, "reactions": 9},
        version=version,
    )
    out(channel, {"views": 50, "reactions": 0})
    out(other, {"views": 3}, version=version)
    soup = page(client)
    assert table(soup) == {
        "Trang Ánh Dương": ["2", "1,300", "9", "not told", "not told"],
        "Trang khác": ["1", "3", "not told", "not told", "not told"],
    }
    assert table(soup, 1)[version.title] == ["2", "1,253", "9", "not told", "not told"]


def test_a_figure_that_is_gone_is_said_to_be_gone_and_never_0(client, publisher, channel, monkeypatch):
    post = out(channel, {"views": 40, "reactions": 2})
    monkeypatch.setattr(Facebook, "metrics", lambda adapter, receipt: {"reactions": 3})
    for _twice in range(2):
        measuring.measure(post, channel.adapter())
    assert table(page(client))["Trang Ánh Dương"][1:3] == ["not told any more", "3"]
    out(channel, {"views": 5})
    assert table(page(client))["Trang Ánh Dương"][1] == "5in part not told any more"
    shown = BeautifulSoup(client.get(reverse("publishing_delivery", args=[post.pk])).content, "html.parser")
    newest = shown.select_one("#figures").find_parent("section").tbody.tr
    figures = [cell.get_text() for cell in newest("td")]  # its head is the time, which may have a 40 in it too
    assert "not told any more" in figures[0] and not any("40" in figure for figure in figures)
    monkeypatch.setattr(Facebook, "metrics", lambda adapter, receipt: {"views": 41, "reactions": 3})
    measuring.measure(post, channel.adapter())
    assert table(page(client))["Trang Ánh Dương"][1] == "46", "it is told again"


def test_a_period_holds_what_went_out_in_it(client, publisher, channel):
    for days in (3, 20, 60, 120):
        out(channel, {"views": days}, age=timedelta(days=days))
    assert [table(page(client, days=days))["Trang Ánh Dương"][:2] for days in (7, 30, 90)] == [
        ["1", "3"], ["2", "23"], ["3", "83"],
    ]  # fmt: skip
    assert table(page(client, days="x; drop"))["Trang Ánh Dương"][0] == "2"
    assert client.get(reverse("publishing_figures"), {"days": "²"}).status_code == 200


def test_a_delivery_shows_its_last_figures_and_their_course(client, publisher, channel):
    post = out(channel, *({"views": number * 10, "reach": number} for number in range(12)))
    soup = BeautifulSoup(client.get(reverse("publishing_delivery", args=[post.pk])).content, "html.parser")
    panel = soup.select_one("#figures").find_parent("section")
    rows = panel.tbody.find_all("tr")
    assert len(rows) == 8 and "110" in rows[0].get_text() and panel.select_one("polyline")["points"].count(",") == 12
    assert [cell.get_text() for cell in panel.thead.find_all("th")][1:3] == ["Views", "Reach"]


def test_a_delivery_without_figures_says_why(client, publisher, channel):
    post = out(channel)
    assert "No figures yet" in client.get(reverse("publishing_delivery", args=[post.pk])).content.decode()
    Channel.objects.update(kind="wordpress", config={"base_url": "http://127.0.0.1:9", "username": "x"})
    assert "tells no figures" in client.get(reverse("publishing_delivery", args=[post.pk])).content.decode()
    waiting = owe(channel)
    assert 'id="figures"' not in client.get(reverse("publishing_delivery", args=[waiting.pk])).content.decode()


def test_the_board_of_a_story_shows_how_its_posts_do(client, publisher, channel):
    version = make_version()
    out(channel, {"views": 31, "reactions": None}, version=version)
    soup = BeautifulSoup(client.get(reverse("publishing_compose", args=[version.pk])).content, "html.parser")
    assert soup.select_one(".desk-told").get_text(" ", strip=True) == "Views 31 Reactions not told any more"


def test_charts_are_drawn_on_the_server_without_scripts_or_inline_styles(client, publisher, channel):
    out(channel, {"views": 10})
    out(make_channel(name="Trang <khác>"), {"views": 5})
    chart = page(client).select_one("svg.desk-bars")
    assert [one.get_text() for one in chart.find_all("text")] == ["Trang Ánh Dương", "10", "Trang <khác>", "5"]
    assert [one["width"] for one in chart.find_all("rect")] == ["480.0", "240.0"]
    assert "style" not in str(chart) and chart["aria-hidden"] == "true"


def test_a_chart_needs_something_to_compare():
    assert bars([("a", 5)]) is None and bars([("a", 0), ("b", 0)]) is None
    assert bars([("a", 1_000_000), ("b", 1)]).bars[1].width == 2
    assert line([(0, 1)]) is None and line([(0, 0), (9, 0)]) is None and line([(5, 1), (5, 2)]) is None
    assert line([(0, 0), (10, 50)]).points == "4.0,116.0 476.0,4.0"


def test_the_table_for_spreadsheets_has_every_post_and_no_formula(client, publisher, channel):
    Channel.objects.update(name="=cmd|' /C calc'!A0")
    version = make_version(title="@SUM(A1:A9), “tin giả”")
    out(channel, {"views": 12, "reach": None}, version=version)
    answer = client.get(reverse("publishing_figures"), {"days": 7, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
    assert answer.content.startswith("\ufeff".encode())
    (row,) = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert row["Channel"] == "'=cmd|' /C calc'!A0" and row["Answer"] == "'@SUM(A1:A9), “tin giả”"
    assert (row["Views"], row["Reach"], row["Comments"]) == ("12", "not told any more", "")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\n1", "＝1"])
def test_what_begins_like_a_formula_is_text(text):
    assert cell_text(text) == f"'{text}"


def test_what_does_not_stays_as_it_is():
    assert [cell_text(one) for one in ("Tin giả", "1=1", "", 0, -5, None)] == ["Tin giả", "1=1", "", 0, -5, ""]


@pytest.mark.parametrize(("role", "status"), [(people.EDITOR, 302), (people.APPROVER, 200), (people.PUBLISHER, 200)])
def test_figures_are_for_those_who_see_deliveries(client, role, status, channel):
    out(channel, {"views": 1})
    client.force_login(make_user(role))
    for query in ({}, {"format": "csv"}):
        assert client.get(reverse("publishing_figures"), query).status_code == status


def test_more_posts_cost_no_more_queries(client, publisher, channel):
    def queries(**query):
        with CaptureQueriesContext(connection) as taken:
            client.get(reverse("publishing_figures"), query)
        return len(taken)

    out(channel, {"views": 1})
    queries()
    before = queries(), queries(format="csv")
    for number in range(5):
        out(make_channel(name=f"Trang {number}"), {"views": number}, {"views": None})
    assert (queries(), queries(format="csv")) == before
