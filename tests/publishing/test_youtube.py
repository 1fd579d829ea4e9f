"""What is special about YouTube: films in pieces, chapters, bytes, the day's allowance, and parts that are overwritten."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from publishing.channels import tokens, youtube, youtube_errors, youtube_upload
from publishing.channels import youtube_errors as errors
from publishing.channels import youtube_text as text
from publishing.channels.base import Expired, Outcome
from publishing.channels.http import Answer, Download, NoAnswer, NotSent
from publishing.channels.youtube import YouTube, YouTubeForm
from publishing.sandbox.youtube import ACCESS_TOKEN, CLIENT_SECRET, NAME, REFRESH_TOKEN, Film
from publishing.story import Action, Image, Post, Receipt, Story, Video, Way
from tests.publishing.rigs.youtube import UPLOADS, Rig
from tests.publishing.scripted import Clock, Scripted, answer, raised
from tests.publishing.stories import fresh_story, make_correction, make_story

A, P, T, R, U = Outcome.AUTH, Outcome.PERMANENT, Outcome.THROTTLED, Outcome.TRANSIENT, Outcome.UNKNOWN
STEP = 256 * 1024
COPY = Receipt("film-1", "https://www.youtube.com/watch?v=film-1")


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A film of three and a half pieces."""
    monkeypatch.setattr(youtube_upload, "PIECE_BYTES", 2 * STEP)
    with Rig(film=bytes(range(256)) * (7 * STEP // 256) + b"end") as running:
        yield running


class WithFilm(Scripted):
    """Every film is there and five bytes long."""

    @contextmanager
    def download(self, url: str, start: int = 0) -> Iterator[Download]:
        yield Download(200, "video/mp4", 5, Raw(b"film!"[start:]))


class Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self, size: int, decode_content: bool) -> bytes:
        piece, self.body = self.body[:size], self.body[size:]
        return piece


def no(reason: str, status: int = 400) -> Answer:
    told = {"message": "vendor words", "domain": "youtube", "reason": reason}
    return answer({"error": {"code": status, "message": "vendor words", "errors": [told]}}, status)


SESSION = answer(b"", Location="https://www.googleapis.com/upload/youtube/v3/videos?upload_id=x")
DONE = answer({"id": "film-1", "status": {"privacyStatus": "public", "uploadStatus": "uploaded"}})
HALF = answer(b"", 308)


def scripted(*answers: Answer | Exception, **config: str) -> YouTube:
    secrets = {"access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "client_secret": CLIENT_SECRET}
    made = YouTube({"client_id": "c"} | config, secrets, owner=NAME, http=WithFilm(*answers))
    made.pause = lambda seconds: None
    return made


def filmed(story: Story | None = None, **changes: Any) -> Story:
    values: dict[str, Any] = {"url": "https://a.example/film.mp4", "title": "Phim"} | changes
    return replace(story or make_story(), videos=(Video(**values),))


def post() -> Post:
    return scripted().render(filmed(), Action.POST, "abc")


def send(rig: Rig, story: Story | None = None, marker: str = "abc", **config: str) -> Receipt:
    adapter = rig.adapter(config=config)
    return adapter.send(adapter.render(rig.fit(story or make_story()), Action.POST, marker), marker)


# Errors ------------------------------------------------------------------------------------------------------

TABLE = [
    *[(reason, 400, P) for reason in ("invalidTitle", "invalidDescription", "invalidTags", "missingRequiredParameter", "x")],
    *[(reason, 403, P) for reason in ("forbiddenPrivacySetting", "forbiddenLicenseSetting")],
    *[(reason, 403, A) for reason in ("forbidden", "insufficientPermissions", "channelSuspended", "channelClosed")],
    *[(reason, 403, A) for reason in ("authenticatedUserAccountSuspended", "accessNotConfigured", "newReason")],
    *[(reason, 401, A) for reason in ("youtubeSignupRequired", "authError", "newReason")],
    *[(reason, 403, T) for reason in ("quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded")],
    *[("uploadLimitExceeded", 400, T), ("newReason", 429, T)],
    *[("backendError", 503, R), ("internalError", 500, R), ("newReason", 500, R)],
]  # fmt: skip


@pytest.mark.parametrize(("reason", "status", "outcome"), TABLE)
def test_a_reason_has_its_outcome_and_before_the_film_is_sent_nothing_is_in_doubt(
    reason: str, status: int, outcome: Outcome
) -> None:
    for call in (lambda a: a.send(post(), "abc"), lambda a: a.probe(), lambda a: a.find(post(), "abc")):
        error = raised(lambda call=call: call(scripted(no(reason, status))))
        assert error.outcome is outcome
        assert (error.vendor_code, error.vendor_words, error.http_status) == (reason, "vendor words", status)
        assert isinstance(error, Expired) == (status == 401 and reason != "youtubeSignupRequired")


@pytest.mark.parametrize("told", [NoAnswer(), NotSent(), answer(b"<html>", 200), answer(b"<html>", 502), answer(b"")])
def test_a_session_that_did_not_come_about_is_transient(told: Answer | Exception) -> None:
    assert raised(lambda: scripted(told).send(post(), "abc")).outcome is R


def test_the_token_does_not_follow_a_session_to_a_strange_host() -> None:
    adapter = scripted(answer(b"", Location="https://evil.example/upload"))
    assert raised(lambda: adapter.send(post(), "abc")).outcome is R
    assert len(adapter.http.asked) == 1


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), 3600 + 60),  # 23:00 in California
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), 24 * 3600 + 60),
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), 22 * 3600 + 60),  # 01:00 on a day of 23 hours
    ],
)
def test_a_spent_allowance_waits_for_midnight_in_california(now: datetime, seconds: float) -> None:
    assert youtube_errors.wait_seconds(errors.QUOTA, now) == seconds
    assert youtube_errors.wait_seconds(errors.UPLOADS, now) == 24 * 3600
    assert youtube_errors.wait_seconds(errors.REFUSED, now) is None


