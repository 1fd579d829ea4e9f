"""Bulletins for loudspeakers: two lengths, the verdict on the claim, figures in words, by mail or by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone, translation

from publishing import by_hand, outbox
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.loudspeaker import BY_HAND, Loudspeaker, LoudspeakerForm
from publishing.channels.loudspeaker_script import long_version, sentences, short_version
from publishing.channels.smtp import FINAL_SECONDS
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.sandbox.sftp import load_private_key, make_private_key, public_line
from publishing.story import Action, Story, Way
from publishing.text import reading_seconds
from tests.publishing.rigs import loudspeaker_sftp
from tests.publishing.rigs.loudspeaker import NAME, Rig
from tests.publishing.rigs.newsroom_mail import text_of
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story, variants

MARKER = "m7k2p9x4qa"
BY_MAIL = {
    "reached_by": "mail",
    "host": "mail.example.vn",
    "port": 587,
    "username": "u",
    "password": "p",
    "sender": "a@example.vn",
    "receiver": "b@example.vn",
}


KEY = public_line(load_private_key(make_private_key()))
BY_SFTP = {
    "reached_by": "sftp",
    "sftp_host": "sftp.example.vn",
    "sftp_port": 22,
    "sftp_username": "u",
    "sftp_password": "p",
    "sftp_host_key": KEY,
}


@pytest.fixture
def station() -> Iterator[loudspeaker_sftp.Rig]:
    with loudspeaker_sftp.Rig() as running:
        yield running


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def changed(story: Story, action: Action) -> Story:
    return {Action.CORRECT: make_correction, Action.RETRACT: make_retraction}.get(action, lambda one: one)(story)


def pure(**config: Any) -> Loudspeaker:
    return Loudspeaker(config, {}, owner=NAME)


def versions(story: Story, action: Action = Action.POST, wording: str = "") -> tuple[str, str]:
    """(short, long) as they are on the sheet."""
    sheet = pure().render(story, action, MARKER, wording).files[0].text
    parts = sheet.split("\n" + "-" * 40 + "\n")
    return parts[1].partition("\n\n")[2], parts[2].partition("\n\n")[2]


@pytest.mark.parametrize("name", variants())
@pytest.mark.parametrize("action", list(Action))
def test_both_versions_keep_to_their_time_in_whole_sentences(name: str, action: Action) -> None:
    story = changed(variants()[name], action)
    short, long = versions(story, action)
    assert reading_seconds(short) <= 45 and reading_seconds(long) <= 120
    assert long == pure().render(story, action, MARKER).text
    for text in (short, long):
        assert text.endswith(("lắng nghe.", "listening."))
        assert NAME in text.splitlines()[-1]
    for sentence in sentences(short):
        assert sentence in long.replace("\n", " ") or sentence.rstrip(".") in long


@pytest.mark.parametrize("name", [name for name in variants() if name not in {"english"}])
@pytest.mark.parametrize("action", list(Action))
def test_nothing_that_is_read_out_has_a_figure_or_an_address_in_it(name: str, action: Action) -> None:
    for text in versions(changed(variants()[name], action), action):
        assert not re.search(r"\d|https?:|\w\.\w", text)


def test_the_verdict_is_said_of_the_claim_and_not_of_a_title_that_says_the_opposite() -> None:
    story = make_story()
    for text in versions(story):
        assert f"Về tin: “{story.claim}”. Kết luận: Tin giả." in text
        assert story.title not in text
    for text in versions(variants()["fact"]):
        assert f"Nội dung: {story.title}." in text and "Kết luận" not in text


def test_figures_are_said_in_words_and_written_to_be_checked() -> None:
    story = make_story(short_answer="Không đúng. Có 1.234,5 ha và 21 ca. Gọi 115.")
    post = pure().render(story, Action.POST, MARKER)
    assert "một nghìn hai trăm ba mươi tư phẩy năm héc-ta và hai mươi mốt ca. Gọi một một năm." in post.text
    assert "Trả lời: Không đúng. Có 1.234,5 ha và 21 ca. Gọi 115." in post.files[0].text
    assert story.url in post.files[0].text


def test_what_follows_says_what_it_is_before_anything_else() -> None:
    story = make_story()
    for text in versions(make_correction(story), Action.CORRECT):
        assert text.startswith("Kính thưa bà con và các bạn. Xin đính chính thông tin ngày hai mươi tháng mười một")
        assert "Số ca trong tuần bốn mươi sáu là hai trăm mười bốn" in text
    for text in versions(make_retraction(story), Action.RETRACT):
        assert text.startswith(f"Kính thưa bà con và các bạn. Thông báo rút tin. {story.office} đã rút lại")
        assert "không truyền lại" in text and "Nguồn tin chính đã rút lại xác nhận" in text
    sheet = pure().render(make_retraction(story), Action.RETRACT, MARKER).files[0].text
    assert not any(gone in sheet for gone in (story.claim, story.verdict, story.short_answer))
    assert versions(replace(story, is_urgent=True))[0].startswith("Kính thưa bà con và các bạn. Thông tin khẩn.")


def test_an_owner_that_checked_it_itself_is_named_as_such() -> None:
    story = make_story()
    adapter = Loudspeaker({}, {}, owner=story.office)
    assert f"{story.office} xin thông báo kết quả kiểm chứng. " in adapter.render(story, Action.POST, MARKER).text


def test_a_wording_that_takes_too_long_to_listen_to_is_a_problem() -> None:
    adapter = pure()
    post = adapter.render(make_story(), Action.POST, MARKER, "Một hai ba. " * 120)
    (problem,) = adapter.problems(post)
    assert problem.values["limit"] == 120 and problem.values["seconds"] > 120
    short, _long = versions(make_story(), Action.POST, "Một hai ba. " * 120)
    assert reading_seconds(short) <= 45 and "Một hai ba." in short
    figures = adapter.render(make_story(), Action.POST, MARKER, "1.234.567,89 " * 30)
    assert adapter.problems(figures), "what counts is what is said, not what is written"


def test_a_dot_that_ends_no_sentence_is_no_place_to_stop() -> None:
    assert sentences("Ở TP. Ánh Dương có 1.234 ca. Xem a.vn.") == ["Ở TP. Ánh Dương có 1.234 ca.", "Xem a.vn."]


def test_a_first_sentence_that_is_too_long_for_the_short_version_is_left_out_and_not_cut() -> None:
    story = make_story(short_answer="dài " * 200 + "hết.")
    long, short = (make(story, Action.POST, NAME, story.short_answer) for make in (long_version, short_version))
    assert "dài" in long and "dài" not in short and "…" not in short and "Tin giả" in short


# Settings ------------------------------------------------------------------------------------------------------


def test_a_printed_sheet_needs_no_mail_server_and_mail_needs_one() -> None:
    form = LoudspeakerForm({"reached_by": "hand"})
    assert form.is_valid(), form.errors
    assert LoudspeakerForm(BY_MAIL).is_valid()
    for name in ("host", "port", "sender", "receiver"):
        assert name in LoudspeakerForm(BY_MAIL | {name: ""}).errors
    assert next(iter(LoudspeakerForm().fields)) == "reached_by"


def test_a_folder_needs_what_sftp_needs_and_says_so_by_its_fields() -> None:
    with translation.override("en"):
        form = LoudspeakerForm({"reached_by": "sftp"})
        assert set(form.errors) == {f"sftp_{name}" for name in ("host", "port", "username", "host_key")}
        assert form.errors["sftp_host"] == ["This is needed to send by SFTP."]
        form = LoudspeakerForm(BY_SFTP | {"sftp_host_key": "AAAA", "sftp_host": "sftp://a", "sftp_directory": "../a"})
        assert set(form.errors) == {"sftp_host_key", "sftp_host", "sftp_directory"}
        assert "It looks like: ssh-ed25519" in form.errors["sftp_host_key"][0]
        assert LoudspeakerForm(BY_SFTP).is_valid()
        without = BY_SFTP | {"sftp_password": ""}
        assert LoudspeakerForm(without).errors == {"sftp_private_key": ["Please enter a private key or a password."]}
    assert LoudspeakerForm(without, initial={"sftp_host": "sftp.example.vn"}).is_valid(), "stored ones are kept"
    assert not LoudspeakerForm(without, initial={"host": "mail.example.vn"}).is_valid(), (
        "the mail server's is no key to it"
    )
    named = LoudspeakerForm(BY_SFTP | {"sftp_host_key": f"[a.example.vn]:22 {KEY} root@a"})
    assert named.is_valid() and named.cleaned_data["sftp_host_key"] == KEY


def test_what_belongs_to_another_way_is_neither_checked_nor_changed_nor_taken() -> None:
    kept = {"host": "mail.example.vn", "sender": "a@example.vn"}
    form = LoudspeakerForm(BY_SFTP | {"host": "no host", "sender": "nobody", "password": "typed"}, initial=kept)
    assert form.is_valid(), form.errors
    assert {name: form.cleaned_data[name] for name in kept} == kept and form.cleaned_data["password"] == ""
    form = LoudspeakerForm(BY_MAIL | {"sftp_host": "no host", "sftp_password": "typed"})
    assert form.is_valid() and (form.cleaned_data["sftp_host"], form.cleaned_data["sftp_password"]) == ("", "")
    assert form.cleaned_data["sftp_port"] == 22


def test_every_field_says_which_way_it_is_for() -> None:
    ways = {name: field.widget.attrs.get("data-only-for") for name, field in LoudspeakerForm().fields.items()}
    assert ways.pop("reached_by") is None and set(ways.values()) == {"mail", "sftp"}
    assert all((way == "sftp") == name.startswith("sftp_") for name, way in ways.items())
    css = (Path(settings.BASE_DIR) / "templates/static/publishing/desk.css").read_text()
    assert all(f'[data-only-for="{way}"]' in css for way in ways.values())


def test_only_a_folder_can_be_asked_whether_the_bulletin_is_there() -> None:
    assert [pure(reached_by=way).finds for way in ("mail", "hand", "sftp")] == [False, False, True]
    assert [pure(reached_by=way).allowance for way in ("mail", "hand", "sftp")] == [FINAL_SECONDS, 0, 0]
    assert not pure().finds, "a channel connected before there was a choice goes by mail"


def test_a_printed_sheet_is_never_sent() -> None:
    adapter = pure(reached_by="hand")
    assert {adapter.way(action) for action in Action} == {Way.NONE}
    assert adapter.probe().name == NAME
    with pytest.raises(ChannelError) as caught:
        adapter.send(adapter.render(make_story(), Action.POST, MARKER), MARKER)
    assert (caught.value.outcome, caught.value.words) == (Outcome.PERMANENT, BY_HAND)


# Through the outbox --------------------------------------------------------------------------------------------


def connect(config: dict[str, Any], secrets: dict[str, str]) -> Channel:
    owner, _ = Organisation.objects.get_or_create(name=NAME)
    channel = Channel(organisation=owner, kind="loudspeaker", name="Loa xã", config=config)
    channel.set_secrets(secrets)
    channel.save()
    return channel


def work() -> None:
    for claimed in outbox.claim(5):
        outbox.deliver(claimed)


@pytest.mark.django_db
def test_by_hand_a_person_is_asked_for_the_bulletin_and_for_every_correction() -> None:
    channel, story = connect({"reached_by": "hand"}, {}), fresh_story()
    (first,) = outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, Action.POST, timezone.now())])
    work()
    first.refresh_from_db()
    assert (first.state, first.words) == (State.HELD, BY_HAND)
    user = get_user_model().objects.create_user("an")
    by_hand.done_by_hand(first, user)
    assert first.state == State.SENT
    (second,) = outbox.plan_change(make_correction(story))
    assert (second.action, second.state, second.words) == (Action.CORRECT, State.HELD, BY_HAND)
    by_hand.done_by_hand(second, user)
    (third,) = outbox.plan_change(make_retraction(story, revision=3))
    assert (third.action, third.state) == (Action.RETRACT, State.HELD)
    assert "Thông báo rút tin" in third.post(third.channel.adapter()).text


@pytest.mark.django_db
def test_by_mail_the_station_gets_the_sheet_and_the_correction_in_its_thread(rig: Rig) -> None:
    channel, story = connect(*rig.settings()), fresh_story()
    outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, Action.POST, timezone.now())])
    work()
    outbox.plan_change(make_correction(story))
    work()
    first, second = rig.sandbox.mails()
    assert first["Subject"] == f"Bản tin truyền thanh: {story.title}"
    assert second["Subject"].startswith("ĐÍNH CHÍNH – Bản tin truyền thanh: ")
    assert second["In-Reply-To"] == first["Message-ID"] == Delivery.objects.earliest("id").remote_id
    assert "BẢN NGẮN" in text_of(first) and "BẢN ĐẦY ĐỦ" in text_of(first)


@pytest.mark.django_db
def test_over_sftp_each_version_is_a_file_of_its_own_and_the_page_shows_them(station: loudspeaker_sftp.Rig) -> None:
    channel, story = connect(*station.settings()), fresh_story()
    outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, Action.POST, timezone.now())])
    work()
    outbox.plan_change(make_correction(story))
    work()
    outbox.plan_change(make_retraction(story, revision=3))
    work()
    sent = list(Delivery.objects.order_by("id"))
    assert [one.state for one in sent] == [State.SENT] * 3
    names = [path.name for path in station.sandbox.bulletins()]
    assert names == [one.remote_id for one in sent]
    assert [name.rpartition("_")[2] for name in names] == ["v1.txt", "v2.txt", "v3.txt"]
    first, second, third = (path.read_text() for path in station.sandbox.bulletins())
    assert "BẢN NGẮN" in first and "BẢN ĐẦY ĐỦ" in first and story.url in first
    assert "Xin đính chính thông tin" in second and "Thông báo rút tin" in third
    shown = requests.get(station.sandbox.page.url).text
    assert shown.index(names[2]) < shown.index(names[0]) and "không phải đài thật" in shown


@pytest.mark.django_db
@pytest.mark.parametrize(("fault", "copies"), [("drop_after", 1), ("drop_before", 0)])
def test_over_sftp_a_lost_answer_is_looked_up_and_needs_no_person(
    station: loudspeaker_sftp.Rig, settings: Any, fault: str, copies: int
) -> None:
    settings.DELIVERY_LEASE_SECONDS = 0.2
    channel = connect(*station.settings())
    outbox.enqueue(StoryVersion.of(fresh_story()), [Owed(channel.pk, Action.POST, timezone.now())])
    station.fault(fault)
    work()
    lost = Delivery.objects.get()
    assert (lost.state, lost.doubts, len(station.copies())) == (State.DUE, 1, copies)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        work()
        Delivery.objects.filter(state=State.DUE).update(due_at=timezone.now())
        work()
    assert Delivery.objects.get().state == State.SENT and len(station.copies()) == 1


@pytest.mark.django_db
def test_by_mail_a_lost_answer_is_for_a_person(rig: Rig) -> None:
    channel = connect(*rig.settings())
    outbox.enqueue(StoryVersion.of(fresh_story()), [Owed(channel.pk, Action.POST, timezone.now())])
    rig.fault("drop_after")
    work()
    assert Delivery.objects.get().state == State.UNKNOWN
