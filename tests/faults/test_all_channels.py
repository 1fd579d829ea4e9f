"""Everything at once: 300 deliveries over all channels, faults of every kind, and kill -9 of the worker at any moment.

After each kill a night passes, or more, and people do what the desk asks them to: connect a channel again, let go what failed,
look at a channel of which nobody knows whether a post is out. In the end every story stands exactly once on every
channel, counted at the stand-ins; where the channel can be read back, nobody had to look.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from publishing.channels.base import Outcome
from publishing.story import Story
from tests.faults.installation import Installation
from tests.publishing.rigs import rigs
from tests.publishing.stories import fresh_story, token_of
from tests.servers.databases import postgres, redis
from tests.servers.local import kill, stop

DELIVERIES, KILLS, MOST_TURNS = 300, 8, 30
STARTS_WITHIN, RESTS = 30.0, 4.0  # seconds; after so long without an attempt, a worker has nothing it can do now
ATTEMPTS = "SELECT count(*) FROM publishing_attempt"
FAST = {"DELIVERY_LEASE_SECONDS": "3", "DELIVERY_READ_SECONDS": "1"}
ROOMY: dict[str, dict[str, Any]] = {  # limits of the vendors that so many posts in a minute would meet
    "facebook": {"calls_an_hour": 10**6},
    "mastodon": {"calls": 10**6},
}

SEED = """
from datetime import timedelta
from django.utils import timezone
from publishing import outbox
from publishing.models import Channel, Organisation, StoryVersion
from publishing.plan import Owed
from publishing.story import Action, Story
owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
for name, rig in values["rigs"].items():
    channel = Channel(organisation=owner, kind=rig["kind"], name=name, is_sandbox=True,
                      config={**rig["config"], "settle_seconds": 0.3})
    channel.set_secrets(rig["secrets"])
    channel.save()
    for number, story in enumerate(rig["stories"]):
        at = timezone.now() + timedelta(hours=12) * (number * values["nights"] // len(rig["stories"]))
        outbox.enqueue(StoryVersion.of(Story.from_json(story)), [Owed(channel.pk, Action.POST, at)])
"""

PEOPLE = """
from collections import Counter
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from publishing import by_hand
from publishing.models import Channel, Delivery
from publishing.turn import DOUBTS_BEFORE_A_PERSON
from publishing.story import Story
done = Counter()
for channel in Channel.objects.exclude(stopped_at=None):
    channel.set_secrets(values["secrets"][channel.name])
    channel.save()
    by_hand.resume(channel)
    done["connected again"] += 1
for delivery in Delivery.objects.select_related("channel", "version"):
    if delivery.is_unclear:
        is_there = delivery.version.key in values["out"][delivery.channel.name]
        if delivery.state == "failed":
            why = "asked for it, and was refused"  # e.g. a newspaper that wants to see articles first
        elif delivery.doubts >= DOUBTS_BEFORE_A_PERSON:
            why = "four doubts in a row"
        else:
            why = "cannot be asked"
        by_hand.settle(delivery, None, is_there=is_there)
        done[f"{delivery.channel.name}: {why}"] += 1
    elif delivery.state in {"failed", "held"}:
        by_hand.retry(delivery, None)
        done["let go again"] += 1
states = Counter(Delivery.objects.values_list("state", flat=True))
# Nights pass, until there is something to do. Nothing runs meanwhile: no worker that would be mistaken for a dead one, no
# call that is under way.
night = timedelta(hours=12)
for _number in range(30):
    Delivery.objects.filter(state="sending").update(lease_until=F("lease_until") - night)
    Delivery.objects.exclude(tried_at=None).update(tried_at=F("tried_at") - night)
    Delivery.objects.filter(state="due").update(due_at=F("due_at") - night)
    Channel.objects.exclude(not_before=None).update(not_before=F("not_before") - night)
    now = timezone.now()
    if Delivery.objects.filter(state="sending").exists():
        break
    if Delivery.objects.filter(state="due", due_at__lte=now).exclude(channel__not_before__gt=now).exists():
        break
print(json.dumps({"states": states, "done": done}))
"""


LEFT = """
from publishing.models import Delivery
print(json.dumps([
    [str(one.channel), one.state, one.words, one.doubts, str(one.due_at), str(one.tried_at), one.channel.status,
     [[a.number, a.step, a.outcome, a.words, a.vendor_words] for a in one.attempts.order_by("-id")[:4]]]
    for one in Delivery.objects.exclude(state="sent")[:5]
]))
"""


class Everywhere:
    """All rigs, and the stories owed to each."""

    def __init__(self, kept: ExitStack) -> None:
        self.rigs: dict[str, Any] = {}
        for name, rig in sorted(rigs().items()):
            self.rigs[name] = kept.enter_context(rig(**ROOMY.get(rig.kind, {})))
        each = -(-DELIVERIES // len(self.rigs))
        self.stories: dict[str, list[Story]] = {
            name: [self._fit(rig, fresh_story()) for _number in range(each)] for name, rig in self.rigs.items()
        }

    @staticmethod
    def _fit(rig: Any, story: Story) -> Story:
        fitted: Story = rig.fit(story) if hasattr(rig, "fit") else story
        return fitted

    @property
    def owed(self) -> int:
        return sum(map(len, self.stories.values()))

    def seed(self) -> dict[str, Any]:
        return {
            name: {
                "kind": rig.kind,
                "config": rig.settings()[0],
                "secrets": rig.settings()[1],
                "stories": [story.to_json() for story in self.stories[name]],
            }
            for name, rig in self.rigs.items()
        }

    def copies(self, name: str) -> Counter[str]:
        """How often each story stands on the channel, by its key; those that do not are left out."""
        found = self.rigs[name].copies()
        counted = {
            story.key: sum(token_of(story) in copy["text"] + copy["url"] for copy in found)
            for story in self.stories[name]
        }
        return +Counter(counted)

    def out(self) -> dict[str, list[str]]:
        """What stands where, after a newspaper that wants to see articles first has published them."""
        for rig in self.rigs.values():
            if hasattr(rig, "publish_withheld"):
                rig.publish_withheld()
        return {name: list(self.copies(name)) for name in self.rigs}

    def secrets(self) -> dict[str, dict[str, str]]:
        """What a person enters who connects each channel again."""
        return {
            name: rig.fresh_secrets() if hasattr(rig, "fresh_secrets") else rig.settings()[1]
            for name, rig in self.rigs.items()
        }

    def cause_faults(self, chance: random.Random) -> Counter[str]:
        """One fault for the next post on every channel."""
        caused = Counter[str]()
        for rig in self.rigs.values():
            fault = chance.choice(sorted(rig.faults))
            rig.fault(fault)
            caused[rig.expected[fault]] += 1
        return caused


def let_work(installation: Installation, moment: float | None) -> None:
    """Waits until the worker is ``moment`` seconds into its work; without a moment, until it has done what it can now.

    Counted from its first attempt, not from its start: a busy machine may take any time to start it.
    """
    begun = attempts = installation.ask(ATTEMPTS)
    until = time.monotonic() + STARTS_WITHIN
    while attempts == begun and time.monotonic() < until:  # a turn that had nothing to do is one too
        time.sleep(0.05)
        attempts = installation.ask(ATTEMPTS)
    if moment is not None:
        time.sleep(moment)
        return
    last, rests_since = attempts, time.monotonic()
    while time.monotonic() < rests_since + RESTS:
        time.sleep(0.2)
        if (attempts := installation.ask(ATTEMPTS)) != last:
            last, rests_since = attempts, time.monotonic()


def run(installation: Installation, everywhere: Everywhere, start: Callable[[], Any]) -> Counter[str]:
    """Works, with faults and kills, until everything is sent. What people had to do, counted."""
    chance, done, caused = random.Random(4), Counter[str](), Counter[str]()
    for turn in range(MOST_TURNS):
        if turn < KILLS:
            caused += everywhere.cause_faults(chance)
        worker = start()
        let_work(installation, chance.random() * 3 if turn < KILLS else None)
        # The first ones are killed in whatever they do; from then on the worker is stopped as an office stops it.
        kill(worker) if turn < KILLS else stop(worker, 60)
        time.sleep(0.5)  # what a stand-in has begun, it ends
        told = installation.run(PEOPLE, out=everywhere.out(), secrets=everywhere.secrets())
        done += Counter(told["done"])
        if told["states"] == {"sent": everywhere.owed}:
            print(f"faults: {dict(caused)}; people: {dict(done)}; turns: {turn + 1}")
            assert turn >= KILLS, "all was sent before the last kill: the test proves less than it says"
            assert set(caused) >= set(Outcome) - {Outcome.OK}
            return done
    raise AssertionError(f"not everything is sent: {told['states']}: {installation.run(LEFT)}")


@pytest.fixture
def everywhere() -> Iterator[Everywhere]:
    with ExitStack() as kept:
        yield Everywhere(kept)


def assert_once_each(everywhere: Everywhere, done: Counter[str]) -> None:
    for name, rig in everywhere.rigs.items():
        assert everywhere.copies(name) == dict.fromkeys((story.key for story in everywhere.stories[name]), 1), name
        if rig.adapter().finds:
            assert f"{name}: cannot be asked" not in done, f"{name} can be read back, and yet a person had to look"


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres", "redis-server"))]
)
def test_every_story_is_out_once_on_every_channel_whatever_happened(database, tmp_path, everywhere):
    with ExitStack() as servers:
        settings = FAST | {"EMAIL_URL": "dummymail://"}
        if database == "postgres":
            settings["DATABASE_URL"] = servers.enter_context(postgres())
            settings["CELERY_BROKER_URL"] = servers.enter_context(redis())
        installation = Installation(tmp_path, **settings)
        servers.callback(installation.stop)
        installation.manage("migrate", "--verbosity", "0")
        installation.run(SEED, rigs=everywhere.seed(), nights=KILLS)
        if database == "postgres":
            installation.beat()
            done = run(installation, everywhere, installation.celery)
        else:
            done = run(installation, everywhere, installation.work)
    assert_once_each(everywhere, done)
