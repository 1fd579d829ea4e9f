"""The publishers' calendar: what stands where, what clashes, and moving a post without losing a race or a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from publishing import by_hand, outbox
from publishing.desk import calendar
from publishing.desk.deeds import MOVE
from publishing.models import Attempt, Channel, Delivery, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from tests.make import make_user
from tests.publishing.stories import fresh_story, make_correction
from tests.publishing.test_desk import make_channel, make_version, owe, text_of

pytestmark = pytest.mark.django_db

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=VIETNAM)  # a Tuesday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026, in Viet Nam."""
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def _now(settings):
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def publisher(client):
    user = make_user(people.PUBLISHER)
    client.force_login(user)
    return user


def show(client, **asked) -> BeautifulSoup:
    answer = client.get(reverse("publishing_calendar"), asked)
    assert answer.status_code == 200
    return BeautifulSoup(text_of(answer), "html.parser")


def titles(soup) -> list[str]:
    return [link.get_text() for link in soup.select(".desk-entry p > a:not(.desk-entry__to)")]


def move(client, delivery, to: str, **values):
    return client.post(reverse("publishing_move", args=[delivery.pk]), {"at": to, **values}, follow=True)


# Looking ------------------------------------------------------------------------------------------------------


def test_a_week_begins_on_monday_and_ends_on_sunday_in_vietnamese_time(client, publisher):
    UserProfile.objects.update_or_create(user=publisher, defaults={"current_time_zone": "America/New_York"})
    channel = make_channel()
    moments = {"before": at(22, 23, 59), "monday": at(23, 0), "sunday": at(29, 23, 59), "after": at(30, 0)}
    for name, moment in moments.items():
        owe(channel, make_version(title=name), at=moment)
    soup = show(client)
    assert "Week from 23/11/2026 to 29/11/2026" in soup.get_text()
    assert titles(soup) == ["monday", "sunday"]
    assert [cell["data-day"] for cell in soup.select("td[data-day]:has(.desk-entry)")] == ["2026-11-23", "2026-11-29"]
    assert titles(show(client, date="2026-11-22")) == ["before"]
    assert titles(show(client, date="2026-12-06")) == ["after"]


def test_a_day_puts_each_post_at_its_hour_and_channel(client, publisher):
    page, paper = make_channel(), make_channel("wordpress", "Báo")
    owe(page, make_version(title="of the page"), at=at(25, 19, 30))
    owe(paper, make_version(title="of the paper"), at=at(25, 6))
    owe(paper, make_version(title="tomorrow"), at=at(26, 6))
    soup = show(client, view="day", date="2026-11-25")
    places = {(cell["data-channel"], cell["data-hour"]): titles(cell) for cell in soup.select("td:has(.desk-entry)")}
    assert places == {(str(page.pk), "19"): ["of the page"], (str(paper.pk), "06"): ["of the paper"]}
    assert "19:30" in soup.get_text()


def test_a_list_has_a_heading_for_each_day_and_a_form_in_each_row(client, publisher):
    channel = make_channel()
    owe(channel, make_version(title="later"), at=at(27, 8))
    soon = owe(channel, make_version(title="soon"), at=at(25, 8))
    soup = show(client, view="list")
    assert [day.get_text(strip=True) for day in soup.select(".desk-cal__day h3")] == [
        "Wednesday, 25/11/2026",
        "Friday, 27/11/2026",
    ]
    assert titles(soup) == ["soon", "later"]
    form = soup.select_one(f'form[action="{reverse("publishing_move", args=[soon.pk])}"]')
    assert form.select_one("input[type=datetime-local]")["value"] == "2026-11-25T08:00"
    assert soup.select_one(f"label[for=at-{soon.pk}]")