# Handing over ------------------------------------------------------------------------------------------------


def test_a_film_arrives_byte_for_byte_in_pieces_of_the_size_youtube_wants(large: Rig) -> None:
    receipt = send(large)
    assert large.sandbox.bytes[receipt.remote_id] == large.films.film
    puts = [one for one in large.sandbox.log if one["method"] == "PUT"]
    assert [one["status"] for one in puts] == [308, 308, 308, 200]
    assert len([one for one in large.films.log if one["path"] == "/film.mp4"]) == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "html_500", "html_200", "backend_error", "partial"])
@pytest.mark.parametrize("piece", [1, 2, 4])
def test_an_upload_that_breaks_goes_on_where_it_was_and_becomes_one_film(large: Rig, fault: str, piece: int) -> None:
    good = [{"fault": "none", "method": "PUT", "path": UPLOADS}] * (piece - 1)
    with large.sandbox.lock:
        large.sandbox.faults += [*good, {"fault": fault, "method": "PUT", "path": UPLOADS}]
    receipt = send(large)
    assert large.sandbox.bytes[receipt.remote_id] == large.films.film
    assert len(large.sandbox.films) == 1
    assert len([one for one in large.sandbox.log if one["method"] == "POST" and one["path"] == UPLOADS]) == 1


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_what_youtube_has_lost_is_read_again_from_the_films_address(large: Rig, knows_ranges: bool) -> None:
    large.films.knows_ranges = knows_ranges
    take = large.sandbox._take

    def forgetful(request: Any) -> Any:
        session = large.sandbox.sessions[request.query["upload_id"]]
        if len(session.bytes) == 4 * STEP and request.body:
            del session.bytes[STEP:]  # the answer says: go on after the first 256 KiB
            return large.sandbox._so_far(session)
        return take(request)

    large.sandbox.routes = [
        (method, path, forgetful if view == take else view) for method, path, view in large.sandbox.routes
    ]
    receipt = send(large)
    assert large.sandbox.bytes[receipt.remote_id] == large.films.film
    assert len([one for one in large.films.log if one["path"] == "/film.mp4"]) == 2


