"""The newsroom by mail: headers, threads, embargo, settings, codes. The contract is tested elsewhere."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
import requests
from django.contrib.auth import get_user_model
from django.utils import timezone

from publishing import by_hand, outbox
from publishing.channels import smtp
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.mail import mail, message_id
from publishing.channels.newsroom_mail import NewsroomMail, NewsroomMailForm
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.sandbox.newsroom_mail import SENDER, sender_name, wrong_with
from publishing.story import Action, Story
from tests.publishing.rigs.newsroom_mail import Rig, text_of
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story, variants

MARKER = "m7k2p9x4qa"
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def raw(
    story: Story, action: Action = Action.POST, follows: str = "", owner: str = "Đài Ánh Dương", **config: Any
) -> bytes:
    adapter = NewsroomMail({"sender": SENDER} | config, {}, owner=owner)
    post = replace(adapter.render(story, action, MARKER), follows=follows)
    return mail(post, owner=owner, sender=SENDER, receiver="toasoan@bao.example", at=AT)


def parsed(*about: Any, **more: Any) -> Any:
    return message_from_bytes(raw(*about, **more), policy=policy.default)


@pytest.mark.parametrize("name", variants())
@pytest.mark.parametrize("action", list(Action))
def test_every_mail_is_taken_by_a_strict_server(name: str, action: Action) -> None:
    story = {Action.CORRECT: make_correction, Action.RETRACT: make_retraction}.get(action, lambda one: one)(
        variants()[name]
    )
    assert wrong_with(raw(story, action), SENDER) == ""


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (b"Subject: a\nTo: b\r\n\r\n", "bare"),
        ("Subject: ớ\r\n\r\n".encode(), "8-bit"),
        (b"Subject: " + b"a" * 1000 + b"\r\n\r\n", "long"),
        (b"Subject: a\r\n\r\n", "header"),
        (raw(make_story()).replace(SENDER.encode(), b"khac@x.example"), "sender"),
    ],
)
def test_the_stand_in_refuses_what_a_strict_server_refuses(wrong: bytes, why: str) -> None:
    assert why in wrong_with(wrong, SENDER)


def test_the_subject_says_what_it_is_and_the_date_is_that_of_the_place() -> None:
    story = make_story()
    assert parsed(story)["Subject"] == story.title
    assert parsed(replace(story, is_urgent=True))["Subject"] == f"KHẨN: {story.title}"
    assert parsed(make_correction(story), Action.CORRECT)["Subject"] == f"ĐÍNH CHÍNH: {story.title}"
    assert parsed(make_correction(story, change_kind="update"), Action.CORRECT)["Subject"].startswith("CẬP NHẬT: ")
    assert parsed(make_retraction(story), Action.RETRACT)["Subject"] == f"RÚT TIN: {story.title}"
    assert parsed(make_retraction(story), Action.RETRACT)["Importance"] == "high"
    english = variants()["english"]
    assert parsed(make_retraction(english), Action.RETRACT)["Subject"].startswith("KILL, WITHDRAWN: ")
    assert parsed(story)["Date"].datetime == AT and "+0700" in parsed(story)["Date"]


@pytest.mark.parametrize(
    "evil", ["Tin\r\nBcc: x@evil.example", "Tin\nTo: x@evil.example", "Tin\u2028Bcc: x", "Tin\x00\rBcc: x"]
)
def test_no_header_can_be_smuggled_in(evil: str) -> None:
    story = make_story(title=evil, key=f"rebuttal\r\nBcc: x@evil.example {evil}")
    made = raw(story, follows="<a@b>\r\nBcc: x@evil.example", owner=f"Đài {evil}")
    head = made.partition(b"\r\n\r\n")[0]
    found: Any = message_from_bytes(made, policy=policy.default)
    assert b"evil.example>" not in head and found["Bcc"] is None and found["In-Reply-To"] is None
    assert [one.addr_spec for one in found["To"].addresses] == ["toasoan@bao.example"]


@pytest.mark.parametrize("length", range(20, 140, 7))
def test_no_name_and_no_title_is_changed_by_folding_it(length: int) -> None:
    name = ("Trung tâm Xử lý tin giả, tin xấu độc tỉnh Ánh Dương (hư cấu) " * 3)[:length].strip()
    made = raw(make_story(title=name), owner=name)
    assert sender_name(made) == f"{name} <{SENDER}>"
    assert message_from_bytes(made, policy=policy.default)["Subject"] == name
    assert all(
        len(line) < 200 for line in raw(make_story(title=name), owner=name).partition(b"\r\n\r\n")[0].split(b"\r\n")
    )


def test_an_identity_longer_than_a_line_is_not_broken() -> None:
    story = make_story(key="rebuttal-" + "3f0c2b9e-" * 12 + "vi")
    own = message_id(story, MARKER, SENDER)
    made = raw(make_correction(story), Action.CORRECT, follows=own)
    assert f"\r\nIn-Reply-To: {own}\r\nReferences: {own}\r\n".encode() in made


def test_the_same_delivery_is_the_same_message() -> None:
    assert raw(make_story()) == raw(make_story())
    other = message_id(make_story(), "m7k2p9x4qb", SENDER)
    assert other != message_id(make_story(), MARKER, SENDER) == message_id(make_story(title="Khác"), MARKER, SENDER)


def test_an_embargo_is_in_subject_text_script_and_items() -> None:
    made = parsed(make_story(), embargo_minutes=90)
    words = "KHÔNG PHÁT TRƯỚC 09:30 20/11/2026"
    assert made["Subject"].startswith(f"[{words}] ")
    assert text_of(made).startswith(words)
    files = {part.get_content_subtype(): part.get_content() for part in made.iter_attachments()}
    assert words in files["plain"]
    assert b'"embargoedUntil": "2026-11-20T09:30:00+07:00"' in files["json"]
    assert b"<embargoed>2026-11-20T09:30:00+07:00</embargoed>" in files["vnd.iptc.g2.newsitem+xml"]


@pytest.mark.parametrize(
    ("story", "action"),
    [
        (make_story(is_urgent=True), Action.POST),
        (make_retraction(make_story()), Action.RETRACT),
        (make_correction(make_story()), Action.CORRECT),  # five hours later
    ],
)
def test_what_is_urgent_withdrawn_or_after_the_time_has_no_embargo(story: Story, action: Action) -> None:
    assert b"embargo" not in raw(story, action, embargo_minutes=90)
    assert "KHÔNG PHÁT TRƯỚC" not in text_of(parsed(story, action, embargo_minutes=90))


@pytest.mark.parametrize("formats", ["ninjs", "newsml", "both"])
def test_the_newsroom_gets_the_formats_it_reads(formats: str) -> None:
    found = {part.get_content_subtype() for part in parsed(make_story(), formats=formats).iter_attachments()}
    wanted = {"ninjs": {"json"}, "newsml": {"vnd.iptc.g2.newsitem+xml"}}
    assert found == {"plain"} | wanted.get(formats, wanted["ninjs"] | wanted["newsml"])


# Codes and connections -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "stage", "is_committing", "outcome"),
    [
        (421, "message", True, Outcome.TRANSIENT),
        (450, "receiver", False, Outcome.TRANSIENT),
        (451, "message", True, Outcome.TRANSIENT),
        (452, "receiver", False, Outcome.THROTTLED),
        (454, "login", False, Outcome.TRANSIENT),
        (454, "encryption", False, Outcome.TRANSIENT),
        (530, "sender", False, Outcome.AUTH),
        (535, "login", False, Outcome.AUTH),
        (504, "login", False, Outcome.AUTH),
        (550, "receiver", False, Outcome.PERMANENT),
        (552, "message", True, Outcome.PERMANENT),
        (553, "sender", False, Outcome.PERMANENT),
        (554, "connect", False, Outcome.PERMANENT),
        (-1, "connect", False, Outcome.PERMANENT),
        (-1, "sender", False, Outcome.TRANSIENT),
        (-1, "message", True, Outcome.UNKNOWN),
        (354, "message", True, Outcome.UNKNOWN),
    ],
)
def test_every_answer_has_its_outcome(code: int, stage: str, is_committing: bool, outcome: Outcome) -> None:
    assert smtp.meaning(code, b"5.7.1 said", stage, is_committing).outcome is outcome


def test_a_full_mailbox_is_known_by_its_enhanced_code_too() -> None:
    error = smtp.meaning(450, b"4.2.2 over quota", "message", True)
    assert (error.outcome, error.retry_after, error.vendor_code) == (Outcome.THROTTLED, 900, "450 4.2.2")


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_server_that_says_nothing_or_trickles_does_not_hold_a_worker(
    security: str, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.5)
    over = threading.Event()

    def trickle(listener: socket.socket) -> None:
        connection, _address = listener.accept()
        with connection:
            while not over.wait(0.1):
                try:
                    connection.sendall(b"220-wait\r\n")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, args=(listener,))
        thread.start()
        with pytest.raises(ChannelError) as caught:
            rig.adapter(config={"port": listener.getsockname()[1], "security": security}).probe()
        over.set()
        thread.join()
    assert caught.value.outcome in {Outcome.TRANSIENT, Outcome.PERMANENT}


# Settings ------------------------------------------------------------------------------------------------------

GOOD = {
    "host": "mail.example.vn",
    "port": 587,
    "security": "starttls",
    "username": "u",
    "password": "p",
    "sender": "a@example.vn",
    "receiver": "b@example.vn",
}


def test_nothing_goes_unencrypted_to_another_machine() -> None:
    assert "security" in NewsroomMailForm(GOOD | {"security": "none"}).errors
    assert NewsroomMailForm(GOOD | {"security": "none", "host": "127.0.0.1"}).is_valid()
    assert NewsroomMailForm(GOOD | {"security": ""}).is_valid()
    assert NewsroomMailForm({key: value for key, value in GOOD.items() if key != "security"}).is_valid()


def test_a_user_name_needs_a_password_unless_one_is_stored() -> None:
    without = GOOD | {"password": ""}
    assert "password" in NewsroomMailForm(without).errors
    assert NewsroomMailForm(without, initial=GOOD).is_valid()
    assert NewsroomMailForm(without | {"username": ""}).is_valid()


@pytest.mark.parametrize("receiver", ["a@b.vn, c@d.vn", "a@b.vn\r\nBcc: c@d.vn", "tên@", "a", ""])
def test_a_receiver_is_one_address(receiver: str) -> None:
    assert "receiver" in NewsroomMailForm(GOOD | {"receiver": receiver}).errors


def test_a_domain_with_vietnamese_letters_is_written_as_mail_writes_it() -> None:
    form = NewsroomMailForm(GOOD | {"receiver": "a@báo.example"})
    assert form.is_valid() and form.cleaned_data["receiver"] == "a@xn--bo-mia.example"


# Through the outbox --------------------------------------------------------------------------------------------


def run(channel: Channel, story: Story | None = None, action: Action = Action.POST) -> Delivery:
    if story is not None:
        outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, action, timezone.now())])
    Delivery.objects.filter(state=State.DUE).update(due_at=timezone.now())
    for claimed in outbox.claim(5):
        outbox.deliver(claimed)
    return Delivery.objects.latest("id")


def connect(rig: Rig) -> Channel:
    config, secrets = rig.settings()
    owner, _ = Organisation.objects.get_or_create(name="Trung tâm Ánh Dương (hư cấu)")
    channel = Channel(organisation=owner, kind=rig.kind, name="Báo", config=config)
    channel.set_secrets(secrets)
    channel.save()
    return channel


@pytest.mark.django_db
def test_a_correction_and_a_withdrawal_are_in_the_thread_of_the_first_mail(rig: Rig) -> None:
    channel, story = connect(rig), fresh_story()
    first = run(channel, story)
    run(channel, make_correction(story), Action.CORRECT)
    assert run(channel, make_retraction(story, revision=3), Action.RETRACT).state == State.SENT
    mails = rig.sandbox.mails()
    assert [one["In-Reply-To"] for one in mails] == [None, first.remote_id, first.remote_id]
    assert [one["References"] for one in mails[1:]] == [first.remote_id] * 2
    assert len({one["Message-ID"] for one in mails}) == 3
    assert sender_name((rig.sandbox.store / "000001.eml").read_bytes()).startswith(channel.organisation.name)


@pytest.mark.django_db
def test_what_may_have_been_taken_waits_for_a_person_and_is_not_sent_again(rig: Rig) -> None:
    channel = connect(rig)
    rig.fault("drop_after")
    assert run(channel, fresh_story()).state == State.UNKNOWN
    delivery = run(channel)
    assert delivery.state == State.UNKNOWN and len(rig.sandbox.mails()) == 1
    by_hand.settle(delivery, get_user_model().objects.create_user("an"), is_there=False)
    assert run(channel).state == State.SENT
    assert len({mail["Message-ID"] for mail in rig.sandbox.mails()}) == 1, "what a person sends again is the same mail"


@pytest.mark.django_db
def test_what_was_surely_not_taken_is_sent_again_by_itself(rig: Rig) -> None:
    channel = connect(rig)
    rig.fault("greylist")
    assert run(channel, fresh_story()).state == State.DUE
    assert run(channel).state == State.SENT
    assert len(rig.sandbox.mails()) == 1


def test_the_page_shows_the_mail_without_letting_its_text_be_markup(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story(title="Tiêu đề <b>thử</b>")
    adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    shown = requests.get(rig.sandbox.page.url).text
    assert "MÔ PHỎNG" in shown and "Tiêu đề &lt;b&gt;thử" in shown and "<b>thử" not in shown
    assert story.short_answer in shown and ".json" in shown
