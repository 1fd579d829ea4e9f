"""What is special about Telegram: its markup and how it counts, its pictures, its words for errors, its 48 hours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from publishing.channels import frame
from publishing.channels import telegram_errors as words
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http, NoAnswer, NotSent
from publishing.channels.telegram import CAPTION_LIMIT, Telegram, TelegramForm
from publishing.sandbox.server import Reply, Sandbox
from publishing.sandbox.telegram import CHAT_ID, TITLE, TOKEN, USERNAME, TelegramSandbox
from publishing.story import Action, Image, Post, Receipt, Way
from tests.publishing.rigs.telegram import Rig
from tests.publishing.scripted import Clock, Scripted, answer, raised
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story

POST = Post(text="Tin", html="Tin", link="https://tinthat.example/")
COPY = Receipt(f"{CHAT_ID}/7", "https://t.me/x/7")
PHOTO = Receipt(f"{CHAT_ID}/8/photo", "https://t.me/x/8")


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


@pytest.fixture
def pictures() -> Iterator[Sandbox]:
    """A site with one picture and one page that is none."""
    site = Sandbox()
    site.route("GET", "/a.jpg", lambda request: Reply(200, b"\xff\xd8\xff", content_type="image/jpeg"))
    site.route("GET", "/a.html", lambda request: Reply(200, "<p>"))
    site.start()
    yield site
    site.stop()


def scripted(*answers: Any) -> Telegram:
    return Telegram({"chat_id": f"@{USERNAME}"}, {"token": TOKEN}, TITLE, Scripted(*answers))


def refusal(status: int, description: str, **parameters: Any) -> Any:
    told = {"ok": False, "error_code": status, "description": description}
    return answer(told | ({"parameters": parameters} if parameters else {}), status)


def with_picture(url: str, **kw: Any) -> Any:
    return fresh_story(images=(Image(url, "Cầu Lam Giang", credit="Báo Ánh Dương"),), **kw)


# The text ----------------------------------------------------------------------------------------------------


def test_only_the_three_letters_that_mean_markup_are_escaped_and_the_verdict_is_bold() -> None:
    story = make_story(claim="5 < 7 & \"8\" > '6' <script>")
    post = scripted().render(story, Action.POST, "abc")
    assert post.html.startswith("<b>[TIN GIẢ] 5 &lt; 7 &amp; \"8\" &gt; '6' &lt;script&gt;</b>\n")
    assert post.text.startswith("[TIN GIẢ] 5 < 7 & \"8\" > '6' <script>\n")
    assert post.text.endswith(f"Xem bằng chứng: {story.url}\n{TITLE}")


def test_nobody_is_linked_by_name() -> None:
    story = make_story(claim="Hãy hỏi @nguoi_nao_do, thư: tin@soyte.example", change="Không phải @nguoi_khac")
    post = scripted().render(story, Action.CORRECT, "abc", "Như @ai_do nói")
    for shown in (post.text, post.html):
        assert "＠nguoi_nao_do" in shown and "＠nguoi_khac" in shown and "＠ai_do" in shown
        assert "tin@soyte.example" in shown and shown.count("@") == 1


def test_a_text_counts_as_utf_16_and_without_its_markup(rig: Rig) -> None:
    adapter = rig.adapter()
    assert [adapter.length(text) for text in ("ệ", "👨‍👩‍👧‍👦", "a\n")] == [1, 11, 2]
    frame_length = adapter.length(adapter.render(make_story(), Action.POST, "abc", "x").text) - 1
    room = 4096 - frame_length
    full = adapter.render(make_story(), Action.POST, "abc", "😀" * (room // 2) + "&" * (room % 2))
    assert adapter.length(full.text) == 4096 and adapter.problems(full) == []
    assert adapter.send(full, "abc").remote_id, "the stand-in counts the same way"
    over = adapter.render(make_story(), Action.POST, "abc", "😀" * (room // 2) + "xx")
    assert adapter.problems(over)
    assert raised(lambda: adapter.send(over, "abc")).words == words.REFUSED


def test_a_long_address_hides_behind_its_words_and_still_leads_there() -> None:
    url = "https://tinthat.example/" + "a" * 600 + "/?x=1&y=2"
    post = scripted().render(make_story(url=url), Action.POST, "abc")
    assert f'<a href="{url.replace("&", "&amp;")}">Xem bằng chứng: tinthat.example/…</a>' in post.html
    assert len(post.text) < 800


def test_with_every_part_at_its_longest_an_automatic_post_fits_beside_a_picture() -> None:
    long = "Một câu rất dài 😀 & <b> " * 400
    image = Image("https://tinthat.example/a.jpg", "", credit=long)
    story = make_story(
        claim=long, verdict=long, short_answer=long, change=long, images=(image,), url=f"https://a.example/{'b' * 180}/"
    )
    adapter = Telegram({"chat_id": "@x"}, {}, owner=long)
    for action in Action:
        post = adapter.render(story, action, "abc")
        assert adapter.length(post.text) <= CAPTION_LIMIT
        assert post.images == (image,)
        assert len(adapter.wording(story, action)) > 60


# Pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_goes_out_with_the_text_as_its_caption_and_its_credit(rig: Rig, pictures: Sandbox) -> None:
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg")
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    (copy,) = rig.copies()
    assert copy["photo"] == f"{pictures.url}/a.jpg"
    assert "Ảnh: Báo Ánh Dương" in copy["text"]
    assert receipt.remote_id.endswith("/photo")
    corrected = adapter.render(make_correction(story), Action.CORRECT, "def")
    assert adapter.edit(receipt, corrected, "abc") == receipt
    retracted = adapter.render(make_retraction(story, images=()), Action.RETRACT, "ghi")
    adapter.edit(receipt, retracted, "abc")
    (copy,) = rig.copies()
    assert copy["text"].startswith("RÚT BÀI: ") and copy["photo"]


@pytest.mark.parametrize("name", ["a.html", "none.jpg"])
def test_a_picture_that_telegram_refuses_does_not_hold_the_answer_back(rig: Rig, pictures: Sandbox, name: str) -> None:
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/{name}")
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    (copy,) = rig.copies()
    assert copy["photo"] == "" and "Ảnh:" not in copy["text"]
    assert not receipt.remote_id.endswith("/photo")
    adapter.edit(receipt, adapter.render(make_correction(story), Action.CORRECT, "def"), "abc")
    assert "ĐÍNH CHÍNH" in rig.copies()[0]["text"]


def test_a_lost_answer_to_a_picture_is_not_followed_by_a_text(rig: Rig, pictures: Sandbox) -> None:
    rig.fault("drop_after")
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg")
    refused = raised(lambda: adapter.send(adapter.render(story, Action.POST, "abc"), "abc"))
    assert refused.outcome is Outcome.UNKNOWN
    assert len(rig.copies()) == 1


def test_a_wording_too_long_for_a_caption_goes_out_as_text_with_a_preview_of_the_link() -> None:
    sent = answer({"ok": True, "result": {"message_id": 9, "chat": {"id": CHAT_ID, "username": USERNAME}}})
    adapter, story = scripted(sent), with_picture("https://tinthat.example/a.jpg")
    post = adapter.render(story, Action.POST, "abc", "Một câu. " * 150)
    assert post.images == () and adapter.problems(post) == []
    adapter.send(post, "abc")
    (_post, url, options) = adapter.http.asked[0]
    assert url.endswith("/sendMessage")
    assert options["json"]["link_preview_options"]["url"] == story.url


def test_a_correction_too_long_for_the_caption_that_is_out_is_refused_in_words() -> None:
    post = scripted().render(make_story(), Action.CORRECT, "abc", "Một câu. " * 150)
    assert raised(lambda: scripted().edit(PHOTO, post, "abc")).words == words.CAPTION_FULL


# Errors ------------------------------------------------------------------------------------------------------

P, A, T, R, U = Outcome.PERMANENT, Outcome.AUTH, Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "description", "outcome", "told"),
    [
        (401, "Unauthorized", A, words.INVALID),
        (404, "Not Found", A, words.INVALID),
        (403, "Forbidden: bot is not a member of the channel chat", A, words.NOT_MEMBER),
        (403, "Forbidden: bot was kicked from the channel chat", A, words.NOT_MEMBER),
        (400, "Bad Request: chat not found", A, words.NO_CHANNEL),
        (400, "Bad Request: not enough rights to send text messages to the chat", A, words.NOT_ALLOWED),
        (400, "Bad Request: need administrator rights in the channel chat", A, words.NOT_ALLOWED),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN", A, words.NOT_ALLOWED),
        (400, "Bad Request: message text is empty", P, words.REFUSED),
        (400, "Bad Request: message is too long", P, words.REFUSED),
        (400, "Bad Request: can't parse entities: Unsupported start tag", P, words.REFUSED),
        (413, "Request Entity Too Large", P, words.REFUSED),
        (429, "Too Many Requests: retry after 17", T, words.BUSY),
    ],
)
def test_a_refusal_has_its_outcome_and_words(status: int, description: str, outcome: Outcome, told: str) -> None:
    for call in (lambda a: a.send(POST, "abc"), lambda a: a.edit(COPY, POST, "abc"), lambda a: a.delete(COPY)):
        refused = raised(lambda call=call: call(scripted(refusal(status, description))))
        assert (refused.outcome, refused.words, refused.vendor_code) == (outcome, told, str(status))
        assert refused.vendor_words == description


@pytest.mark.parametrize("parameters", [{"retry_after": 1}, {"retry_after": 3_605}])
def test_the_wait_is_exactly_the_one_telegram_asks_for(parameters: dict[str, int]) -> None:
    refused = raised(lambda: scripted(refusal(429, "Too Many Requests", **parameters)).send(POST, "abc"))
    assert refused.retry_after == parameters["retry_after"]
    assert raised(lambda: scripted(refusal(429, "Too Many Requests")).send(POST, "abc")).retry_after == 30


@pytest.mark.parametrize("status", [200, 302, 404, 500, 502])
@pytest.mark.parametrize("body", [b"<html>", b"", {}, {"ok": "yes"}, {"ok": True}, [1]])
def test_an_answer_that_says_neither_yes_nor_no_is_unknown_to_a_create_only(status: int, body: Any) -> None:
    assert raised(lambda: scripted(answer(body, status)).send(POST, "abc")).outcome is U
    assert raised(lambda: scripted(answer(body, status)).edit(COPY, POST, "abc")).outcome is R


def test_a_yes_without_a_number_is_unknown() -> None:
    for result in (True, {}, {"message_id": 7}, {"message_id": "x", "chat": {"id": 1}}):
        assert raised(lambda r=result: scripted(answer({"ok": True, "result": r})).send(POST, "abc")).outcome is U


def test_a_server_error_in_json_is_unknown_and_no_connection_is_transient() -> None:
    assert raised(lambda: scripted(refusal(500, "Internal Server Error")).send(POST, "abc")).outcome is U
    assert raised(lambda: scripted(NoAnswer()).send(POST, "abc")).outcome is U
    assert raised(lambda: scripted(NotSent()).send(POST, "abc")).outcome is R
    assert raised(lambda: scripted(NoAnswer()).delete(COPY)).outcome is R


def test_a_bot_cannot_read_back_and_says_so() -> None:
    assert Telegram.finds is False
    assert Telegram.measures == (), "and no method tells it how often a post was seen"


# The token ---------------------------------------------------------------------------------------------------


def test_the_token_is_in_no_log_error_or_address(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    adapter = rig.adapter()
    receipt = adapter.send(POST, "abc")
    errors = [raised(rig.adapter(config={"api_base": "http://127.0.0.1:9"}).probe)]
    rig.sandbox.faults.append({"fault": "slow", "method": "POST"})
    adapter.http = Http(connect=1, read=0.3)
    errors.append(raised(adapter.probe))
    secret = TOKEN.partition(":")[2]
    for shown in (caplog.text, str(rig.sandbox.log), receipt.url, receipt.remote_id, *(_all(one) for one in errors)):
        assert secret not in shown
    assert "urllib3" not in caplog.text or "/bot" not in caplog.text


def _all(error: ChannelError) -> str:
    chained = [error.__cause__, None if error.__suppress_context__ else error.__context__]
    return " ".join(map(repr, [*vars(error).values(), *error.args, *chained]))


def test_a_token_that_telegram_quotes_is_taken_out() -> None:
    assert TOKEN not in raised(lambda: scripted(refusal(400, f"bad {TOKEN}")).probe()).vendor_words
    assert TOKEN not in raised(lambda: scripted(answer(f"<p>{TOKEN}".encode(), 500)).probe()).vendor_words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chat_id", "kiemchung"),
        ("chat_id", "https://t.me/kiemchung"),
        ("chat_id", "12345"),
        ("api_base", "http://api.telegram.org"),
        ("api_base", "https://api.telegram.org/bot"),
        ("token", "123456:ngắn"),
        ("token", "12345678:../../getUpdates?aaaaaaaaaaaaaaaaaaaaaa"),
        ("on_retraction", "hide"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_its_field(rig: Rig, field: str, value: str) -> None:
    config, secrets = rig.settings()
    assert set(TelegramForm(config | secrets | {field: value}).errors) == {field}


# The probe ---------------------------------------------------------------------------------------------------


def test_a_probe_names_the_channel_and_says_what_the_bot_lacks(rig: Rig) -> None:
    assert rig.adapter().probe().name == TITLE
    assert rig.adapter(config={"chat_id": str(CHAT_ID)}).probe().name == TITLE
    refused = raised(rig.adapter(config={"chat_id": "@somebody_else"}).probe)
    assert (refused.outcome, refused.words) == (Outcome.AUTH, words.NO_CHANNEL)
    rig.sandbox.rights = {"can_post_messages": False}
    assert raised(rig.adapter().probe).words == words.NOT_ALLOWED
    rig.sandbox.rights = None
    assert raised(rig.adapter().probe).words == words.NOT_ALLOWED


def test_a_group_is_no_channel() -> None:
    told = [answer({"ok": True, "result": result}) for result in ({"id": 1}, {"id": 2, "type": "supergroup"})]
    assert raised(scripted(*told).probe).words == words.NOT_A_CHANNEL


# Changing and removing ---------------------------------------------------------------------------------------


def test_the_permanent_link_is_the_channels_name_and_the_number_and_a_private_channel_has_none() -> None:
    sent = {"message_id": 9, "chat": {"id": CHAT_ID, "username": USERNAME}}
    assert scripted(answer({"ok": True, "result": sent})).send(POST, "abc") == Receipt(
        f"{CHAT_ID}/9", f"https://t.me/{USERNAME}/9"
    )
    del sent["chat"]["username"]
    assert scripted(answer({"ok": True, "result": sent})).send(POST, "abc").url == ""


def test_the_same_text_once_more_is_success(rig: Rig) -> None:
    adapter = rig.adapter()
    receipt = adapter.send(POST, "abc")
    assert adapter.edit(receipt, POST, "abc") == receipt, "message is not modified"


def test_a_copy_is_changed_in_the_channel_it_is_in_whatever_is_connected_now() -> None:
    adapter = scripted(answer({"ok": True, "result": {}}))
    adapter.edit(COPY, POST, "abc")
    sent = adapter.http.asked[0][2]["json"]
    assert (sent["chat_id"], sent["message_id"]) == (CHAT_ID, 7)


def test_a_copy_recorded_by_hand_has_no_number_and_is_a_persons() -> None:
    refused = raised(lambda: scripted().edit(Receipt("ghi tay"), POST, "abc"))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, words.GONE)


def test_a_post_that_was_removed_in_the_channel_cannot_be_changed_and_need_not_be_removed(rig: Rig) -> None:
    adapter = rig.adapter()
    receipt = adapter.send(POST, "abc")
    rig.sandbox.messages.clear()
    refused = raised(lambda: adapter.edit(receipt, POST, "abc"))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, words.GONE)
    adapter.delete(receipt)


def test_after_48_hours_a_post_that_cannot_be_removed_says_that_it_is_withdrawn() -> None:
    clock = Clock()
    with Rig(clock=clock) as rig:
        removing = rig.adapter(config={"on_retraction": "delete"})
        assert [removing.way(action) for action in Action] == [Way.SEND, Way.EDIT, Way.DELETE]
        old = removing.send(POST, "abc")
        clock.now += 48 * 3600 - 10
        young = removing.send(POST, "def")
        clock.now += 11
        removing.delete(young)
        removing.delete(old)
        removing.delete(old)
        (copy,) = rig.copies()
        for phrases in frame.PHRASES.values():
            assert phrases["retract_alone"] in copy["text"] and phrases["withdrawn"] in copy["text"]
        assert TITLE in copy["text"] and "Tin\n" not in copy["text"]
        rig.sandbox.rights = {"can_post_messages": True, "can_delete_messages": True}
        removing.delete(old)
        assert rig.copies() == []


def test_another_reason_not_to_remove_a_post_is_told() -> None:
    refused = raised(lambda: scripted(refusal(403, "Forbidden: bot was kicked")).delete(COPY))
    assert refused.words == words.NOT_MEMBER


# The stand-in ------------------------------------------------------------------------------------------------


def ask(sandbox: TelegramSandbox, method: str, token: str = TOKEN, **fields: Any) -> tuple[int, str]:
    got = requests.post(f"{sandbox.url}/bot{token}/{method}", json=fields, timeout=5)
    told = got.json()
    assert got.status_code == (200 if told["ok"] else told["error_code"])
    return got.status_code, told.get("description", "")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<b>x</i>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<p>x</p>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "ệ" * 4097}, "message is too long"),
        ({"text": "x", "chat_id": "@nobody_here"}, "chat not found"),
        ({"text": "x", "colour": "red"}, "colour"),
    ],
)
def test_the_stand_in_refuses_what_telegram_refuses(rig: Rig, fields: dict[str, Any], said: str) -> None:
    status, description = ask(rig.sandbox, "sendMessage", **{"chat_id": CHAT_ID} | fields)
    assert status == 400 and said in description
    assert rig.copies() == []


def test_the_stand_in_takes_forms_as_client_libraries_send_them(rig: Rig) -> None:
    base = f"{rig.sandbox.url}/bot{TOKEN}"
    form = {"chat_id": str(CHAT_ID), "text": "Một", "link_preview_options": '{"url": "https://a.example/"}'}
    made = requests.post(f"{base}/sendMessage", data=form, timeout=2).json()["result"]
    edited = {"chat_id": str(CHAT_ID), "message_id": str(made["message_id"]), "text": "Hai"}
    assert requests.post(f"{base}/editMessageText", data=edited, timeout=2).json()["ok"]
    assert [copy["text"] for copy in rig.copies()] == ["Hai"]


def test_the_stand_in_knows_two_kinds_of_wrong_token_and_keeps_both_out_of_its_log(rig: Rig) -> None:
    other = "12345678:" + "x" * 35
    assert ask(rig.sandbox, "getMe", token="abc") == (404, "Not Found")
    assert ask(rig.sandbox, "getMe", token=other) == (401, "Unauthorized")
    assert other not in str(rig.sandbox.log)


def test_more_messages_than_a_minute_takes_are_told_how_long_to_wait() -> None:
    clock = Clock()
    with Rig(clock=clock, messages_a_minute=2) as rig:
        adapter = rig.adapter()
        adapter.send(POST, "a")
        clock.now += 20
        adapter.send(POST, "b")
        refused = raised(lambda: adapter.send(POST, "c"))
        assert refused.retry_after == 40
        clock.now += refused.retry_after
        assert adapter.send(POST, "c").remote_id


def test_posts_and_their_addresses_survive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "messages.json"
    first = TelegramSandbox(store=store)
    first.start()
    ask(first, "sendMessage", chat_id=CHAT_ID, text="Một")
    ask(first, "sendMessage", chat_id=CHAT_ID, text="Hai")
    ask(first, "deleteMessage", chat_id=CHAT_ID, message_id=102)
    first.stop()
    second = TelegramSandbox(port=first.port, store=store)
    assert [copy["text"] for copy in second.copies()] == ["Một"]
    second.start()
    ask(second, "sendMessage", chat_id=CHAT_ID, text="Ba")
    assert second.copies()[-1]["url"].endswith("/103"), "a number is not used twice"
    second.stop()


def test_people_see_a_channel_that_says_that_it_is_a_stand_in_and_runs_no_markup(rig: Rig) -> None:
    story = make_story(claim="<script>x</script>", url="https://a.example/?a=1&b=2")
    adapter = rig.adapter()
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    ask(rig.sandbox, "sendMessage", chat_id=CHAT_ID, text="<img src=x onerror=alert(1)>")
    for path in ("/", f"/{USERNAME}", f"/{USERNAME}/101", "/khong-co"):
        page = requests.get(rig.sandbox.url + path, timeout=2)
        assert "MÔ PHỎNG – không phải Telegram thật" in page.text
        assert "<script" not in page.text and "<img" not in page.text
    shown = requests.get(receipt.url, timeout=2).text
    assert 'href="https://a.example/?a=1&amp;b=2"' in shown and "<b>[TIN GIẢ]" in shown