def test_one_channel_can_be_shown_alone(client, publisher):
    page, paper = make_channel(), make_channel("wordpress", "Báo")
    owe(page, make_version(title="of the page"), at=at(25, 19))
    owe(paper, make_version(title="of the paper"), at=at(25, 19))
    for view in calendar.VIEWS:
        soup = show(client, view=view, date="2026-11-24" if view == "list" else "2026-11-25", channel=paper.pk)
        assert titles(soup) == ["of the paper"], view
        for link in soup.select(".desk-cal__views a"):
            assert f"channel={paper.pk}" in link["href"]


def test_what_went_out_stands_at_the_time_it_did_and_what_was_cancelled_is_left_out(client, publisher):
    channel = make_channel()
    owe(channel, make_version(title="sent"), at=at(23, 8), state=State.SENT, sent_at=at(24, 7))
    owe(channel, make_version(title="retried"), at=at(23, 8), due_at=at(25, 7), state=State.DUE)
    owe(channel, make_version(title="failed"), at=at(26, 8), due_at=at(28, 8), state=State.FAILED)
    owe(channel, make_version(title="cancelled"), at=at(26, 8), state=State.CANCELLED)
    soup = show(client)
    found = {titles(cell)[0]: cell["data-day"] for cell in soup.select("td:has(.desk-entry)")}
    assert found == {"sent": "2026-11-24", "retried": "2026-11-25", "failed": "2026-11-26"}
    badges = [badge.get_text(strip=True) for badge in soup.select(".desk-entry .desk-badge")]
    assert badges == ["sent", "waiting to be sent", "failed"]
    assert all(badge.select_one("svg") for badge in soup.select(".desk-entry .desk-badge"))


@pytest.mark.parametrize(
    "asked",
    [
        {"date": "9999-12-31"},
        {"date": "0001-01-01", "view": "week"},
        {"date": "2026-02-30"},
        {"date": "x\x00", "channel": "9" * 40},
        {"view": "year", "channel": "-1"},
    ],
)
def test_an_address_that_makes_no_sense_shows_this_week(client, publisher, asked):
    make_channel()
    assert "Week from 23/11/2026 to 29/11/2026" in show(client, **asked).get_text()


@pytest.mark.parametrize("date", ["2000-01-01", "2100-12-31"])
@pytest.mark.parametrize("view", ["day", "week", "list"])
def test_the_first_and_the_last_day_of_all_can_be_shown(client, publisher, view, date):
    make_channel()
    show(client, view=view, date=date)


@pytest.mark.parametrize("view", ["day", "week", "list"])
def test_the_calendar_needs_the_same_queries_for_two_and_for_sixty(client, publisher, view):
    channels = [make_channel(name=f"Trang {number}", quiet_from=time(22), quiet_to=time(6)) for number in range(5)]

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            show(client, view=view)
        return len(seen)

    for channel in channels[:2]:
        owe(channel, at=at(24, 12))
    queries()
    few = queries()
    for number in range(12):
        version = make_version()
        for channel in channels:
            owe(channel, version, at=at(24, 12 + number % 12, number))
    assert queries() == few
    assert few < 20


def test_no_view_shows_more_than_it_may_and_it_says_so(client, publisher, monkeypatch):
    monkeypatch.setattr(calendar, "MOST", 3)
    channel = make_channel()
    for hour in range(5):
        owe(channel, make_version(title=f"number {hour}"), at=at(24, 12 + hour))
    soup = show(client)
    assert titles(soup) == ["number 0", "number 1", "number 2"]
    assert "Only the first 3 are shown" in soup.get_text()
    assert "Only the first" not in show(client, date="2026-12-24").get_text()