def test_a_session_that_is_gone_before_the_last_byte_is_transient_and_after_it_unknown(large: Rig) -> None:
    for good, outcome in ((0, R), (3, U)):
        with large.sandbox.lock:
            large.sandbox.faults = [
                *[{"fault": "none", "method": "PUT", "path": UPLOADS}] * good,
                {"fault": "session_gone", "method": "PUT", "path": UPLOADS},
            ]
        assert raised(lambda: send(large)).outcome is outcome
    assert large.copies() == []


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([SESSION, no("invalidFilename")], P),
        ([SESSION, no("authError", 401)], A),
        ([SESSION, NoAnswer(), NoAnswer(), NoAnswer(), NoAnswer()], U),
        ([SESSION, NoAnswer(), no("authError", 401), no("authError", 401), no("authError", 401)], U),
        ([SESSION, answer({"kind": "no id"}), NotSent(), NotSent(), NotSent()], U),
        ([SESSION, *[HALF] * 6], U),
    ],
)
def test_with_the_last_byte_only_a_refusal_in_so_many_words_says_that_nothing_is_out(
    answers: list[Any], outcome: Outcome
) -> None:
    error = raised(lambda: scripted(*answers).send(post(), "abc"))
    assert error.outcome is outcome
    assert outcome is not U or not isinstance(error, Expired)


def test_an_upload_that_takes_too_long_ends_before_its_lease(monkeypatch: pytest.MonkeyPatch, large: Rig) -> None:
    monkeypatch.setattr(youtube_upload, "UPLOAD_SECONDS", -1.0)
    error = raised(lambda: send(large))
    assert (error.outcome, error.words) == (R, errors.TOO_SLOW)
    assert error.words % error.values
    assert YouTube.longest_call > 1_200


@pytest.mark.parametrize(
    ("path", "outcome", "words"),
    [("/khong-co.mp4", P, errors.FILM_AWAY), ("/film.mp4", R, errors.FILM_BROKE_OFF)],
)
def test_a_film_that_cannot_be_read_is_said_so_and_no_session_is_wasted(
    rig: Rig, path: str, outcome: Outcome, words: str
) -> None:
    if path == "/film.mp4":
        rig.films.faults.append({"fault": "drop_before", "method": "GET", "path": path})
    adapter = rig.adapter()
    story = filmed(url=f"{rig.films.url}{path}")
    error = raised(lambda: adapter.send(adapter.render(story, Action.POST, "abc"), "abc"))
    assert (error.outcome, error.words) == (outcome, words)
    assert rig.sandbox.log == []


class Breaking(Raw):
    """A connection that breaks after so many bytes."""

    def __init__(self, body: bytes, good: int) -> None:
        super().__init__(body[:good])

    def read(self, size: int, decode_content: bool) -> bytes:
        piece = super().read(size, decode_content)
        if not piece:
            raise requests.exceptions.ConnectionError
        return piece


def test_a_film_whose_connection_breaks_is_read_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(youtube_upload, "PIECE_BYTES", 2)
    starts: list[int] = []

    class Torn(WithFilm):
        @contextmanager
        def download(self, url: str, start: int = 0) -> Iterator[Download]:
            starts.append(start)
            yield Download(200, "video/mp4", 5, Breaking(b"film!"[start:], 3))

    adapter = scripted()
    adapter.http = Torn(SESSION, answer(b"", 308, Range="bytes=0-1"), answer(b"", 308, Range="bytes=0-3"), DONE)
    assert adapter.send(post(), "abc").remote_id == "film-1"
    assert starts == [0, 2]
    ranges = [options["headers"]["Content-Range"] for method, _url, options in adapter.http.asked if method == "PUT"]
    assert ranges == ["bytes 0-1/5", "bytes 2-3/5", "bytes 4-4/5"]


