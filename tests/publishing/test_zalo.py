"""What is special about Zalo: numbers under HTTP 200, articles that take time, tokens that rotate, limits of the texts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from publishing.channels import tokens, zalo
from publishing.channels import zalo_errors as errors
from publishing.channels.base import Expired, Outcome
from publishing.channels.http import Answer, Http, NoAnswer, NotSent
from publishing.channels.zalo import Zalo, ZaloForm
from publishing.sandbox.zalo import (
    ACCESS_SECONDS,
    ACCESS_TOKEN,
    APP_ID,
    APP_SECRET,
    NAME,
    REFRESH_TOKEN,
    Article,
)
from publishing.story import Action, Image, Post, Receipt, Way
from tests.publishing.rigs.zalo import Rig
from tests.publishing.scripted import Clock, Scripted, answer, raised
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story

A, P, T, R, U = Outcome.AUTH, Outcome.PERMANENT, Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN
COPY = Receipt("0000002a", "https://oa.example/2a")


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def ok(**data: Any) -> Answer:
    return answer({"error": 0, "message": "Success", "data": data})


def no(code: int, message: str = "vendor words") -> Answer:
    return answer({"error": code, "message": message})


def scripted(*answers: Answer | Exception, **secrets: str) -> Zalo:
    usual = {"access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "app_secret": APP_SECRET}
    config = {"app_id": APP_ID, "cover_url": "https://a.example/bia.jpg"}
    made = Zalo(config, usual | secrets, owner=NAME, http=Scripted(*answers))
    made.pause = lambda seconds: None
    return made


def post() -> Post:
    return scripted().render(make_story(), Action.POST, "abc")


# Errors ------------------------------------------------------------------------------------------------------

TABLE = [
    *[(code, A) for code in (-202, -204, -205, -206, -209, -224)],
    *[(code, P) for code in (-201, -203, -210, -213, -99999)],
    *[(code, T) for code in (-32, -49, -211, -223)],
    *[(code, U) for code in (-1, -100)],
]


@pytest.mark.parametrize(("code", "outcome"), TABLE)
def test_a_number_under_http_200_is_a_refusal_with_its_outcome(code: int, outcome: Outcome) -> None:
    created = raised(lambda: scripted(no(code)).send(post(), "abc"))
    assert created.outcome is outcome
    assert (created.vendor_code, created.vendor_words, created.http_status) == (str(code), "vendor words", 200)
    repeatable = R if outcome is U else outcome
    assert raised(lambda: scripted(no(code)).probe()).outcome is repeatable
    if code != -201:  # which may mean that the article is gone, and is looked up
        assert raised(lambda: scripted(no(code)).edit(COPY, post(), "abc")).outcome is repeatable


@pytest.mark.parametrize("code", [-216, -124])
def test_a_refused_access_token_may_be_renewed_once(code: int) -> None:
    error = raised(lambda: scripted(no(code)).send(post(), "abc"))
    assert isinstance(error, Expired) and error.outcome is A


@pytest.mark.parametrize(
    "body", [b"<html>", b"", {}, {"data": {"token": "t"}}, {"error": "none"}, {"error": None}, [1]]
)
@pytest.mark.parametrize("status", [200, 302, 403, 502])
def test_an_answer_that_says_neither_yes_nor_no_is_unknown_to_a_create_only(body: Any, status: int) -> None:
    assert raised(lambda: scripted(answer(body, status)).send(post(), "abc")).outcome is U
    assert raised(lambda: scripted(answer(body, status)).find(post(), "abc")).outcome is R


def test_zero_under_a_status_of_failure_and_a_success_without_a_token_are_unknown() -> None:
    for told in (answer({"error": 0, "data": {"token": "t"}}, 502), ok(), ok(token="")):
        assert raised(lambda told=told: scripted(told).send(post(), "abc")).outcome is U


def test_no_connection_is_transient_and_no_answer_is_unknown_to_a_create_only() -> None:
    assert raised(lambda: scripted(NotSent()).send(post(), "abc")).outcome is R
    assert raised(lambda: scripted(NoAnswer()).send(post(), "abc")).outcome is U
    for call in (lambda a: a.find(post(), "abc"), lambda a: a.edit(COPY, post(), "abc"), lambda a: a.delete(COPY)):
        assert raised(lambda call=call: call(scripted(NoAnswer()))).outcome is R


def test_a_spent_allowance_waits_hours_and_a_rate_a_minute() -> None:
    assert raised(lambda: scripted(no(-223)).send(post(), "abc")).retry_after == 6 * 3600
    assert raised(lambda: scripted(no(-32)).send(post(), "abc")).retry_after == 60


def test_our_secrets_are_taken_out_of_what_zalo_says() -> None:
    said = raised(lambda: scripted(no(-201, f"{ACCESS_TOKEN} {APP_SECRET} is bad")).probe()).vendor_words
    assert said == "[removed] [removed] is bad"


# Processing --------------------------------------------------------------------------------------------------


def test_the_id_is_asked_for_until_zalo_has_processed_the_article() -> None:
    clock = Clock(time.time())
    with Rig(processing_seconds=10, clock=clock) as rig:
        adapter = rig.adapter()
        adapter.pause = clock.forward
        receipt = adapter.send(adapter.render(make_story(), Action.POST, "abc"), "abc")
        (copy,) = rig.copies()
        assert receipt.url == copy["url"]
        asked = [one["path"] for one in rig.sandbox.log]
        assert asked.count("/v2.0/article/create") == 1 and asked.count("/v2.0/article/verify") == 5


def test_an_article_that_is_not_processed_in_time_is_unknown_and_found_later() -> None:
    clock = Clock(time.time())
    with Rig(processing_seconds=100, clock=clock) as rig:
        adapter = rig.adapter()
        adapter.pause = clock.forward
        planned = adapter.render(make_story(), Action.POST, "abc")
        error = raised(lambda: adapter.send(planned, "abc"))
        assert (error.outcome, error.words) == (U, errors.PROCESSING)
        assert adapter.find(planned, "abc") is None
        clock.forward(100)
        found = adapter.find(planned, "abc")
        assert found is not None and found.url == rig.copies()[0]["url"]


@pytest.mark.parametrize("then", [no(-216), no(-201), no(-32), NoAnswer(), NotSent(), answer(b"<html>", 502), no(-214)])
def test_once_created_nothing_but_a_failed_picture_says_that_it_is_not_out(then: Answer | Exception) -> None:
    error = raised(lambda: scripted(ok(token="t"), *[then] * 10).send(post(), "abc"))
    assert error.outcome is U and not isinstance(error, Expired)


def test_a_verify_without_a_clear_answer_is_asked_again() -> None:
    adapter = scripted(
        ok(token="t"), NoAnswer(), answer(b"<html>", 502), ok(id="7"), ok(link_view="https://oa.example/7")
    )
    assert adapter.send(post(), "abc") == Receipt("7", "https://oa.example/7")


def test_an_article_without_a_readable_address_is_out_all_the_same() -> None:
    assert scripted(ok(token="t"), ok(id="7"), NoAnswer()).send(post(), "abc") == Receipt("7", "")


def test_a_picture_nobody_can_open_is_refused_when_zalo_fetches_it(rig: Rig) -> None:
    adapter = rig.adapter(config={"cover_url": f"{rig.sandbox.url}/khong-co.jpg"})
    adapter.http = Http(connect=1, read=5)
    rig.sandbox.fetch = lambda url: None
    error = raised(lambda: adapter.send(adapter.render(make_story(), Action.POST, "abc"), "abc"))
    assert (error.outcome, error.words) == (P, errors.BAD_PICTURE)
    assert rig.copies() == []


# Finding -----------------------------------------------------------------------------------------------------


def stored(number: int, body: str, title: str = "Bài", status: str = "show", age_days: float = 0.0) -> Article:
    made = datetime.now(UTC).timestamp() - age_days * 86_400
    cover = {"cover_type": "photo", "photo_url": "https://a.example/a.jpg", "status": "show"}
    given = {"title": title, "author": "A", "description": "d", "cover": cover, "status": status, "comment": "show"}
    return Article(f"{number:08x}", given | {"body": [{"type": "text", "content": body}]}, made, made)


def test_a_copy_is_found_behind_ten_newer_ones_and_an_old_one_is_not_looked_at(rig: Rig) -> None:
    planned = rig.adapter().render(make_story(), Action.POST, "abc")
    rig.sandbox.articles = [
        stored(1, "utm_id=alt", age_days=30),
        stored(2, "utm_id=abc"),
        *[stored(n, f"utm_id=m{n}") for n in range(3, 26)],
    ]
    found = rig.adapter().find(planned, "abc")
    assert found is not None and found.remote_id == "00000002"
    assert rig.adapter().find(planned, "alt") is None


def test_an_article_without_any_marker_counts_only_with_the_same_title(rig: Rig) -> None:
    planned = rig.adapter().render(make_story(), Action.POST, "abc")
    rig.sandbox.articles = [stored(1, "Zalo đã bỏ liên kết", title="Bài khác")]
    assert rig.adapter().find(planned, "abc") is None
    rig.sandbox.articles = [stored(2, "Zalo đã bỏ liên kết", title=planned.title)]
    assert rig.adapter().find(planned, "abc") is not None
    rig.sandbox.articles = [stored(3, "utm_id=other", title=planned.title)]
    assert rig.adapter().find(planned, "abc") is None


def test_an_article_that_somebody_has_hidden_needs_a_person(rig: Rig) -> None:
    rig.sandbox.articles = [stored(1, "utm_id=abc", status="hide")]
    error = raised(lambda: rig.adapter().find(rig.adapter().render(make_story(), Action.POST, "abc"), "abc"))
    assert (error.outcome, error.words) == (P, errors.HIDDEN)


def test_more_new_articles_than_can_be_read_are_no_proof_of_absence(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    monkeypatch.setattr(zalo, "FIND_PAGES", 2)
    rig.sandbox.articles = [stored(n, f"utm_id=m{n}") for n in range(30)]
    error = raised(lambda: rig.adapter().find(rig.adapter().render(make_story(), Action.POST, "abc"), "abc"))
    assert (error.outcome, error.words) == (U, errors.TOO_MANY)


def test_a_list_that_is_missing_is_not_an_empty_one() -> None:
    assert raised(lambda: scripted(ok(total=0)).find(post(), "abc")).outcome is R


# Changing and removing ---------------------------------------------------------------------------------------


def test_a_correction_is_read_at_the_top_and_the_address_stays(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    after = make_correction(story, title="Tiêu đề mới")
    assert adapter.edit(receipt, adapter.render(after, Action.CORRECT, "other"), "abc") == receipt
    (copy,) = rig.copies()
    assert copy["url"] == receipt.url and "Tiêu đề mới" in copy["text"]
    assert copy["text"].index("Đính chính ngày") < copy["text"].index(story.claim)
    assert "utm_id=abc" in copy["text"] and "utm_id=other" not in copy["text"]


def test_a_retraction_leaves_nothing_of_the_article_but_the_notice(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, "abc"), "abc")
    adapter.edit(receipt, adapter.render(make_retraction(story), Action.RETRACT, "x"), "abc")
    (copy,) = rig.copies()
    assert "[Đã rút bài]" in copy["text"] and story.verdict.upper() not in copy["text"]
    assert "Bệnh viện Sông Lam" not in copy["text"]
    assert rig.adapter(config={"on_retraction": "remove"}).way(Action.RETRACT) is Way.DELETE


def test_changing_an_article_that_is_gone_says_so_and_removing_it_is_done(rig: Rig) -> None:
    adapter = rig.adapter()
    error = raised(lambda: adapter.edit(COPY, adapter.render(make_story(), Action.CORRECT, "x"), "abc"))
    assert (error.outcome, error.words) == (P, errors.GONE)
    adapter.delete(COPY)


def test_a_refused_removal_of_an_article_that_is_there_is_no_success() -> None:
    assert raised(lambda: scripted(no(-201), ok(id="7", title="t")).delete(COPY)).outcome is P


def test_views_are_told_and_left_out_where_zalo_is_silent(rig: Rig) -> None:
    adapter = rig.adapter()
    receipt = adapter.send(adapter.render(make_story(), Action.POST, "abc"), "abc")
    requests.get(receipt.url, timeout=5)
    assert adapter.metrics(receipt) == {"views": 1}
    assert scripted(ok(id="7")).metrics(COPY) == {}


# The article -------------------------------------------------------------------------------------------------


def test_texts_stay_below_what_zalo_was_seen_to_refuse() -> None:
    story = make_story(title="Tiêu đề dài " * 50, short_answer="Câu trả lời dài. " * 50, verdict="Sai " * 60)
    made = scripted().render(story, Action.POST, "abc")
    assert len(made.title) <= 140 and len(made.text) <= 250
    assert made.text.startswith("[SAI SAI")


def test_a_picture_of_the_answer_is_the_cover_and_its_address_is_plain_ascii() -> None:
    story = replace(make_story(), images=(Image("https://a.example/ảnh bìa%201.jpg?c=1&d=2", "Cầu Lam Giang"),))
    made = scripted().render(story, Action.POST, "abc")
    assert made.extra["cover"] == "https://a.example/%E1%BA%A3nh%20b%C3%ACa%201.jpg?c=1&d=2"
    assert {"type": "image", "url": made.extra["cover"], "caption": "Cầu Lam Giang"} in made.extra["body"]
    assert scripted().render(make_story(), Action.POST, "abc").extra["cover"] == "https://a.example/bia.jpg"


def test_without_any_picture_there_is_a_problem_in_words() -> None:
    bare = Zalo({}, {}, owner=NAME)
    assert [one.words for one in bare.problems(bare.render(make_story(), Action.POST, "abc"))] == [errors.NO_PICTURE]


def test_a_body_that_is_too_long_ends_with_the_link_all_the_same() -> None:
    story = make_story(body_html=f"<p>{'chữ ' * 20_000}</p>", body_text="chữ " * 20_000)
    body = scripted().render(story, Action.POST, "abc").extra["body"]
    assert len(json.dumps(body, ensure_ascii=False)) < 25_000
    assert "utm_id=abc" in body[-1]["content"]


def test_nothing_is_sent_to_followers_as_a_message(rig: Rig) -> None:
    adapter = rig.adapter()
    adapter.send(adapter.render(make_story(is_urgent=True), Action.POST, "abc"), "abc")
    assert not any("message" in one["path"] for one in rig.sandbox.log)


# Credentials -------------------------------------------------------------------------------------------------


def test_a_renewal_brings_both_tokens_and_the_time_and_the_old_one_works_no_more(rig: Rig) -> None:
    before = datetime.now(UTC)
    new = rig.adapter().refresh()
    assert new["refresh_token"] != REFRESH_TOKEN
    runs_out = tokens.runs_out_at(new)
    assert runs_out and timedelta(seconds=ACCESS_SECONDS - 60) < runs_out - before < timedelta(
        seconds=ACCESS_SECONDS + 60
    )
    assert rig.adapter(secrets=new).probe().name == NAME
    error = raised(rig.adapter().refresh)
    assert (error.outcome, error.words, error.vendor_code) == (A, errors.RECONNECT, "-14014")
    assert rig.adapter(secrets=new).refresh()["refresh_token"] != new["refresh_token"]


def test_the_secret_travels_in_its_own_header_and_no_token_in_an_address() -> None:
    told = {"access_token": "neu", "refresh_token": "neu2", "expires_in": "90000"}
    adapter = scripted(answer(told))
    adapter.refresh()
    ((method, url, options),) = adapter.http.asked
    assert (method, url) == ("POST", "https://oauth.zaloapp.com/v4/oa/access_token")
    assert options["headers"] == {"secret_key": APP_SECRET}
    assert options["data"] == {"refresh_token": REFRESH_TOKEN, "app_id": APP_ID, "grant_type": "refresh_token"}


def test_the_stand_in_takes_no_bearer_header(rig: Rig) -> None:
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    got = requests.get(f"{rig.sandbox.url}/v2.0/oa/getoa", headers=headers, timeout=5)
    assert (got.status_code, got.json()["error"]) == (200, -216)


@pytest.mark.parametrize("told", [NoAnswer(), answer(b"<html>", 502), answer({}), answer({"access_token": "only"})])
def test_a_lost_answer_to_a_renewal_needs_a_person(told: Answer | Exception) -> None:
    error = raised(scripted(told).refresh)
    assert (error.outcome, error.words) == (A, errors.ANSWER_LOST)


def test_a_renewal_that_did_not_reach_zalo_or_came_too_often_is_tried_again() -> None:
    assert raised(scripted(NotSent()).refresh).outcome is R
    busy = raised(scripted(no(-32)).refresh)
    assert (busy.outcome, busy.retry_after) == (T, 60)


@pytest.mark.parametrize(
    ("told", "seconds"), [("90000", 90_000), (90_000, 90_000), ("", 3600), (None, 3600), ("x", 3600), ("0", 3600)]
)
def test_the_time_is_the_one_zalo_says_as_text_or_number(told: object, seconds: float) -> None:
    new = scripted(answer({"access_token": "a", "refresh_token": "b", "expires_in": told})).refresh()
    left = (tokens.runs_out_at(new) or tokens.LONG_AGO) - datetime.now(UTC)
    assert abs(left.total_seconds() - seconds) < 30


def test_an_access_token_is_not_used_with_a_refresh_token_it_did_not_come_with() -> None:
    kept = tokens.kept("access", "refresh", 90_000)
    assert (tokens.runs_out_at(kept) or tokens.LONG_AGO) > datetime.now(UTC)
    assert tokens.runs_out_at(kept | {"refresh_token": "entered by a person"}) == tokens.LONG_AGO
    assert tokens.runs_out_at({"refresh_token": "only"}) == tokens.LONG_AGO
    assert tokens.runs_out_at({"access_token": "only"}) is None


def test_after_25_hours_the_stand_in_takes_the_access_token_no_more() -> None:
    clock = Clock(time.time())
    with Rig(clock=clock) as rig:
        rig.adapter().probe()
        clock.forward(ACCESS_SECONDS + 1)
        assert isinstance(raised(rig.adapter().probe), Expired)
        clock.forward(90 * 86_400)
        assert raised(rig.adapter().refresh).words == errors.RECONNECT


def test_the_form_refuses_what_cannot_travel_in_a_header_and_plain_http() -> None:
    config, secrets = Rig().settings()
    assert "app_secret" in ZaloForm(config | secrets | {"app_secret": "mật khẩu"}).errors
    assert "api_base" in ZaloForm(config | secrets | {"api_base": "http://openapi.zalo.me"}).errors
    for wrong in ("http://oauth.zaloapp.com", "ftp://127.0.0.1", "http://127.0.0.1.evil.example"):
        assert "oauth_base" in ZaloForm(config | secrets | {"oauth_base": wrong}).errors


# The stand-in ------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "type": "normal",
    "title": "Bài",
    "author": "A",
    "description": "d",
    "cover": {"cover_type": "photo", "photo_url": "https://a.example/a.jpg", "status": "show"},
    "body": [{"type": "text", "content": "<p>x</p>"}],
    "status": "show",
    "comment": "show",
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 0),
        ({"title": "x" * 150}, -201),
        ({"title": ""}, -201),
        ({"description": "x" * 300}, -201),
        ({"author": "x" * 51}, -201),
        ({"type": "video"}, -201),
        ({"cover": {"cover_type": 1, "photo_url": "https://a.example/a.jpg", "status": "show"}}, -201),
        ({"cover": {"cover_type": "photo", "photo_url": "https://a.example/a.jpg"}}, -201),
        ({"cover": {"cover_type": "photo", "photo_url": "https://a.example/ảnh.jpg", "status": "show"}}, -201),
        ({"body": []}, -201),
        ({"body": [{"type": "text"}]}, -201),
        ({"body": [{"type": "text", "content": "x", "style": "y"}]}, -201),
        ({"tracking_link": "không phải"}, -201),
        ({"scheduled": 1}, -201),
    ],
)
def test_the_stand_in_refuses_what_zalo_refuses(rig: Rig, change: dict[str, Any], code: int) -> None:
    headers = {"access_token": ACCESS_TOKEN}
    url = f"{rig.sandbox.url}/v2.0/article/create"
    got = requests.post(url, json=GOOD | change, headers=headers, timeout=5)
    assert (got.status_code, got.json()["error"]) == (200, code)
    as_form = requests.post(url, data={"title": "x"}, headers=headers, timeout=5)
    assert as_form.json()["error"] == -201


def test_the_stand_in_counts_a_months_articles_and_a_removed_one_frees_its_place() -> None:
    clock = Clock(time.time())
    with Rig(articles_a_month=2, clock=clock) as rig:
        adapter = rig.adapter()
        receipts = [adapter.send(adapter.render(fresh_story(), Action.POST, f"a{n}"), f"a{n}") for n in range(2)]
        full = raised(lambda: adapter.send(adapter.render(fresh_story(), Action.POST, "a3"), "a3"))
        assert (full.outcome, full.words) == (T, errors.QUOTA)
        adapter.delete(receipts[0])
        adapter.send(adapter.render(fresh_story(), Action.POST, "a3"), "a3")


def test_the_stand_in_keeps_articles_and_tokens_over_a_restart(tmp_path: Path) -> None:
    with Rig(store=tmp_path / "zalo.json") as rig:
        adapter = rig.adapter()
        adapter.send(adapter.render(make_story(), Action.POST, "abc"), "abc")
        new = adapter.refresh()
        texts = [copy["text"] for copy in rig.copies()]
    with Rig(store=tmp_path / "zalo.json") as rig:
        assert [copy["text"] for copy in rig.copies()] == texts
        assert raised(rig.adapter().refresh).words == errors.RECONNECT
        assert rig.adapter(secrets=new).probe().name == NAME


def test_the_stand_ins_page_shows_the_article_and_says_that_it_is_one(rig: Rig) -> None:
    adapter = rig.adapter()
    receipt = adapter.send(adapter.render(make_story(claim="<b>đậm</b> & mới"), Action.POST, "abc"), "abc")
    page = requests.get(receipt.url, timeout=5)
    assert "MÔ PHỎNG – không phải Zalo thật" in page.text and "&lt;b&gt;đậm" in page.text
    assert make_story().title in requests.get(rig.sandbox.url, timeout=5).text
    assert requests.get(f"{rig.sandbox.url}/bai-viet/khong", timeout=5).status_code == 404
    adapter.delete(receipt)
    assert requests.get(receipt.url, timeout=5).status_code == 404


def test_the_log_of_the_stand_in_holds_no_secret(rig: Rig) -> None:
    rig.adapter().refresh()
    assert REFRESH_TOKEN not in json.dumps(rig.sandbox.log) and APP_SECRET not in json.dumps(rig.sandbox.log)
