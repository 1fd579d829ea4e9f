"""Figures of a report are those that somebody would count by hand, row by row."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import Locale, Page

from campaigns.models import Campaign, DownloadCount, Material, MaterialVersion, QuizCount, Wave
from cms.claims import Verdict
from cms.corrections import Correction
from cms.incidents import Incident, IncidentChange, Place, Topic
from cms.pages.answer import Answer
from cms.reports.changes import Sent, reached
from cms.reports.durations import WorkingHours, middle, ninth_of_ten
from cms.reports.period import NAMED, Period, named
from cms.reports.sections import Report, Section, Table, make
from cms.sent_in.submissions import Submission
from publishing.models import CANCELLED_BY_PERSON, Delivery, Measurement, State, StoryVersion
from tests.make import make_campaign, make_incident, make_rebuttal, make_verified_fact
from tests.publishing.test_desk import make_channel

pytestmark = pytest.mark.django_db

OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
NOW = datetime(2026, 12, 3, 9, tzinfo=OFFICE)
BEGINS, ENDS = datetime(2026, 11, 1, tzinfo=OFFICE), datetime(2026, 12, 1, tzinfo=OFFICE)
# Right at the borders of the month and of the month before, a moment before them, and half an hour after midnight.
EDGES = [
    moment
    for border in (datetime(2026, 10, 1, tzinfo=OFFICE), BEGINS, ENDS)
    for moment in (
        border,
        border - timedelta(microseconds=1),
        border + timedelta(minutes=30),
        border - timedelta(minutes=30),
    )
]


@pytest.fixture(autouse=True)
def _in_english_in_december():
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def month(moment: datetime | None) -> str:
    """The month of the office's calendar, as a person reads it off the wall."""
    return moment.astimezone(OFFICE).strftime("%Y-%m") if moment else ""


def section(report: Report, key: str) -> Section:
    return next(one for one in report.sections if one.key == key)


def table(report: Report, caption: str) -> Table:
    return next(one for each in report.sections for one in each.tables if one.caption == caption)


def numbers(found: Table) -> dict[str, tuple]:
    return {row.label: row.values for row in found.rows}


def figure(report: Report, key: str) -> tuple:
    return report.figures[key].value, report.figures[key].before


# Incidents ----------------------------------------------------------------------------------------------------


@pytest.fixture
def register() -> list[Incident]:
    """100 incidents around the two months, some merged, some closed, some spreading again."""
    chance = random.Random(2026)
    topics = [Topic.objects.create(name=f"Chủ đề {n}", slug=f"chu-de-{n}") for n in range(3)]
    places = [Place.objects.create(name=f"Xã {n}", slug=f"xa-{n}") for n in range(4)]
    first = datetime(2026, 9, 25, tzinfo=UTC)
    span = int((NOW - first) / timedelta(minutes=1))

    def sometime() -> datetime:
        return chance.choice([*EDGES, *(first + timedelta(minutes=chance.randrange(span)) for _n in range(40))])

    for number in range(100):
        at = sometime()
        one = make_incident(
            claim=f"Tin đồn thử nghiệm số {number}",
            kind=chance.choice(Incident.Kind.values),
            topic=chance.choice(topics),
            place=chance.choice([*places, None]),
            urgency=chance.choice(Incident.Urgency.values),
            origin=chance.choice(Incident.Origin.values),
            registered_at=at,
        )
        values = {}
        if chance.random() < 0.7:
            values["noticed_at"] = min(
                NOW, max(at, chance.choice([at + timedelta(minutes=chance.randrange(9000)), *EDGES]))
            )
            if chance.random() < 0.8:
                values["answered_at"] = values["noticed_at"] + timedelta(minutes=chance.randrange(6000))
                values["status"] = "answered"
        elif chance.random() < 0.4:
            values["status"] = chance.choice(["closed", "answered"])
        Incident.objects.filter(pk=one.pk).update(**values)
        if status := values.get("status"):
            when = values.get("answered_at") or at + timedelta(minutes=chance.randrange(40_000))
            IncidentChange.objects.create(incident=one, status=status, at=when)
            if chance.random() < 0.3:
                IncidentChange.objects.create(
                    incident=one, status="again", at=when + timedelta(days=chance.randrange(30))
                )
    everyone = list(Incident.objects.order_by("pk"))
    for gone, kept in zip(everyone[::7], everyone[1::7], strict=False):
        Incident.objects.filter(pk=gone.pk).update(status="merged", merged_into=kept)
        IncidentChange.objects.create(incident=gone, status="merged", at=NOW)
    return list(Incident.objects.order_by("pk"))


