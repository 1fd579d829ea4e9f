"""What is special about Facebook: its error numbers, its feed, its proof, and how a post is changed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from publishing.channels import facebook, facebook_feed
from publishing.channels.base import Outcome
from publishing.channels.facebook import Facebook, FacebookForm
from publishing.channels.facebook_errors import APP_SECRET as APP_SECRET_WORDS
from publishing.channels.facebook_errors import GONE, NO_PAGE, NOT_ALLOWED, OTHER_PAGE, TOO_MANY
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.sandbox.facebook import PAGE_ID, PAGE_NAME, PAGE_TOKEN, USER_TOKEN, FacebookSandbox, Stored
from publishing.story import Action, Post, Receipt, Way
from tests.publishing.rigs.facebook import APP_SECRET, Rig
from tests.publishing.scripted import Clock, Scripted, answer, raised
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story

GRAPH = f"/v25.0/{PAGE_ID}/feed"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def error(code: int, subcode: int = 0, status: int = 400, more: dict[str, Any] | None = None, **headers: str) -> Answer:
    told: dict[str, Any] = {"code": code, "message": "vendor words", "type": "OAuthException"} | (more or {})
    if subcode:
        told["error_subcode"] = subcode
    return answer({"error": told}, status, **headers)


def scripted(*answers: Answer | Exception, **secrets: str) -> Facebook:
    config = {"page_id": PAGE_ID, "api_base": "https://graph.facebook.com", "api_version": "v25.0"}
    return Facebook(config, {"access_token": PAGE_TOKEN} | secrets, PAGE_NAME, Scripted(*answers))


POST = Post(text="Tin", link="https://tinthat.example/?utm_id=abc")
COPY = Receipt(f"{PAGE_ID}_1", "https://www.facebook.com/x")

# The text ----------------------------------------------------------------------------------------------------


def test_a_post_names_verdict_answer_link_and_owner_in_this_order() -> None:
    story = make_story()
    text = scripted().render(story, Action.POST, "abc").text
    lines = text.split("\n")
    assert lines[0] == "[TIN GIẢ] Uống nước chanh nóng ba lần một ngày là khỏi sốt xuất huyết"
    assert lines[2] == story.short_answer
    assert lines[-2:] == [f"Xem bằng chứng: {story.url}", PAGE_NAME]


def test_a_verified_fact_opens_with_its_headline() -> None:
    story = make_story(claim="", verdict="", title="Lịch tiêm chủng tuần này")
    assert scripted().render(story, Action.POST, "abc").text.startswith("Lịch tiêm chủng tuần này\n")


def test_a_correction_follows_the_wording_and_a_retraction_comes_before_the_verdict() -> None:
    story = make_story()
    corrected = scripted().render(make_correction(story), Action.CORRECT, "abc").text
    assert corrected.index(story.short_answer) < corrected.index("ĐÍNH CHÍNH: Số ca trong tuần 46")
    retracted = scripted().render(make_retraction(story), Action.RETRACT, "abc").text
    assert retracted.startswith("RÚT BÀI: Nguồn tin chính đã rút lại xác nhận.\n")
    assert story.short_answer not in retracted, "what is withdrawn is not said again"


@pytest.mark.parametrize("action", [Action.CORRECT, Action.RETRACT])
@pytest.mark.parametrize(("language", "word"), [("vi", ("ĐÍNH CHÍNH", "RÚT BÀI")), ("en", ("CORRECTION", "RETRACTED"))])
def test_the_frame_speaks_the_language_of_the_story(action: Action, language: str, word: tuple[str, str]) -> None:
    text = scripted().render(make_story(language=language), action, "abc").text
    assert word[action == Action.RETRACT] + ": " in text, "also where the log says nothing of the change"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b/", "https://a.example/b/?utm_id=abc"),
        ("https://a.example/?id=7&q=a%20b#top", "https://a.example/?id=7&q=a%20b&utm_id=abc#top"),
        ("https://a.example/?utm_id=old&id=7", "https://a.example/?id=7&utm_id=abc"),
    ],
)
def test_the_marker_joins_the_query_of_the_link(url: str, link: str) -> None:
    post = scripted().render(make_story(url=url), Action.POST, "abc")
    assert post.link == link
    assert "abc" not in post.text, "readers see the plain address"


def test_the_automatic_wording_is_a_screen_long_and_does_not_say_the_answer_twice() -> None:
    story = make_story(short_answer="Không đúng.", body_text="Không đúng.\n" + "Một câu kiểm chứng. " * 200)
    wording = scripted().wording(story)
    assert 400 < len(wording) <= facebook.WORDING_LENGTH
    assert wording.count("Không đúng.") == 1


# Errors ------------------------------------------------------------------------------------------------------

P, A, T, R, U = Outcome.PERMANENT, Outcome.AUTH, Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN
TABLE = [
    *[(code, 0, U) for code in (1, 2, 506)],
    *[(code, 0, P) for code in (3, 100, 324, 803, 999_999)],
    *[(code, 0, T) for code in (4, 17, 32, 80001, 341, 613, 368)],
    *[(code, 0, A) for code in (10, 102, 104, 190, 200, 230, 299)],
    *[(100, sub, P) for sub in (33, 1366046, 1366051, 1609008, 2061006)],
    *[(190, sub, A) for sub in (458, 459, 460, 463, 464, 467, 492, 12345)],
    *[(368, 1390008, T), (368, 4854002, A), (368, 1404082, U), (368, 1346003, P), (368, 1404102, P)],
    *[(1609005, 0, R), (100, 1609005, R), (2, 1363047, U), (100, 1609010, U)],
]


@pytest.mark.parametrize(("code", "subcode", "outcome"), TABLE)
def test_an_error_number_has_its_outcome(code: int, subcode: int, outcome: Outcome) -> None:
    created = raised(lambda: scripted(error(code, subcode)).send(POST, "abc"))
    assert created.outcome is outcome
    assert created.vendor_code == (f"{code}/{subcode}" if subcode else str(code))
    assert (created.vendor_words, created.http_status) == ("vendor words", 400)
    # Reading and editing may be repeated: for them nothing is in doubt.
    repeatable = Outcome.TRANSIENT if outcome is Outcome.UNKNOWN else outcome
    for call in (lambda a: a.probe(), lambda a: a.find(POST, "abc"), lambda a: a.edit(COPY, POST, "abc")):
        assert raised(lambda call=call: call(scripted(error(code, subcode)))).outcome is repeatable


@pytest.mark.parametrize("status", [200, 302, 400, 403, 500, 502])
@pytest.mark.parametrize("body", [b"<html>", b"", {}, {"success": True}, {"error": "no object"}, [1]])
def test_an_answer_that_says_neither_yes_nor_no_is_unknown_to_a_create_only(status: int, body: Any) -> None:
    assert raised(lambda: scripted(answer(body, status)).send(POST, "abc")).outcome is Outcome.UNKNOWN
    assert raised(lambda: scripted(answer(body, status)).find(POST, "abc")).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_id_under_a_status_of_failure_is_not_taken_for_success(status: int) -> None:
    told = answer({"id": f"{PAGE_ID}_1"}, status)
    assert raised(lambda: scripted(told).send(POST, "abc")).outcome is Outcome.UNKNOWN


def test_no_connection_is_transient_and_no_answer_is_unknown_to_a_create_only() -> None:
    assert raised(lambda: scripted(NotSent()).send(POST, "abc")).outcome is Outcome.TRANSIENT
    assert raised(lambda: scripted(NoAnswer()).send(POST, "abc")).outcome is Outcome.UNKNOWN
    for call in (lambda a: a.find(POST, "abc"), lambda a: a.edit(COPY, POST, "abc"), lambda a: a.delete(COPY)):
        assert raised(lambda call=call: call(scripted(NoAnswer()))).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (error(32, X_Business_Use_Case_Usage='{"1":[{"estimated_time_to_regain_access":3},{}],"2":[{"estimated_time_to_regain_access":7}]}'), 420),
        (error(4, X_Business_Use_Case_Usage='{"1":[{"estimated_time_to_regain_access":0}]}', Retry_After="45"), 45),
        (error(4, X_Business_Use_Case_Usage="[not json", Retry_After="Tue, 24 Nov 2026 08:00:00 GMT"), 300),
        (error(4, X_Business_Use_Case_Usage='{"1":[{"estimated_time_to_regain_access":1e9}]}'), 72 * 3600),
        (error(17), 300),
        (error(341), 900),
        (error(368, 1390008), 900),
    ],
)  # fmt: skip
def test_the_wait_is_the_one_facebook_asks_for(refused: Answer, seconds: float) -> None:
    assert raised(lambda: scripted(refused).send(POST, "abc")).retry_after == seconds


def test_the_words_for_people_are_kept_and_a_quoted_token_is_not() -> None:
    told = {"message": f"bad {PAGE_TOKEN}", "error_user_msg": f"Đăng nhập lại. {PAGE_TOKEN}"}
    assert raised(lambda: scripted(error(190, more=told)).probe()).vendor_words == "Đăng nhập lại. [removed]"
    assert PAGE_TOKEN not in raised(lambda: scripted(answer(f"<p>{PAGE_TOKEN}".encode(), 500)).probe()).vendor_words


# Credentials -------------------------------------------------------------------------------------------------


def test_the_token_travels_in_the_header_and_the_proof_with_the_fields() -> None:
    adapter = scripted(
        answer({"id": f"{PAGE_ID}_1"}), answer({"permalink_url": "https://f.example/1"}), app_secret="s3cret"
    )
    adapter.send(POST, "abc")
    (method, url, options), (_get, read_url, read_options) = adapter.http.asked
    assert (method, url) == ("POST", f"https://graph.facebook.com{GRAPH}")
    assert options["headers"] == {"Authorization": f"Bearer {PAGE_TOKEN}"}
    assert set(options["data"]) == {"message", "link", "appsecret_proof"}
    assert "s3cret" not in str(options["data"]) and PAGE_TOKEN not in str(options["data"])
    assert read_options["params"]["appsecret_proof"] == options["data"]["appsecret_proof"]
    assert PAGE_TOKEN not in url + read_url + str(read_options["params"])
    bare = scripted(error(2))
    raised(bare.probe)
    assert "appsecret_proof" not in str(bare.http.asked)


@pytest.mark.parametrize("secret", ["", "another-secret"])
def test_a_missing_or_wrong_proof_stops_the_channel_with_words_about_the_app_secret(rig: Rig, secret: str) -> None:
    refused = raised(rig.adapter(secrets={"app_secret": secret}).probe)
    assert (refused.outcome, refused.words) == (Outcome.AUTH, APP_SECRET_WORDS)


def test_a_persons_token_is_refused_by_the_probe_and_by_posting(rig: Rig) -> None:
    adapter = rig.adapter(secrets={"access_token": USER_TOKEN})
    for call in (adapter.probe, lambda: adapter.send(POST, "abc")):
        assert (raised(call).outcome, raised(call).words) == (Outcome.AUTH, NOT_ALLOWED)


@pytest.mark.parametrize("subcode", [460, 463, 467])
def test_a_dead_token_stops_the_channel(rig: Rig, subcode: int) -> None:
    rig.sandbox.dead[PAGE_TOKEN] = subcode
    refused = raised(lambda: rig.adapter().send(POST, "abc"))
    assert (refused.outcome, refused.vendor_code) == (Outcome.AUTH, f"190/{subcode}")


def test_a_probe_names_the_page_and_says_when_there_is_none(rig: Rig) -> None:
    assert rig.adapter().probe().name == PAGE_NAME
    missing = raised(rig.adapter(config={"page_id": "999999"}).probe)
    assert (missing.outcome, missing.words) == (Outcome.PERMANENT, NO_PAGE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page_id", "trang-cua-toi"),
        ("api_base", "http://graph.facebook.com"),
        ("api_version", "25"),
        ("on_retraction", "hide"),
        ("access_token", "mã bí mật"),
        ("app_secret", "dòng\nmới"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_its_field(rig: Rig, field: str, value: str) -> None:
    config, secrets = rig.settings()
    assert set(FacebookForm(config | secrets | {field: value}).errors) == {field}


def test_the_address_of_the_api_is_kept_without_a_slash_at_its_end(rig: Rig) -> None:
    form = FacebookForm({**rig.settings()[0], **rig.settings()[1], "api_base": "https://graph.facebook.com/"})
    assert form.is_valid()
    assert form.cleaned_data["api_base"] == "https://graph.facebook.com"


# Sending and finding -----------------------------------------------------------------------------------------


def test_a_post_is_out_even_if_its_permanent_link_cannot_be_read(rig: Rig) -> None:
    rig.sandbox.faults.append({"fault": "html_500", "method": "GET"})
    receipt = rig.adapter().send(POST, "abc")
    assert receipt.url == f"{rig.sandbox.url}/{receipt.remote_id}"
    assert requests.get(receipt.url, timeout=2).status_code == 200
    live = scripted(answer({"id": f"{PAGE_ID}_7"}), error(10))
    assert live.send(POST, "abc").url == f"https://www.facebook.com/{PAGE_ID}_7"


def test_the_same_post_twice_in_a_row_is_in_doubt_and_found(rig: Rig) -> None:
    adapter = rig.adapter()
    first = adapter.send(POST, "abc")
    assert raised(lambda: adapter.send(POST, "abc")).vendor_code == "506"
    assert adapter.find(POST, "abc") == first


def test_a_post_is_found_many_pages_back_by_cursor_and_never_by_the_address_with_the_token(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facebook_feed, "FIND_PAGE_SIZE", 3)
    adapter = rig.adapter()
    first = adapter.send(POST, "abc")
    for number in range(10):
        adapter.send(Post(text=f"Tin {number}", link=f"https://tinthat.example/?utm_id=abc{number}"), f"abc{number}")
    assert adapter.find(POST, "abc") == first
    reads = [one for one in rig.sandbox.log if one["method"] == "GET" and one["path"] == GRAPH]
    assert len(reads) == 4
    assert all("access_token" not in one["query"] for one in rig.sandbox.log)


def listed(number: int, created_time: str, marker: str = "other") -> dict[str, Any]:
    card = {"url": f"https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2F%3Futm_id%3D{marker}%26x%3D1&h=A"}
    return {"id": f"{PAGE_ID}_{number}", "created_time": created_time, "attachments": {"data": [card]}}


def feed(*posts: dict[str, Any]) -> Answer:
    return answer(
        {
            "data": list(posts),
            "paging": {"cursors": {"after": "c"}, "next": "https://elsewhere.example/?access_token=x"},
        }
    )


OLD, NEW = "2020-01-01T00:00:00+0000", "2099-01-01T00:00:00+0000"


def test_the_search_ends_where_all_posts_of_a_page_are_old_not_at_a_pinned_one() -> None:
    adapter = scripted(feed(listed(1, OLD), listed(2, NEW)), feed(), feed(listed(3, NEW, "abc")))
    found = adapter.find(POST, "abc")
    assert found is not None and found.remote_id == f"{PAGE_ID}_3"
    assert all(url == f"https://graph.facebook.com{GRAPH}" for _method, url, _options in adapter.http.asked)
    assert scripted(feed(listed(1, OLD), listed(2, OLD))).find(POST, "abc") is None


def test_a_feed_too_long_to_read_is_doubt_not_absence() -> None:
    pages = [feed(listed(1, NEW))] * facebook_feed.FIND_PAGES
    refused = raised(lambda: scripted(*pages).find(POST, "abc"))
    assert (refused.outcome, refused.words) == (Outcome.UNKNOWN, TOO_MANY)


def test_a_feed_without_a_list_is_not_taken_for_an_empty_one() -> None:
    assert raised(lambda: scripted(answer({"paging": {}})).find(POST, "abc")).outcome is Outcome.TRANSIENT


def test_the_same_text_is_the_post_only_where_no_card_says_otherwise() -> None:
    bare = {"id": f"{PAGE_ID}_5", "message": " Tin ", "created_time": NEW}
    found = scripted(answer({"data": [bare]})).find(POST, "abc")
    assert found is not None and found.remote_id == f"{PAGE_ID}_5"
    assert scripted(answer({"data": [bare | listed(5, NEW, "abcd")]})).find(POST, "abc") is None


def test_a_post_is_found_only_when_the_feed_has_caught_up() -> None:
    clock = Clock()
    with Rig(visible_after=30.0, clock=clock) as rig:
        adapter = rig.adapter()
        adapter.send(POST, "abc")
        assert adapter.find(POST, "abc") is None
        clock.now += Facebook.settle_seconds
        assert adapter.find(POST, "abc") is not None


# Changing and removing ---------------------------------------------------------------------------------------


def test_a_correction_changes_the_text_and_keeps_address_and_link(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    corrected = adapter.render(make_correction(story), Action.CORRECT, "def")
    assert adapter.edit(receipt, corrected, "abc") == receipt
    (copy,) = rig.copies()
    assert copy["text"] == corrected.text
    assert (copy["url"], copy["link"].endswith("utm_id=abc")) == (receipt.url, True)
    assert "Đã chỉnh sửa" in requests.get(receipt.url, timeout=2).text


def test_a_retraction_is_a_notice_or_a_removal_as_configured(rig: Rig) -> None:
    assert rig.adapter().way(Action.RETRACT) is Way.EDIT
    removing = rig.adapter(config={"on_retraction": "delete"})
    assert [removing.way(action) for action in Action] == [Way.SEND, Way.EDIT, Way.DELETE]
    receipt = removing.send(POST, "abc")
    removing.delete(receipt)
    assert rig.copies() == []
    assert requests.get(receipt.url, timeout=2).status_code == 404


def test_a_post_that_was_removed_on_facebook_cannot_be_changed_and_need_not_be_removed(rig: Rig) -> None:
    adapter = rig.adapter()
    receipt = adapter.send(POST, "abc")
    rig.sandbox.posts.clear()
    refused = raised(lambda: adapter.edit(receipt, POST, "abc"))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, GONE)
    adapter.delete(receipt)


def test_a_post_of_a_page_that_was_connected_before_does_not_count_as_removed(rig: Rig) -> None:
    refused = raised(lambda: rig.adapter().delete(Receipt("555_1", "")))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, OTHER_PAGE)


def test_a_yes_that_is_not_one_is_tried_again() -> None:
    for call in (lambda a: a.edit(COPY, POST, "abc"), lambda a: a.delete(COPY)):
        assert raised(lambda call=call: call(scripted(answer({"success": False})))).outcome is Outcome.TRANSIENT


# The stand-in ------------------------------------------------------------------------------------------------


def ask(sandbox: FacebookSandbox, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
    more.setdefault("headers", {"Authorization": f"Bearer {PAGE_TOKEN}"})
    got = requests.request(method, sandbox.url + path, timeout=2, **more)
    told = got.json()
    failed = told.get("error", {})
    return (failed.get("code", 0) * 10_000_000 + failed.get("error_subcode", 0), told)


@pytest.fixture
def sandbox() -> Iterator[FacebookSandbox]:
    made = FacebookSandbox()
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("code", "subcode", "more"),
    [
        (100, 0, {"data": {"message": "x", "colour": "red"}}),
        (100, 0, {"data": {"message": " "}}),
        (100, 0, {"data": {"message": "x" * 63_207}}),
        (100, 0, {"json": {"message": ["x"]}}),
        (100, 0, {"files": {"message": "x"}}),
        (100, 2061006, {"data": {"link": "tinthat.example"}}),
        (100, 1609008, {"data": {"link": "https://www.facebook.com/x"}}),
        (104, 0, {"data": {"message": "x"}, "headers": {}}),
        (190, 0, {"data": {"message": "x"}, "headers": {"Authorization": "Bearer zzz"}}),
        (200, 0, {"data": {"message": "x"}, "headers": {"Authorization": f"Bearer {USER_TOKEN}"}}),
    ],
)
def test_the_stand_in_refuses_what_facebook_refuses(
    sandbox: FacebookSandbox, code: int, subcode: int, more: dict[str, Any]
) -> None:
    assert ask(sandbox, "POST", GRAPH, **more)[0] == code * 10_000_000 + subcode
    assert sandbox.posts == []


def test_the_stand_in_takes_the_longest_text_and_refuses_fields_that_do_not_exist(sandbox: FacebookSandbox) -> None:
    assert ask(sandbox, "POST", GRAPH, data={"message": "ệ" * 63_206})[0] == 0
    assert ask(sandbox, "GET", GRAPH, params={"fields": "id,colour"})[0] == 100 * 10_000_000
    assert ask(sandbox, "GET", GRAPH, params={"limit": "101"})[0] == 100 * 10_000_000
    assert ask(sandbox, "GET", "/v25.0/123_456")[0] == 100 * 10_000_000 + 33


def test_the_usage_climbs_and_at_a_hundred_calls_are_refused_for_an_hour() -> None:
    clock = Clock()
    with Rig(calls_an_hour=4, clock=clock) as rig:
        adapter = rig.adapter()
        seen = [json.loads(_usage(rig)) for _call in range(4)]
        assert [one["call_count"] for one in seen] == [25, 50, 75, 100]
        assert raised(adapter.probe).outcome is Outcome.THROTTLED
        clock.now += 3_601
        assert adapter.probe().name == PAGE_NAME


def _usage(rig: Rig) -> str:
    headers = {"Authorization": f"Bearer {PAGE_TOKEN}"}
    return requests.get(f"{rig.sandbox.url}/v25.0/me", headers=headers, timeout=2).headers["X-App-Usage"]


def test_posts_and_their_addresses_survive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "posts.json"
    first = FacebookSandbox(store=store)
    first.start()
    ask(first, "POST", GRAPH, data={"message": "Một"})
    made = ask(first, "POST", GRAPH, data={"message": "Hai"})[1]["id"]
    ask(first, "DELETE", f"/v25.0/{made}")
    first.stop()
    second = FacebookSandbox(port=first.port, store=store)
    assert second.copies() == [{"text": "Một", "url": f"{first.url}/{PAGE_ID}/posts/122000001", "link": ""}]
    second.start()
    assert ask(second, "POST", GRAPH, data={"message": "Ba"})[1]["id"] != made, "a number is not used twice"
    second.stop()


def test_people_see_a_page_that_says_that_it_is_a_stand_in_and_runs_no_markup(sandbox: FacebookSandbox) -> None:
    sandbox.posts.append(Stored(f"{PAGE_ID}_9", PAGE_ID, "<script>x</script> https://a.example/?a=1&b=2", "", 1.8e9))
    for path in ("/", f"/{PAGE_ID}", f"/{PAGE_ID}/posts/9", "/404404"):
        page = requests.get(sandbox.url + path, timeout=2)
        assert "MÔ PHỎNG – không phải Facebook thật" in page.text
        assert "<script" not in page.text
    assert 'href="https://a.example/?a=1&amp;b=2"' in requests.get(f"{sandbox.url}/{PAGE_ID}/posts/9", timeout=2).text


def test_the_log_of_the_stand_in_holds_no_secret(rig: Rig) -> None:
    rig.adapter().send(POST, "abc")
    assert PAGE_TOKEN not in str(rig.sandbox.log) and APP_SECRET not in str(rig.sandbox.log)