@pytest.mark.parametrize(
    ("role", "may_see", "may_move"),
    [
        (people.EDITOR, False, False),
        (people.CHECKER, False, False),
        (people.APPROVER, True, False),
        (people.PUBLISHER, True, True),
        (people.ADMINISTRATOR, True, True),
    ],
)
def test_each_role_sees_and_moves_only_what_it_may(client, role, may_see, may_move):
    delivery = owe(make_channel(), at=at(25, 19))
    client.force_login(make_user(role))
    address = reverse("publishing_calendar")
    answer = client.get(address)
    assert (answer.status_code == 200) == may_see
    assert (f'"{address}"' in text_of(client.get("/admin/"))) == may_see
    link = reverse("publishing_move", args=[delivery.pk])
    if may_see:
        assert (link in text_of(answer)) == ("calendar.js" in text_of(answer)) == may_move
    assert (client.get(link).status_code == 200) == may_move
    move(client, delivery, "2026-11-26T08:00")
    delivery.refresh_from_db()
    assert (delivery.scheduled_at == at(26, 8)) == may_move


# Quiet hours and clashes --------------------------------------------------------------------------------------


def test_quiet_hours_are_marked_in_words_at_each_channel(client, publisher):
    quiet = make_channel(quiet_from=time(21, 30), quiet_to=time(6))
    make_channel("wordpress", "Báo")
    for view in calendar.VIEWS:
        legend = [line.get_text(" ", strip=True) for line in show(client, view=view).select(".desk-cal__legend li")]
        assert legend == ["Báo: none", "Trang Ánh Dương: 21:30–06:00"], view
    soup = show(client, view="day")
    hatched = soup.select(".desk-cal__quiet")
    assert [cell["data-hour"] for cell in hatched] == ["00", "01", "02", "03", "04", "05", "21", "22", "23"]
    assert {cell["data-channel"] for cell in hatched} == {str(quiet.pk)}
    assert hatched[6].get_text(strip=True) == "quiet 21:30–06:00"
    assert hatched[5].select_one(".w-sr-only").get_text() == "quiet 05:00–06:00"


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (time(12), time(13, 30), [(720, 810)]),
        (time(22), time(6), [(0, 360), (1320, 1440)]),
        (time(22), time(0), [(1320, 1440)]),
        (time(6), time(6), []),
        (None, None, []),
    ],
)
def test_quiet_hours_in_minutes_of_the_day(start, end, minutes):
    from publishing.desk.timing import quiet_spans

    assert quiet_spans(Channel(quiet_from=start, quiet_to=end)) == minutes


def clash_words(soup) -> dict[str, list[str]]:
    found = {}
    for entry in soup.select(".desk-entry"):
        words = [one.get_text(" ", strip=True) for one in entry.select(".desk-entry__clash")]
        if words:
            found[titles(BeautifulSoup(str(entry), "html.parser"))[0]] = words
    return found


def test_a_post_planned_for_quiet_hours_says_when_they_end(client, publisher):
    channel = make_channel(quiet_from=time(22), quiet_to=time(6))
    owe(channel, make_version(title="night"), at=at(25, 23))
    owe(channel, make_version(title="morning"), at=at(26, 6))
    owe(channel, make_version(title="is out"), at=at(24, 1), state=State.SENT, sent_at=at(24, 1))
    assert clash_words(show(client)) == {
        "night": ["This is in the quiet hours of the channel, which end at 26/11/2026 06:00."]
    }


def test_two_posts_of_one_channel_close_together_are_told_at_both(client, publisher):
    page, paper = make_channel(), make_channel("wordpress", "Báo")
    owe(page, make_version(title="first"), at=at(25, 19))
    owe(page, make_version(title="second"), at=at(25, 19, 9))
    owe(page, make_version(title="ten minutes on"), at=at(25, 19, 19))
    owe(page, make_version(title="not going out"), at=at(25, 19, 21), state=State.FAILED)
    owe(paper, make_version(title="elsewhere"), at=at(25, 19))
    assert clash_words(show(client)) == {
        "first": ["Less than 10 minutes from another post on this channel: second, 25/11/2026 19:09."],
        "second": ["Less than 10 minutes from another post on this channel: first, 25/11/2026 19:00."],
    }


