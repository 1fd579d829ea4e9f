"""The outbox: every outcome leads where it should, nothing is sent twice, nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import ClassVar

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone, translation

from publishing import by_hand, channels, claiming, models, outbox, steady, turn, vault
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Outcome, Probe
from publishing.models import Attempt, Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action, Post, Receipt, Way
from tests.make import make_user
from tests.publishing.stories import make_story

pytestmark = pytest.mark.django_db


class Fake(Adapter):
    """A vendor in memory that does what it is told."""

    kind = "fake"
    label = nature = "Fake"
    Form = ChannelForm
    secrets = ("token",)
    text_limit = 500
    finds = True
    settle_seconds = 1
    max_in_flight = 3
    posts: ClassVar[dict[str, str]] = {}
    edits: ClassVar[list[tuple[str, str]]] = []
    sends: ClassVar[list[str]] = []
    script: ClassVar[list] = []  # what the next sends do: an exception, or "after" to post and then raise UNKNOWN
    ways: ClassVar[dict[Action, Way]] = {}

    def wording(self, story, action=Action.POST):
        return story.change if action == Action.RETRACT else story.short_answer

    def render(self, story, action, marker, wording=""):
        return Post(text=f"{action} {wording or self.wording(story, action)}", link=story.url)

    def way(self, action):
        return self.ways.get(action, Way.SEND)

    def send(self, post, marker):
        self.sends.append(marker)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        self.posts[marker] = post.text
        if step == "after":
            raise ChannelError(Outcome.UNKNOWN, "no answer")
        return Receipt(f"id-{marker}", f"https://fake.example/{marker}")

    def find(self, post, marker):
        return Receipt(f"id-{marker}", f"https://fake.example/{marker}") if marker in self.posts else None

    def edit(self, receipt, post, marker):
        self.edits.append((receipt.remote_id, post.text))
        return receipt

    def delete(self, receipt):
        self.posts.pop(receipt.remote_id.removeprefix("id-"), None)

    def probe(self):
        return Probe("Fake")


@pytest.fixture(autouse=True)
def fake(monkeypatch, settings):
    settings.DELIVERY_LEASE_SECONDS = 0.4
    for store in (Fake.posts, Fake.edits, Fake.sends, Fake.script, Fake.ways):
        store.clear()
    monkeypatch.setattr(Fake, "finds", True)
    for module in (channels, claiming, models, outbox):
        monkeypatch.setattr(module, "adapters", lambda: {"fake": Fake})
    return Fake


@pytest.fixture
def channel():
    office, _ = Organisation.objects.get_or_create(name="Đài Ánh Dương (hư cấu)")
    made = Channel(organisation=office, kind="fake", name="Kênh thử")
    made.set_secrets({"token": "bí-mật"})
    made.save()
    return made


def owe(channel, story=None, wording="", by=None, at=None, action=Action.POST) -> Delivery:
    version = StoryVersion.of(story or make_story())
    owed = Owed(channel.pk, action, at or timezone.now(), wording, by.pk if by else None)
    return outbox.enqueue(version, [owed])[0]


def run() -> list[State | None]:
    """One turn of the worker, in this thread."""
    return [outbox.deliver(one) for one in outbox.claim(50)]


def due_now() -> None:
    Delivery.objects.filter(state=State.DUE).update(due_at=timezone.now())


def again(delivery):
    delivery.refresh_from_db()
    return delivery


def test_a_due_delivery_is_sent_once_and_says_where(channel, fake):
    delivery = owe(channel)
    assert run() == [State.SENT]
    assert run() == []
    again(delivery)
    assert delivery.permalink == f"https://fake.example/{delivery.marker}" and delivery.sent_at
    assert [one.outcome for one in delivery.attempts.all()] == ["ok"]


def test_planning_twice_owes_once(channel):
    story = make_story()
    owe(channel, story)
    assert outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, Action.POST, timezone.now())]) == []
    assert Delivery.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        first = Delivery.objects.get()
        Delivery.objects.create(channel=channel, version=first.version, story=first.story)


def test_nothing_goes_before_its_time(channel, time_machine):
    delivery = owe(channel, at=timezone.now() + timedelta(hours=2))
    assert run() == []
    time_machine.move_to(delivery.scheduled_at + timedelta(seconds=1))
    assert run() == [State.SENT]


def test_a_channel_is_called_only_so_many_times_at_once(channel):
    for number in range(10):
        owe(channel, make_story(key=f"tin-{number}"))
    assert len(outbox.claim(50)) == 3
    assert outbox.claim(50) == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.PERMANENT, State.FAILED),
        (Outcome.AUTH, State.DUE),
        (Outcome.THROTTLED, State.DUE),
        (Outcome.TRANSIENT, State.DUE),
        (Outcome.UNKNOWN, State.DUE),
    ],
)
def test_each_outcome_leads_to_its_state(channel, fake, outcome, state):
    delivery = owe(channel)
    fake.script.append(
        ChannelError(outcome, "Words for the editor.", vendor_code="7", vendor_words="token bí-mật refused")
    )
    assert run() == [state]
    attempt = again(delivery).attempts.get()
    assert attempt.outcome == outcome and attempt.words == "Words for the editor."
    assert attempt.vendor_words == "token ••• refused"


def test_refused_credentials_stop_the_channel_and_keep_its_queue(channel, fake):
    first, second = owe(channel, make_story(key="a")), owe(channel, make_story(key="b"))
    fake.script.append(ChannelError(Outcome.AUTH, "Connect again."))
    outbox.deliver(outbox.claim(1)[0])
    channel.refresh_from_db()
    assert channel.status == "stopped" and run() == []
    by_hand.resume(channel)
    assert run() == [State.SENT, State.SENT]
    assert again(first).state == again(second).state == State.SENT and len(fake.posts) == 2


def test_throttling_makes_the_whole_channel_wait_as_long_as_asked(channel, fake, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    owe(channel, make_story(key="a"))
    fake.script.append(ChannelError(Outcome.THROTTLED, "Wait.", retry_after=90))
    run()
    owe(channel, make_story(key="b"))
    time_machine.move_to(start + timedelta(seconds=89), tick=False)
    assert run() == []
    time_machine.move_to(start + timedelta(seconds=91), tick=False)
    assert run() == [State.SENT, State.SENT]


def test_a_channel_that_takes_nothing_and_never_says_so_is_a_persons_after_two_days(channel, fake, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    delivery = owe(channel)
    fake.script.extend(ChannelError(Outcome.UNKNOWN, "no answer") for _ in range(200))
    for hour in range(60):
        time_machine.move_to(start + timedelta(hours=hour), tick=False)
        due_now()
        run()  # every other turn reads back, finds nothing, believes it after an hour, and sends again
        if again(delivery).state == State.UNKNOWN:
            break
    assert delivery.state == State.UNKNOWN and 48 <= hour <= 50
    assert delivery.words == turn.NOBODY_KNOWS


def test_a_dead_channel_is_tried_again_for_two_days_then_held(channel, fake, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    delivery = owe(channel)
    for hour in range(0, 52, 2):
        time_machine.move_to(start + timedelta(hours=hour), tick=False)
        fake.script.append(ChannelError(Outcome.TRANSIENT, "Not reachable."))
        run()
    assert again(delivery).state == State.HELD and "two days" in delivery.words
    by_hand.retry(delivery, None)
    fake.script.clear()
    assert run() == [State.SENT]


def test_an_unclear_call_that_went_through_is_found_not_repeated(channel, fake):
    delivery = owe(channel)
    fake.script.append("after")
    assert run() == [State.DUE]
    due_now()
    assert run() == [State.SENT]
    assert len(fake.sends) == 1
    assert [one.step for one in again(delivery).attempts.all()] == ["send", "find"]


def test_an_unclear_call_that_did_not_go_through_is_repeated_only_once_that_is_sure(channel, fake, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    delivery = owe(channel)
    fake.script.append(ChannelError(Outcome.UNKNOWN, "no answer"))
    run()
    due_now()
    assert run() == [State.DUE]  # looked for, not found, too early to believe
    assert len(fake.sends) == 1 and again(delivery).due_at == start + timedelta(seconds=0.4 + 1)
    time_machine.move_to(start + timedelta(seconds=2), tick=False)
    assert run() == [State.SENT]
    assert len(fake.sends) == 2 and len(fake.posts) == 1


def test_a_channel_that_cannot_be_asked_leaves_the_decision_to_a_person(channel, fake, monkeypatch):
    monkeypatch.setattr(fake, "finds", False)
    delivery = owe(channel)
    fake.script.append("after")
    assert run() == [State.UNKNOWN]
    assert run() == []
    with pytest.raises(by_hand.Refused):
        by_hand.cancel(again(delivery), None)
    by_hand.settle(delivery, make_user(), is_there=True, url="https://fake.example/x")
    assert again(delivery).state == State.SENT and delivery.permalink == "https://fake.example/x"


def test_said_not_there_it_is_sent_again(channel, fake, monkeypatch):
    monkeypatch.setattr(fake, "finds", False)
    delivery = owe(channel)
    fake.script.append(ChannelError(Outcome.UNKNOWN, "no answer"))
    run()
    by_hand.settle(again(delivery), make_user(), is_there=False)
    assert run() == [State.SENT]


def test_a_worker_that_died_in_the_call_is_followed_by_a_read_back(channel, fake, time_machine):
    delivery = owe(channel)
    claimed = outbox.claim(1)[0]
    fake.posts[delivery.marker] = "posted, then killed"
    Delivery.objects.update(tried_at=timezone.now())
    assert outbox.claim(1) == []  # the lease protects it
    time_machine.move_to(timezone.now() + timedelta(seconds=1))
    assert run() == [State.SENT]
    assert fake.sends == []
    assert [one.outcome for one in again(delivery).attempts.all()] == ["unknown", "ok"]
    assert outbox.deliver(claimed) is None


def test_a_delivery_over_which_worker_after_worker_dies_is_left_to_a_person(channel, fake):
    owe(channel)
    for _death in range(turn.MOST_DOUBTS + 1):
        outbox.claim(1)
        Delivery.objects.update(tried_at=timezone.now(), lease_until=timezone.now() - timedelta(seconds=1))
    assert run() == [State.UNKNOWN] and fake.sends == []


def test_a_worker_that_died_before_the_call_is_simply_followed(channel, fake, time_machine):
    owe(channel)
    outbox.claim(1)
    time_machine.move_to(timezone.now() + timedelta(seconds=1))
    assert run() == [State.SENT]
    assert len(fake.sends) == 1


def test_a_worker_that_lost_its_lease_does_not_call_and_does_not_write(channel, fake):
    delivery = owe(channel)
    old = outbox.claim(1)[0]
    lost = turn.Turn(Delivery.objects.get(), timezone.now())
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    new = outbox.claim(1)[0]
    assert (new.pk, new.attempt_no) == (old.pk, old.attempt_no + 1)
    with pytest.raises(turn.LeaseLost):
        lost.carry_out()
    assert lost.ended(Receipt("late")) is None
    assert outbox.deliver(new) == State.SENT
    assert again(delivery).remote_id == f"id-{delivery.marker}" and len(fake.sends) == 1


def test_a_fault_of_ours_is_a_failure_in_words_not_a_loop(channel, fake, monkeypatch):
    delivery = owe(channel)
    monkeypatch.setattr(fake, "render", lambda *_: 1 / 0)
    assert run() == [State.FAILED]
    assert "could not be prepared" in again(delivery).words


@pytest.mark.parametrize(
    "error", [OperationalError("database or disk is full"), InterfaceError("connection already closed")]
)
def test_a_database_that_is_away_before_the_call_is_no_failure_of_the_delivery(channel, fake, monkeypatch, error):
    delivery = owe(channel)

    def away(*_: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(turn.commit, "now", away)
        assert run() == [State.DUE]
    assert not fake.sends and again(delivery).doubts == 0 and "tried again by itself" in again(delivery).words
    due_now()
    assert run() == [State.SENT] and len(fake.sends) == 1


def test_a_lease_does_not_run_out_because_the_clock_was_set(channel, fake, time_machine, monkeypatch):
    """The call is under way, the clock of the machine is put forward by an hour, and the channel does not have the post yet."""
    time_machine.move_to(timezone.now())
    delivery, taken = owe(channel), []

    def while_it_is_set(self, post, marker):
        time_machine.shift(timedelta(hours=1))
        taken.extend(outbox.claim(1, forgiven=timedelta(hours=1)))
        return Receipt(f"id-{marker}", "")

    monkeypatch.setattr(Fake, "send", while_it_is_set)
    assert run() == [State.SENT] and not taken and again(delivery).attempt_no == 1


def test_a_clock_that_is_set_is_noticed_and_forgiven_for_a_while(monkeypatch):
    day, steady_now = [1_000_000.0], [500.0]
    clocks = SimpleNamespace(time=lambda: day[0], monotonic=lambda: steady_now[0])
    monkeypatch.setattr(steady, "time", clocks)
    clock = steady.Steady()
    for passed, jump, forgiven in ((60, 0, 0), (60, 2, 0), (60, 3600, 3600), (60, -3600, 0), (60, 90, 90), (901, 0, 0)):
        steady_now[0] += passed
        day[0] += passed + jump
        clock.notice()
        assert clock.forgiven() == timedelta(seconds=forgiven), (passed, jump)


def test_credentials_under_a_lost_key_stop_the_channel(channel, settings):
    owe(channel)
    settings.CREDENTIAL_KEYS = ["another"]
    run()
    channel.refresh_from_db()
    assert channel.status == "stopped" and "enter them again" in channel.stopped_words


def test_credentials_survive_a_rotation_of_keys(channel, settings):
    old = settings.CREDENTIAL_KEYS[0]
    settings.CREDENTIAL_KEYS = ["new", old]
    assert vault.unseal(channel.sealed) == {"token": "bí-mật"}
    assert "bí-mật" not in repr(channel.adapter())
    resealed = vault.reseal(channel.sealed)
    settings.CREDENTIAL_KEYS = ["new"]
    assert vault.unseal(resealed) == {"token": "bí-mật"}
    assert "bí-mật" not in channel.sealed and "bí-mật" not in repr(channel)


# Wording


def test_own_wording_waits_for_somebody_else(channel, fake):
    writer, approver = make_user(), make_user()
    delivery = owe(channel, wording="Lời của tôi", by=writer)
    assert delivery.state == State.PLANNED and run() == []
    with pytest.raises(by_hand.Refused, match="second person"):
        by_hand.approve_wording(delivery, writer)
    by_hand.approve_wording(delivery, approver)
    assert run() == [State.SENT]
    assert "Lời của tôi" in fake.posts[delivery.marker]


def test_the_database_itself_refuses_unapproved_wording(channel):
    delivery = owe(channel, wording="Lời của tôi", by=make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(state=State.DUE)


def test_too_long_a_wording_fails_in_words(channel):
    delivery = owe(channel, wording="x" * 600, by=make_user())
    by_hand.approve_wording(delivery, make_user())
    assert run() == [State.FAILED]
    assert "500" in again(delivery).words_text()
    with translation.override("vi"):
        assert ("500" in delivery.words_text() and "ký tự" in delivery.words_text()) or "dài" in delivery.words_text()


# A person's hands


def test_hold_release_and_cancel(channel, fake):
    person = make_user()
    delivery = owe(channel)
    by_hand.hold(delivery, person)
    assert run() == []
    by_hand.retry(delivery, person)
    by_hand.cancel(delivery, person)
    assert run() == [] and fake.posts == {}
    assert [(one.step, one.by) for one in delivery.attempts.all()] == [("person", person)] * 3
    with pytest.raises(by_hand.Refused):
        by_hand.hold(delivery, person)


def test_a_cancelled_delivery_can_be_planned_again(channel, fake):
    story = make_story()
    delivery = owe(channel, story)
    by_hand.cancel(delivery, None)
    assert owe(channel, story).pk == delivery.pk
    assert run() == [State.SENT]


# Corrections and retractions


def correction(story, revision=2, **kw):
    return make_story(**{"key": story.key, "revision": revision, "change": "Số đúng là 48.", **kw})


def retraction(story, revision=3):
    return correction(story, revision, is_retracted=True, change="Rút vì nhầm nguồn.")


def test_a_correction_goes_to_every_copy_that_is_out_and_to_no_other(channel, fake):
    other = Channel.objects.create(organisation=channel.organisation, kind="fake", name="Kênh khác")
    fake.ways[Action.CORRECT] = Way.EDIT
    story = make_story()
    post = owe(channel, story)
    run()
    assert [one.channel for one in outbox.plan_change(correction(story))] == [channel]
    assert outbox.plan_change(correction(story)) == []
    assert run() == [State.SENT]
    assert fake.edits[0][0] == again(post).remote_id and other.deliveries.count() == 0


def test_a_correction_waits_for_the_post_it_corrects(channel, fake):
    story = make_story()
    owe(channel, story)
    fake.script.append("after")
    run()  # perhaps out
    outbox.plan_change(correction(story))
    assert [one.pk for one in outbox.claim(9)] == []
    due_now()
    assert run() == [State.SENT]  # found
    assert run() == [State.SENT]  # now the correction


def test_what_never_went_out_is_replaced_and_goes_out_once_as_corrected(channel, fake):
    story = make_story()
    old = owe(channel, story, at=timezone.now() + timedelta(hours=1))
    (new,) = outbox.plan_change(correction(story, short_answer="Bản đã sửa."))
    assert again(old).state == State.CANCELLED
    assert new.action == Action.POST and new.scheduled_at == old.scheduled_at
    due_now()
    assert run() == [State.SENT] and list(fake.posts.values()) == ["post Bản đã sửa."]


def test_replaced_wording_needs_approval_again(channel):
    story = make_story()
    old = owe(channel, story, wording="Lời riêng", by=make_user(), at=timezone.now() + timedelta(hours=1))
    by_hand.approve_wording(old, make_user())
    (new,) = outbox.plan_change(correction(story))
    assert new.state == State.PLANNED and new.wording == "Lời riêng" and new.wording_approved_at is None


def test_a_retraction_withdraws_what_waits_and_follows_what_is_out(channel, fake):
    waiting = Channel.objects.create(organisation=channel.organisation, kind="fake", name="Chưa gửi")
    fake.ways[Action.RETRACT] = Way.DELETE
    story = make_story()
    owe(channel, story)
    run()
    later = owe(waiting, story, at=timezone.now() + timedelta(hours=1))
    (retract,) = outbox.plan_change(retraction(story))
    assert again(later).state == State.CANCELLED
    assert retract.channel == channel and run() == [State.SENT] and fake.posts == {}
    assert outbox.plan_change(correction(story, 4)) == []


def test_a_retraction_overtakes_corrections_that_have_not_gone(channel, fake):
    fake.ways.update({Action.CORRECT: Way.EDIT, Action.RETRACT: Way.EDIT})
    story = make_story()
    owe(channel, story)
    run()
    (fix,) = outbox.plan_change(correction(story))
    outbox.plan_change(retraction(story))
    assert again(fix).state == State.CANCELLED
    assert run() == [State.SENT]
    assert [text for _id, text in fake.edits] == ["retract Rút vì nhầm nguồn."]


def test_a_copy_that_a_person_reported_is_looked_for_before_it_is_changed(channel, fake, monkeypatch):
    fake.ways[Action.CORRECT] = Way.EDIT
    story = make_story()
    post = owe(channel, story)
    fake.posts[post.marker] = "posted by the lost call"
    Delivery.objects.update(state=State.UNKNOWN, doubts=4)
    by_hand.settle(again(post), make_user(), is_there=True, url="https://fake.example/x")
    outbox.plan_change(correction(story))
    assert run() == [State.SENT] and fake.edits[0][0] == f"id-{post.marker}"
    fake.posts.clear()
    (second,) = outbox.plan_change(correction(story, 3))
    assert run() == [State.FAILED] and "by hand" in again(second).words


def test_a_failure_in_doubt_is_settled_by_a_person_who_looked(channel, fake):
    delivery = owe(channel)
    Delivery.objects.update(state=State.FAILED, doubts=1)
    with pytest.raises(by_hand.Refused):
        by_hand.cancel(again(delivery), None)
    by_hand.settle(delivery, make_user(), is_there=False)
    by_hand.cancel(delivery, make_user())
    assert again(delivery).state == State.CANCELLED
    with pytest.raises(by_hand.Refused):
        by_hand.settle(delivery, make_user(), is_there=True)


def test_what_a_channel_cannot_do_is_said_and_held_for_a_person(channel, fake):
    fake.ways[Action.CORRECT] = Way.NONE
    story = make_story()
    owe(channel, story)
    run()
    (impossible,) = outbox.plan_change(correction(story))
    assert impossible.state == State.HELD and "by hand" in impossible.words


def test_a_post_taken_by_a_worker_while_the_change_is_planned_is_corrected_not_doubled(channel, fake, monkeypatch):
    story = make_story()
    owe(channel, story)
    real, taken = outbox.follow_up, outbox.claim(1)
    read_before_the_claim = [True]

    def stale_once(deliveries, *args, **kwargs):
        if read_before_the_claim:
            read_before_the_claim.pop()
            for delivery in deliveries:
                delivery.state = State.DUE
        return real(deliveries, *args, **kwargs)

    monkeypatch.setattr(outbox, "follow_up", stale_once)
    (planned,) = outbox.plan_change(correction(story))
    assert planned.action == Action.CORRECT
    outbox.deliver(taken[0])
    run()
    assert len(fake.posts) == 2 and Delivery.objects.filter(action=Action.POST, state=State.SENT).count() == 1


def test_an_attempt_is_written_once(channel):
    delivery = owe(channel)
    run()
    attempt = Attempt.objects.get(delivery=delivery)
    with pytest.raises(TypeError):
        attempt.save()
    with pytest.raises(TypeError):
        attempt.delete()


def test_a_long_call_has_a_lease_as_long_and_its_absence_is_believed_no_earlier(channel, fake, monkeypatch):
    monkeypatch.setattr(Fake, "longest_call", 600.0)
    fake.script.append(ChannelError(Outcome.UNKNOWN, "no answer"))
    leases = []
    send = Fake.send

    def watched(self, post, marker):
        leases.append(Delivery.objects.get().lease_until - timezone.now())
        return send(self, post, marker)

    monkeypatch.setattr(Fake, "send", watched)
    delivery = owe(channel)
    run()
    assert timedelta(seconds=590) < leases[0] < timedelta(seconds=610)
    fake.posts.clear()
    due_now()
    assert run() == [State.DUE]
    assert again(delivery).due_at > timezone.now() + timedelta(seconds=590)
    assert len(leases) == 1
