"""What is special about Mastodon: its key against doubles, how it counts, pictures that take time, edits that lose them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from publishing.channels import mastodon, mastodon_picture
from publishing.channels import mastodon_errors as words
from publishing.channels.base import Outcome
from publishing.channels.http import NoAnswer, NotPublic, NotSent
from publishing.channels.mastodon import Mastodon, MastodonForm
from publishing.sandbox.mastodon import ACCOUNT, NAME, TOKEN, MastodonSandbox, Stored
from publishing.sandbox.server import Reply, Sandbox
from publishing.story import Action, Image, Post, Receipt, Way
from tests.publishing.rigs.mastodon import Rig
from tests.publishing.scripted import Clock, Scripted, answer, raised
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story

POST = Post(text="Tin https://a.example/?utm_id=abc", link="https://a.example/?utm_id=abc", extra={"language": "vi"})
COPY = Receipt("7", "https://m.example/@x/7")
STATUSES = "/api/v1/statuses"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A site with one picture and one page that is none; waiting takes no time."""
    monkeypatch.setattr(mastodon_picture, "POLL_SECONDS", 0.0)
    site = Sandbox()
    site.route("GET", "/a.jpg", lambda request: Reply(200, b"\xff\xd8\xff", content_type="image/jpeg"))
    site.route("GET", "/a.html", lambda request: Reply(200, "<p>"))
    site.start()
    yield site
    site.stop()


def scripted(*answers: Any, **config: Any) -> Mastodon:
    config = {"instance": "https://m.example"} | config
    return Mastodon(config, {"access_token": TOKEN}, NAME, Scripted(*answers))


def with_picture(url: str, alt: str = "Cầu Lam Giang lúc 8 giờ", credit: str = "") -> Any:
    return fresh_story(images=(Image(url, alt, credit=credit),))


# The text ----------------------------------------------------------------------------------------------------


def test_an_address_counts_23_however_long_and_the_owner_ends_the_post() -> None:
    short, long = make_story(url="https://a.example/"), make_story(url="https://a.example/" + "b" * 400)
    adapter = scripted()
    first, second = (adapter.render(story, Action.POST, "abc") for story in (short, long))
    assert adapter.length(first.text) == adapter.length(second.text) <= 500
    assert second.text.endswith(f"{long.url}?utm_id=abc\n{NAME}")
    assert adapter.wording(short) == adapter.wording(long)
    assert adapter.length("xem http://a.vn và https://b.vn/") == 4 + 23 + 4 + 23


def test_text_with_many_short_addresses_still_fits() -> None:
    story = make_story(short_answer="http://a.vn " * 80, claim="http://b.vn " * 80, change="http://c.vn " * 80)
    for action in Action:
        post = scripted().render(story, action, "abc")
        assert scripted().problems(post) == []


def test_a_server_with_more_room_is_used_and_one_with_less_than_the_text_is_a_problem() -> None:
    story = make_story(body_text="Một câu kiểm chứng. " * 200)
    usual, roomy = scripted(), scripted(text_limit=2000)
    assert len(roomy.wording(story)) > len(usual.wording(story)) + 200
    long = "chữ " * 300
    assert roomy.problems(roomy.render(story, Action.POST, "abc", long)) == []
    (problem,) = usual.problems(usual.render(story, Action.POST, "abc", long))
    assert problem.values["limit"] == 500


def test_nobody_is_called_by_name() -> None:
    story = make_story(claim="Hãy hỏi @nguoi_nao_do và @ban@noi.example, thư: tin@soyte.example")
    text = scripted().render(story, Action.POST, "abc").text
    assert "＠nguoi_nao_do" in text and "＠ban@noi.example" in text and "tin@soyte.example" in text
    assert (
        scripted()
        .render(make_story(url="https://a.example/@b/1"), Action.POST, "abc")
        .link.startswith("https://a.example/@b/1?")
    )


def test_the_post_carries_language_visibility_and_the_marker_as_key(rig: Rig) -> None:
    made = answer({"id": "9", "url": "https://m.example/@x/9"})
    adapter = scripted(made)
    adapter.send(adapter.render(make_story(language="en-GB"), Action.POST, "abc"), "abc")
    (method, url, options) = adapter.http.asked[0]
    assert (method, url) == ("POST", f"https://m.example{STATUSES}")
    assert options["headers"] == {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "abc"}
    assert (options["json"]["visibility"], options["json"]["language"]) == ("public", "en")
    assert options["only_public"] is True
    rig.adapter().send(POST, "abc")
    assert rig.copies()[0]["language"] == "vi"