def test_a_film_that_has_been_exchanged_meanwhile_is_not_mixed_with_the_former_one(rig: Rig) -> None:
    with youtube_upload.Film(rig.adapter().http, f"{rig.films.url}/film.mp4") as film:
        rig.films.film = b"another film"
        assert raised(lambda: film.read(5)).words == errors.FILM_BROKE_OFF


def test_a_large_film_is_never_held_in_memory_as_a_whole() -> None:
    size = 40 * 1024 * 1024

    class Endless(Raw):
        def __init__(self) -> None:
            self.left = size

        def read(self, wanted: int, decode_content: bool) -> bytes:
            wanted = min(wanted, self.left)
            self.left -= wanted
            return bytes(wanted)

    class Sink(WithFilm):
        @contextmanager
        def download(self, url: str, start: int = 0) -> Iterator[Download]:
            yield Download(200, "video/mp4", size, Endless())

        def call(self, method: str, url: str, **options: Any) -> Answer:
            if method == "POST":
                return SESSION
            last = int(options["headers"]["Content-Range"].partition("-")[2].partition("/")[0])
            return DONE if last + 1 == size else answer(b"", 308, Range=f"bytes=0-{last}")

    adapter = scripted()
    adapter.http = Sink()
    tracemalloc.start()
    try:
        adapter.send(post(), "abc")
        assert tracemalloc.get_traced_memory()[1] < 4 * youtube_upload.PIECE_BYTES
    finally:
        tracemalloc.stop()


def test_a_film_gets_its_own_picture_and_is_out_without_one(rig: Rig) -> None:
    receipt = send(rig)
    assert receipt.remote_id in rig.sandbox.pictures
    too_large = rig.fit(make_story(), poster=Image(f"{rig.films.url}/large.jpg", "Quá lớn"))
    adapter = rig.adapter()
    other = adapter.send(adapter.render(too_large, Action.POST, "abd"), "abd")
    assert other.remote_id not in rig.sandbox.pictures and len(rig.copies()) == 2


# Public or not -----------------------------------------------------------------------------------------------


def test_a_film_that_is_made_public_last_is_never_public_before(rig: Rig) -> None:
    states: list[str] = []
    set_picture = rig.sandbox._set_picture

    def watched(request: Any) -> Any:
        states.extend(film.status["privacyStatus"] for film in rig.sandbox.films)
        return set_picture(request)

    rig.sandbox.routes = [(m, p, watched if view == set_picture else view) for m, p, view in rig.sandbox.routes]
    receipt = send(rig, publishing="when_whole")
    assert states == ["private"]
    assert [copy["url"] for copy in rig.copies()] == [receipt.url]
    assert rig.sandbox.films[0].status["selfDeclaredMadeForKids"] is False


def test_finding_finishes_what_a_broken_off_send_began(rig: Rig) -> None:
    rig.sandbox.faults.append({"fault": "html_500", "method": "GET", "path": "/youtube/v3/videos"})
    adapter = rig.adapter(config={"publishing": "when_whole"})
    planned = adapter.render(rig.fit(make_story()), Action.POST, "abc")
    assert raised(lambda: adapter.send(planned, "abc")).outcome is U
    assert rig.copies() == []
    found = adapter.find(planned, "abc")
    assert found is not None and [copy["url"] for copy in rig.copies()] == [found.url]


@pytest.mark.parametrize(("fault", "words"), [("lock_private", errors.LOCKED), ("reject", errors.REJECTED)])
def test_a_film_that_youtube_keeps_from_the_public_is_never_called_published_and_not_sent_again(
    rig: Rig, fault: str, words: str
) -> None:
    rig.sandbox.faults.append({"fault": fault, "method": "POST", "path": UPLOADS})
    adapter = rig.adapter()
    planned = adapter.render(rig.fit(make_story()), Action.POST, "abc")
    assert raised(lambda: adapter.send(planned, "abc")).outcome is U
    error = raised(lambda: adapter.find(planned, "abc"))
    assert (error.outcome, error.words) == (P, words)


