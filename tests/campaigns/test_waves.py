"""Waves: what goes out when, moved and paused as one, and followed by every correction of the campaign."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from wagtail.models import PageLogEntry

from campaigns import wave_deeds, wave_lock, wave_steps, wave_sweep
from campaigns.materials import versions
from campaigns.models import Campaign, Wave, WaveStep
from campaigns.second_person import Refused
from campaigns.wave_plan import Standing
from campaigns.wave_stories import VERSIONS, Teller, paragraphs, revision_of
from cms import people
from cms.pages.answer import Change
from publishing import by_hand, copies, outbox, together
from publishing.models import Attempt, Delivery, State, StoryVersion
from publishing.story import Action
from tests.campaigns.materials import Scene, scene
from tests.make import make_user
from tests.publishing.test_desk import make_channel

pytestmark = pytest.mark.django_db

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=VIETNAM)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with translation.override("en"), time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here() -> Scene:
    made = scene()
    made.approve("article")
    return made


@pytest.fixture
def publisher():
    return make_user(people.PUBLISHER)


def make_wave(here: Scene, *after: timedelta, starts_at: datetime = NOW + HOUR, kind: str = "article", **kw) -> Wave:
    """A draft with one step on a channel of its own for each of ``after``."""
    wave = Wave.objects.create(campaign=here.campaign, name="Khởi động", starts_at=starts_at, **kw)
    for number, each in enumerate(after or (timedelta(), DAY), start=1):
        channel = make_channel(name=f"Trang {wave.pk}.{number}")
        WaveStep.objects.create(wave=wave, material=here.material(kind), channel=channel, after=each)
    return wave


def started(here: Scene, publisher, *after: timedelta, **kw) -> Wave:
    wave = make_wave(here, *after, **kw)
    wave_deeds.start(wave, publisher)
    return now_of(wave)


def now_of(wave: Wave) -> Wave:
    return Wave.objects.select_related("campaign").get(pk=wave.pk)


def posts(wave: Wave) -> list[Delivery]:
    """The deliveries of its steps that count, in the steps' order."""
    return [place.post for place in wave_lock.places_of(now_of(wave))]


def states(wave: Wave) -> list[str]:
    return [post.state if post else "none" for post in posts(wave)]


def standings(wave: Wave) -> list[Standing]:
    wave = now_of(wave)
    return [place.standing(timezone.now()) for place in wave_lock.places_of(wave, Teller(wave.campaign))]