# Once --------------------------------------------------------------------------------------------------------


def test_sent_again_within_the_hour_it_is_the_same_post_and_afterwards_it_is_found() -> None:
    clock = Clock(datetime.now(UTC).timestamp())
    with Rig(clock=clock) as rig:
        adapter = rig.adapter()
        rig.fault("drop_after")
        raised(lambda: adapter.send(POST, "abc"))
        clock.now += 3_500
        again = adapter.send(POST, "abc")
        assert len(rig.copies()) == 1
        clock.now += 200
        assert adapter.find(POST, "abc") == again
        adapter.send(POST, "abc")
        assert len(rig.copies()) == 2, "the key is forgotten after an hour: this is why the posts are read first"


def test_a_post_is_found_many_pages_back_and_in_another_markup(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mastodon, "FIND_PAGE_SIZE", 3)
    adapter = rig.adapter()
    story = make_story(url="https://tinthat.example/?id=7&q=a#top")
    first = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    for number in range(10):
        link = f"https://a.example/?utm_id=abc{number}"
        adapter.send(Post(text=f"Tin {number} {link}", link=link), f"abc{number}")
    assert adapter.find(POST, "abc") == first
    reads = [one for one in rig.sandbox.log if one["path"].endswith("/statuses") and one["method"] == "GET"]
    assert len(reads) == 4


def listed(number: int, created_at: str, marker: str = "other") -> dict[str, Any]:
    content = f'<p><a href="https://a.example/?x=1&amp;utm_id={marker}#top">a</a></p>'
    return {"id": str(number), "created_at": created_at, "content": content, "url": "https://m.example/@x/1"}


OLD, NEW = "2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"
ME = answer({"id": "42", "acct": "x"})


def test_the_search_ends_where_the_posts_are_old_and_too_many_are_doubt_not_absence() -> None:
    found = scripted(ME, answer([listed(5, NEW)]), answer([listed(4, NEW, "abc")])).find(POST, "abc")
    assert found is not None and found.remote_id == "4"
    assert scripted(ME, answer([listed(5, NEW), listed(4, OLD)])).find(POST, "abc") is None
    assert scripted(ME, answer([])).find(POST, "abc") is None
    refused = raised(lambda: scripted(ME, *[answer([listed(5, NEW)])] * mastodon.FIND_PAGES).find(POST, "abc"))
    assert (refused.outcome, refused.words) == (Outcome.UNKNOWN, words.TOO_MANY)


def test_a_list_that_is_none_is_not_taken_for_an_empty_one() -> None:
    assert raised(lambda: scripted(ME, answer({})).find(POST, "abc")).outcome is Outcome.TRANSIENT


# Pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_is_described_and_waited_for(pictures: Sandbox) -> None:
    with Rig(media_polls=3) as rig:
        adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg", "Cầu " * 600)
        receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
        (copy,) = rig.copies()
        (picture,) = rig.sandbox.media.values()
        assert copy["media"] == picture.id and picture.body == b"\xff\xd8\xff"
        assert 1400 < len(picture.description) <= 1500
        assert requests.get(receipt.url, timeout=2).text.count("<img") == 1


def test_the_credit_of_a_picture_is_in_its_description(rig: Rig, pictures: Sandbox) -> None:
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg", credit="Báo Ánh Dương")
    adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    (picture,) = rig.sandbox.media.values()
    assert picture.description == "Cầu Lam Giang lúc 8 giờ (Ảnh: Báo Ánh Dương)"


def test_a_picture_that_never_gets_ready_does_not_hold_the_answer_back(
    pictures: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mastodon_picture, "SECONDS", 0.2)
    with Rig(media_polls=10_000) as rig:
        adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg")
        adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
        assert rig.copies()[0]["media"] == ""
        assert [one["status"] for one in rig.sandbox.log if "/api/v1/media/" in one["path"]][:2] == [206, 206]