def test_a_clash_over_midnight_is_seen_from_either_day(client, publisher):
    channel = make_channel()
    owe(channel, make_version(title="late"), at=at(25, 23, 58))
    owe(channel, make_version(title="early"), at=at(26, 0, 3))
    assert list(clash_words(show(client, view="day", date="2026-11-25"))) == ["late"]
    assert list(clash_words(show(client, view="day", date="2026-11-26"))) == ["early"]


# Moving -------------------------------------------------------------------------------------------------------


def test_a_post_is_moved_logged_and_goes_out_at_the_new_time(client, publisher):
    channel = make_channel()
    delivery = owe(channel, at=at(25, 19))
    back = reverse("publishing_calendar") + "?view=list"
    answer = move(client, delivery, "2026-11-26T08:15", next=back)
    assert answer.redirect_chain[-1][0] == back
    assert "Moved." in text_of(answer) and "Planned for 26/11/2026 08:15" in text_of(answer)
    delivery.refresh_from_db()
    assert (delivery.scheduled_at, delivery.due_at, delivery.state) == (at(26, 8, 15), at(26, 8, 15), State.DUE)
    assert ModelLogEntry.objects.filter(action="publishing.move", object_id=str(delivery.pk), user=publisher).exists()
    attempt = Attempt.objects.get()
    assert (attempt.by, attempt.words_text()) == (publisher, "Moved from 25/11/2026 19:00 to 26/11/2026 08:15.")
    assert outbox.claim(5, at(26, 8, 14)) == []
    assert [one.pk for one in outbox.claim(5, at(26, 8, 15))] == [delivery.pk]


def test_the_form_shows_the_time_and_looking_moves_nothing(client, publisher):
    delivery = owe(make_channel(), at=at(25, 19))
    address = reverse("publishing_move", args=[delivery.pk])
    assert 'value="2026-11-25T19:00"' in text_of(client.get(address))
    assert 'value="2026-11-26T06:00"' in text_of(client.get(address, {"at": "2026-11-26T06:00"}))
    for nonsense in ("2026-13-45T99:99", "x", "0001-01-01T00:00", "9999-12-31T23:59+00:00"):
        assert client.get(address, {"at": nonsense}).status_code == 200
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(25, 19) and not Attempt.objects.exists()


@pytest.mark.parametrize("to", ["2026-11-24T08:59", "2026-11-24T09:00", "0001-01-01T00:00"])
def test_a_time_that_is_over_is_refused_in_words_with_the_form_still_there(client, publisher, to):
    delivery = owe(make_channel(), at=at(25, 19))
    shown = text_of(move(client, delivery, to))
    assert "is in the past: it is 24/11/2026 09:00 now" in shown and f'value="{to}"' in shown
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(25, 19)


@pytest.mark.parametrize("to", ["2062-11-25T08:00", "9999-12-31T23:59"])
def test_a_mistyped_year_is_refused_in_words(client, publisher, to):
    delivery = owe(make_channel(quiet_from=time(22), quiet_to=time(6)), at=at(25, 19))
    assert "is more than a year ahead" in text_of(move(client, delivery, to))
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(25, 19)


def test_what_is_no_time_is_refused_in_words(client, publisher):
    delivery = owe(make_channel(), at=at(25, 19))
    assert "This is not a time" in text_of(move(client, delivery, "mai"))
    assert "Please enter the new time" in text_of(move(client, delivery, ""))


def test_quiet_hours_are_allowed_but_told_with_their_end_as_a_proposal(client, publisher):
    channel = make_channel(quiet_from=time(22), quiet_to=time(6))
    delivery = owe(channel, at=at(25, 19))
    shown = BeautifulSoup(text_of(move(client, delivery, "2026-11-25T23:10")), "html.parser")
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(25, 23, 10)
    warning = shown.select_one(".messages .warning")
    assert "quiet hours of the channel, which end at 26/11/2026 06:00" in warning.get_text()
    form = BeautifulSoup(text_of(client.get(warning.select_one("a")["href"])), "html.parser")
    proposed = form.select_one("input[name=at]")["value"]
    assert proposed == "2026-11-26T06:00"
    shown = text_of(move(client, delivery, proposed))
    assert "quiet hours of the channel, which end" not in shown