def by_hand(register: list[Incident]) -> dict:
    """Counted one by one, knowing nothing of how reports do it."""
    counted = {"kept": [one for one in register if one.merged_into_id is None]}
    family = {one.pk: [one, *(each for each in register if each.merged_into_id == one.pk)] for one in counted["kept"]}
    for name in ("noticed_at", "answered_at"):
        counted[name] = {
            pk: min(moments) if (moments := [m for each in them if (m := getattr(each, name))]) else None
            for pk, them in family.items()
        }
    return counted


def stood(incident: Incident, at: datetime) -> str:
    changes = [one for one in IncidentChange.objects.filter(incident=incident) if one.at < at]
    return max(changes, key=lambda one: (one.at, one.pk)).status if changes else "reported"


@pytest.mark.parametrize("name", ["kind", "urgency", "origin"])
def test_incidents_are_counted_by_what_they_are_once_in_the_month_of_the_office(register, name):
    labels = {value: str(label)[:1].upper() + str(label)[1:] for value, label in Incident._meta.get_field(name).choices}
    expected: dict[str, list[int]] = {}
    for one in register:
        if one.merged_into_id is None and month(one.registered_at) in {"2026-10", "2026-11"}:
            expected.setdefault(labels[getattr(one, name)], [0, 0])[month(one.registered_at) == "2026-10"] += 1
    found = numbers(table(make(NOVEMBER), f"Incidents by {name}"))
    assert found == {label: tuple(counts) for label, counts in expected.items()}
    assert sum(now for now, _before in found.values()) == make(NOVEMBER).figures["incidents"].value


@pytest.mark.parametrize("name", ["topic", "place"])
def test_incidents_are_counted_by_topic_and_place_and_those_without_a_place_too(register, name):
    expected = Counter(
        str(getattr(one, name) or "not given")
        for one in register
        if one.merged_into_id is None and month(one.registered_at) == "2026-11"
    )
    found = numbers(table(make(NOVEMBER), f"Incidents by {name}"))
    assert {label: now for label, (now, _before) in found.items() if now} == dict(expected)


def test_every_day_of_the_period_has_its_incidents_also_right_after_midnight(register):
    make_incident(registered_at=datetime(2026, 11, 14, 0, 30, tzinfo=OFFICE))  # still the 13th in Greenwich
    expected = Counter(
        one.registered_at.astimezone(OFFICE).strftime("%d/%m")
        for one in Incident.objects.exclude(status="merged")
        if month(one.registered_at) == "2026-11"
    )
    found = numbers(table(make(NOVEMBER), "Incidents by day"))
    assert len(found) == 30
    assert {day: times for day, (times,) in found.items() if times} == dict(expected)


@pytest.mark.parametrize(
    ("period", "caption", "pieces"),
    [
        (Period(date(2026, 10, 1), date(2026, 12, 31)), "Incidents by week", 14),
        (Period(date(2026, 1, 1), date(2026, 12, 31)), "Incidents by month", 12),
    ],
)
def test_longer_periods_are_drawn_by_weeks_and_months_and_lose_nothing(register, period, caption, pieces):
    report = make(period)
    rows = table(report, caption).rows
    assert len(rows) == pieces
    assert sum(row.values[0] for row in rows) == report.figures["incidents"].value > 40


@pytest.mark.parametrize(
    ("period", "at"),
    [(NOVEMBER, ENDS), (Period(date(2026, 12, 1), date(2026, 12, 31)), NOW)],
    ids=["over", "not over yet"],
)
def test_what_was_open_and_late_is_as_it_stood_when_the_period_closed(register, period, at):
    hand = by_hand(register)
    still = [
        one
        for one in hand["kept"]
        if one.registered_at < at
        and not ((answered := hand["answered_at"][one.pk]) and answered < at)
        and stood(one, at) not in {"answered", "closed", "merged"}
    ]
    late = [
        one
        for one in still
        if one.answer_due_at < at
        or (not ((told := hand["noticed_at"][one.pk]) and told < at) and one.notice_due_at < at)
    ]
    figures = make(period).figures
    assert (figures["open"].value, figures["late"].value) == (len(still), len(late))
    assert 0 < len(late) < len(still)