@pytest.mark.parametrize("name", ["a.html", "none.jpg"])
def test_a_picture_that_cannot_be_had_is_left_out(rig: Rig, pictures: Sandbox, name: str) -> None:
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/{name}")
    adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    assert rig.copies()[0]["media"] == ""


@pytest.mark.parametrize("fault", ["html_500", "drop_before", "throttle", "scope", "slow"])
def test_a_picture_that_the_server_refuses_is_left_out(
    rig: Rig, pictures: Sandbox, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mastodon_picture, "TIMEOUT", (0.5, 0.5))
    rig.sandbox.faults.append({"fault": fault, "method": "POST", "path": "/api/v2/media"})
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg")
    adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    (copy,) = rig.copies()
    assert copy["media"] == "" and copy["url"]


def test_a_correction_keeps_the_picture_and_a_retraction_drops_it(rig: Rig, pictures: Sandbox) -> None:
    adapter, story = rig.adapter(), with_picture(f"{pictures.url}/a.jpg")
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    adapter.edit(receipt, adapter.render(make_correction(story), Action.CORRECT, "def"), "abc")
    (copy,) = rig.copies()
    assert copy["media"] and "utm_id=abc" in copy["text"] and "utm_id=def" not in copy["text"]
    adapter.edit(receipt, adapter.render(make_retraction(story), Action.RETRACT, "ghi"), "abc")
    (copy,) = rig.copies()
    assert copy["media"] == "" and copy["text"].startswith("RÚT BÀI: ")
    assert "Đã chỉnh sửa" in requests.get(receipt.url, timeout=2).text


# Errors ------------------------------------------------------------------------------------------------------

P, A, T, R, U = Outcome.PERMANENT, Outcome.AUTH, Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "outcome", "told"),
    [
        (401, A, words.INVALID),
        (403, A, words.NOT_ALLOWED),
        (410, P, words.GONE),
        (422, P, words.REFUSED),
        (400, P, words.REFUSED),
        (301, P, words.MOVED),
        (429, T, words.BUSY),
        (408, U, words.UNCLEAR),
        (500, U, words.UNCLEAR),
        (503, U, words.UNCLEAR),
    ],
)
def test_a_status_has_its_outcome_and_words(status: int, outcome: Outcome, told: str) -> None:
    said = answer({"error": "vendor words", "error_description": "and more"}, status)
    refused = raised(lambda: scripted(said).send(POST, "abc"))
    assert (refused.outcome, refused.words, refused.vendor_words) == (outcome, told, "vendor words and more")
    repeatable = R if outcome is U else outcome
    for call in (lambda a: a.probe(), lambda a: a.find(POST, "abc"), lambda a: a.edit(COPY, POST, "abc")):
        assert raised(lambda call=call: call(scripted(said))).outcome is repeatable


@pytest.mark.parametrize("status", [200, 404, 500, 502])
@pytest.mark.parametrize("body", [b"<html>", b"", {}, {"id": 7}, [1]])
def test_an_answer_that_says_neither_yes_nor_no_is_unknown_to_a_create(status: int, body: Any) -> None:
    assert raised(lambda: scripted(answer(body, status)).send(POST, "abc")).outcome is U


def test_a_web_page_where_the_api_should_be_is_no_mastodon() -> None:
    refused = raised(lambda: scripted(answer(b"<html>", 404)).probe())
    assert (refused.outcome, refused.words) == (P, words.NO_API)


def test_no_connection_is_transient_and_a_private_network_is_a_setting_to_mend() -> None:
    assert raised(lambda: scripted(NotSent()).send(POST, "abc")).outcome is R
    assert raised(lambda: scripted(NoAnswer()).send(POST, "abc")).outcome is U
    refused = raised(lambda: scripted(NotPublic()).send(POST, "abc"))
    assert (refused.outcome, refused.words) == (P, words.PRIVATE)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X_RateLimit_Reset": "2026-11-24T08:02:30.000000Z"}, 150),
        ({"X_RateLimit_Reset": "2026-11-24T07:00:00.000000Z"}, 1),
        ({"X_RateLimit_Reset": "2027-11-24T08:00:00.000000Z"}, 3600),
        ({"Retry_After": "45"}, 45),
        ({"X_RateLimit_Reset": "soon"}, 300),
        ({}, 300),
    ],
)
def test_the_wait_is_the_one_the_server_asks_for(headers: dict[str, str], seconds: float, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), tick=False)
    refused = answer({"error": "Too many requests"}, 429, **headers)
    assert raised(lambda: scripted(refused).send(POST, "abc")).retry_after == seconds


