"""A day of the office in a minute: posts planned over 24 hours and moved; channels that lie, hang up and refuse; the clock set.

The clock is moved by hand from event to event, so that every wait is as long as it would be, and costs nothing. Counted at
the channels.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from publishing import by_hand, copies, outbox
from publishing.models import Attempt, Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.sandbox.__main__ import connections
from publishing.story import Action
from tests.faults.storm import LIES
from tests.faults.test_kill import StandIns
from tests.make import make_user
from tests.publishing.stories import make_story

BEGIN = datetime(2026, 11, 30, 17, tzinfo=timezone.get_fixed_timezone(0))  # midnight in the office
EVERY_SO_OFTEN = timedelta(minutes=10)  # the sweep; each minute in life


class Day:
    """``now`` is what the clock says. ``told`` counts what happened."""

    def __init__(self, clock: Any, stand_ins: StandIns, stories: int, seed: int) -> None:
        self.clock, self.stand_ins = clock, stand_ins
        self.chance = random.Random(seed)
        self.person = make_user(username="phathanh")
        self.stories = stories
        self.told: Counter[str] = Counter()
        owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
        self.channels = []
        self.secrets: dict[str, dict[str, str]] = {}
        for kind, one in connections(stand_ins.page, stand_ins.paper, stand_ins.newsroom).items():
            channel = Channel(organisation=owner, kind=kind, name=kind, config=one["config"])
            channel.set_secrets(one["secrets"])
            channel.save()
            self.secrets[kind] = one["secrets"]
            self.channels.append(channel)

    def click(self, number: int) -> None:
        """A story is approved, and planned for some time of the next six hours; some at once."""
        key = f"tin-{number:03d}"
        title = f"Tin số {number:03d}."
        story = make_story(
            key=key, slug=key, title=title, claim=title, short_answer=title, url=f"https://k.example/{key}/"
        )
        at = timezone.now() + timedelta(minutes=self.chance.choice([0, 0, self.chance.randrange(360)]))
        version = StoryVersion.of(story)
        made = outbox.enqueue(version, [Owed(channel.pk, Action.POST, at) for channel in self.channels], self.person)
        if number % 5 == 4 and at > timezone.now():
            by_hand.move(made[0], self.person, at=at + timedelta(minutes=30))
            self.told["moved"] += 1

    def lie(self) -> None:
        for name, server in (("facebook", self.stand_ins.page), ("wordpress", self.stand_ins.paper)):
            fault = self.chance.choice([fault for fault in LIES[name] if fault != "slow"])
            server.faults.append({"fault": fault, "method": "POST"})
            self.told["lies"] += 1

    def work(self) -> None:
        while claimed := outbox.claim(8):
            for one in claimed:
                state = outbox.deliver(one)
                self.told[f"turns that ended {state.value if state else 'lost'}"] += 1

    def look(self) -> None:
        """What people do every hour: connect what was refused, look at what is unclear, let go what failed."""
        for channel in Channel.objects.exclude(stopped_at=None):
            by_hand.resume(channel)
            self.told["connected again"] += 1
        out = self.stand_ins.counts()
        for one in Delivery.objects.filter(state__in=[State.UNKNOWN, State.FAILED, State.HELD]):
            if one.is_unclear:
                by_hand.settle(one, self.person, is_there=one.version.title[7:10] in out[one.channel.kind])
            else:
                by_hand.retry(one, self.person)
            self.told["a person looked"] += 1

    def run(self) -> None:
        """From midnight to midnight, and on until nothing waits."""
        clicks = sorted(BEGIN + timedelta(minutes=self.chance.randrange(24 * 60 - 370)) for _ in range(self.stories))
        jumps = {8: timedelta(hours=2), 15: timedelta(hours=-1)}
        planned = swept = 0
        end, now = BEGIN + timedelta(hours=24), BEGIN
        while now < end or Delivery.objects.exclude(state=State.SENT).exists():
            assert now < end + timedelta(hours=12), list(Delivery.objects.exclude(state=State.SENT).values())[:3]
            self.clock.move_to(now)
            while planned < len(clicks) and clicks[planned] <= now:
                self.click(planned)
                planned += 1
                if planned % 3 == 0:
                    self.lie()
                if planned == 5:
                    self.stand_ins.page.faults.insert(0, {"fault": "expire_token", "method": "POST"})
            self.work()
            if now >= BEGIN + swept * EVERY_SO_OFTEN:
                copies.sweep()
                swept = int((now - BEGIN) / EVERY_SO_OFTEN) + 1
                if swept % 6 == 0:
                    self.look()
                hour = swept // 6
                if swept % 6 == 0 and hour in jumps:
                    now += jumps.pop(hour)
                    self.told["clock set"] += 1
                    continue
            comes = [BEGIN + swept * EVERY_SO_OFTEN, *clicks[planned : planned + 1]]
            due = outbox.next_due(now)
            free = (
                Channel.objects.filter(not_before__gt=now).order_by("not_before").values_list("not_before", flat=True)
            )
            comes += [due] if due else []
            comes += list(free[:1])
            now = max(now + timedelta(milliseconds=100), min(comes))


def live(clock: Any, folder: Any, stories: int, seed: int = 4) -> dict[str, Any]:
    """One day. Raises AssertionError where a post was lost, doubled or early; returns what happened, for a record."""
    with StandIns(folder) as stand_ins:
        for server in (stand_ins.page, stand_ins.paper):
            server.delay = 0.0
        clock.move_to(BEGIN)
        day = Day(clock, stand_ins, stories, seed)
        day.run()
        everything = {f"{number:03d}": 1 for number in range(stories)}
        for kind, counted in stand_ins.counts().items():
            wrong = {name: count for name, count in counted.items() if count != 1}
            assert dict(counted) == everything, f"{kind}: doubled {wrong}, lost {set(everything) - set(counted)}"
    rows = Delivery.objects.values_list("scheduled_at", "sent_at")
    late = sorted((sent - planned).total_seconds() for planned, sent in rows if sent)
    assert len(late) == 3 * stories and late[0] >= 0, "nothing is out before its time"
    return {
        "posts": len(late),
        "attempts": Attempt.objects.exclude(step=Attempt.Steps.PERSON).count(),
        "half were out within (s)": round(late[len(late) // 2], 1),
        "95 of 100 within (s)": round(late[int(len(late) * 0.95)], 1),
        "the latest after (s)": round(late[-1], 1),
        **dict(sorted(day.told.items())),
    }


@pytest.mark.django_db
def test_after_a_day_with_lies_moves_and_a_clock_that_was_set_every_post_is_out_once(time_machine, tmp_path):
    told = live(time_machine, tmp_path, stories=25)
    print(told)
    assert (
        told["clock set"] == 2
        and told["moved"]
        and told["connected again"]
        and told["lies"] >= 8
        and told["half were out within (s)"] < 60
    )