def send(delivery: Delivery) -> None:
    """As a worker does when everything goes well."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.SENT, sent_at=timezone.now(), remote_id=f"r{delivery.pk}", attempt_no=1
    )


# What a step tells --------------------------------------------------------------------------------------------


def test_a_step_is_a_story_of_its_own_with_the_campaigns_address_and_its_material(here, publisher):
    wave = started(here, publisher)
    step, post = wave.steps.first(), posts(wave)[0]
    story, page = post.version.story, here.campaign.story()
    version = here.newest("article")
    assert (story.key, story.url, story.office) == (step.story_key, page.url, page.office)
    assert (story.title, story.sources) == (version.content["title"], page.sources)
    assert "Cúp máy." in story.body_text and "<p>" in story.body_html
    assert (story.series, story.is_part, story.change) == (page.series, True, "")
    assert post.version.series == f"campaign-{page.series.removeprefix('campaign-')}"


def test_a_loudspeaker_gets_the_speech_that_was_approved(here, publisher):
    here.approve("loudspeaker")
    wave = started(here, publisher, kind="loudspeaker")
    story = posts(wave)[0].version.story
    assert story.spoken and story.spoken.startswith("Kính thưa bà con")


@pytest.mark.parametrize("kind", ["loudspeaker", "spoken"])
def test_a_recording_goes_with_the_text_it_was_approved_with(here, publisher, client, recording, kind):
    versions.edit(here.material(kind), {}, here.editor, sound=recording)
    version = here.approve(kind)
    audio = posts(started(here, publisher, kind=kind))[0].version.story.audio
    heard = b"".join(client.get(audio.url).streaming_content)
    assert (audio.size, audio.sha256) == (len(heard), hashlib.sha256(heard).hexdigest())
    assert (audio.content_type, audio.seconds, audio.language) == ("audio/mpeg", 60, "vi")
    assert audio.sha256 == version.sound_sha256


def test_a_text_whose_recording_is_gone_waits(here, publisher, recording):
    versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    here.approve("loudspeaker")
    wave = make_wave(here, timedelta(), kind="loudspeaker")
    default_storage.delete(recording.file.name)
    wave_deeds.start(wave, publisher)
    assert standings(wave) == [Standing.WAITS]


def test_a_recording_of_the_old_words_is_not_sent_with_a_correction(here, publisher, recording, clock):
    versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    here.approve("loudspeaker")
    wave = started(here, publisher, kind="loudspeaker")
    send(posts(wave)[0])
    clock.shift(HOUR)
    here.change(change_kind=Change.CORRECTION, change_note="Số đúng là 156.", signs="Giục bạn làm ngay.")
    assert Delivery.objects.get(action=Action.CORRECT).version.story.audio is None
    # The script that the campaign drafted anew has no recording, until somebody records it.
    assert here.newest("loudspeaker").sound is None


def test_a_recording_that_still_says_what_the_campaign_says_goes_with_its_update_and_not_with_its_end(
    here, publisher, recording, clock
):
    versions.edit(here.material("loudspeaker"), {}, here.editor, sound=recording)
    version = here.approve("loudspeaker")
    wave = started(here, publisher, kind="loudspeaker")
    send(posts(wave)[0])
    clock.shift(HOUR)
    here.change(change_kind=Change.UPDATE, change_note="Thêm một nguồn.")
    assert Delivery.objects.get(action=Action.CORRECT).version.story.audio.sha256 == version.sound_sha256
    clock.shift(HOUR)
    here.change(change_kind=Change.RETRACTION, change_note="Bài này sai.")
    assert Delivery.objects.get(action=Action.RETRACT).version.story.audio is None


def test_the_revision_grows_with_the_campaign_and_with_the_material():
    numbers = [revision_of(7), revision_of(7, 1), revision_of(7, 2), revision_of(8), revision_of(8, 2)]
    assert numbers == sorted(set(numbers))
    with pytest.raises(ValueError, match="version"):
        revision_of(7, VERSIONS)


def test_text_becomes_paragraphs_and_no_markup():
    assert paragraphs("Một <b>\nhai\n\n ba & bốn ") == "<p>Một &lt;b&gt;<br>hai</p><p>ba &amp; bốn</p>"


# Starting -----------------------------------------------------------------------------------------------------


def test_starting_plans_every_step_at_its_time(here, publisher):
    wave = started(here, publisher, timedelta(), HOUR, 3 * DAY)
    assert [post.scheduled_at for post in posts(wave)] == [NOW + HOUR, NOW + 2 * HOUR, NOW + HOUR + 3 * DAY]
    assert states(wave) == ["due"] * 3 and wave.state == Wave.State.ON
    assert Delivery.objects.filter(made_by=publisher).count() == 3
    assert PageLogEntry.objects.filter(action="campaigns.wave_start", user=publisher).count() == 1


def test_starting_now_sends_the_first_step_at_once(here, publisher):
    wave = make_wave(here, timedelta(), DAY, starts_at=NOW - 2 * DAY)
    wave_deeds.start(wave, publisher, now=True)
    assert [post.scheduled_at for post in posts(wave)] == [NOW, NOW + DAY]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"live": False}, "not published"),
        ({"change_kind": Change.RETRACTION}, "retracted"),
        ({"ends_on": date(2026, 11, 24)}, "after the last day"),
    ],
)
def test_a_wave_starts_only_while_its_campaign_stands(here, publisher, change, words):
    wave = make_wave(here)
    Campaign.objects.filter(pk=here.campaign.pk).update(**change)
    with pytest.raises(Refused, match=words):
        wave_deeds.start(wave, publisher)
    assert now_of(wave).state == Wave.State.DRAFT and not Delivery.objects.exists()


def test_a_wave_without_steps_and_one_in_the_past_are_refused(here, publisher):
    with pytest.raises(Refused, match="no step"):
        wave_deeds.start(Wave.objects.create(campaign=here.campaign, name="Rỗng", starts_at=NOW), publisher)
    with pytest.raises(Refused, match="in the past"):
        wave_deeds.start(make_wave(here, starts_at=NOW - HOUR), publisher)


def test_two_people_who_start_it_start_it_once(here, publisher):
    wave = started(here, publisher)
    with pytest.raises(Refused, match="moved on"):
        wave_deeds.start(wave, publisher)
    assert Delivery.objects.count() == 2


def test_a_step_without_an_approved_material_waits_and_is_planned_when_it_is_approved(here, publisher, clock):
    wave = started(here, publisher, HOUR, kind="zalo")
    assert standings(wave) == [Standing.WAITS] and not Delivery.objects.exists()
    clock.shift(timedelta(minutes=5))
    here.approve("zalo")
    wave_sweep.sweep()
    wave_sweep.sweep()
    assert [post.scheduled_at for post in posts(wave)] == [NOW + 2 * HOUR] and Delivery.objects.count() == 1


def test_what_is_approved_after_its_time_was_missed_and_is_not_sent_late(here, publisher, clock):
    wave = started(here, publisher, timedelta(), 5 * DAY, kind="zalo")
    clock.shift(2 * HOUR)
    here.approve("zalo")
    wave_sweep.sweep()
    assert standings(wave) == [Standing.MISSED, Standing.OWED]
    assert Delivery.objects.count() == 1


# Moving -------------------------------------------------------------------------------------------------------


def test_moving_the_start_moves_all_and_keeps_what_was_moved_alone_at_its_distance(here, publisher):
    wave = started(here, publisher, timedelta(), DAY, 2 * DAY)
    by_hand.move(posts(wave)[1], publisher, at=NOW + DAY + 3 * HOUR)
    assert wave_deeds.move(wave, publisher, starts_at=NOW + HOUR + 2 * DAY) == 3
    assert [post.scheduled_at for post in posts(wave)] == [
        NOW + HOUR + 2 * DAY,
        NOW + 3 * HOUR + 3 * DAY,
        NOW + HOUR + 4 * DAY,
    ]
    assert all(post.due_at == post.scheduled_at for post in posts(wave))
    assert Attempt.objects.filter(words=by_hand.MOVED, by=publisher).count() == 4


def test_what_is_out_stays_where_it_is_when_the_rest_is_moved(here, publisher, clock):
    wave = started(here, publisher)
    clock.shift(HOUR)
    send(posts(wave)[0])
    clock.shift(HOUR)
    assert wave_deeds.move(wave, publisher, starts_at=wave.starts_at + 3 * DAY) == 1
    first, second = posts(wave)
    assert (first.state, first.scheduled_at) == (State.SENT, NOW + HOUR)
    assert second.scheduled_at == NOW + HOUR + 4 * DAY


def test_nothing_is_moved_into_the_past_and_then_nothing_moves_at_all(here, publisher):
    wave = started(here, publisher)
    with pytest.raises(Refused, match="in the past"):
        wave_deeds.move(wave, publisher, starts_at=NOW - HOUR)
    assert [post.scheduled_at for post in posts(wave)] == [NOW + HOUR, NOW + HOUR + DAY]
    assert now_of(wave).starts_at == NOW + HOUR


def test_nothing_is_moved_beyond_the_campaigns_last_day(here, publisher):
    Campaign.objects.filter(pk=here.campaign.pk).update(ends_on=date(2026, 11, 26))
    wave = started(here, publisher)
    with pytest.raises(Refused, match="after the last day of the campaign, 26/11/2026"):
        wave_deeds.move(wave, publisher, starts_at=NOW + 2 * DAY)


def test_a_step_that_waits_for_its_material_moves_too(here, publisher):
    wave = started(here, publisher, HOUR, kind="zalo")
    wave_deeds.move(wave, publisher, starts_at=NOW + DAY)
    here.approve("zalo")
    wave_sweep.sweep()
    assert [post.scheduled_at for post in posts(wave)] == [NOW + DAY + HOUR]


# Pausing ------------------------------------------------------------------------------------------------------


def test_one_click_holds_what_is_not_out_with_words_that_name_wave_and_person(here, publisher, clock):
    wave = started(here, publisher, timedelta(), HOUR, DAY)
    first, second, _third = posts(wave)
    send(first)
    by_hand.hold(second, publisher)
    assert wave_deeds.pause(wave, publisher, reason="Số điện thoại sai") == 2
    assert states(wave) == ["sent", "held", "held"]
    for post in posts(wave)[1:]:
        words = post.words_text()
        assert "Khởi động" in words and str(publisher) in words and "Số điện thoại sai" in words
    clock.shift(5 * DAY)
    assert outbox.claim(10) == []


def test_what_a_worker_has_already_is_being_sent_and_nothing_else_can_be_claimed(here, publisher, clock):
    wave = started(here, publisher, timedelta(), timedelta())
    clock.shift(HOUR)
    (claimed,) = outbox.claim(1)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    assert sorted(states(wave)) == ["held", "sending"] and outbox.claim(10) == []
    # It did not get through, and would be tried again: the sweep holds it like the rest.
    Delivery.objects.filter(pk=claimed.pk).update(state=State.DUE, lease_until=None)
    wave_sweep.sweep()
    assert states(wave) == ["held", "held"]


def test_pausing_needs_a_reason_and_a_wave_that_runs(here, publisher):
    wave = started(here, publisher)
    with pytest.raises(Refused, match="Say why"):
        wave_deeds.pause(wave, publisher, reason=" \n")
    wave_deeds.pause(wave, publisher, reason="Dừng")
    with pytest.raises(Refused, match="moved on"):
        wave_deeds.pause(wave, publisher, reason="Dừng")


def test_nothing_of_a_paused_wave_is_let_go_one_by_one(here, publisher):
    wave = started(here, publisher)
    stale = posts(wave)[0]
    wave_deeds.pause(wave, publisher, reason="Dừng")
    with pytest.raises(by_hand.Refused, match="paused together"):
        by_hand.retry(posts(wave)[0], publisher)
    stale.attempt_no = 1  # as if it were waiting for its next try when the page was opened
    with pytest.raises(by_hand.Refused):
        by_hand.retry(stale, publisher)
    assert states(wave) == ["held", "held"]


def test_a_paused_wave_goes_on_at_its_dates_and_leaves_out_what_it_missed(here, publisher, clock):
    wave = started(here, publisher, timedelta(), 2 * DAY)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    clock.shift(DAY)
    gone_on = wave_deeds.resume(wave, publisher, shifts=False)
    assert gone_on == together.LetGo(going=1, left_out=1)
    assert states(wave) == ["cancelled", "due"] and posts(wave)[0].words == together.LEFT_OUT
    assert posts(wave)[1].scheduled_at == NOW + HOUR + 2 * DAY
    wave_sweep.sweep()
    assert states(wave) == ["cancelled", "due"]  # what a person left out is never planned again


def test_what_was_missed_is_sent_now_where_a_person_wants_that(here, publisher, clock):
    wave = started(here, publisher, timedelta(), 2 * DAY)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    clock.shift(DAY)
    assert wave_deeds.resume(wave, publisher, shifts=False, sends_missed=True).going == 2
    assert [one.story for one in outbox.claim(5)] == [posts(wave)[0].story]


def test_what_was_approved_during_the_pause_is_sent_too_where_a_person_wants_that(here, publisher, clock):
    wave = started(here, publisher, timedelta(), kind="zalo")
    wave_deeds.pause(wave, publisher, reason="Dừng")
    clock.shift(DAY)
    here.approve("zalo")
    wave_sweep.sweep()
    assert states(wave) == ["none"]
    wave_deeds.resume(wave, publisher, shifts=False, sends_missed=True)
    assert len(outbox.claim(5)) == 1


def test_what_is_left_can_be_shifted_by_the_length_of_the_pause(here, publisher, clock):
    wave = started(here, publisher, timedelta(), 2 * DAY)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    clock.shift(DAY)
    assert wave_deeds.resume(wave, publisher, shifts=True) == together.LetGo(going=2)
    assert [post.scheduled_at for post in posts(wave)] == [NOW + HOUR + DAY, NOW + HOUR + 3 * DAY]
    assert now_of(wave).starts_at == NOW + HOUR + DAY


def test_after_a_pause_each_delivery_has_the_state_it_had(here, publisher):
    wave = started(here, publisher, timedelta(), HOUR, DAY)
    held, failed, worded = posts(wave)
    by_hand.hold(held, publisher)
    Delivery.objects.filter(pk=failed.pk).update(state=State.FAILED, words="Refused.")
    Delivery.objects.filter(pk=worded.pk).update(state=State.PLANNED, wording="Lời riêng", wording_by=publisher)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    assert states(wave) == ["held"] * 3
    wave_deeds.resume(wave, publisher, shifts=False)
    assert states(wave) == ["held", "failed", "planned"]
    assert [post.words for post in posts(wave)[:2]] == [by_hand.HELD_BY_PERSON, "Refused."]


def test_what_may_be_out_is_paused_and_looked_for_when_the_wave_goes_on(here, publisher):
    wave = started(here, publisher)
    Delivery.objects.filter(pk=posts(wave)[0].pk).update(doubts=1, attempt_no=1, tried_at=NOW)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    assert states(wave) == ["held", "held"]
    wave_deeds.resume(wave, publisher, shifts=False)
    assert states(wave) == ["due", "due"] and posts(wave)[0].doubts == 1


def test_a_correction_goes_out_although_the_wave_is_paused(here, publisher, clock):
    wave = started(here, publisher)
    send(posts(wave)[0])
    wave_deeds.pause(wave, publisher, reason="Dừng")
    clock.shift(HOUR)
    here.change(change_kind=Change.CORRECTION, change_note="Số đúng là 156.")
    follow = Delivery.objects.get(action=Action.CORRECT)
    assert follow.state == State.DUE and follow.version.story.change == "Số đúng là 156."


# Changes of the campaign --------------------------------------------------------------------------------------


def test_a_correction_goes_to_every_copy_and_what_is_not_out_gets_the_new_revision(here, publisher, clock):
    wave = started(here, publisher)
    send(posts(wave)[0])
    clock.shift(timedelta(minutes=5))
    here.change(change_kind=Change.CORRECTION, change_note="Số đúng là 156.", why_checked="Nhiều người hỏi.")
    first, second = posts(wave)
    correction = Delivery.objects.get(action=Action.CORRECT)
    assert (correction.channel_id, correction.story) == (first.channel_id, first.story)
    assert correction.version.story.change == "Số đúng là 156."
    assert second.version.revision == revision_of(here.campaign.live_revision_id, 1) and second.state == State.DUE
    assert second.scheduled_at == NOW + HOUR + DAY
    version = StoryVersion.objects.get(pk=correction.version_id)
    (copy,) = copies.copies_of(version, Delivery.objects.of_story(first.story).select_related("version", "channel"))
    assert copy.standing == copies.Standing.OWED
    send(correction)
    assert copies.count_open() == 0


def test_following_a_correction_twice_asks_for_nothing_more(here, publisher, clock):
    wave = started(here, publisher)
    send(posts(wave)[0])
    clock.shift(timedelta(minutes=5))
    here.change(change_kind=Change.CORRECTION, change_note="Số đúng là 156.")
    before = list(Delivery.objects.order_by("pk").values())
    for _again in range(3):
        wave_sweep.sweep()
        copies.sweep()
    assert list(Delivery.objects.order_by("pk").values()) == before


def test_a_correction_that_could_not_be_followed_is_followed_by_the_sweep(here, publisher, clock, monkeypatch):
    wave = started(here, publisher)
    send(posts(wave)[0])
    clock.shift(timedelta(minutes=5))
    with monkeypatch.context() as patched:
        patched.setattr(wave_sweep, "see_to", lambda *about: 1 / 0)
        here.change(change_kind=Change.CORRECTION, change_note="Số đúng là 156.")
    assert not Delivery.objects.filter(action=Action.CORRECT).exists()
    wave_sweep.sweep()
    assert Delivery.objects.filter(action=Action.CORRECT).count() == 1


def test_a_text_that_a_correction_made_wrong_is_taken_back_until_the_new_one_is_approved(here, publisher, clock):
    wave = started(here, publisher)
    clock.shift(timedelta(minutes=5))
    here.change(change_kind=Change.CORRECTION, change_note="Dấu hiệu khác.", signs="Đòi mã OTP.")
    assert standings(wave) == [Standing.WAITS] * 2 and states(wave) == ["cancelled"] * 2
    clock.shift(timedelta(minutes=5))
    here.approve("article")
    wave_sweep.sweep()
    assert states(wave) == ["due"] * 2 and "Đòi mã OTP." in posts(wave)[0].version.story.body_text
    assert posts(wave)[0].scheduled_at == NOW + HOUR


def test_a_new_version_of_the_material_replaces_what_is_not_out_and_leaves_copies_alone(here, publisher):
    wave = started(here, publisher)
    send(posts(wave)[0])
    here.approve("article", title="Tiêu đề mới")
    wave_sweep.sweep()
    first, second = posts(wave)
    assert second.version.title == "Tiêu đề mới" and second.scheduled_at == NOW + HOUR + DAY
    assert first.version.title != "Tiêu đề mới" and not Delivery.objects.exclude(action=Action.POST).exists()


def test_a_material_approved_after_a_correction_does_not_correct_the_copies_again(here, publisher, clock):
    wave = started(here, publisher)
    send(posts(wave)[0])
    clock.shift(timedelta(minutes=5))
    here.change(change_kind=Change.CORRECTION, change_note="Dấu hiệu khác.", signs="Đòi mã OTP.")
    send(Delivery.objects.get(action=Action.CORRECT))
    clock.shift(timedelta(minutes=5))
    here.approve("article")
    wave_sweep.sweep()
    copies.sweep()
    assert Delivery.objects.filter(action=Action.CORRECT).count() == 1 and copies.count_open() == 0


def test_a_withdrawn_material_is_not_sent(here, publisher):
    wave = started(here, publisher)
    versions.withdraw(here.newest("article"), here.approver, "Sai chính tả")
    wave_sweep.sweep()
    assert states(wave) == ["cancelled"] * 2 and standings(wave) == [Standing.WAITS] * 2


def test_new_text_stays_paused_with_its_wave(here, publisher, clock):
    wave = started(here, publisher)
    wave_deeds.pause(wave, publisher, reason="Dừng")
    here.approve("article", title="Tiêu đề mới")
    wave_sweep.sweep()
    assert states(wave) == ["held"] * 2 and posts(wave)[0].version.title == "Tiêu đề mới"
    clock.shift(2 * DAY)
    assert outbox.claim(10) == []
    wave_deeds.resume(wave, publisher, shifts=True)
    assert states(wave) == ["due"] * 2


def test_a_retraction_ends_the_wave_and_goes_to_what_is_out(here, publisher, clock):
    wave = started(here, publisher)
    send(posts(wave)[0])
    clock.shift(timedelta(minutes=5))
    here.change(change_kind=Change.RETRACTION, change_note="Nguồn đã rút lại.")
    retraction = Delivery.objects.get(action=Action.RETRACT)
    assert retraction.state == State.DUE and retraction.version.story.is_retracted
    assert states(wave) == ["sent", "cancelled"]
    wave = now_of(wave)
    assert (wave.state, wave.over_words) == (Wave.State.OVER, wave_sweep.CAMPAIGN_RETRACTED)


def test_a_correction_reaches_the_copies_of_a_wave_that_is_over(here, publisher, clock):
    wave = started(here, publisher, timedelta())
    send(posts(wave)[0])
    wave_sweep.sweep()
    assert now_of(wave).state == Wave.State.OVER
    clock.shift(30 * DAY)
    here.change(change_kind=Change.CORRECTION, change_note="Số đúng là 156.")
    assert Delivery.objects.filter(action=Action.CORRECT).count() == 1


# Ending -------------------------------------------------------------------------------------------------------


def test_a_wave_is_over_when_everything_is_out(here, publisher, clock):
    wave = started(here, publisher)
    send(posts(wave)[0])
    wave_sweep.sweep()
    assert now_of(wave).state == Wave.State.ON
    clock.shift(2 * DAY)
    send(posts(wave)[1])
    wave_sweep.sweep()
    wave = now_of(wave)
    assert (wave.state, wave.over_text()) == (Wave.State.OVER, "Everything of it is out.")


def test_the_last_day_of_the_campaign_ends_its_waves_even_where_it_was_brought_forward(here, publisher, clock):
    wave = started(here, publisher, timedelta(), 5 * DAY)
    Campaign.objects.filter(pk=here.campaign.pk).update(ends_on=date(2026, 11, 26))
    wave_sweep.sweep()
    assert states(wave) == ["due", "cancelled"]  # never a minute after the last day, however slow the sweep
    clock.move_to(datetime(2026, 11, 27, 0, 0, 1, tzinfo=VIETNAM))
    wave_sweep.sweep()
    assert now_of(wave).state == Wave.State.OVER and states(wave) == ["cancelled"] * 2


def test_a_person_ends_it_and_what_is_being_sent_is_not_touched(here, publisher, clock):
    wave = started(here, publisher, timedelta(), DAY)
    clock.shift(HOUR)
    outbox.claim(1)
    assert wave_deeds.end(wave, publisher) == 1
    assert states(wave) == ["sending", "cancelled"]
    assert "Khởi động" in posts(wave)[1].words_text() and now_of(wave).over_text() == "A person ended it."


# Steps --------------------------------------------------------------------------------------------------------


def test_a_step_added_to_a_running_wave_is_planned_at_once(here, publisher):
    wave = started(here, publisher)
    channel = make_channel(name="Thêm")
    wave_steps.add_step(wave, publisher, material=here.material("article"), channel=channel, at=NOW + 3 * DAY)
    assert posts(wave)[-1].scheduled_at == NOW + 3 * DAY
    with pytest.raises(Refused, match="there already"):
        wave_steps.add_step(wave, publisher, material=here.material("article"), channel=channel, at=NOW + 3 * DAY)


def test_a_step_is_taken_out_with_its_delivery_unless_it_is_out(here, publisher):
    wave = started(here, publisher)
    first, second = wave.steps.all()
    send(posts(wave)[0])
    with pytest.raises(Refused, match="it stays"):
        wave_steps.remove_step(first, publisher)
    wave_steps.remove_step(second, publisher)
    assert list(wave.steps.all()) == [first]
    assert Delivery.objects.get(story=second.story_key).state == State.CANCELLED


def test_one_step_gets_another_time(here, publisher):
    wave = started(here, publisher)
    wave_steps.change_step(wave.steps.last(), publisher, at=NOW + 4 * DAY)
    assert [post.scheduled_at for post in posts(wave)] == [NOW + HOUR, NOW + 4 * DAY]
    assert now_of(wave).steps.last().after == 4 * DAY - HOUR


def test_reading_the_steps_costs_the_same_for_two_and_for_twenty(here, publisher, django_assert_num_queries):
    few, many = started(here, publisher), started(here, publisher, *(n * HOUR for n in range(20)))
    for wave in (few, many):
        with django_assert_num_queries(3):
            wave_lock.places_of(wave)


def test_a_sweep_over_waves_with_nothing_to_do_does_not_look_at_every_step(
    here, publisher, django_assert_max_num_queries
):
    started(here, publisher, *(n * HOUR for n in range(20)))
    wave_sweep.sweep()
    with django_assert_max_num_queries(40):
        wave_sweep.sweep()