# Finding -----------------------------------------------------------------------------------------------------


def stored(number: int, marker: str, age_days: float = 0.0) -> Film:
    told = {"title": "t", "description": f"https://a.example/?utm_id={marker}", "categoryId": "25"}
    status = {"privacyStatus": "public", "uploadStatus": "processed"}
    return Film(f"film-{number}", told, status, datetime.now(UTC).timestamp() - age_days * 86_400, 5)


def test_a_film_is_found_behind_fifty_newer_ones_without_a_search(rig: Rig) -> None:
    rig.sandbox.films = [stored(0, "alt", 30), stored(1, "abc"), *[stored(n, f"m{n}") for n in range(2, 62)]]
    found = rig.adapter().find(post(), "abc")
    assert found is not None and found.remote_id == "film-1"
    assert len(rig.sandbox.log) == 5  # the channel, and twice a page of ids with their films: five units of 10,000
    assert rig.adapter().find(post(), "ab") is None


def test_the_search_ends_with_the_films_of_a_week(rig: Rig) -> None:
    rig.sandbox.films = [stored(n, f"m{n}", 30) for n in range(120)]
    assert rig.adapter().find(post(), "m1") is None
    assert len(rig.sandbox.log) == 3


def test_a_channel_without_any_film_and_one_with_too_many(monkeypatch: pytest.MonkeyPatch, rig: Rig) -> None:
    channel = answer({"items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UU"}}}]})
    assert scripted(channel, no("playlistNotFound", 404)).find(post(), "abc") is None
    assert raised(lambda: scripted(answer({"items": []})).find(post(), "abc")).words == errors.NO_CHANNEL
    monkeypatch.setattr(youtube, "FIND_PAGES", 1)
    rig.sandbox.films = [stored(n, f"m{n}") for n in range(60)]
    assert raised(lambda: rig.adapter().find(post(), "abc")).outcome is U


# Changing and taking back ------------------------------------------------------------------------------------


def test_a_correction_opens_the_description_and_keeps_everything_else(rig: Rig) -> None:
    receipt = send(rig, story := fresh_story())
    before = dict(rig.sandbox.films[0].snippet)
    adapter = rig.adapter()
    adapter.edit(receipt, adapter.render(rig.fit(make_correction(story)), Action.CORRECT, "other"), "abc")
    after = rig.sandbox.films[0].snippet
    assert after["description"].startswith("ĐÍNH CHÍNH: Số ca trong tuần 46 là 214")
    assert "utm_id=abc" in after["description"] and "utm_id=other" not in after["description"]
    assert (after["categoryId"], after["defaultLanguage"]) == (before["categoryId"], before["defaultLanguage"])
    assert rig.sandbox.films[0].status["privacyStatus"] == "public"


@pytest.mark.parametrize("means", ["private", "delete"])
def test_a_retraction_takes_the_film_from_the_public_as_configured(rig: Rig, means: str) -> None:
    receipt = send(rig)
    adapter = rig.adapter(config={"on_retraction": means})
    assert adapter.way(Action.RETRACT) is Way.DELETE
    adapter.delete(receipt)
    adapter.delete(receipt)
    assert rig.copies() == []
    assert [film.status["privacyStatus"] for film in rig.sandbox.films] == (["private"] if means == "private" else [])
    assert requests.get(receipt.url, timeout=5).status_code == 404


def test_what_is_gone_cannot_be_corrected_and_is_taken_back_already(rig: Rig) -> None:
    adapter = rig.adapter()
    planned = adapter.render(rig.fit(make_story()), Action.CORRECT, "x")
    assert raised(lambda: adapter.edit(COPY, planned, "abc")).words == errors.GONE
    assert raised(lambda: adapter.metrics(COPY)).words == errors.GONE
    adapter.delete(COPY)