def test_spreading_again_is_counted_once_an_incident_whatever_was_merged(register):
    one = next(each for each in register if each.merged_into_id)
    for day in (5, 9):  # twice, and in two rows of one family
        IncidentChange.objects.create(incident=one, status="again", at=BEGINS + timedelta(days=day))
        IncidentChange.objects.create(incident=one.merged_into, status="again", at=BEGINS + timedelta(days=day + 1))
    changes = IncidentChange.objects.filter(status="again").select_related("incident")
    expected = [
        len({one.incident.merged_into_id or one.incident_id for one in changes if month(one.at) == which})
        for which in ("2026-11", "2026-10")
    ]
    assert figure(make(NOVEMBER), "again") == tuple(expected)


# How soon -----------------------------------------------------------------------------------------------------


def worked_minutes(start: datetime, end: datetime) -> int:
    """Minute by minute: Monday to Friday, 8 to 12 and 13 to 17, not on 2 September and the like."""
    here, worked = start.astimezone(OFFICE), 0
    while here < end:
        is_off = (here.day, here.month) in {(1, 1), (30, 4), (1, 5), (2, 9)}
        worked += here.weekday() < 5 and not is_off and here.hour in {8, 9, 10, 11, 13, 14, 15, 16}
        here += timedelta(minutes=1)
    return worked


@pytest.mark.parametrize(
    ("name", "due", "key"), [("noticed_at", "notice_due_at", "notice"), ("answered_at", "answer_due_at", "answer")]
)
def test_times_and_shares_are_those_of_the_first_round_published_in_the_period(register, name, due, key):
    # Whole minutes, so that counting minute by minute is exact.
    for one in register:
        values = {f: v.replace(second=0, microsecond=0) for f in ("registered_at", name) if (v := getattr(one, f))}
        Incident.objects.filter(pk=one.pk).update(**values)
    register = list(Incident.objects.all())
    hand = by_hand(register)
    report = make(NOVEMBER)
    for which, of in (("2026-11", lambda f: f.value), ("2026-10", lambda f: f.before)):
        met = [(one, at) for one in hand["kept"] if month(at := hand[name][one.pk]) == which]
        assert len(met) > 6
        walls = sorted(max(0.0, (at - one.registered_at).total_seconds() / 3600) for one, at in met)
        worked = sorted(worked_minutes(one.registered_at, at) / 60 for one, at in met)
        for hours, suffix in ((walls, ""), (worked, "_working")):
            half = len(hours) // 2
            median = hours[half] if len(hours) % 2 else (hours[half - 1] + hours[half]) / 2
            most = next(h for h in hours if sum(x <= h for x in hours) >= 0.9 * len(hours))
            assert of(report.figures[f"{key}_median{suffix}"]) == pytest.approx(median, abs=0.001)
            assert of(report.figures[f"{key}_p90{suffix}"]) == pytest.approx(most, abs=0.001)
        share = sum(at <= getattr(one, due) for one, at in met) / len(met)
        assert of(report.figures[f"{key}_in_time"]) == pytest.approx(share)
        assert of(report.figures["noticed" if key == "notice" else "answered"]) == len(met)


def test_of_nothing_nothing_is_said_and_of_one_it_is_that_one():
    assert (middle([]), ninth_of_ten([])) == (None, None)
    assert (middle([7.0]), ninth_of_ten([7.0])) == (7.0, 7.0)
    assert ninth_of_ten([float(n) for n in range(1, 11)]) == 9.0
    assert WorkingHours(None, []).between(0.0, 10.0) == 0.0


# Answers, submissions -----------------------------------------------------------------------------------------


def published(page: Answer, at: datetime, **values) -> None:
    Page.objects.filter(pk=page.pk).update(live=True, first_published_at=at)
    Answer.objects.filter(pk=page.pk).update(**values)


