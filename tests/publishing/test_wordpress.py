"""What is particular to WordPress, against the stand-in that test_wordpress_real.py holds to the real one."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests

from publishing.channels import own_files, wordpress_media
from publishing.channels.base import Outcome
from publishing.channels.wordpress import BINNED, FIREWALL, LOGIN, MOVED, NO_CATEGORY, TWINS, WITHHELD, WordPress
from publishing.sandbox.wordpress import CATEGORY, DISPLAY_NAME, NAME, PASSWORD, ROLES, USERNAME, WordPressSandbox
from publishing.story import Action, Image, Source, Way
from tests.publishing.public_files import png
from tests.publishing.rigs.wordpress import Rig, WithPicture
from tests.publishing.scripted import raised as refusal
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story

MARKER = "m7k2p9x4qa"


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def writes(rig: Rig) -> list[tuple[str, str]]:
    return [(one["method"], one["query"]["rest_route"]) for one in rig.sandbox.log if one["method"] != "GET"]


def kept(rig: Rig) -> list[dict[str, Any]]:
    return list(rig.sandbox.kept["posts"].values())


def set_status(rig: Rig, status: str) -> None:
    """What somebody at the newspaper does to the newest post."""
    with rig.sandbox.lock:
        kept(rig)[-1]["status"] = status


def second_copy(rig: Rig, slug: str) -> None:
    """A copy that a call made whose answer never came, and that nobody has taken back."""
    login = (USERNAME, PASSWORD)
    url = f"{rig.sandbox.url}/?rest_route=/wp/v2/posts"
    assert requests.post(url, json={"title": "x", "slug": slug, "status": "publish"}, auth=login).status_code == 201


# The article -------------------------------------------------------------------------------------------------


def rendered(action: Action = Action.POST, wording: str = "", **kw: Any) -> Any:
    story = make_story(**kw)
    if action != Action.POST:
        story = make_correction(story) if action == Action.CORRECT else make_retraction(story)
    return WordPress({}, {}, owner="Báo Ánh Dương").render(story, action, MARKER, wording)


def test_the_article_is_framed_by_verdict_evidence_and_source() -> None:
    post = rendered()
    order = [
        "<strong>Không đúng. Sở Y tế",
        "Nội dung được kiểm chứng:",
        "Kết luận:</strong> Tin giả",
        "Bài viết lan truyền",
    ]
    order += ["<h2>Bằng chứng</h2>", "Thông báo số 12", "Theo <a href=", "Trung tâm Xử lý tin giả", "Báo Ánh Dương"]
    places = [post.html.index(part) for part in order]
    assert places == sorted(places)
    assert post.title == "Nước chanh nóng không chữa khỏi sốt xuất huyết"
    assert post.text == make_story().short_answer


def test_pictures_keep_their_alternative_text_and_credit() -> None:
    post = rendered(
        images=(Image("https://tinthat.example/a.jpg?x=1&y=2", 'Cầu "Lam Giang" & sông', 800, 450, "Ảnh: Sở"),)
    )
    assert re.search(
        r'<figure><img src="https://tinthat.example/a.jpg\?x=1&amp;y=2" alt="Cầu &quot;Lam Giang&quot; &amp; sông" '
        r'width="800" height="450"><figcaption>Ảnh: Sở</figcaption></figure>',
        post.html,
    ), post.html


def test_a_correction_keeps_the_headline_and_opens_with_a_dated_notice() -> None:
    post = rendered(Action.CORRECT)
    assert post.title == rendered().title
    assert post.html.startswith("<blockquote><p><strong>Đính chính ngày 20/11/2026</strong></p><p>Số ca trong tuần 46")


def test_a_date_is_the_readers_date() -> None:
    story = make_correction(make_story(), modified_at=datetime(2026, 11, 20, 18, 30, tzinfo=UTC))
    assert "ngày 21/11/2026" in WordPress({}, {}).render(story, Action.CORRECT, MARKER).html


def test_a_retraction_leaves_nothing_of_what_is_withdrawn_and_marks_the_headline() -> None:
    post = rendered(Action.RETRACT)
    whole = f"{post.title} {post.text} {post.html}"
    assert post.title == "[Đã rút bài] Nước chanh nóng không chữa khỏi sốt xuất huyết"
    assert "Nguồn tin chính đã rút lại xác nhận." in whole
    for withdrawn in (make_story().short_answer, make_story().claim, "Bài viết lan truyền", "Tin giả<", "Bằng chứng"):
        assert withdrawn not in whole


def test_the_article_speaks_the_language_of_the_story() -> None:
    html = rendered(Action.CORRECT, language="en").html
    assert "Correction of 2026-11-20" in html
    assert "Evidence" in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        "<iframe src=https://x.example></iframe>",
    ],
)
@pytest.mark.parametrize("place", ["body_html", "claim", "verdict", "short_answer", "change", "office", "title"])
def test_hostile_markup_is_text_or_gone_wherever_it_comes_from(hostile: str, place: str) -> None:
    story = make_correction(make_story(), **{place: hostile})
    html = WordPress({}, {}, owner=hostile).render(story, Action.CORRECT, MARKER).html
    tags = " ".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"script|onerror|iframe|javascript", tags), tags


def test_evidence_with_a_hostile_address_has_no_link() -> None:
    html = rendered(sources=(Source("Nguồn", "javascript:alert(1)"),)).html
    assert "javascript" not in html
    assert "Nguồn" in html


def test_what_wordpress_would_carry_out_is_only_shown() -> None:
    html = rendered(body_html="<p>[gallery] [1]</p><p>https://video.example/v</p><p> http://x.example/</p>").html
    assert "[gallery]" not in html
    assert "[gallery] [1]" in unescape(html)
    assert not re.search(r"(^|>)\s*https?://", html, re.MULTILINE)
    assert "https://video.example/v" in unescape(html)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("nuoc-chanh", f"nuoc-chanh-{MARKER}"),
        ("Đường -- Đà Nẵng & tôi", f"duong-da-nang-toi-{MARKER}"),
        (unicodedata.normalize("NFD", "đặng thùy trâm"), f"dang-thuy-tram-{MARKER}"),
        ("", MARKER),
        ("…", MARKER),
        ("a" * 500, f"{'a' * 179}-{MARKER}"),
        ("a" * 178 + "-b", f"{'a' * 178}-{MARKER}"),
    ],
)
def test_the_slug_is_what_wordpress_would_make_of_it(rig: Rig, words: str, slug: str) -> None:
    post = rig.adapter().render(fresh_story(slug=words), Action.POST, MARKER)
    assert post.slug == slug
    assert len(post.slug) <= 190
    rig.adapter().send(post, MARKER)
    assert kept(rig)[-1]["slug"] == slug


def test_a_retraction_goes_the_way_that_was_configured() -> None:
    assert WordPress({"on_retraction": "notice"}, {}).way(Action.RETRACT) is Way.EDIT
    assert WordPress({"on_retraction": "trash"}, {}).way(Action.RETRACT) is Way.DELETE
    assert WordPress({"on_retraction": "trash"}, {}).way(Action.CORRECT) is Way.EDIT


# One copy, whatever happens ----------------------------------------------------------------------------------


def test_a_create_is_one_write_with_comments_closed_in_the_category(rig: Rig) -> None:
    post = rig.adapter().render(fresh_story(), Action.POST, MARKER)
    receipt = rig.adapter().send(post, MARKER)
    (made,) = kept(rig)
    assert writes(rig) == [("POST", "/wp/v2/posts")]
    assert (made["comment_status"], made["ping_status"], made["status"]) == ("closed", "closed", "publish")
    assert [rig.sandbox.kept["terms"][str(one)] for one in made["categories"]] == [CATEGORY]
    assert receipt.url.endswith(f"/{post.slug}/")


def test_a_second_copy_is_taken_back_at_once_and_the_first_stands(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    first = adapter.send(post, MARKER)
    assert adapter.send(post, MARKER) == first
    assert [one["status"] for one in kept(rig)] == ["publish", "trash"]
    assert adapter.find(post, MARKER) == first


def test_a_second_copy_that_cannot_be_taken_back_is_not_overlooked(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    adapter.send(post, MARKER)
    rig.sandbox.faults.append({"fault": "html_500", "method": "DELETE"})
    assert refusal(lambda: adapter.send(post, MARKER)).outcome is Outcome.UNKNOWN
    error = refusal(lambda: adapter.find(post, MARKER))
    assert (error.outcome, error.words) == (Outcome.PERMANENT, TWINS)
    assert len(rig.copies()) == 2


def test_two_copies_need_a_person(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    adapter.send(post, MARKER)
    second_copy(rig, post.slug)
    error = refusal(lambda: adapter.find(post, MARKER))
    assert (error.outcome, error.words) == (Outcome.PERMANENT, TWINS)
    assert f"{post.slug}-2" in error.vendor_words


def test_a_read_that_fails_after_a_create_leaves_it_unknown(rig: Rig) -> None:
    adapter = rig.adapter(config={"category": ""})
    post = adapter.render(fresh_story(), Action.POST, MARKER)
    adapter.send(post, MARKER)
    rig.sandbox.faults.append({"fault": "html_500", "method": "GET"})
    assert refusal(lambda: adapter.send(post, MARKER)).outcome is Outcome.UNKNOWN


def test_a_site_that_words_its_own_addresses_gets_one_copy_and_says_at_once_what_it_withholds(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    rig.sandbox.address = lambda slug: f"bai-{len(slug)}"
    assert adapter.send(post, MARKER).url.endswith(f"/bai-{len(post.slug)}/")
    assert [one["status"] for one in kept(rig)] == ["publish"]
    rig.fault("review")
    assert refusal(lambda: adapter.send(post, MARKER)).outcome is Outcome.PERMANENT  # find() would not see it


def test_an_answer_of_another_kind_than_a_post_is_unknown(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    rig.fault("other_json")
    assert refusal(lambda: adapter.send(post, MARKER)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("status", "words"), [("trash", BINNED), ("draft", WITHHELD), ("pending", WITHHELD)])
def test_what_the_newspaper_took_down_is_left_to_people(rig: Rig, status: str, words: str) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    receipt = adapter.send(post, MARKER)
    adapter.delete(receipt) if status == "trash" else set_status(rig, status)
    for call in (lambda: adapter.find(post, MARKER), lambda: adapter.edit(receipt, post, MARKER)):
        error = refusal(call)
        assert (error.outcome, error.words) == (Outcome.PERMANENT, words)
    assert rig.copies() == []


def test_what_a_plugin_holds_for_review_is_looked_for_and_then_told_in_words(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    rig.fault("review")
    assert refusal(lambda: adapter.send(post, MARKER)).outcome is Outcome.UNKNOWN
    assert refusal(lambda: adapter.find(post, MARKER)).words == WITHHELD
    set_status(rig, "publish")
    assert adapter.find(post, MARKER) is not None


def test_an_edit_leaves_address_status_and_category_to_the_newspaper(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    kept(rig)[0]["categories"] = [1]
    adapter.edit(receipt, adapter.render(make_correction(story), Action.CORRECT, "another234"), MARKER)
    assert (kept(rig)[0]["categories"], kept(rig)[0]["slug"].endswith(MARKER)) == ([1], True)


def test_editing_what_was_deleted_says_that_it_is_gone(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    post = adapter.render(story, Action.POST, MARKER)
    receipt = adapter.send(post, MARKER)
    rig.sandbox.kept["posts"].clear()
    assert refusal(lambda: adapter.edit(receipt, post, MARKER)).outcome is Outcome.PERMANENT
    adapter.delete(receipt)  # gone already is success


def test_a_site_without_a_bin_deletes_for_good() -> None:
    with Rig(has_bin=False) as rig:
        adapter = rig.adapter()
        receipt = adapter.send(adapter.render(fresh_story(), Action.POST, MARKER), MARKER)
        adapter.delete(receipt)
        adapter.delete(receipt)
        assert kept(rig) == []


# Permission, categories, settings ----------------------------------------------------------------------------


def test_a_probe_names_site_and_user(rig: Rig) -> None:
    assert rig.adapter().probe().name == f"{NAME} · {DISPLAY_NAME}"
    assert writes(rig) == []


@pytest.mark.parametrize("role", ["subscriber", "contributor"])
def test_a_user_who_may_not_publish_is_auth(rig: Rig, role: str) -> None:
    rig.sandbox.users[USERNAME] = (role, PASSWORD)
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    for call in (adapter.probe, lambda: adapter.send(post, MARKER)):
        assert refusal(call).outcome is Outcome.AUTH
    assert kept(rig) == []


def test_a_revoked_password_is_auth_even_where_wordpress_says_bad_request(rig: Rig) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    rig.sandbox.users.clear()
    error = refusal(lambda: adapter.find(post, MARKER))
    assert (error.outcome, error.words, error.http_status) == (Outcome.AUTH, LOGIN, 400)


def test_a_category_is_found_whatever_its_case_and_created_by_who_may(rig: Rig) -> None:
    adapter = rig.adapter(config={"category": CATEGORY.upper()})
    adapter.send(adapter.render(fresh_story(), Action.POST, MARKER), MARKER)
    new = rig.adapter(config={"category": "Tin giả & lừa đảo"})
    post = new.render(fresh_story(), Action.POST, "another234")
    assert refusal(lambda: new.send(post, "another234")).words == NO_CATEGORY
    assert refusal(new.probe).words == NO_CATEGORY
    assert len(kept(rig)) == 1
    rig.sandbox.users[USERNAME] = ("editor", PASSWORD)
    for _twice in range(2):
        new.send(post, "another234")
    assert list(rig.sandbox.kept["terms"].values()).count("Tin giả &amp; lừa đảo") == 1


@pytest.mark.parametrize(("fault", "words"), [("redirect", MOVED), ("firewall", FIREWALL)])
def test_a_probe_says_what_is_wrong_with_the_address(rig: Rig, fault: str, words: str) -> None:
    rig.sandbox.faults.append({"fault": fault, "method": "GET"})
    assert refusal(rig.adapter().probe).words == words


@pytest.mark.parametrize(("fault", "seconds"), [("throttle", 120.0), ("maintenance", 600.0)])
def test_the_wait_that_the_site_asks_for_is_kept(rig: Rig, fault: str, seconds: float) -> None:
    adapter, post = rig.adapter(), rig.adapter().render(fresh_story(), Action.POST, MARKER)
    rig.fault(fault)
    error = refusal(lambda: adapter.send(post, MARKER))
    assert (error.outcome, error.retry_after) == (Outcome.THROTTLED, seconds)
    rig.sandbox.faults.append({"fault": fault, "method": "GET"})
    error = refusal(lambda: adapter.find(post, MARKER))
    assert (error.outcome, error.retry_after) == (
        Outcome.THROTTLED if fault == "throttle" else Outcome.TRANSIENT,
        seconds,
    )


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "html_500", "html_200", "db_error"])
def test_an_edit_without_a_clear_answer_may_be_repeated(rig: Rig, fault: str) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    post = adapter.render(make_correction(story), Action.CORRECT, "another234")
    rig.fault(fault)
    assert refusal(lambda: adapter.edit(receipt, post, MARKER)).outcome is Outcome.TRANSIENT
    assert adapter.edit(receipt, post, MARKER) == receipt


def test_names_and_passwords_with_blanks_and_accents_arrive(rig: Rig) -> None:
    rig.sandbox.users["Nguyễn Đức"] = ("author", "abcd1234")
    adapter = rig.adapter(config={"username": "Nguyễn Đức"}, secrets={"application_password": "ab cd 12 34"})
    assert adapter.probe().name


@pytest.mark.parametrize(
    ("entered", "kept_as"),
    [
        ("https://bao.example/", "https://bao.example"),
        ("bao.example", "https://bao.example"),
        ("https://bao.example/tin/", "https://bao.example/tin"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://bao.example", None),
        ("https://ai:matkhau@bao.example", None),
        ("https://bao.example/?p=1", None),
    ],
)
def test_the_address_is_plain_and_encrypted(rig: Rig, entered: str, kept_as: str | None) -> None:
    config, secrets = rig.settings()
    form = rig.adapter().Form(config | secrets | {"base_url": entered})
    assert form.is_valid() is (kept_as is not None), form.errors
    assert form.cleaned_data.get("base_url") == kept_as


# The stand-in ------------------------------------------------------------------------------------------------


def test_readers_see_pages_that_say_they_are_a_simulation(rig: Rig) -> None:
    story = fresh_story()
    receipt = rig.adapter().send(rig.adapter().render(story, Action.POST, MARKER), MARKER)
    front, page = requests.get(rig.sandbox.url), requests.get(receipt.url)
    for shown in (front, page, requests.get(f"{rig.sandbox.url}/nowhere/")):
        assert "MÔ PHỎNG – không phải báo thật" in shown.text
        assert NAME in shown.text
    assert receipt.url in front.text
    assert story.short_answer in page.text
    assert requests.get(f"{rig.sandbox.url}/?p={receipt.remote_id}").text == page.text


def test_what_is_withdrawn_is_off_the_pages(rig: Rig) -> None:
    adapter, story = rig.adapter(), fresh_story()
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    adapter.delete(receipt)
    assert requests.get(receipt.url).status_code == 404
    assert story.title not in requests.get(rig.sandbox.url).text


def test_permalinks_survive_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "newspaper.json"
    with Rig(store=store) as rig:
        post = rig.adapter().render(fresh_story(), Action.POST, MARKER)
        receipt = rig.adapter().send(post, MARKER)
        port = rig.sandbox.port
    with Rig(store=store, port=port) as rig:
        assert requests.get(receipt.url).status_code == 200
        assert rig.adapter().find(post, MARKER) == receipt


def test_the_log_of_requests_holds_no_password(rig: Rig) -> None:
    rig.adapter().probe()
    encoded = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    assert PASSWORD not in str(rig.sandbox.log)
    assert encoded not in str(rig.sandbox.log)


def test_the_stand_in_refuses_to_start_on_a_port_in_use(rig: Rig) -> None:
    with pytest.raises(OSError, match="in use"):
        WordPressSandbox(port=rig.sandbox.port)


# Pictures ----------------------------------------------------------------------------------------------------


@pytest.fixture
def pictured() -> Iterator[WithPicture]:
    with WithPicture() as running:
        yield running


def library(rig: Rig) -> list[dict[str, Any]]:
    return list(rig.sandbox.library.pictures.values())


def test_the_first_picture_is_uploaded_and_the_others_stay_in_the_text(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    assert post.images == story.images[:1], "the board shows it"
    receipt = adapter.send(post, MARKER)
    (picture,) = library(pictured)
    assert (picture["alt_text"], picture["caption"]) == (story.images[0].alt, "Sở GTVT 1")
    assert kept(pictured)[0]["featured_media"] == picture["id"]
    page = requests.get(receipt.url).text
    assert f'<img src="{picture["path"]}" alt="{story.images[0].alt}">' in page
    assert story.images[0].url not in page and story.images[1].url in page
    assert "<em>Ảnh: Sở GTVT 1</em>" in page, "named in the text, too: not every site shows it with the picture"
    served = requests.get(pictured.sandbox.url + picture["path"])
    assert (served.content, served.headers["Content-Type"]) == (png(1), "image/png")


@pytest.mark.parametrize("config", [{}, {"pictures": "linked"}, {"pictures": ""}])
def test_a_channel_from_before_this_setting_leaves_every_picture_in_the_text(config: dict[str, str]) -> None:
    picture = Image("https://tinthat.example/a.jpg", "Cầu", credit="Sở")
    post = WordPress(config, {}).render(make_story(images=(picture,)), Action.POST, MARKER)
    assert post.images == () and '<img src="https://tinthat.example/a.jpg"' in post.html
    assert WordPress(config, {}).allowance == 0


def test_the_form_offers_uploading_to_new_channels_and_changes_nothing_for_those_there_are() -> None:
    def chosen(**options: Any) -> str:
        found = re.search(r'value="(\w+)" selected', str(WordPress.Form(**options)["pictures"]))
        assert found
        return found[1]

    assert chosen(initial={}) == "upload"
    assert chosen(initial={"base_url": "https://bao.example"}) == "linked"
    assert chosen(initial={"base_url": "https://bao.example", "pictures": "upload"}) == "upload"


def test_a_picture_whose_upload_had_no_answer_is_found_and_not_uploaded_again(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    post = adapter.render(story, Action.POST, MARKER)
    pictured.sandbox.faults.append({"fault": "drop_after", "method": "POST", "route": "/wp/v2/media"})
    assert refusal(lambda: adapter.send(post, MARKER)).outcome is Outcome.TRANSIENT
    assert (len(library(pictured)), kept(pictured)) == (1, [])
    adapter.send(post, MARKER)
    assert len(library(pictured)) == 1 and kept(pictured)[0]["featured_media"] == library(pictured)[0]["id"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("drop_before", Outcome.TRANSIENT),
        ("html_500", Outcome.TRANSIENT),
        ("html_200", Outcome.TRANSIENT),
        ("other_json", Outcome.TRANSIENT),
        ("throttle", Outcome.THROTTLED),
        ("revoked", Outcome.AUTH),
        ("role_lost", Outcome.AUTH),
        ("firewall", Outcome.AUTH),
        ("redirect", Outcome.PERMANENT),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_picture_that_fails_holds_the_article_back_and_never_in_doubt(
    pictured: WithPicture, fault: str, outcome: Outcome, method: str
) -> None:
    if (method, fault) in {("GET", "revoked"), ("GET", "role_lost")}:
        pytest.skip("anybody may read the library")
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    pictured.sandbox.faults.append({"fault": fault, "method": method, "route": "/wp/v2/media"})
    error = refusal(lambda: adapter.send(adapter.render(story, Action.POST, MARKER), MARKER))
    assert (error.outcome, kept(pictured)) == (outcome, [])


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("page.png", Outcome.PERMANENT, own_files.NO_PICTURE),
        ("large.png", Outcome.PERMANENT, own_files.PICTURE.too_large),
        ("nowhere.png", Outcome.PERMANENT, own_files.PICTURE.gone),
        ("away.png", Outcome.TRANSIENT, own_files.PICTURE.away),
    ],
)
def test_a_picture_that_cannot_be_had_is_told_in_words_before_anything_is_published(
    pictured: WithPicture, name: str, outcome: Outcome, words: str
) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    broken = replace(story.images[0], url=f"{pictured.files.url}/{name}")
    error = refusal(lambda: adapter.send(adapter.render(replace(story, images=(broken,)), Action.POST, MARKER), MARKER))
    assert (error.outcome, error.words) == (outcome, words)
    assert "%(" not in error.words % error.values
    assert writes(pictured) == []


def test_a_site_of_ours_that_does_not_answer_is_asked_again(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    away = replace(story.images[0], url="http://127.0.0.1:9/1.png")
    error = refusal(lambda: adapter.send(adapter.render(replace(story, images=(away,)), Action.POST, MARKER), MARKER))
    assert (error.outcome, error.words) == (Outcome.TRANSIENT, own_files.PICTURE.away)


def test_a_server_that_takes_no_file_of_that_size_is_told_as_such(pictured: WithPicture) -> None:
    pictured.sandbox.library.most_bytes = 100
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    error = refusal(lambda: adapter.send(adapter.render(story, Action.POST, MARKER), MARKER))
    assert (error.outcome, error.words, error.http_status) == (Outcome.PERMANENT, wordpress_media.REFUSED, 413)


def test_another_description_or_credit_is_another_upload_and_the_same_one_is_not(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    first = story.images[0]
    for image in (first, replace(first, url=f"{pictured.files.url}/01.png"), replace(first, width=0)):
        assert wordpress_media.media_id(adapter._call, adapter.http, image) == library(pictured)[0]["id"]
    for image in (replace(first, alt="Khác"), replace(first, credit="Khác")):
        wordpress_media.media_id(adapter._call, adapter.http, image)
    assert len(library(pictured)) == 3


def test_a_correction_reaches_readers_even_if_its_picture_does_not(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    gone = replace(story.images[0], url=f"{pictured.files.url}/nowhere.png")
    after = make_correction(replace(story, images=(gone,)))
    error = refusal(lambda: adapter.edit(receipt, adapter.render(after, Action.CORRECT, "another234"), MARKER))
    assert error.words == own_files.PICTURE.gone
    assert after.change in pictured.copies()[0]["text"]


def test_a_correction_without_a_picture_takes_ours_away_and_keeps_the_newspapers(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    bare = adapter.render(make_correction(replace(story, images=())), Action.CORRECT, "another234")
    adapter.edit(receipt, bare, MARKER)
    assert kept(pictured)[0]["featured_media"] == 0
    theirs = library(pictured)[0] | {"id": 77, "slug": "anh-toa-soan"}
    pictured.sandbox.library.pictures["77"] = theirs
    kept(pictured)[0]["featured_media"] = 77
    for again in (bare, adapter.render(make_correction(story), Action.CORRECT, "another234")):
        adapter.edit(receipt, again, MARKER)
        assert kept(pictured)[0]["featured_media"] == 77


def test_a_picture_that_was_deleted_at_the_newspaper_is_given_again(pictured: WithPicture) -> None:
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    pictured.sandbox.library.pictures.clear()
    adapter.edit(receipt, adapter.render(make_correction(story), Action.CORRECT, "another234"), MARKER)
    assert kept(pictured)[0]["featured_media"] == library(pictured)[0]["id"]


@pytest.mark.parametrize("on_retraction", ["notice", "trash"])
def test_a_retracted_article_loses_its_picture_and_the_library_keeps_it(
    pictured: WithPicture, on_retraction: str
) -> None:
    adapter, story = pictured.adapter(config={"on_retraction": on_retraction}), pictured.fit(fresh_story())
    receipt = adapter.send(adapter.render(story, Action.POST, MARKER), MARKER)
    if on_retraction == "trash":
        adapter.delete(receipt)
        assert requests.get(receipt.url).status_code == 404
    else:
        adapter.edit(receipt, adapter.render(make_retraction(story), Action.RETRACT, "another234"), MARKER)
        assert library(pictured)[0]["path"] not in requests.get(receipt.url).text
    assert len(library(pictured)) == 1


def test_a_probe_asks_whether_pictures_may_be_uploaded(pictured: WithPicture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictured.adapter().probe().name
    monkeypatch.setitem(ROLES, "author", tuple(may for may in ROLES["author"] if may != "upload_files"))
    error = refusal(pictured.adapter().probe)
    assert (error.outcome, error.words) == (Outcome.AUTH, wordpress_media.NO_UPLOAD)
    assert pictured.adapter(config={"pictures": "linked"}).probe().name
    adapter, story = pictured.adapter(), pictured.fit(fresh_story())
    error = refusal(lambda: adapter.send(adapter.render(story, Action.POST, MARKER), MARKER))
    assert (error.outcome, error.words, kept(pictured)) == (Outcome.AUTH, wordpress_media.NO_UPLOAD, [])