def test_moving_next_to_another_post_is_told(client, publisher):
    channel = make_channel()
    owe(channel, make_version(title="the other one"), at=at(26, 8))
    delivery = owe(channel, at=at(25, 19))
    assert "the other one, 26/11/2026 08:00" in text_of(move(client, delivery, "2026-11-26T08:05"))
    assert "Less than" not in text_of(move(client, delivery, "2026-11-26T09:00"))


def test_wording_keeps_its_approval_or_its_wait(client, publisher):
    channel, approver = make_channel(), make_user(people.APPROVER)
    waiting = owe(channel, wording="Lời của tôi", by=publisher, at=at(25, 19))
    approved = owe(channel, wording="Lời khác", by=publisher, at=at(25, 20))
    by_hand.approve_wording(approved, approver)
    for delivery, state in ((waiting, State.PLANNED), (approved, State.DUE)):
        move(client, delivery, "2026-11-27T08:00")
        delivery.refresh_from_db()
        assert (delivery.scheduled_at, delivery.state) == (at(27, 8), state)
    assert waiting.wording_approved_at is None and approved.wording_approved_by == approver
    assert [one.pk for one in outbox.claim(5, at(27, 9))] == [approved.pk]


def test_what_is_held_stays_held_with_its_reason(client, publisher):
    delivery = owe(make_channel(), wording="Lời", by=publisher, at=at(25, 19))
    by_hand.refuse_wording(delivery, make_user(people.APPROVER), reason="Thừa 100% chữ này")
    move(client, delivery, "2026-11-27T08:00")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.scheduled_at) == (State.HELD, at(27, 8))
    assert "Thừa 100% chữ này" in delivery.words_text()


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED, State.SENDING])
def test_what_is_out_or_settled_is_not_moved(client, publisher, state):
    when = {"sent_at": NOW} if state == State.SENT else {"lease_until": at(25, 20)}
    delivery = owe(make_channel(), at=at(25, 19), state=state, **when)
    assert "does not allow this" in text_of(client.get(reverse("publishing_move", args=[delivery.pk])))
    assert "does not allow this" in text_of(move(client, delivery, "2026-11-27T08:00"))
    delivery.refresh_from_db()
    assert (delivery.scheduled_at, delivery.state) == (at(25, 19), state)


def test_a_post_that_may_be_out_is_not_moved(client, publisher):
    delivery = owe(make_channel(), at=at(25, 19), state=State.DUE, doubts=1)
    assert reverse("publishing_move", args=[delivery.pk]) not in text_of(client.get(reverse("publishing_calendar")))
    with pytest.raises(by_hand.Refused):
        by_hand.move(delivery, publisher, at=at(27, 8))
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(25, 19)


def test_a_correction_is_not_put_off(client, publisher):
    version = make_version()
    owed = Owed(make_channel().pk, Action.CORRECT, at(25, 19))
    delivery = outbox.enqueue(version, [owed])[0]
    Delivery.objects.filter(pk=delivery.pk).update(state=State.DUE)
    assert "goes out as soon as it can" in text_of(client.get(reverse("publishing_move", args=[delivery.pk])))
    move(client, delivery, "2026-11-27T08:00")
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(25, 19)
    with pytest.raises(by_hand.Refused):
        by_hand.move(delivery, publisher, at=at(27, 8))


def meanwhile(monkeypatch, happens):
    """Something else happens after the page has read the row, and before the move."""

    def moves_too_late(*args, **kw):
        happens()
        by_hand.move(*args, **kw)

    monkeypatch.setattr("publishing.desk.move.MOVE", replace(MOVE, run=moves_too_late))