def test_an_answer_counts_once_by_kind_and_verdict_and_its_translations_apart():
    published(make_rebuttal(verdict=Verdict.FALSE), BEGINS)
    published(make_rebuttal(verdict=Verdict.FALSE), ENDS - timedelta(minutes=30), change_kind="retraction")
    published(make_rebuttal(verdict=Verdict.SCAM), BEGINS - timedelta(minutes=30))
    published(make_verified_fact(), BEGINS + timedelta(minutes=30))
    published(make_rebuttal(verdict=Verdict.TRUE), ENDS)
    make_rebuttal(verdict=Verdict.PARTLY)  # a draft
    original, copy = make_rebuttal(verdict=Verdict.FAKE), make_rebuttal(verdict=Verdict.FAKE)
    published(original, BEGINS + timedelta(days=2))
    english = Locale.objects.get(language_code="en")
    Page.objects.filter(pk=copy.pk).update(translation_key=original.translation_key, locale=english)
    published(copy, BEGINS + timedelta(days=3))
    report = make(NOVEMBER)
    assert figure(report, "answers") == (4, 1)
    assert figure(report, "translations") == (1, 0)
    assert figure(report, "withdrawn") == (1, 0)
    assert numbers(table(report, "Answers by kind")) == {"Rebuttal": (3, 1), "Verified fact": (1, 0)}
    assert numbers(table(report, "Rebuttals by verdict")) == {
        "Fabricated": (1, 0),
        "Scam / Impersonation": (0, 1),
        "False": (2, 0),
    }


def test_what_the_public_sent_in_is_counted_with_its_repeats_and_without():
    incident = make_incident()
    rows = [
        (BEGINS, {"seen_on": "zalo"}),
        (BEGINS + timedelta(minutes=30), {"seen_on": "zalo", "incident": incident}),
        (ENDS - timedelta(microseconds=1), {"phase": "closed"}),
        (ENDS, {}),
        (BEGINS - timedelta(microseconds=1), {}),
    ]
    made = [Submission.objects.create(text="Có đúng không?", consent_at=at, received_at=at, **kw) for at, kw in rows]
    Submission.objects.filter(pk=made[1].pk).update(same_as=made[0])
    report = make(NOVEMBER)
    assert figure(report, "submissions") == (3, 1)
    assert figure(report, "submissions_different") == (2, 1)
    assert numbers(table(report, "What became of them")) == {
        "Received": (1, 1),
        "Being verified": (1, 0),
        "Closed without an answer": (1, 0),
    }
    assert numbers(table(report, "Where it was seen")) == {"Zalo": (2, 0), "Not given": (1, 1)}


# Posts, corrections -------------------------------------------------------------------------------------------


def version(key: str, revision: int, **payload) -> StoryVersion:
    return StoryVersion.objects.create(key=key, revision=revision, title="Tin", payload={"change": "", **payload})


def delivery(channel, of: StoryVersion, action="post", state=State.SENT, sent_at=None, **kw) -> Delivery:
    return Delivery.objects.create(
        channel=channel, version=of, story=of.key, action=action, state=state, sent_at=sent_at, **kw
    )


def test_posts_are_counted_by_channel_in_the_office_s_month_with_the_newest_figures_only():
    chance = random.Random(7)
    channels = [make_channel(name=f"Trang {n}") for n in range(3)]
    for number in range(60):
        at = chance.choice([*EDGES, BEGINS + timedelta(minutes=chance.randrange(-50_000, 50_000))])
        state = chance.choice([State.SENT, State.SENT, State.SENT, State.FAILED])
        action = chance.choice(["post", "post", "correct", "retract"])
        one = delivery(chance.choice(channels), version(f"tin-{number}", number), action, state, sent_at=at)
        for hours in range(chance.randrange(3)):
            told = {"views": chance.randrange(900), "reach": chance.randrange(500), "shares": None, "comments": 2}
            Measurement.objects.create(delivery=one, at=at + timedelta(hours=hours), values=told)
    report = make(NOVEMBER)
    expected, follow_ups = {}, [0, 0]
    for channel in channels:
        sent = list(Delivery.objects.filter(channel=channel, state=State.SENT))
        posts = [one for one in sent if one.action == "post" and month(one.sent_at) == "2026-11"]
        before = [one for one in sent if one.action == "post" and month(one.sent_at) == "2026-10"]
        for place, which in enumerate(("2026-11", "2026-10")):
            follow_ups[place] += sum(one.action != "post" and month(one.sent_at) == which for one in sent)
        told = [last.values for one in posts if (last := one.measurements.order_by("at", "id").last())]
        added = [sum(one[name] for one in told) if told else None for name in ("views", "comments")]
        reach = max((one["reach"] for one in told), default=None)
        name = f"{channel.name} ({channel.organisation.name})"
        expected[name] = (len(posts), len(before), added[0], None, added[1], None, reach)
    assert numbers(table(report, "Posts by channel")) == expected
    assert figure(report, "posts") == tuple(sum(row[place] for row in expected.values()) for place in (0, 1))
    assert figure(report, "follow_ups") == tuple(follow_ups)
    assert report.figures["views"].value == sum(row[2] or 0 for row in expected.values())