def test_the_limit_of_the_stand_in_tells_when_it_ends() -> None:
    with Rig(calls=3) as rig:
        adapter = rig.adapter()
        for _call in range(3):
            adapter.metrics(adapter_receipt(rig))
        refused = raised(lambda: adapter.send(POST, "abc"))
        assert refused.outcome is T and 290 < refused.retry_after <= 300


def adapter_receipt(rig: Rig) -> Receipt:
    """A post that is there without a call having made it."""
    if not rig.sandbox.posts:
        rig.sandbox.posts.append(Stored("5", "Tin", "vi", [], 1.8e9, counts=[2, 3, 5]))
    return Receipt("5")


# Credentials and the probe -----------------------------------------------------------------------------------


def test_a_probe_names_the_account_and_finds_out_what_the_token_may_do() -> None:
    with Rig() as rig:
        assert rig.adapter().probe().name == f"{NAME} · @{ACCOUNT}@127.0.0.1"
        rig.sandbox.scopes = frozenset({"read"})
        assert raised(rig.adapter().probe).words == words.NOT_ALLOWED
        rig.sandbox.scopes = frozenset({"read", "write:statuses"})
        assert raised(rig.adapter().probe).words == words.NOT_ALLOWED
        rig.sandbox.scopes = frozenset({"read", "write"})
        assert rig.adapter().probe().name


def test_a_probe_says_when_the_server_takes_less_than_the_settings_promise() -> None:
    with Rig(max_characters=500) as rig:
        refused = raised(rig.adapter(config={"text_limit": 5000}).probe)
        assert (refused.outcome, refused.words, refused.vendor_words) == (P, words.SHORTER, "max_characters: 500")
    with Rig(max_characters=5000) as rig:
        assert rig.adapter(config={"text_limit": 5000}).probe().name


def test_a_quoted_token_is_taken_out() -> None:
    said = answer({"error": f"bad {TOKEN}"}, 401)
    assert raised(lambda: scripted(said).probe()).vendor_words == "bad [removed]"


