"""What is special about the signed webhook: its signature, its one id, its shape, and the receiver of the handbook."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from publishing import outbox
from publishing.channels import webhook_message as words
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http, NoAnswer, NotPublic, NotSent
from publishing.channels.webhook import Webhook, WebhookForm
from publishing.models import Channel, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.sandbox.webhook import NAME, PATH, SECRET, WebhookSandbox
from publishing.story import Action, Image, Post, Receipt, Story, Way
from tests.publishing.rigs.webhook import OWNER, Rig
from tests.publishing.scripted import Clock, Scripted, answer, raised
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story

OLD_SECRET = "the-secret-before-0123456789abcdef"
HANDBOOK = Path(__file__).parents[2] / "docs" / "webhook.md"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def scripted(*answers: Any, **config: Any) -> Webhook:
    config = {"address": "https://partner.example/in"} | config
    return Webhook(config, {"secret": SECRET}, OWNER, Scripted(*answers))


def post_of(story: Story | None = None, marker: str = "abc") -> Post:
    return scripted().render(story or make_story(), Action.POST, marker)


COPY = Receipt("17", "https://partner.example/17")

# The message -------------------------------------------------------------------------------------------------


def test_the_message_is_the_whole_story_and_can_be_read_back() -> None:
    story = make_story(images=(Image("https://tinthat.example/a.jpg", "Cầu", 10, 20, "Báo"),), is_urgent=True)
    told = json.loads(words.encoded(post_of(story).extra))
    assert set(told) == {"version", "id", "action", "original", "owner", "text", "story"}
    assert (told["version"], told["id"], told["action"], told["original"]) == (1, "abc", "post", None)
    assert Story.from_json(told["story"]) == story
    assert told["text"].startswith("[TIN GIẢ] ") and told["text"].endswith(f"{story.url}\n{OWNER}")


def test_every_field_that_is_sent_is_in_the_handbook_and_the_other_way_round() -> None:
    handbook = HANDBOOK.read_text()
    body, story = (
        re.findall(rf"\| Field of {name} \|.*?\n((?:\|.*\n)+)", handbook)[0] for name in ("the body", "`story`")
    )
    named = [set(re.findall(r"`(\w+)`", line.split("|")[1])) for line in body.splitlines()[1:]]
    assert set().union(*named) == set(post_of().extra)
    named = [set(re.findall(r"`(\w+)`", line.split("|")[1])) for line in story.splitlines()[1:]]
    assert set().union(*named) == set(make_story().to_json())


def test_a_change_has_an_id_of_its_own_and_names_the_original(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, "first"), "first")
    assert receipt == Receipt("1", f"{rig.sandbox.url}/tin/1")
    adapter.edit(receipt, adapter.render(make_correction(story), Action.CORRECT, "second"), "first")
    (stored,) = rig.sandbox.posts
    assert (stored.message["id"], stored.message["action"]) == ("second", "correct")
    assert stored.message["original"] == {"id": "first", "remote_id": "1", "url": receipt.url}
    again = adapter.edit(receipt, adapter.render(make_retraction(story), Action.RETRACT, "third"), "first")
    assert again == receipt
    page = requests.get(receipt.url, timeout=2).text
    assert "RÚT BÀI" in page and "(đã rút)" in page and "<h1>" not in page
    assert [adapter.way(action) for action in Action] == [Way.SEND, Way.EDIT, Way.EDIT]


def test_a_change_of_what_was_never_received_is_refused(rig: Rig) -> None:
    post = rig.adapter().render(make_correction(make_story()), Action.CORRECT, "second")
    assert raised(lambda: rig.adapter().edit(COPY, post, "never")).outcome is Outcome.PERMANENT


# The signature -----------------------------------------------------------------------------------------------


def test_the_signature_covers_time_id_and_the_very_bytes(time_machine: Any) -> None:
    time_machine.move_to(1_795_000_000, tick=False)
    adapter = scripted(answer(b"", 204))
    adapter.send(post_of(), "abc")
    (method, url, options) = adapter.http.asked[0]
    assert (method, url, options["only_public"]) == ("POST", "https://partner.example/in", True)
    sent = options["headers"]
    right = hmac.new(SECRET.encode(), b"1795000000.abc." + options["data"], hashlib.sha256).hexdigest()
    assert sent == {
        "Webhook-Timestamp": "1795000000",
        "Webhook-Id": "abc",
        "Webhook-Signature": f"v1={right}",
        "Content-Type": "application/json; charset=utf-8",
    }


@pytest.mark.parametrize("accepted", [(SECRET,), (OLD_SECRET,), (SECRET, OLD_SECRET)])
def test_while_a_secret_is_changed_receivers_with_either_accept(accepted: tuple[str, ...]) -> None:
    with Rig(accepted=accepted) as rig:
        changing = rig.adapter(secrets={"previous_secret": OLD_SECRET})
        assert changing.probe().name == NAME
        assert changing.send(post_of(), "abc").remote_id
        only_new = rig.adapter()
        if SECRET not in accepted:
            assert raised(only_new.probe).words == words.SIGNATURE


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_overheard_message_is_worthless_after_five_minutes(seconds: float) -> None:
    clock = Clock(time.time())
    with Rig(clock=clock) as rig:
        clock.now += seconds / abs(seconds) * 290
        assert rig.adapter().probe().name
        clock.now += seconds / abs(seconds) * 20
        refused = raised(rig.adapter().probe)
        assert (refused.outcome, refused.words) == (Outcome.AUTH, words.SIGNATURE)


# Once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["drop_after", "server_error_after"])
def test_the_same_id_again_is_the_same_post(rig: Rig, fault: str) -> None:
    adapter = rig.adapter()
    rig.fault(fault)
    assert raised(lambda: adapter.send(post_of(), "abc")).outcome is Outcome.UNKNOWN
    assert adapter.send(post_of(), "abc").remote_id == "1"
    assert len(rig.copies()) == 1


def test_a_receiver_that_cannot_be_asked_is_sent_the_same_id_again() -> None:
    silent = scripted(can_be_asked=False)
    assert silent.find(post_of(), "abc") is None
    assert silent.http.asked == []
    with Rig(can_be_asked=False) as rig:
        assert raised(lambda: rig.adapter().find(post_of(), "abc")).words == words.NO_RECEIVER


def test_only_a_clear_no_is_taken_for_not_there() -> None:
    asked = {"can_be_asked": True}
    assert scripted(answer({"error": "no such message"}, 404), **asked).find(post_of(), "abc") is None
    found = scripted(answer({"id": 9, "url": "https://partner.example/9"}), **asked)
    assert found.find(post_of(), "abc") == Receipt("9", "https://partner.example/9")
    assert found.http.asked[0][2]["params"] == {"id": "abc"}
    for doubtful in (answer(b"<html>"), answer({}, 500), NoAnswer()):
        assert raised(lambda d=doubtful: scripted(d, **asked).find(post_of(), "abc")).outcome is Outcome.TRANSIENT


@pytest.mark.django_db
@pytest.mark.parametrize("can_be_asked", [True, False])
def test_to_the_outbox_a_lost_answer_ends_in_one_post_without_a_person(
    rig: Rig, can_be_asked: bool, time_machine: Any
) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    config = rig.settings()[0] | {"can_be_asked": can_be_asked}
    office = Organisation.objects.create(name=OWNER)
    channel = Channel(organisation=office, kind="webhook", name="Cổng", config=config)
    channel.set_secrets({"secret": SECRET})
    channel.save()
    rig.sandbox.clock = lambda: timezone.now().timestamp()
    (delivery,) = outbox.enqueue(StoryVersion.of(make_story()), [Owed(channel.pk, Action.POST, start)])
    rig.fault("drop_after")
    for seconds in (0, 10, 200):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        for claimed in outbox.claim(5):
            outbox.deliver(claimed)
    delivery.refresh_from_db()
    assert (delivery.state, len(rig.copies())) == (State.SENT, 1)
    calls = [one["method"] for one in rig.sandbox.log]
    assert calls == (["POST", "GET"] if can_be_asked else ["POST", "POST"])


# The answer --------------------------------------------------------------------------------------------------

P, A, T, R, U = Outcome.PERMANENT, Outcome.AUTH, Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("said", "receipt"),
    [
        (answer(b"", 204), Receipt("abc")),
        (answer(b" \n", 200), Receipt("abc")),
        (answer({}, 202), Receipt("abc")),
        (answer({"id": 7, "url": "https://partner.example/7"}, 201), Receipt("7", "https://partner.example/7")),
        (answer({"id": "", "url": "javascript:alert(1)"}), Receipt("abc")),
        (answer({"id": {"x": 1}, "url": "https://a.example/" + "b" * 700}), Receipt("abc")),
    ],
)
def test_any_2xx_with_json_or_nothing_is_a_yes(said: Any, receipt: Receipt) -> None:
    assert scripted(said).send(post_of(), "abc") == receipt


@pytest.mark.parametrize(
    ("status", "outcome", "told"),
    [
        (301, P, words.MOVED),
        (400, P, words.REFUSED),
        (401, A, words.SIGNATURE),
        (403, A, words.SIGNATURE),
        (404, P, words.NO_RECEIVER),
        (405, P, words.NO_RECEIVER),
        (408, U, words.UNCLEAR),
        (409, P, words.REFUSED),
        (422, P, words.REFUSED),
        (429, T, words.BUSY),
        (503, T, words.BUSY),
        (500, U, words.UNCLEAR),
        (502, U, words.UNCLEAR),
    ],
)
def test_a_status_has_its_outcome_and_words(status: int, outcome: Outcome, told: str) -> None:
    refused = raised(lambda: scripted(answer({"error": "vendor words"}, status)).send(post_of(), "abc"))
    assert (refused.outcome, refused.words, refused.vendor_code) == (outcome, told, str(status))
    repeatable = R if outcome is U else outcome
    for call in (lambda a: a.probe(), lambda a: a.edit(COPY, post_of(), "abc")):
        assert raised(lambda call=call: call(scripted(answer(b"<p>", status)))).outcome is repeatable


@pytest.mark.parametrize("body", [b"<html>", [1], "yes"])
def test_a_yes_that_is_neither_empty_nor_an_object_is_unknown(body: Any) -> None:
    assert raised(lambda: scripted(answer(body)).send(post_of(), "abc")).outcome is U


def test_no_connection_is_transient_and_a_private_network_is_a_setting_to_mend() -> None:
    assert raised(lambda: scripted(NotSent()).send(post_of(), "abc")).outcome is R
    assert raised(lambda: scripted(NoAnswer()).send(post_of(), "abc")).outcome is U
    assert raised(lambda: scripted(NoAnswer()).edit(COPY, post_of(), "abc")).outcome is R
    refused = raised(lambda: scripted(NotPublic()).send(post_of(), "abc"))
    assert (refused.outcome, refused.words) == (P, words.PRIVATE)


@pytest.mark.parametrize(("asked", "seconds"), [("42", 42), ("0", 1), ("9999999", 86_400), ("soon", 60), ("", 60)])
def test_the_wait_is_the_one_the_receiver_asks_for(asked: str, seconds: float) -> None:
    said = answer({}, 503, Retry_After=asked)
    assert raised(lambda: scripted(said).send(post_of(), "abc")).retry_after == seconds


# Where it may go ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "is_private"),
    [
        ("address", "http://partner.example/in", False),
        ("address", "https://user:pass@partner.example/in", False),
        ("address", "https://partner.example/in#x", False),
        ("address", "https://127.0.0.1/in", False),
        ("address", "https://192.168.1.1/in", False),
        ("address", "https://169.254.169.254/latest/meta-data", False),
        ("address", "https://[fd00::1]/in", False),
        ("address", "http://192.168.1.1/in", True),
        ("secret", "short", True),
        ("secret", "mật khẩu có dấu và dài hơn 24 chữ", True),
        ("previous_secret", "short", True),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_its_field(field: str, value: str, is_private: bool) -> None:
    usual = {"address": "https://partner.example/in/?a=1", "secret": SECRET, "may_be_private": is_private}
    form = WebhookForm(usual)
    assert form.is_valid() and form.cleaned_data["address"] == usual["address"], "its last slash may matter there"
    assert set(WebhookForm(usual | {field: value}).errors) == {field}


def test_a_name_that_leads_into_a_private_network_is_let_go_before_anything_is_sent(rig: Rig) -> None:
    by_name = rig.sandbox.address.replace("127.0.0.1", "localhost")
    adapter = Webhook({"address": by_name}, {"secret": SECRET}, OWNER, Http(connect=1, read=2))
    refused = raised(lambda: adapter.send(post_of(), "abc"))
    assert (refused.outcome, refused.words) == (P, words.PRIVATE)
    assert rig.sandbox.log == []
    allowed = Webhook({"address": by_name, "may_be_private": True}, {"secret": SECRET}, OWNER, Http(connect=1, read=2))
    assert allowed.send(post_of(), "abc").remote_id


def test_a_redirect_is_not_followed(rig: Rig) -> None:
    rig.fault("moved")
    assert raised(lambda: rig.adapter().send(post_of(), "abc")).words == words.MOVED
    assert len(rig.sandbox.log) == 1


# The receiver of the handbook --------------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[tuple[Webhook, subprocess.Popen[str]]]:
    """The program in docs/webhook.md, running, and an adapter that sends to it."""
    (program,) = re.findall(r"```python\n(.*?)```", HANDBOOK.read_text(), re.DOTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"WEBHOOK_SECRET": SECRET, "PORT": str(port), "PYTHONIOENCODING": "utf-8"}
    config = {"address": f"http://127.0.0.1:{port}/", "may_be_private": True}
    adapter = Webhook(config, {"secret": SECRET}, OWNER, Http(connect=1, read=2))
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as running:
        for _try in range(100):
            try:
                adapter.probe()
                break
            except ChannelError:
                time.sleep(0.1)  # until it listens
        yield adapter, running
        running.kill()


def test_the_receiver_in_the_handbook_takes_an_answer_once_and_nothing_forged(
    receiver: tuple[Webhook, subprocess.Popen[str]],
) -> None:
    adapter, running = receiver
    story = fresh_story()
    post = adapter.render(story, Action.POST, "first")
    assert adapter.send(post, "first") == Receipt("first")
    assert adapter.send(post, "first") == Receipt("first")
    forger = Webhook(adapter.config, {"secret": OLD_SECRET}, OWNER, adapter.http)
    assert raised(lambda: forger.send(adapter.render(story, Action.POST, "forged"), "forged")).outcome is Outcome.AUTH
    body = words.encoded(adapter.render(story, Action.POST, "late").extra)
    late = words.headers("late", body, [SECRET], time.time() - 400)
    assert requests.post(adapter.config["address"], data=body, headers=late, timeout=2).status_code == 401
    assert requests.post(adapter.config["address"], data=b"{}", timeout=2).status_code == 401
    corrected = adapter.render(make_correction(story), Action.CORRECT, "second")
    adapter.edit(Receipt("first"), corrected, "first")
    running.kill()
    assert running.communicate()[0].splitlines() == [f"post {story.title}", f"correct {story.title}"]


# The stand-in ------------------------------------------------------------------------------------------------


def ask(sandbox: WebhookSandbox, told: Any, number: str = "abc", **more: Any) -> int:
    body = words.encoded(told)
    sent = words.headers(number, body, [SECRET], time.time()) | {"Content-Type": "application/json"} | more
    return requests.post(sandbox.address, data=body, headers=sent, timeout=2).status_code


@pytest.mark.parametrize(
    ("status", "change", "more"),
    [
        (422, {"version": 2}, {}),
        (422, {"action": "publish"}, {}),
        (422, {"id": "other"}, {}),
        (422, {"colour": "red"}, {}),
        (422, {"story": {}}, {}),
        (415, {}, {"Content-Type": "text/plain"}),
        (401, {}, {"Webhook-Signature": "v1=00"}),
        (401, {}, {"Webhook-Signature": ""}),
        (401, {}, {"Webhook-Timestamp": "now"}),
        (401, {}, {"Webhook-Id": "other"}),
    ],
)
def test_the_stand_in_refuses_what_the_handbook_refuses(
    rig: Rig, status: int, change: dict[str, Any], more: dict[str, str]
) -> None:
    assert ask(rig.sandbox, dict(post_of().extra) | change, **more) == status
    assert rig.copies() == []
    assert ask(rig.sandbox, post_of().extra) == 201


def test_what_was_taken_and_its_address_survive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "taken.json"
    first = WebhookSandbox(store=store)
    first.start()
    ask(first, post_of().extra)
    first.stop()
    second = WebhookSandbox(port=first.port, store=store)
    assert [copy["url"] for copy in second.copies()] == [f"{first.url}/tin/1"]
    second.start()
    assert ask(second, post_of().extra) == 200, "the id is still known"
    second.stop()


def test_people_see_a_page_that_says_that_it_is_a_stand_in_and_runs_no_markup(rig: Rig) -> None:
    story = make_story(title="<script>x</script>", body_html="<p>Tốt</p><script>alert(1)</script>")
    rig.adapter().send(post_of(story), "abc")
    for path in ("/", "/tin/1", "/tin/2"):
        page = requests.get(rig.sandbox.url + path, timeout=2)
        assert "MÔ PHỎNG" in page.text and "<script" not in page.text
    assert "<p>Tốt</p>" in requests.get(f"{rig.sandbox.url}/tin/1", timeout=2).text


def test_the_log_of_the_stand_in_holds_no_secret(rig: Rig) -> None:
    rig.adapter(secrets={"previous_secret": OLD_SECRET}).send(post_of(), "abc")
    assert SECRET not in str(rig.sandbox.log) and OLD_SECRET not in str(rig.sandbox.log)
    assert rig.sandbox.log[0]["path"] == PATH
