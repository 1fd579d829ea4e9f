"""Pictures and films on a Facebook Page: what is sent, what readers see, and what is found again afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from publishing.channels import facebook_media, frame
from publishing.channels.base import Outcome
from publishing.channels.facebook import Facebook
from publishing.channels.facebook_errors import BAD_FILM, BAD_IMAGE, GONE, OTHER_PAGE
from publishing.channels.facebook_media import FILM_FAILED
from publishing.channels.http import NoAnswer
from publishing.sandbox.facebook import PAGE_ID, PAGE_TOKEN, FacebookSandbox
from publishing.story import Action, Image, Post, Receipt, Video
from tests.publishing.public_files import PublicFiles
from tests.publishing.rigs.facebook import Rig, WithFilm, WithMedia, WithOnePicture
from tests.publishing.scripted import raised
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story
from tests.publishing.test_facebook import answer, error, scripted

MARKER = "m7k2p9x4qa"


@pytest.fixture
def rig() -> Iterator[WithMedia]:
    with WithMedia() as running:
        yield running


@pytest.fixture
def films() -> Iterator[WithFilm]:
    with WithFilm() as running:
        yield running


@pytest.fixture
def single() -> Iterator[WithOnePicture]:
    with WithOnePicture() as running:
        yield running


def posted(rig: Rig, path: str) -> list[dict[str, str]]:
    """The fields of every POST to ``path`` under the API, oldest first."""
    asked = [one for one in rig.sandbox.log if (one["method"], one["path"]) == ("POST", f"/v25.0/{path}")]
    return [{name: values[-1] for name, values in parse_qs(one["body"]).items()} for one in asked]


def sending(sends: str) -> Facebook:
    return Facebook({"page_id": PAGE_ID, "sends": sends}, {}, "Trung tâm Ánh Dương")


def image(name: str = "a.jpg", **more: Any) -> Image:
    return Image(f"https://tinthat.example/media/{name}", "Cầu Lam Giang", **more)


FILM = Video("https://tinthat.example/film.mp4", "Phim", seconds=60)

# What goes where ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sends", "has_images", "has_film", "expected"),
    [
        ("card", True, True, "card"),
        ("", True, True, "card"),
        (None, True, True, "card"),
        ("pictures", True, True, "pictures"),
        ("pictures", False, True, "card"),
        ("film", True, True, "film"),
        ("film", True, False, "pictures"),
        ("film", False, False, "card"),
    ],
)
def test_a_setting_says_what_is_sent_and_a_channel_without_it_sends_cards(
    sends: str | None, has_images: bool, has_film: bool, expected: str
) -> None:
    story = make_story(
        images=(image(),) if has_images else (), videos=(FILM,) if has_film else (), cards=(image("card.png"),)
    )
    config = {"page_id": PAGE_ID} | ({} if sends is None else {"sends": sends})
    post = Facebook(config, {}, "Trung tâm").render(story, Action.POST, MARKER)
    assert post.images == (story.images if expected == "pictures" else ()), "never a card that was made for sharing"
    assert post.videos == (story.videos if expected == "film" else ())
    marked = frame.marked(story.url, MARKER)
    assert post.link == (marked if expected == "card" else "")
    assert f"Xem bằng chứng: {story.url if expected == 'card' else marked}\n" in post.text


def test_the_form_takes_settings_from_before_pictures_could_be_sent(rig: WithMedia) -> None:
    config, secrets = rig.settings()
    del config["sends"]
    form = rig.adapter().Form(config | secrets)
    assert form.is_valid() and form.cleaned_data["sends"] == "card"


def test_one_picture_is_published_with_the_text_and_its_description_by_one_call(single: WithOnePicture) -> None:
    adapter, story = single.adapter(), single.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    receipt = adapter.send(post, MARKER)
    (fields,) = posted(single, f"{PAGE_ID}/photos")
    assert fields["caption"] == post.text
    assert (fields["url"], fields["alt_text_custom"]) == (story.images[0].url, story.images[0].alt)
    assert "published" not in fields and posted(single, f"{PAGE_ID}/feed") == []
    assert receipt.remote_id.startswith(f"{PAGE_ID}_")


def test_several_pictures_are_uploaded_unseen_and_published_by_one_call(rig: WithMedia) -> None:
    adapter, story = rig.adapter(), rig.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    adapter.send(post, MARKER)
    uploads = posted(rig, f"{PAGE_ID}/photos")
    assert [(one["url"], one["alt_text_custom"], one["published"]) for one in uploads] == [
        (picture.url, picture.alt, "false") for picture in story.images
    ]
    (fields,) = posted(rig, f"{PAGE_ID}/feed")
    assert fields["message"] == post.text and "link" not in fields
    assert [set(one) for one in json.loads(fields["attached_media"])] == [{"media_fbid"}] * 3


def test_readers_see_the_pictures_in_their_order_with_descriptions_and_credit(rig: WithMedia) -> None:
    adapter, story = rig.adapter(), rig.fit(fresh_story())
    page = requests.get(adapter.send(adapter.render(story, Action.POST, MARKER), MARKER).url, timeout=2).text
    places = [page.index(f'<img src="{one.url}" alt="{one.alt}">') for one in story.images]
    assert places == sorted(places)
    assert page.count("Ảnh: Sở GTVT Ánh Dương") == 1, "one credit for all of them"


def test_a_film_is_handed_over_by_its_address_and_shown_at_its_own(films: WithFilm) -> None:
    adapter, story = films.adapter(), films.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    receipt = adapter.send(post, MARKER)
    (fields,) = posted(films, f"{PAGE_ID}/videos")
    assert fields == {
        "file_url": story.videos[0].url,
        "title": "Phim kiểm chứng",
        "description": post.text,
        "appsecret_proof": "[removed]",
    }
    assert receipt.url == f"{films.sandbox.url}/{receipt.remote_id}/"
    assert (
        f'<video controls preload="metadata" src="{story.videos[0].url}">' in requests.get(receipt.url, timeout=2).text
    )


def test_films_go_to_the_host_for_films_and_may_take_longer() -> None:
    adapter = scripted(answer({"id": "55"}), answer({"status": {"video_status": "ready"}}))
    adapter.send(Post(text="Tin", videos=(FILM,)), MARKER)
    (method, url, options), looked = adapter.http.asked  # type: ignore[attr-defined]
    assert (method, url) == ("POST", f"https://graph-video.facebook.com/v25.0/{PAGE_ID}/videos")
    assert options["timeout"][1] > adapter.http.timeout[1]
    assert looked[1] == "https://graph.facebook.com/v25.0/55" and "timeout" not in looked[2]


# What Facebook would refuse, said before it is sent -----------------------------------------------------------


def problems(sends: str = "film", **story: Any) -> list[str]:
    adapter = sending(sends)
    return [
        one.words % dict(one.values)
        for one in adapter.problems(adapter.render(make_story(**story), Action.POST, MARKER))
    ]


def test_pictures_and_films_that_facebook_takes_are_no_problem() -> None:
    assert problems(images=tuple(image(f"{number}.png") for number in range(10))) == []
    assert problems(images=(image("rendition"), image("A.JPEG?x=1"), image("b.webp"))) == []
    assert problems(videos=(FILM,)) == []


@pytest.mark.parametrize(
    ("story", "words"),
    [
        ({"images": (image(),) * 11}, "This answer has 11 pictures; a post on Facebook takes at most 10."),
        ({"images": (image("a.svg"),)}, "Facebook takes no pictures of the kind “svg”. Use a JPEG or PNG."),
        ({"images": (Image("/media/a.jpg", "x"),)}, facebook_media.NO_ADDRESS),
        ({"videos": (replace(FILM, url="file:///film.mp4"),)}, facebook_media.NO_ADDRESS),
        (
            {"videos": (replace(FILM, content_type="video/x-flv"),)},
            "Facebook takes no films of the kind “video/x-flv”. Use an MP4 file.",
        ),
        (
            {"videos": (replace(FILM, seconds=1_201),)},
            "The film is 21 minutes long; Facebook takes at most 20 minutes in this way.",
        ),
    ],
)
def test_what_facebook_does_not_take_is_a_problem_in_words(story: dict[str, Any], words: str) -> None:
    assert problems(**story) == [words]
    assert problems(sends="card", **story) == [], "a card shows none of them"


def test_a_correction_has_no_problem_with_pictures_that_it_does_not_send() -> None:
    adapter, story = sending("pictures"), make_correction(make_story(images=(image("a.svg"),) * 11))
    post = adapter.render(story, Action.CORRECT, MARKER)
    assert (post.images, adapter.problems(post)) == ((), [])


# Nothing doubled, nothing lost -------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "html_500", "server_error"])
def test_an_upload_that_nobody_sees_is_repeated_without_doubt(rig: WithMedia, lost: int, fault: str) -> None:
    adapter, story = rig.adapter(), rig.fit(fresh_story())
    story = replace(story, images=story.images[:lost] if lost > 1 else story.images)
    post = adapter.render(story, Action.POST, MARKER)
    rig.sandbox.faults.append({"fault": fault, "method": "POST", "path": f"/v25.0/{PAGE_ID}/photos"})
    assert raised(lambda: adapter.send(post, MARKER)).outcome is Outcome.TRANSIENT
    assert rig.copies() == []
    adapter.send(post, MARKER)
    (copy,) = rig.copies()
    assert copy["text"] == post.text


def test_uploads_that_take_longer_than_the_lease_allows_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facebook_media, "UPLOAD_SECONDS", -1.0)
    refused = raised(lambda: scripted().send(Post(text="Tin", images=(image(), image())), MARKER))
    assert (refused.outcome, refused.words) == (Outcome.TRANSIENT, facebook_media.TOO_SLOW)


def test_an_upload_without_a_number_is_not_published() -> None:
    adapter = scripted(answer({"id": "1"}), answer({"success": True}))
    refused = raised(lambda: adapter.send(Post(text="Tin", images=(image(), image())), MARKER))
    assert refused.outcome is Outcome.TRANSIENT


@pytest.mark.parametrize("told", [{"id": "77"}, {"id": "77", "post_id": 5}])
def test_a_picture_that_was_published_without_naming_its_post_is_looked_for(told: dict[str, Any]) -> None:
    assert raised(lambda: scripted(answer(told)).send(Post(text="x", images=(image(),)), MARKER)).outcome is (
        Outcome.UNKNOWN
    )


def test_posts_with_pictures_are_found_by_the_marker_in_their_text(rig: WithMedia) -> None:
    adapter, story = rig.adapter(), rig.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    adapter.send(adapter.render(rig.fit(fresh_story()), Action.POST, "another234"), "another234")
    assert adapter.find(adapter.render(story, Action.POST, MARKER), MARKER) == receipt
    cards = rig.adapter(config={"sends": "card"})
    found = cards.find(cards.render(story, Action.POST, MARKER), MARKER)
    assert found == receipt, "also where the channel has been set to cards meanwhile"


@pytest.mark.parametrize("before", ["card", "pictures", "film"])
@pytest.mark.parametrize("after", ["card", "pictures", "film"])
@pytest.mark.parametrize("action", [Action.CORRECT, Action.RETRACT])
def test_whatever_was_sent_and_is_set_now_a_changed_post_is_found_by_its_own_marker(
    rig: WithMedia, before: str, after: str, action: Action
) -> None:
    story = rig.fit(fresh_story())
    first = rig.adapter(config={"sends": before})
    post = first.render(story, Action.POST, MARKER)
    receipt = first.send(post, MARKER)
    changed = make_correction(story) if action == Action.CORRECT else make_retraction(story, images=(), videos=())
    later = rig.adapter(config={"sends": after})
    for _twice in range(2):
        assert later.edit(receipt, later.render(changed, action, "another234"), MARKER) == receipt
    (copy,) = rig.copies()
    assert changed.change in copy["text"] and "another234" not in copy["text"]
    assert (f"{story.url}\n" in copy["text"]) is (before == "card"), "the plain address only where a card is marked"
    assert first.find(post, MARKER) == receipt
    assert first.find(first.render(story, Action.POST, "another234"), "another234") is None


def test_an_edit_marks_the_frames_link_and_leaves_the_wording_alone(rig: WithMedia) -> None:
    adapter, story = rig.adapter(), rig.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    wording = f"Đọc ở {story.url} và {story.url}binh-luan/"
    adapter.edit(receipt, adapter.render(make_correction(story), Action.CORRECT, "another234", wording), MARKER)
    (copy,) = rig.copies()
    assert wording in copy["text"]
    assert f"Xem bằng chứng: {frame.marked(story.url, MARKER)}\n" in copy["text"]


def test_a_retracted_post_with_pictures_is_removed_where_the_channel_says_so(rig: WithMedia) -> None:
    adapter, story = rig.adapter(config={"on_retraction": "delete"}), rig.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    adapter.delete(receipt)
    assert rig.copies() == [] and requests.get(receipt.url, timeout=2).status_code == 404


# Films -------------------------------------------------------------------------------------------------------


class Clock:
    now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_film_that_is_processed_is_waited_for_and_then_has_its_address() -> None:
    clock = Clock()
    with WithFilm(clock=clock) as rig:
        rig.sandbox.media.processing_seconds = 12.0
        adapter, story = rig.adapter(), rig.fit(fresh_story())
        adapter.pause = lambda seconds: setattr(clock, "now", clock.now + seconds)
        receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
        assert clock.now >= 1_795_000_012.0
        assert requests.get(receipt.url, timeout=2).status_code == 200


def test_a_film_that_takes_long_is_accepted_and_never_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facebook_media, "LOOK_SECONDS", 0.0)
    clock = Clock()
    with WithFilm(clock=clock) as rig:
        rig.sandbox.media.processing_seconds = 600.0
        adapter, story = rig.adapter(), rig.fit(fresh_story())
        post = adapter.render(story, Action.POST, MARKER)
        receipt = adapter.send(post, MARKER)
        assert rig.copies() == [] and requests.get(receipt.url, timeout=2).status_code == 404, "nobody sees it yet"
        assert adapter.find(post, MARKER) == receipt, "and it is known to be there"
        clock.now += 601
        assert adapter.find(post, MARKER) == receipt, "the feed tells the same as the list of films"
        assert len(rig.copies()) == 1


def test_an_answer_lost_while_the_film_is_processed_does_not_double_it() -> None:
    clock = Clock()
    with WithFilm(clock=clock) as rig:
        rig.sandbox.media.processing_seconds = 600.0
        adapter, story = rig.adapter(), rig.fit(fresh_story())
        post = adapter.render(story, Action.POST, MARKER)
        rig.fault("drop_after")
        assert raised(lambda: adapter.send(post, MARKER)).outcome is Outcome.UNKNOWN
        assert adapter.find(post, MARKER) is not None
        rig.sandbox.media.lists_films = False
        assert adapter.find(post, MARKER) is None, "the feed alone cannot know: see the next test"


def test_where_only_the_feed_can_tell_it_is_believed_when_a_film_has_had_its_time() -> None:
    assert sending("film").allowance >= 900
    assert sending("pictures").allowance > facebook_media.UPLOAD_SECONDS
    assert sending("card").allowance == Facebook.longest_call == 0


def test_a_film_that_facebook_makes_nothing_of_is_told_and_taken_away(films: WithFilm) -> None:
    films.sandbox.media.fails = True
    adapter, story = films.adapter(), films.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    refused = raised(lambda: adapter.send(post, MARKER))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, FILM_FAILED)
    assert films.sandbox.posts == []


def test_a_failed_film_that_could_not_be_taken_away_is_not_taken_for_a_copy(films: WithFilm) -> None:
    films.sandbox.media.fails = True
    adapter, story = films.adapter(), films.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    films.sandbox.faults.append({"fault": "html_500", "method": "DELETE"})
    assert raised(lambda: adapter.send(post, MARKER)).words == FILM_FAILED
    assert len(films.sandbox.posts) == 1 and adapter.find(post, MARKER) is None


def test_a_film_is_out_even_if_nobody_can_say_how_it_fares() -> None:
    adapter = scripted(answer({"id": "55"}), NoAnswer())
    receipt = adapter.send(Post(text="Tin", videos=(FILM,)), MARKER)
    assert receipt == Receipt(f"{PAGE_ID}/videos/55", f"https://www.facebook.com/{PAGE_ID}/videos/55/")


def test_a_film_of_another_page_or_one_that_is_gone_is_told_apart(films: WithFilm) -> None:
    adapter = films.adapter()
    adapter.delete(Receipt(f"{PAGE_ID}/videos/404", ""))
    refused = raised(lambda: adapter.delete(Receipt("555/videos/404", "")))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, OTHER_PAGE)
    post = adapter.render(make_correction(make_story()), Action.CORRECT, "x")
    gone = raised(lambda: adapter.edit(Receipt(f"{PAGE_ID}/videos/404", ""), post, MARKER))
    assert (gone.outcome, gone.words) == (Outcome.PERMANENT, GONE)


def test_the_figures_of_a_film_are_those_of_its_post(films: WithFilm) -> None:
    adapter, story = films.adapter(), films.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    requests.get(receipt.url, timeout=2)
    films.sandbox.figures.reactions[films.sandbox.posts[0].id] = 7
    told = adapter.metrics(receipt)
    assert (told["views"], told["reactions"]) == (1, 7)


# Files that are not what they should be -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page.png", "large.png", "away.png", "nowhere.png"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_file_that_facebook_cannot_use_is_told_in_words_and_nothing_is_out(
    rig: WithMedia, name: str, count: int
) -> None:
    adapter, story = rig.adapter(), rig.fit(fresh_story())
    broken = replace(story.images[0], url=f"{rig.files.url}/{name}")
    post = adapter.render(replace(story, images=(*story.images[: count - 1], broken)), Action.POST, MARKER)
    refused = raised(lambda: adapter.send(post, MARKER))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, BAD_IMAGE)
    assert rig.copies() == []


@pytest.mark.parametrize(("name", "code"), [("1.png", "352"), ("nowhere.mp4", "389")])
def test_a_film_that_is_none_or_away_is_told_in_words(films: WithFilm, name: str, code: str) -> None:
    adapter, story = films.adapter(), films.fit(fresh_story())
    broken = replace(story.videos[0], url=f"{films.files.url}/{name}")
    post = adapter.render(replace(story, videos=(broken,)), Action.POST, MARKER)
    refused = raised(lambda: adapter.send(post, MARKER))
    assert (refused.outcome, refused.words, refused.vendor_code) == (Outcome.PERMANENT, BAD_FILM, code)


# The stand-in ------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Iterator[FacebookSandbox]:
    made = FacebookSandbox()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def files() -> Iterator[PublicFiles]:
    made = PublicFiles()
    made.start()
    yield made
    made.stop()


def ask(sandbox: FacebookSandbox, edge: str, **fields: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {PAGE_TOKEN}"}
    told = requests.post(f"{sandbox.url}/v25.0/{PAGE_ID}/{edge}", data=fields, headers=headers, timeout=5).json()
    return dict(told.get("error", told))


def test_the_stand_in_takes_an_unpublished_picture_once_and_only_its_own(
    sandbox: FacebookSandbox, files: PublicFiles
) -> None:
    photo = ask(sandbox, "photos", url=f"{files.url}/1.png", published="false")
    assert set(photo) == {"id"} and sandbox.posts == []
    attached = json.dumps([{"media_fbid": photo["id"]}])
    assert ask(sandbox, "feed", message="x", attached_media=json.dumps([{"media_fbid": "404"}]))["error_subcode"] == 33
    twice = json.dumps([{"media_fbid": photo["id"]}] * 2)
    assert ask(sandbox, "feed", message="x", attached_media=twice)["error_subcode"] == 1366051
    assert ask(sandbox, "feed", message="x", attached_media=attached)["id"].startswith(PAGE_ID)
    assert ask(sandbox, "feed", message="y", attached_media=attached)["error_subcode"] == 1366051
    published = ask(sandbox, "photos", url=f"{files.url}/1.png", caption="z")
    again = json.dumps([{"media_fbid": published["id"]}])
    assert ask(sandbox, "feed", message="x", attached_media=again)["error_subcode"] == 1366051


@pytest.mark.parametrize(
    "fields",
    [
        {"attached_media": "[1]"},
        {"attached_media": "1"},
        {"attached_media": "[]"},
        {"attached_media[0]": '{"media_fbid":"1"}'},
        {"attached_media": '[{"id":"1"}]'},
        {"attached_media": '[{"media_fbid":1}]'},
        {"attached_media": '[{"media_fbid":"1"}]', "link": "https://a.example/"},
    ],
)
def test_the_stand_in_wants_the_list_of_pictures_as_the_json_of_it(
    sandbox: FacebookSandbox, fields: dict[str, str]
) -> None:
    assert ask(sandbox, "feed", message="x", **fields)["code"] == 100
    assert sandbox.posts == []


@pytest.mark.parametrize(
    ("edge", "fields", "code"),
    [
        ("photos", {}, 324),
        ("photos", {"url": "/1.png"}, 324),
        ("photos", {"url": "file:///etc/passwd"}, 324),
        ("photos", {"url": "{files}/1.png", "published": "0"}, 100),
        ("photos", {"url": "{files}/1.png", "message": "x"}, 100),
        ("videos", {}, 100),
        ("videos", {"file_url": "{files}/film.mp4", "caption": "x"}, 100),
        ("videos", {"file_url": "{files}/film.mp4", "description": "x" * 63_207}, 100),
    ],
)
def test_the_stand_in_refuses_uploads_that_facebook_would_not_take(
    sandbox: FacebookSandbox, files: PublicFiles, edge: str, fields: dict[str, str], code: int
) -> None:
    given = {name: value.replace("{files}", files.url) for name, value in fields.items()}
    assert ask(sandbox, edge, **given)["code"] == code
    assert (sandbox.posts, sandbox.media.photos) == ([], {})


def test_a_film_larger_than_facebook_takes_is_refused(sandbox: FacebookSandbox, files: PublicFiles) -> None:
    sandbox.media.film_bytes = 100
    assert ask(sandbox, "videos", file_url=f"{files.url}/film.mp4")["code"] == 382


def test_pictures_and_films_survive_a_restart_of_the_stand_in(tmp_path: Path) -> None:
    store = tmp_path / "page.json"
    with WithMedia(store=store) as rig:
        receipts = []
        for sends in ("pictures", "film"):
            adapter = rig.adapter(config={"sends": sends})
            receipts.append(adapter.send(adapter.render(rig.fit(fresh_story()), Action.POST, MARKER), MARKER))
        port, photos = rig.sandbox.port, dict(rig.sandbox.media.photos)
    with Rig(port=port, store=store) as second:
        assert all(requests.get(one.url, timeout=2).status_code == 200 for one in receipts)
        assert len(photos) == 3 and second.sandbox.media.photos == photos


# Errors of films ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [351, 352, 382, 389])
def test_what_facebook_says_of_a_film_is_told_as_such(code: int) -> None:
    refused = raised(lambda: scripted(error(code)).send(Post(text="Tin", videos=(FILM,)), MARKER))
    assert (refused.outcome, refused.words) == (Outcome.PERMANENT, BAD_FILM)