def sent(pk, channel, action, revision, at, *, perhaps=None, left=False) -> Sent:
    return Sent(pk, channel, action, revision, at, action == "post" if perhaps is None else perhaps, left)


HOUR = 3600.0
POSTED = [sent(1, 1, "post", 1, 0.0), sent(2, 2, "post", 1, 0.0)]


@pytest.mark.parametrize(
    ("follows", "copies", "hours"),
    [
        ([sent(3, 1, "correct", 2, 11 * HOUR), sent(4, 2, "correct", 2, 13 * HOUR)], 2, 3.0),
        ([sent(3, 1, "correct", 2, 11 * HOUR)], 2, None),
        ([sent(3, 1, "correct", 2, 11 * HOUR), sent(4, 2, "correct", 2, None, left=True)], 1, 1.0),
        ([sent(3, 1, "correct", 3, 12 * HOUR), sent(4, 2, "retract", 3, 14 * HOUR)], 2, 4.0),  # by a later change
        ([sent(3, 1, "retract", 1, 5 * HOUR), sent(4, 2, "correct", 2, 11 * HOUR)], 1, 1.0),  # removed before
        (
            [sent(3, 1, "correct", 2, 11 * HOUR), sent(4, 2, "correct", 2, None), sent(5, 2, "post", 2, 15 * HOUR)],
            2,
            5.0,
        ),
    ],
    ids=["both", "one owes", "one is left", "later change", "removed before", "posted anew"],
)
def test_a_change_has_reached_every_copy_when_the_last_has_followed(follows, copies, hours):
    found = reached("correction", 10 * HOUR, 2, [*POSTED, *follows])
    assert (found.copies, found.hours) == (copies, hours)


def test_a_copy_of_which_nobody_knows_whether_it_is_out_is_waited_for():
    doubtful = sent(3, 3, "post", 1, None, perhaps=True)
    found = reached(
        "correction", 10 * HOUR, 2, [sent(1, 1, "post", 1, 0.0), doubtful, sent(4, 1, "correct", 2, 11 * HOUR)]
    )
    assert (found.copies, found.hours) == (2, None)


def test_a_story_that_was_nowhere_needs_to_reach_nothing():
    assert reached("retraction", 10 * HOUR, 2, [sent(1, 1, "post", 2, 12 * HOUR)]).copies == 0


def test_corrections_are_counted_and_timed_from_what_was_really_sent():
    channels = [make_channel(name=f"Trang {n}") for n in range(3)]

    def corrected(kind: str, made_at: datetime, *after_hours: float | None) -> None:
        page = make_rebuttal()
        first, second = version(page.story_key, page.pk * 10), version(page.story_key, page.pk * 10 + 1, change=kind)
        Correction.objects.create(
            page=page, revision=second.revision, kind=kind, note="Sửa", title="Tin", made_at=made_at
        )
        for channel, hours in zip(channels, after_hours, strict=False):
            delivery(channel, first, sent_at=made_at - timedelta(days=1))
            if hours is None:
                delivery(channel, second, "correct", State.DUE)
            elif hours < 0:
                delivery(channel, second, "correct", State.CANCELLED, words=CANCELLED_BY_PERSON)
            else:
                delivery(channel, second, "correct", sent_at=made_at + timedelta(hours=hours))

    corrected("correction", BEGINS, 1, 2, 6)
    corrected("correction", BEGINS + timedelta(days=9), 4, -1)
    corrected("retraction", ENDS - timedelta(minutes=30), 1, None)
    corrected("correction", BEGINS + timedelta(days=1))  # was nowhere
    corrected("update", BEGINS + timedelta(days=1), 40)  # told, but no correction
    corrected("correction", BEGINS - timedelta(minutes=30), 10)
    report = make(NOVEMBER)
    assert figure(report, "corrections") == (3, 1)
    assert figure(report, "retractions") == (1, 0)
    assert figure(report, "reached_median") == (5.0, 10.0)
    assert figure(report, "reached_p90") == (6.0, 10.0)
    assert figure(report, "not_everywhere") == (1, 0)


# Campaigns ----------------------------------------------------------------------------------------------------