def test_numbers_that_are_hidden_are_left_out(rig: Rig) -> None:
    receipt = send(rig)
    requests.get(receipt.url, timeout=5)
    assert rig.adapter().metrics(receipt) == {"views": 1, "reactions": 0, "comments": 0}
    assert scripted(answer({"items": [{"statistics": {"viewCount": "7"}}]})).metrics(COPY) == {"views": 7}


# What is written ---------------------------------------------------------------------------------------------


def test_verdict_and_link_are_read_without_a_click(rig: Rig) -> None:
    made = rig.adapter().render(rig.fit(make_story()), Action.POST, "abc")
    first, second, *_more = made.text.split("\n")
    assert first == f"[TIN GIẢ] {make_story().claim}"
    assert second == f"Xem bằng chứng: {make_story().url}?utm_id=abc"
    assert made.title == "[TIN GIẢ] Nước chanh nóng không chữa khỏi sốt xuất huyết"
    assert "0:00 Tin đồn\n0:15 Điều đã kiểm chứng\n0:40 Kết luận" in made.text


@pytest.mark.parametrize(
    ("chapters", "seconds", "is_taken"),
    [
        (((0, "a"), (10, "b"), (20, "c")), 30, True),
        (((0, "a"), (10, "b"), (20, "c")), 0, True),  # the length is not known
        (((0, "a"), (10, "b"), (20, "c")), 29, False),
        (((0, "a"), (9, "b"), (20, "c")), 60, False),
        (((1, "a"), (20, "b"), (40, "c")), 60, False),
        (((0, "a"), (20, "b")), 60, False),
        (((0, "a"), (40, "b"), (20, "c")), 60, False),
        ((), 60, False),
    ],
)
def test_chapters_are_written_only_where_youtube_makes_chapters_of_them(
    chapters: tuple[tuple[int, str], ...], seconds: int, is_taken: bool
) -> None:
    video = Video("https://a.example/f.mp4", "Phim", seconds=seconds, chapters=chapters)
    assert bool(text.chapters(video)) is is_taken
    if is_taken:
        assert text.chapters(video) == "0:00 a\n0:10 b\n0:20 c"


def test_a_chapter_after_an_hour_has_its_hour() -> None:
    video = Video("u", "t", chapters=((0, "a"), (61, "b"), (3725, "c")))
    assert text.chapters(video).splitlines()[1:] == ["1:01 b", "1:02:05 c"]


def test_the_signs_youtube_refuses_are_replaced_and_tags_stay_within_500() -> None:
    story = filmed(make_story(title="a <b> c", claim="1 < 2", topics=tuple(f"Chủ đề, số {n}" for n in range(99))))
    made = scripted().render(story, Action.POST, "abc")
    assert not set("<>") & set(made.title + made.text)
    tags = made.extra["tags"]
    assert 30 < len(tags) < 99 and sum(len(tag) + 3 for tag in tags) <= 500 and "," not in "".join(tags)


def test_length_is_in_bytes_and_a_story_without_a_film_is_a_problem_in_words() -> None:
    adapter = scripted()
    assert adapter.length("đ") == 2
    assert [one.words for one in adapter.problems(adapter.render(make_story(), Action.POST, "abc"))] == [errors.NO_FILM]
    assert raised(lambda: adapter.send(adapter.render(make_story(), Action.POST, "abc"), "abc")).words == errors.NO_FILM
    assert adapter.http.asked == []


@pytest.mark.parametrize("action", [Action.CORRECT, Action.RETRACT])
def test_an_answer_that_has_lost_its_film_is_corrected_and_retracted_all_the_same(action: Action) -> None:
    adapter = scripted()
    assert adapter.problems(adapter.render(make_correction(make_story()), action, "abc")) == []


@pytest.mark.parametrize("limit", [1, 3, 10, 50, 99])
def test_clipping_by_bytes_never_exceeds_them(limit: int) -> None:
    for whole in ("Đường bị phong tỏa " * 9, "👨‍👩‍👧‍👦" * 20, "ă" * 99, "ngắn"):
        assert len(text.clip_bytes(whole, limit).encode()) <= max(limit, 3)