@pytest.mark.parametrize(
    ("field", "value", "is_private"),
    [
        ("instance", "http://mastodon.example", False),
        ("instance", "https://mastodon.example/@x", False),
        ("instance", "https://a:b@mastodon.example", False),
        ("instance", "https://127.0.0.1", False),
        ("instance", "https://localhost:3000", False),
        ("instance", "https://10.0.0.7", False),
        ("instance", "https://169.254.169.254", False),
        ("instance", "https://[::1]", False),
        ("instance", "https://[::ffff:10.0.0.7]", False),
        ("instance", "http://10.0.0.7", True),
        ("text_limit", "100", True),
        ("access_token", "mã bí mật", True),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_its_field(rig: Rig, field: str, value: str, is_private: bool) -> None:
    config, secrets = rig.settings()
    usual = config | secrets | {"instance": "https://mastodon.example", "may_be_private": is_private}
    assert MastodonForm(usual).is_valid()
    assert set(MastodonForm(usual | {field: value}).errors) == {field}


# Changing, removing, counting --------------------------------------------------------------------------------


def test_a_retraction_is_a_notice_or_a_removal_as_configured(rig: Rig) -> None:
    assert rig.adapter().way(Action.RETRACT) is Way.EDIT
    removing = rig.adapter(config={"on_retraction": "delete"})
    assert [removing.way(action) for action in Action] == [Way.SEND, Way.EDIT, Way.DELETE]
    receipt = removing.send(POST, "abc")
    removing.delete(receipt)
    assert rig.copies() == []
    assert requests.get(receipt.url, timeout=2).status_code == 404


def test_a_post_that_was_removed_cannot_be_changed_and_need_not_be_removed(rig: Rig) -> None:
    adapter = rig.adapter()
    receipt = adapter.send(POST, "abc")
    rig.sandbox.posts.clear()
    refused = raised(lambda: adapter.edit(receipt, POST, "abc"))
    assert (refused.outcome, refused.words) == (P, words.GONE)
    adapter.delete(receipt)


def test_a_post_of_another_account_does_not_count_as_removed() -> None:
    missing, there = answer({"error": "Record not found"}, 404), answer({"id": "7"})
    refused = raised(lambda: scripted(missing, there).delete(COPY))
    assert (refused.outcome, refused.words) == (P, words.OTHER_ACCOUNT)
    scripted(missing, missing).delete(COPY)


def test_the_three_counts_have_the_names_of_the_contract(rig: Rig) -> None:
    adapter = rig.adapter()
    assert adapter.metrics(adapter_receipt(rig)) == {"comments": 2, "shares": 3, "reactions": 5}
    assert scripted(answer({"id": "7", "replies_count": None, "reblogs_count": "3"})).metrics(COPY) == {}


# The stand-in ------------------------------------------------------------------------------------------------


def ask(sandbox: MastodonSandbox, method: str, path: str, **more: Any) -> tuple[int, Any]:
    more.setdefault("headers", {"Authorization": f"Bearer {TOKEN}"})
    got = requests.request(method, sandbox.url + path, timeout=2, **more)
    return got.status_code, got.json()


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (422, {"data": {"status": " "}}),
        (422, {"data": {"status": "x" * 501}}),
        (422, {"data": {"status": "x", "colour": "red"}}),
        (422, {"data": {"status": "x", "visibility": "world"}}),
        (422, {"json": {"status": "x", "media_ids": ["1"]}}),
        (401, {"data": {"status": "x"}, "headers": {}}),
        (401, {"data": {"status": "x"}, "headers": {"Authorization": "Bearer zzz"}}),
        (401, {"data": {"status": "x"}, "headers": {"Authorization": f"token {TOKEN}"}}),
    ],
)
def test_the_stand_in_refuses_what_mastodon_refuses(rig: Rig, status: int, more: dict[str, Any]) -> None:
    assert ask(rig.sandbox, "POST", STATUSES, **more)[0] == status
    assert rig.copies() == []


def test_the_stand_in_takes_the_longest_text_a_form_and_no_picture_that_is_none(rig: Rig) -> None:
    assert ask(rig.sandbox, "POST", STATUSES, data={"status": "ệ" * 477 + " https://a.example/" + "b" * 200})[0] == 422
    assert ask(rig.sandbox, "POST", STATUSES, data={"status": "ệ" * 476 + " https://a.example/" + "b" * 200})[0] == 200
    assert ask(rig.sandbox, "POST", "/api/v2/media", files={"file": ("a.txt", b"x", "text/plain")})[0] == 422


def test_posts_and_their_addresses_survive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "posts.json"
    first = MastodonSandbox(store=store)
    first.start()
    picture = ask(first, "POST", "/api/v2/media", files={"file": ("a.jpg", b"x", "image/jpeg")})[1]["id"]
    made = ask(first, "POST", STATUSES, json={"status": "Một", "media_ids": [picture]})[1]
    ask(first, "DELETE", f"{STATUSES}/{ask(first, 'POST', STATUSES, data={'status': 'Hai'})[1]['id']}")
    first.stop()
    second = MastodonSandbox(port=first.port, store=store)
    assert [(copy["text"], copy["url"], copy["media"]) for copy in second.copies()] == [("Một", made["url"], picture)]
    second.start()
    assert requests.get(f"{second.url}/media/{picture}", timeout=2).content == b"x"
    second.stop()


def test_people_see_an_account_that_says_that_it_is_a_stand_in_and_runs_no_markup(rig: Rig) -> None:
    made = ask(rig.sandbox, "POST", STATUSES, data={"status": "<script>x</script> https://a.example/?a=1&b=2"})[1]
    for address in (rig.sandbox.url, f"{rig.sandbox.url}/@{ACCOUNT}", made["url"], f"{rig.sandbox.url}/khong-co"):
        page = requests.get(address, timeout=2)
        assert "MÔ PHỎNG – không phải Mastodon thật" in page.text
        assert "<script" not in page.text
    assert 'href="https://a.example/?a=1&amp;b=2"' in requests.get(made["url"], timeout=2).text
