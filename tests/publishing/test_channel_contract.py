"""What every channel must keep to, run over every rig. A gap of a channel is an explicit skip with its reason.

A rig supplies ``expected``: every fault it can cause, with the outcome of a send that meets it. A rig whose server
cannot be found in its settings as host:port has a ``down()`` that returns an adapter whose server does not answer.
"""

from __future__ import annotations

import ast
import hashlib
import html
import inspect
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django import forms

from publishing.channels import adapters, recording
from publishing.channels.base import Adapter, ChannelError, Outcome, Problem
from publishing.channels.http import Http
from publishing.story import Action, Post, Receipt, Story, Way
from tests.publishing.public_files import SOUND, PublicFiles
from tests.publishing.rigs import rigs
from tests.publishing.stories import (
    fresh_story,
    make_audio,
    make_correction,
    make_retraction,
    make_story,
    token_of,
    variants,
)

RIGS = rigs()
STORIES = variants()
FAULTS = [(name, fault) for name, rig in RIGS.items() for fault in sorted(getattr(rig, "expected", {}))]
MARKER = "m7k2p9x4qa"


@pytest.fixture(scope="module", params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The rig, with its server running; shared by the tests of it, which tell their copies apart by token_of()."""
    with RIGS[request.param]() as running:
        yield running


def readable(post: Post) -> str:
    """Everything a reader of the post can see, NFC."""
    files = [_file_text(file.content_type, file.text) for file in post.files]
    whole = "\n".join([post.title, post.text, html.unescape(post.html), post.link, *files])
    return unicodedata.normalize("NFC", whole)


def _file_text(content_type: str, text: str) -> str:
    if "json" in content_type:
        return json.dumps(json.loads(text), ensure_ascii=False)
    return html.unescape(text) if "xml" in content_type or "html" in content_type else text


def told_in(expected: str, whole: str) -> bool:
    """Whether the beginning of ``expected`` is in ``whole``, letter case apart."""
    start = unicodedata.normalize("NFC", expected).strip()[:40].strip()
    return start.casefold() in whole.casefold()


def copies_of(rig: Any, story: Story) -> list[dict[str, str]]:
    token = token_of(story)
    return [copy for copy in rig.copies() if token in copy["text"] or token in copy["url"]]


def changed(story: Story, action: Action) -> Story:
    return {Action.CORRECT: make_correction, Action.RETRACT: make_retraction}[action](story)


def fit(rig: Any, story: Story) -> Story:
    """``story`` with what this channel cannot do without."""
    given: Story = rig.fit(story) if hasattr(rig, "fit") else story
    return given


def sent(adapter: Adapter, story: Story, marker: str) -> Receipt:
    return adapter.send(adapter.render(story, Action.POST, marker), marker)


def overrides(adapter: Adapter, method: str) -> bool:
    return getattr(type(adapter), method) is not getattr(Adapter, method)


def without_secrets(rig: Any, error: ChannelError, *more: str) -> None:
    """Fails if a secret is anywhere in what people or logs get to see of ``error``."""
    shown = " ".join(
        [str(error), repr(error), error.words, error.vendor_words, error.vendor_code, *map(str, error.args)]
    )
    for secret in [*rig.settings()[1].values(), *more]:
        assert len(secret) < 4 or secret not in shown


def refusal(rig: Any, call: Any, *more: str) -> ChannelError:
    """The ChannelError of ``call()``, after the checks every one must pass."""
    with pytest.raises(ChannelError) as caught:
        call()
    error = caught.value
    assert error.outcome is not Outcome.OK
    assert error.words.strip()
    assert error.outcome is not Outcome.THROTTLED or error.retry_after is None or error.retry_after > 0
    without_secrets(rig, error, *more)
    return error


def needs_fault(rig: Any, name: str) -> None:
    if name not in rig.faults:
        pytest.skip(f"the rig of {rig.kind} cannot cause {name}")


# What will be shown ------------------------------------------------------------------------------------------


class NoNetwork(Http):
    """Fails a test in which a pure method makes a call."""

    def call(self, method: str, url: str, **options: Any) -> Any:
        raise AssertionError("a pure method called the network")


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("action", list(Action))
def test_rendering_is_pure(rig: Any, name: str, action: Action) -> None:
    first, second = rig.adapter(), rig.adapter()
    first.http = second.http = NoNetwork()
    story = fit(rig, STORIES[name])
    before = json.dumps(story.to_json())
    assert first.render(story, action, MARKER) == first.render(story, action, MARKER)
    assert first.render(story, action, MARKER) == second.render(story, action, MARKER)
    assert first.wording(story, action) == second.wording(story, action)
    assert first.way(action) is second.way(action)
    assert json.dumps(story.to_json()) == before


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("action", list(Action))
def test_the_automatic_wording_always_fits(rig: Any, name: str, action: Action) -> None:
    adapter = rig.adapter()
    post = adapter.render(fit(rig, STORIES[name]), action, MARKER)
    assert adapter.problems(post) == []
    assert 0 < adapter.length(post.text) <= adapter.text_limit


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("action", list(Action))
def test_verdict_owner_and_link_survive_any_length(rig: Any, name: str, action: Action) -> None:
    adapter, story = rig.adapter(), fit(rig, STORIES[name])
    whole = readable(adapter.render(story, action, MARKER))
    assert told_in(adapter.owner, whole)
    assert story.url.partition("#")[0] in whole
    if action != Action.RETRACT:  # a retraction need not repeat the verdict it withdraws
        assert told_in(story.verdict, whole)
        assert told_in(story.claim, whole) or told_in(story.title, whole)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("action", [Action.CORRECT, Action.RETRACT])
def test_a_correction_or_retraction_says_what_changed(rig: Any, name: str, action: Action) -> None:
    adapter = rig.adapter()
    if adapter.way(action) in {Way.NONE, Way.DELETE}:
        pytest.skip(f"{rig.kind} shows no text for {action}")
    before = fit(rig, STORIES[name])
    story = changed(before, action) if not before.change else before
    assert told_in(story.change, readable(adapter.render(story, action, MARKER)))


@pytest.mark.parametrize(("kind", "words"), [("update", "cập nhật"), ("verdict", "có kết luận")])
def test_only_a_correction_is_called_a_correction(rig: Any, kind: str, words: str) -> None:
    adapter = rig.adapter()
    if adapter.way(Action.CORRECT) == Way.NONE:
        pytest.skip(f"{rig.kind} shows no text for a correction")
    story = make_correction(fit(rig, make_story()), change_kind=kind)
    whole = readable(adapter.render(story, Action.CORRECT, MARKER)).casefold()
    assert words in whole and "đính chính" not in whole
    assert told_in(story.short_answer, whole)


def test_a_wording_by_hand_is_shown_whole_in_its_frame(rig: Any) -> None:
    adapter, story = rig.adapter(), fit(rig, make_story())
    wording = "Lời của người đăng: đừng chia sẻ tin này."
    whole = readable(adapter.render(story, Action.POST, MARKER, wording))
    assert wording in whole
    assert told_in(story.verdict, whole)
    assert told_in(adapter.owner, whole)


def test_a_wording_that_is_too_long_is_a_problem_in_words_and_is_not_cut(rig: Any) -> None:
    adapter = rig.adapter()
    if adapter.text_limit > 2_000_000:
        pytest.skip(f"{rig.kind} takes any length")
    post = adapter.render(fit(rig, make_story()), Action.POST, MARKER, "chữ " * (adapter.text_limit // 4 + 1))
    problems = adapter.problems(post)
    assert problems
    for problem in problems:
        assert isinstance(problem, Problem)
        assert "%(" not in problem.words % problem.values
    assert readable(post).count("chữ") > adapter.text_limit // 4


def test_the_way_of_every_action_can_be_gone(rig: Any) -> None:
    adapter = rig.adapter()
    assert adapter.way(Action.POST) is Way.SEND
    for action in Action:
        method = {Way.EDIT: "edit", Way.DELETE: "delete", Way.SEND: "send"}.get(adapter.way(action))
        assert method is None or overrides(adapter, method)
    assert not adapter.finds or overrides(adapter, "find")
    assert adapter.cannot_words


# What goes over the network ----------------------------------------------------------------------------------


def test_a_success_yields_an_id_and_a_public_address_and_one_copy(rig: Any) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    receipt = sent(adapter, story, "success111")
    assert receipt.remote_id
    assert receipt.url == "" or receipt.url.startswith(("http://", "https://"))
    (copy,) = copies_of(rig, story)
    assert not (receipt.url and copy["url"]) or receipt.url == copy["url"]


@pytest.mark.parametrize(("rig", "fault"), FAULTS, indirect=["rig"])
def test_a_fault_ends_in_its_outcome(rig: Any, fault: str) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if fault == "slow":
        adapter.http = Http(connect=1, read=0.5)
    rig.fault(fault)
    error = refusal(rig, lambda: sent(adapter, story, f"o{token_of(story)}"))
    assert error.outcome is rig.expected[fault]
    copies = len(copies_of(rig, story))
    assert copies <= 1
    assert copies == 0 or error.outcome is Outcome.UNKNOWN, "what is out, or may be, is UNKNOWN"


def test_every_fault_of_the_rig_has_an_expected_outcome(rig: Any) -> None:
    assert set(rig.expected) == set(rig.faults)


def test_every_outcome_can_be_caused(rig: Any) -> None:
    missing = set(Outcome) - {Outcome.OK} - set(rig.expected.values())
    if missing:
        pytest.skip(f"the rig of {rig.kind} cannot cause {', '.join(sorted(missing))}")


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "slow", "html_200", "html_500"])
def test_no_clear_answer_to_a_create_is_unknown(rig: Any, fault: str) -> None:
    needs_fault(rig, fault)
    if not rig.adapter().finds:
        pytest.skip(f"{rig.kind} cannot read back; its own tests say how it avoids copies")
    assert rig.expected[fault] is Outcome.UNKNOWN


def test_what_was_accepted_without_an_answer_is_found_and_not_sent_again(rig: Any) -> None:
    needs_fault(rig, "drop_after")
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if not adapter.finds:
        pytest.skip(f"{rig.kind} cannot read back")
    others = sent(adapter, fit(rig, fresh_story()), "found3330")
    post = adapter.render(story, Action.POST, "found333")
    rig.fault("drop_after")
    refusal(rig, lambda: adapter.send(post, "found333"))
    found = adapter.find(post, "found333")
    assert found is not None
    assert found.remote_id != others.remote_id
    (copy,) = copies_of(rig, story)
    assert not (found.url and copy["url"]) or found.url == copy["url"]


def test_what_was_not_accepted_is_not_found(rig: Any) -> None:
    needs_fault(rig, "drop_before")
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if not adapter.finds:
        pytest.skip(f"{rig.kind} cannot read back")
    post = adapter.render(story, Action.POST, "absent444")
    rig.fault("drop_before")
    refusal(rig, lambda: adapter.send(post, "absent444"))
    assert adapter.find(post, "absent444") is None
    assert copies_of(rig, story) == []
    adapter.send(post, "absent444")
    assert len(copies_of(rig, story)) == 1
    assert adapter.find(post, "absent444") is not None


def test_another_delivery_of_the_same_answer_is_not_taken_for_this_one(rig: Any) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if not adapter.finds:
        pytest.skip(f"{rig.kind} cannot read back")
    sent(adapter, story, "other5556")
    for marker in ("other555", "5556", "other55567"):
        assert adapter.find(adapter.render(story, Action.POST, marker), marker) is None


@pytest.mark.parametrize("action", [Action.CORRECT, Action.RETRACT])
def test_editing_changes_the_copy_and_twice_is_once(rig: Any, action: Action) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if adapter.way(action) is not Way.EDIT:
        pytest.skip(f"{rig.kind} does not edit on {action}: {adapter.way(action)}")
    # Of its own in every test: to a server with a key against doubles, the same marker is the same post.
    marker = f"e{token_of(story)}"
    receipt = sent(adapter, story, marker)
    after = changed(story, action)
    post = adapter.render(after, action, f"f{token_of(story)}")
    again = adapter.edit(receipt, post, marker)
    assert adapter.edit(again, post, marker).remote_id == receipt.remote_id
    (copy,) = copies_of(rig, story)
    assert told_in(after.change, copy["text"])
    if adapter.finds:
        found = adapter.find(adapter.render(story, Action.POST, marker), marker)
        assert found is not None, "a corrected post is still found by the marker it was planted with"


@pytest.mark.parametrize("action", [Action.CORRECT, Action.RETRACT])
def test_a_change_that_is_sent_says_what_changed(rig: Any, action: Action) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if adapter.way(action) is not Way.SEND:
        pytest.skip(f"{rig.kind} does not send on {action}: {adapter.way(action)}")
    sent(adapter, story, f"v{token_of(story)}")
    after = changed(story, action)
    marker = f"w{token_of(story)}"
    receipt = adapter.send(adapter.render(after, action, marker), marker)
    assert receipt.remote_id
    assert any(told_in(after.change, copy["text"]) for copy in copies_of(rig, story))


def test_deleting_removes_the_copy_and_twice_is_fine(rig: Any) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if not overrides(adapter, "delete"):
        pytest.skip(f"{rig.kind} has no delete")
    receipt = sent(adapter, story, "deleted10")
    adapter.delete(receipt)
    adapter.delete(receipt)
    assert copies_of(rig, story) == []


def test_a_probe_names_the_account_and_publishes_nothing(rig: Any) -> None:
    before = len(rig.copies())
    assert rig.adapter().probe().name
    assert len(rig.copies()) == before


# Recordings --------------------------------------------------------------------------------------------------


def recorded(our_site: PublicFiles, story: Story, sound: bytes = SOUND) -> Story:
    """``story`` with a recording, which is what is at its address now."""
    our_site.sound = sound
    return replace(story, audio=make_audio(f"{our_site.url}/sound.mp3", sound))


def takes_audio(rig: Any) -> Adapter:
    adapter: Adapter = rig.adapter()
    if not adapter.takes_audio:
        pytest.skip(f"{rig.kind} takes no recording: it stays on the page that is linked")
    return adapter


@pytest.mark.parametrize("action", [Action.POST, Action.CORRECT])
def test_a_recording_goes_along_or_nothing_is_said_of_it(rig: Any, our_site: PublicFiles, action: Action) -> None:
    adapter, story = rig.adapter(), fit(rig, make_story())
    if action == Action.CORRECT:
        story = make_correction(story)
    with_audio = recorded(our_site, story)
    without, post = (adapter.render(one, action, MARKER) for one in (story, with_audio))
    if not adapter.takes_audio:
        assert post == without
        return
    assert post.audio == with_audio.audio
    assert (post.audio_name or post.audio.url) in readable(post) + json.dumps(post.extra)
    assert adapter.allowance_for(post) >= adapter.allowance_for(without)


def test_a_recording_that_is_too_large_stays_where_it_is_and_the_text_says_where(
    rig: Any, our_site: PublicFiles
) -> None:
    adapter = takes_audio(rig)
    story = recorded(our_site, make_story())
    story = replace(story, audio=replace(story.audio, size=10**9))
    post = adapter.render(story, Action.POST, MARKER)
    assert not post.audio_name
    assert story.audio and story.audio.url in readable(post) + json.dumps(post.extra)


def test_a_withdrawal_carries_no_recording(rig: Any, our_site: PublicFiles) -> None:
    adapter, story = takes_audio(rig), make_story()
    gone = make_retraction(story)
    post = adapter.render(recorded(our_site, gone), Action.RETRACT, MARKER)
    assert post == adapter.render(gone, Action.RETRACT, MARKER)
    assert post.audio is None and "sound.mp3" not in readable(post) + json.dumps(post.extra)


def follow(adapter: Adapter, receipts: list[Receipt], story: Story, action: Action, marker: str) -> Receipt:
    """What the outbox does with a change of what is out as ``receipts``."""
    post = adapter.render(story, action, marker)
    if adapter.way(action) is Way.EDIT:
        return adapter.edit(receipts[0], post, f"a{token_of(story)}")
    earlier = tuple(one.remote_id for one in receipts)
    return adapter.send(replace(post, follows=earlier[0], earlier=earlier), marker)


def test_the_very_recording_that_was_approved_arrives_is_replaced_and_withdrawn(
    rig: Any, our_site: PublicFiles
) -> None:
    adapter, story = takes_audio(rig), fresh_story()
    # Nobody else's: the rig is shared.
    first, second = (f"{token_of(story)} {number}".encode() * 9000 for number in (1, 2))
    was, now = (hashlib.sha256(one).hexdigest() for one in (first, second))
    out = recorded(our_site, story, first)
    receipts = [sent(adapter, out, f"a{token_of(story)}")]
    assert rig.sounds().count(was) == 1
    sent(adapter, out, f"a{token_of(story)}") if adapter.finds else None
    assert rig.sounds().count(was) == 1, "sent twice is there once"
    corrected = recorded(our_site, make_correction(story), second)
    receipts.append(follow(adapter, receipts, corrected, Action.CORRECT, f"b{token_of(story)}"))
    assert rig.sounds().count(now) == 1
    receipts.append(follow(adapter, receipts, make_retraction(corrected), Action.RETRACT, f"c{token_of(story)}"))
    if getattr(rig, "is_beyond_recall", False):
        pytest.skip(f"{rig.kind} cannot take a recording back; it is told not to be played again")
    assert not {was, now} & set(rig.sounds())


@pytest.mark.parametrize(
    ("name", "sound", "outcome", "words"),
    [
        ("sound.mp3", b"another file", Outcome.PERMANENT, recording.CHANGED),
        ("gone.mp3", SOUND, Outcome.PERMANENT, recording.WORDS.gone),
        ("away.png", SOUND, Outcome.TRANSIENT, recording.WORDS.away),
    ],
)
def test_without_its_approved_recording_nothing_goes_out(
    rig: Any, our_site: PublicFiles, name: str, sound: bytes, outcome: Outcome, words: str
) -> None:
    adapter = takes_audio(rig)
    if not adapter.render(recorded(our_site, make_story()), Action.POST, MARKER).audio_name:
        pytest.skip(f"{rig.kind} hands over the address")
    story = recorded(our_site, fresh_story())
    story = replace(story, audio=replace(story.audio, url=f"{our_site.url}/{name}"))
    our_site.sound = sound
    error = refusal(rig, lambda: sent(adapter, story, f"n{token_of(story)}"))
    assert (error.outcome, error.words) == (outcome, words)
    assert copies_of(rig, story) == []


# How it does, and credentials that run out -------------------------------------------------------------------

KNOWN_MEASURES = {"views", "reach", "reactions", "comments", "shares"}


def test_metrics_tells_only_declared_measures_in_whole_numbers(rig: Any) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if not adapter.measures:
        pytest.skip(f"{rig.kind} measures nothing")
    assert set(adapter.measures) <= KNOWN_MEASURES
    assert len(set(adapter.measures)) == len(adapter.measures)
    told = adapter.metrics(sent(adapter, story, f"m{token_of(story)}"))
    assert told, "the rig's server tells nothing: the test would prove nothing"
    assert set(told) <= set(adapter.measures)
    assert all(type(count) is int and count >= 0 for count in told.values())


def test_a_metric_that_is_gone_does_not_fail_the_call(rig: Any) -> None:
    adapter, story = rig.adapter(), fit(rig, fresh_story())
    if not adapter.measures:
        pytest.skip(f"{rig.kind} measures nothing")
    receipt = sent(adapter, story, f"n{token_of(story)}")
    if not hasattr(rig, "metric_gone"):
        pytest.skip(f"the rig of {rig.kind} cannot take a measure away")
    before = adapter.metrics(receipt)
    gone = rig.metric_gone()
    assert gone in before
    assert set(adapter.metrics(receipt)) == set(before) - {gone}


def test_metrics_that_cannot_be_told_are_an_error_of_the_contract(rig: Any) -> None:
    adapter = rig.adapter()
    if not adapter.measures:
        pytest.skip(f"{rig.kind} measures nothing")
    receipt = sent(adapter, fit(rig, fresh_story()), "metrics90")
    wrong = {name: f"wrong-{name}-0123456789" for name in rig.settings()[1]}
    assert refusal(rig, lambda: rig.adapter(secrets=wrong).metrics(receipt), *wrong.values()).outcome is Outcome.AUTH


def test_an_adapter_without_measures_declares_none(rig: Any) -> None:
    adapter = rig.adapter()
    assert overrides(adapter, "metrics") == bool(adapter.measures)


def test_credentials_that_do_not_run_out_are_left_alone(rig: Any) -> None:
    adapter = rig.adapter()
    if overrides(adapter, "refresh"):
        pytest.skip(f"the credentials of {rig.kind} run out")
    adapter.http = NoNetwork()
    assert adapter.expires_at() is None
    assert adapter.refresh() == {}


def test_credentials_that_run_out_say_when_and_the_new_ones_work(rig: Any) -> None:
    if not overrides(rig.adapter(), "refresh"):
        pytest.skip(f"the credentials of {rig.kind} do not run out")
    with type(rig)() as own:  # a refresh token may work once only: the other tests keep theirs
        adapter = own.adapter()
        expires_at = adapter.expires_at()
        assert expires_at is not None and expires_at.tzinfo is not None
        fresh = adapter.refresh()
        assert fresh and all(isinstance(value, str) and value for value in fresh.values())
        assert own.adapter(secrets=fresh).probe().name


# Settings and secrets ----------------------------------------------------------------------------------------


def test_wrong_credentials_are_auth_and_never_shown(rig: Any) -> None:
    secrets = rig.settings()[1]
    if not secrets:
        pytest.skip(f"{rig.kind} has no credentials")
    wrong = {name: f"wrong-{name}-0123456789" for name in secrets}
    adapter, story = rig.adapter(secrets=wrong), fit(rig, fresh_story())
    for call in (adapter.probe, lambda: sent(adapter, story, "wrong1111")):
        assert refusal(rig, call, *wrong.values()).outcome is Outcome.AUTH
    assert copies_of(rig, story) == []


def test_a_server_that_is_down_is_transient(rig: Any) -> None:
    if hasattr(rig, "down"):
        adapter = rig.down()
    else:
        nowhere = {
            name: re.sub(r"(127\.0\.0\.1|localhost):\d+", "127.0.0.1:9", value)
            for name, value in rig.settings()[0].items()
            if isinstance(value, str)
        }
        assert nowhere != rig.settings()[0], "give the rig a down()"
        adapter = rig.adapter(config=nowhere)
    for call in (adapter.probe, lambda: sent(adapter, fit(rig, fresh_story()), "down12222")):
        assert refusal(rig, call).outcome is Outcome.TRANSIENT


def test_no_secret_is_in_the_representation(rig: Any) -> None:
    adapter = rig.adapter()
    for secret in rig.settings()[1].values():
        assert secret not in repr(adapter)
        assert secret not in str(adapter)


def test_the_form_takes_settings_that_work_and_does_not_show_secrets(rig: Any) -> None:
    adapter = rig.adapter()
    config, secrets = rig.settings()
    form = adapter.Form(config | secrets)
    assert form.is_valid(), form.errors
    assert set(adapter.secrets) <= set(form.fields)
    assert set(config) <= set(form.fields)
    assert {name: form.cleaned_data[name] for name in config} == config
    shown = "".join(str(form[name]) for name in form.fields)
    for secret in secrets.values():
        assert secret not in shown


def test_every_field_that_is_missing_is_named_with_a_message(rig: Any) -> None:
    form = rig.adapter().Form({})
    required = {name for name, field in form.fields.items() if field.required}
    assert set(form.errors) >= required
    assert all(str(message).strip() for messages in form.errors.values() for message in messages)
    for name, field in form.fields.items():
        assert str(field.label or "").strip(), f"{name} has no label"
        assert isinstance(field, forms.Field)


def test_a_host_in_the_settings_must_look_like_one(rig: Any) -> None:
    config, secrets = rig.settings()
    for name, field in rig.adapter().Form().fields.items():
        if isinstance(field, forms.URLField):
            for wrong in ("không phải địa chỉ", "javascript:alert(1)", "file:///etc/passwd", "http://"):
                form = rig.adapter().Form(config | secrets | {name: wrong})
                assert name in form.errors, f"{name} takes {wrong!r}"


# The code ----------------------------------------------------------------------------------------------------

# Beside the standard library: the shared base, pure helpers, forms and translation, and libraries that speak a protocol.
MAY_IMPORT = {
    "publishing.channels.addresses",
    "publishing.channels.base",
    "publishing.channels.frame",
    "publishing.channels.http",
    "publishing.channels.mail",
    "publishing.channels.newsroom_item",
    "publishing.channels.newsroom_newsml",
    "publishing.channels.own_files",
    "publishing.channels.recording",
    "publishing.channels.sftp",
    "publishing.channels.sftp_form",
    "publishing.channels.smtp",
    "publishing.channels.smtp_form",
    "publishing.channels.spoken",
    "publishing.channels.tokens",
    "publishing.story",
    "publishing.text",
    "django.forms",
    "django.utils.translation",
}
LIBRARIES = {"requests", "urllib3", "paramiko", "cryptography", "lxml"}


@pytest.mark.parametrize("kind", adapters())
def test_an_adapter_imports_no_orm_no_settings_and_no_other_channel(kind: str) -> None:
    home = Path(inspect.getfile(adapters()[kind]))
    for module in [home, *home.parent.glob(f"{home.stem}_*.py")]:
        for name in _imports(module):
            is_own = name.startswith(f"publishing.channels.{home.stem}")
            is_known = name in MAY_IMPORT or name.partition(".")[0] in LIBRARIES | sys.stdlib_module_names
            assert is_own or is_known, f"{module.name} imports {name}"


def test_what_adapters_may_share_is_no_adapter() -> None:
    assert not MAY_IMPORT & {inspect.getmodule(adapter).__name__ for adapter in adapters().values()}  # type: ignore[union-attr]


def _imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module in {"django", "django.utils", "publishing", "publishing.channels"}:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)