# Credentials -------------------------------------------------------------------------------------------------


def test_a_renewal_keeps_the_refresh_token_and_can_be_repeated(rig: Rig) -> None:
    new = rig.adapter().refresh()
    assert new["refresh_token"] == REFRESH_TOKEN
    left = (tokens.runs_out_at(new) or tokens.LONG_AGO) - datetime.now(UTC)
    assert timedelta(minutes=58) < left < timedelta(minutes=61)
    assert rig.adapter(secrets=new).probe().name == NAME
    assert rig.adapter().refresh()["access_token"] != new["access_token"]


@pytest.mark.parametrize(
    ("told", "outcome", "words"),
    [
        (answer({"error": "invalid_grant"}, 400), A, errors.RECONNECT),
        (answer({"error": "invalid_client"}, 401), A, errors.BAD_CLIENT),
        (answer({"error": "internal_failure"}, 500), R, errors.UNCLEAR),
        (answer(b"<html>", 200), R, errors.UNCLEAR),
        (answer({}, 429), T, errors.BUSY),
        (NoAnswer(), R, errors.UNCLEAR),
        (NotSent(), R, errors.UNREACHABLE),
    ],
)
def test_a_renewal_that_failed_has_its_outcome(told: Answer | Exception, outcome: Outcome, words: str) -> None:
    error = raised(scripted(told).refresh)
    assert (error.outcome, error.words) == (outcome, words)


def test_a_client_secret_that_google_quotes_is_taken_out() -> None:
    told = answer({"error": "invalid_client", "error_description": f"{CLIENT_SECRET} is wrong"}, 401)
    assert raised(scripted(told).refresh).vendor_words == "[removed] is wrong"


def test_the_form_refuses_plain_http_and_what_is_no_token() -> None:
    config, secrets = Rig().settings()
    assert "api_base" in YouTubeForm(config | secrets | {"api_base": "http://www.googleapis.com"}).errors
    assert "client_secret" in YouTubeForm(config | secrets | {"client_secret": "mật khẩu"}).errors


# The stand-in ------------------------------------------------------------------------------------------------


def begin(rig: Rig, snippet: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **headers: str) -> Any:
    film = {
        "snippet": {"title": "t", "description": "d", "categoryId": "25"} | (snippet or {}),
        "status": {"privacyStatus": "public"} | (status or {}),
    }
    sent = {
        "Authorization": f"Bearer {ACCESS_TOKEN}",
        "X-Upload-Content-Length": "5",
        "X-Upload-Content-Type": "video/mp4",
    }
    asked = {"uploadType": "resumable", "part": "snippet,status"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(f"{rig.sandbox.url}{UPLOADS}", params=asked, json=film, headers=sent | named, timeout=5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"snippet": {"title": "x" * 101}}, "invalidTitle"),
        ({"snippet": {"title": "a<b"}}, "invalidTitle"),
        ({"snippet": {"description": "đ" * 2501}}, "invalidDescription"),
        ({"snippet": {"tags": ["a b"] * 90}}, "invalidTags"),
        ({"snippet": {"categoryId": "999"}}, "invalidCategoryId"),
        ({"snippet": {"defaultLanguage": "xx"}}, "invalidVideoMetadata"),
        ({"snippet": {"channel": "x"}}, "badRequest"),
        ({"status": {"privacyStatus": "hidden"}}, "invalidVideoMetadata"),
        ({"status": {"publishAt": "2027-01-01T00:00:00Z"}}, "invalidPublishAt"),
        ({"X_Upload_Content_Type": "text/plain"}, "mediaBodyRequired"),
        ({"Authorization": "Bearer wrong"}, "authError"),
    ],
)
def test_the_stand_in_refuses_what_youtube_refuses(rig: Rig, change: dict[str, Any], reason: str) -> None:
    got = begin(rig, **change)
    assert got.json()["error"]["errors"][0]["reason"] == reason
    assert begin(rig).headers["Location"]