def test_campaigns_tell_what_ran_was_approved_fetched_and_played():
    page, ended, later = make_campaign(title="Một"), make_campaign(title="Hai"), make_campaign(title="Ba")
    for one, at in ((page, BEGINS - timedelta(days=90)), (ended, BEGINS - timedelta(days=90)), (later, ENDS)):
        published(one, at)
    Campaign.objects.filter(pk=ended.pk).update(ends_on=date(2026, 10, 31))
    material = Material.objects.create(campaign=page, kind="poster", language="vi")
    for number, at in enumerate((BEGINS, ENDS, BEGINS - timedelta(minutes=30)), start=1):
        MaterialVersion.objects.create(
            material=material, number=number, content={}, drawn_from="x", state="replaced", approved_at=at
        )
    for day, times in (
        (date(2026, 10, 31), 5),
        (date(2026, 11, 1), 2),
        (date(2026, 11, 30), 3),
        (date(2026, 12, 1), 9),
    ):
        DownloadCount.objects.create(material=material, on=day, file="a.pdf", times=times)
        QuizCount.objects.create(campaign=page, on=day, right=1, asked=3, times=times)
        QuizCount.objects.create(campaign=None, on=day, right=1, asked=3, times=1)
    for at, state in ((BEGINS, "on"), (BEGINS, "draft"), (ENDS, "on"), (BEGINS - timedelta(minutes=30), "over")):
        Wave.objects.create(campaign=page, name="Đợt", starts_at=at, state=state)
    report = make(NOVEMBER)
    assert figure(report, "campaigns") == (1, 2)
    assert figure(report, "materials") == (1, 1)
    assert figure(report, "waves") == (1, 1)
    assert figure(report, "downloads") == (5, 5)
    assert figure(report, "quiz_rounds") == (7, 6)
    assert numbers(table(report, "Campaigns of the period")) == {"Một": (5, 5)}


# Periods, and what it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "words", "before"),
    [
        (NOVEMBER, "month 11 of 2026", Period(date(2026, 10, 1), date(2026, 10, 31))),
        (Period(date(2026, 3, 1), date(2026, 3, 31)), "month 3 of 2026", Period(date(2026, 2, 1), date(2026, 2, 28))),
        (Period(date(2026, 1, 1), date(2026, 3, 31)), "quarter I of 2026", Period(date(2025, 10, 1), date(2025, 12, 31))),
        (Period(date(2026, 1, 1), date(2026, 6, 30)), "the first 6 months of 2026", Period(date(2025, 7, 1), date(2025, 12, 31))),
        (Period(date(2024, 1, 1), date(2024, 12, 31)), "the year 2024", Period(date(2023, 1, 1), date(2023, 12, 31))),
        (Period(date(2026, 11, 5), date(2026, 11, 7)), "from 05/11/2026 to 07/11/2026", Period(date(2026, 11, 2), date(2026, 11, 4))),
        (Period(date(2026, 11, 5), date(2026, 11, 5)), "the day 05/11/2026", Period(date(2026, 11, 4), date(2026, 11, 4))),
    ],
)  # fmt: skip
def test_a_period_has_a_name_and_one_as_long_before_it(period, words, before):
    assert str(period) == words
    assert period.before == before
    assert period.before.end == period.start


def test_the_usual_periods_follow_the_office_s_calendar_not_greenwich():
    with time_machine.travel(datetime(2027, 1, 1, 0, 30, tzinfo=OFFICE), tick=False):  # Friday; still 2026 in Greenwich
        assert named("this_week") == Period(date(2026, 12, 28), date(2027, 1, 3))
        assert named("last_month") == Period(date(2026, 12, 1), date(2026, 12, 31))
        assert named("last_quarter") == Period(date(2026, 10, 1), date(2026, 12, 31))
        assert named("this_year") == Period(date(2027, 1, 1), date(2027, 12, 31))
        assert named("last_year").before == Period(date(2025, 1, 1), date(2025, 12, 31))
        assert all(period(timezone.localdate()).days for _label, period in NAMED.values())


def test_a_full_register_costs_as_many_queries_as_an_empty_one(register):
    with CaptureQueriesContext(connection) as full:
        make(NOVEMBER)
    with CaptureQueriesContext(connection) as empty:
        make(Period(date(2021, 1, 1), date(2021, 1, 31)))
    assert len(full) == len(empty) <= 30