def test_a_worker_that_claimed_it_meanwhile_wins_and_the_person_is_told(client, publisher, monkeypatch):
    delivery = owe(make_channel(), at=NOW)
    claimed = []

    meanwhile(monkeypatch, lambda: claimed.extend(outbox.claim(5)))
    answer = move(client, delivery, "2026-11-27T08:00")
    assert "has moved on meanwhile" in text_of(answer)
    assert [one.pk for one in claimed] == [delivery.pk]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.scheduled_at) == (State.SENDING, NOW)
    assert not Attempt.objects.exists() and not ModelLogEntry.objects.filter(action="publishing.move").exists()


def test_a_try_that_began_and_ended_meanwhile_is_noticed_too(publisher):
    as_read = owe(make_channel(), at=NOW)
    outbox.claim(5)
    Delivery.objects.filter(pk=as_read.pk).update(state=State.DUE, lease_until=None)  # it did not get through
    with pytest.raises(by_hand.Refused):
        by_hand.move(as_read, publisher, at=at(27, 8))


def test_of_two_people_who_move_it_the_second_is_told(client, publisher):
    delivery = owe(make_channel(), at=at(25, 19))
    seen = delivery.scheduled_at.isoformat()
    move(client, delivery, "2026-11-26T08:00", seen=seen)
    answer = text_of(move(client, delivery, "2026-11-27T08:00", seen=seen))
    assert "Somebody else has moved it to 26/11/2026 08:00 meanwhile" in answer
    delivery.refresh_from_db()
    assert delivery.scheduled_at == at(26, 8)


def test_next_never_leads_away_from_the_site(client, publisher):
    delivery = owe(make_channel(), at=at(25, 19))
    answer = move(client, delivery, "2026-11-26T08:00", next="https://evil.example/")
    assert answer.redirect_chain[-1][0] == reverse("publishing_delivery", args=[delivery.pk])
    assert reverse("publishing_move", args=[delivery.pk]) in text_of(answer)


def test_a_post_waiting_for_its_next_try_can_be_moved(client, publisher):
    delivery = owe(make_channel(), at=at(24, 8))
    Delivery.objects.filter(pk=delivery.pk).update(due_at=NOW + timedelta(minutes=5), attempt_no=2)
    move(client, delivery, "2026-11-24T10:00")
    delivery.refresh_from_db()
    assert delivery.due_at == at(24, 10)
    assert timezone.now() == NOW and outbox.claim(5, at(24, 9, 30)) == []


def test_a_correction_that_replaces_it_meanwhile_wins_and_keeps_the_time_it_saw(client, publisher, monkeypatch):
    story = fresh_story()
    channel, version = make_channel(), StoryVersion.of(story)
    delivery = owe(channel, version, at=at(25, 19))
    locked = []
    original = by_hand.lock_stories
    monkeypatch.setattr(by_hand, "lock_stories", lambda key: (locked.append(key), original(key)))
    meanwhile(monkeypatch, lambda: outbox.plan_change(make_correction(story)))
    assert "has moved on meanwhile" in text_of(move(client, delivery, "2026-11-27T08:00"))
    assert locked == [story.key]  # so that none can begin between the check and the end of the move
    delivery.refresh_from_db()
    assert (delivery.state, delivery.scheduled_at) == (State.CANCELLED, at(25, 19))
    assert Delivery.objects.exclude(pk=delivery.pk).get().scheduled_at == at(25, 19)


def test_a_post_that_is_tried_again_later_is_seen_where_it_is_tried(client, publisher):
    channel = make_channel()
    owe(channel, make_version(title="tried again"), at=at(24, 8), state=State.DUE, due_at=at(24, 12), attempt_no=1)
    delivery = owe(channel, at=at(25, 19))
    assert "tried again, 24/11/2026 12:00" in text_of(move(client, delivery, "2026-11-24T12:05"))