@pytest.mark.parametrize("told", ["bytes 0-99/262145", "bytes 1-5/262145", "bytes 0-4/5", "0-4"])
def test_the_stand_in_refuses_pieces_that_do_not_fit(rig: Rig, told: str) -> None:
    session = begin(rig, X_Upload_Content_Length=str(STEP + 1)).headers["Location"]
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}", "Content-Range": told}
    body = b"x" * (100 if "99" in told else 5)
    assert requests.put(session, data=body, headers=headers, timeout=5).status_code == 400


def test_the_stand_in_clears_what_an_update_does_not_send_along(rig: Rig) -> None:
    receipt = send(rig)
    film = {"id": receipt.remote_id, "snippet": {"title": "Chỉ tiêu đề", "categoryId": "25"}}
    headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
    requests.put(f"{rig.sandbox.url}/youtube/v3/videos?part=snippet", json=film, headers=headers, timeout=5)
    assert "description" not in rig.sandbox.films[0].snippet


def test_the_stand_in_counts_a_days_allowance_until_midnight_in_california() -> None:
    clock = Clock(time.time())
    with Rig(uploads_a_day=1, units_a_day=60, clock=clock) as rig:
        send(rig)  # one upload, and 50 units for its picture
        error = raised(lambda: send(rig, marker="abd"))
        assert (error.outcome, error.words) == (T, errors.QUOTA)
        assert 0 < (error.retry_after or 0) <= 25 * 3600 + 60
        assert raised(lambda: [rig.adapter().probe() for _ in range(11)]).words == errors.QUOTA
        clock.now += error.retry_after or 0
        rig.sandbox.access[ACCESS_TOKEN] = clock.now + 3600
        send(rig, marker="abd")


def test_the_stand_in_forgets_access_after_an_hour() -> None:
    clock = Clock(time.time())
    with Rig(clock=clock) as rig:
        clock.now += 3_600
        assert isinstance(raised(rig.adapter().probe), Expired)


def test_a_new_film_is_listed_later_than_it_can_be_watched() -> None:
    clock = Clock(time.time())
    with Rig(visible_after=30, clock=clock) as rig:
        receipt = send(rig)
        assert rig.adapter().find(post(), "abc") is None
        assert requests.get(receipt.url, timeout=5).status_code == 200
        clock.now += 31
        assert rig.adapter().find(post(), "abc") is not None


def test_the_stand_in_keeps_films_over_a_restart(tmp_path: Path) -> None:
    with Rig(store=tmp_path / "youtube.json") as rig:
        receipt = send(rig)
        kept = rig.sandbox.bytes[receipt.remote_id]
    with Rig(store=tmp_path / "youtube.json") as rig:
        assert requests.get(f"{rig.sandbox.url}/film/{receipt.remote_id}", timeout=5).content == kept
        assert requests.get(f"{rig.sandbox.url}/picture/{receipt.remote_id}", timeout=5).status_code == 200


def test_the_stand_ins_page_shows_the_film_and_says_that_it_is_one(rig: Rig) -> None:
    receipt = send(rig, make_story(claim="a & b"))
    page = requests.get(receipt.url, timeout=5).text
    assert "MÔ PHỎNG – không phải YouTube thật" in page and "<video controls" in page and "a &amp; b" in page
    assert make_story().title in requests.get(rig.sandbox.url, timeout=5).text
    assert requests.get(f"{rig.sandbox.url}/watch?v=khong", timeout=5).status_code == 404


def test_the_log_of_the_stand_in_holds_no_secret(rig: Rig) -> None:
    rig.adapter().refresh()
    send(rig)
    told = json.dumps(rig.sandbox.log)
    for secret in (REFRESH_TOKEN, CLIENT_SECRET, *rig.sandbox.sessions):
        assert secret not in told
