"""Against a real WordPress: what a reader sees, and proof that the stand-in answers as the real one does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

import pytest
import requests

from publishing.channels import own_files, wordpress_media
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.wordpress import WordPress
from publishing.sandbox.wordpress import WordPressSandbox
from publishing.story import Action, Image, Post, Receipt, Story
from publishing.text import plain_text
from tests.publishing.public_files import PublicFiles, png
from tests.publishing.stories import fresh_story, make_correction, make_retraction, token_of
from tests.servers.wordpress import SITE_NAME, RealWordPress, real_wordpress

pytestmark = pytest.mark.needs("mariadbd", "php", "wordpress")


@pytest.fixture(scope="module")
def site() -> Iterator[RealWordPress]:
    with real_wordpress() as running:
        yield running


def newspaper(site: RealWordPress, login: str = "", key: str = "", **config: Any) -> WordPress:
    config = {"base_url": site.url, "username": login or site.username} | config
    return WordPress(config, {"application_password": key or site.password}, owner="Báo Ánh Dương")


def rendered(story: Story, action: Action = Action.POST, marker: str = "m7k2p9x4qa") -> Post:
    return WordPress({}, {}, owner="Báo Ánh Dương").render(story, action, marker)


def posts_of(site: RealWordPress, story: Story) -> list[dict[str, Any]]:
    return [post for post in site.posts() if token_of(story) in post["slug"]]


def read(receipt: Receipt) -> str:
    """The page behind the permalink as anybody gets it; the article's content as text, with blanks made one."""
    page = requests.get(receipt.url, timeout=20)
    assert page.status_code == 200
    return page.text


def words(page: str) -> str:
    return re.sub(r"\s+", " ", plain_text(page))


def refusal(call: Any) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        call()
    return caught.value


# What a reader sees ------------------------------------------------------------------------------------------


def test_a_post_is_at_its_permalink_for_anybody(site: RealWordPress) -> None:
    story = fresh_story()
    receipt = newspaper(site).send(rendered(story), "m7k2p9x4qa")
    page = words(read(receipt))
    for told in (story.title, story.claim, story.verdict, story.short_answer, story.office, "thông báo của Sở Y tế"):
        assert told in page
    (kept,) = posts_of(site, story)
    assert kept["slug"].endswith("-m7k2p9x4qa")
    assert (kept["comment_status"], kept["ping_status"], kept["status"]) == ("closed", "closed", "publish")


def test_links_pictures_and_evidence_arrive_as_written(site: RealWordPress) -> None:
    picture = Image("https://tinthat.example/media/cau.jpg", "Cầu Lam Giang sáng nay", 1200, 675, "Ảnh: Sở GTVT")
    story = fresh_story(images=(picture,))
    page = read(newspaper(site).send(rendered(story), "m7k2p9x4qa"))
    assert f'<a href="{story.url}"' in page
    assert '<a href="https://soyte.example/thong-bao"' in page
    assert re.search(
        r'<figure><img [^>]*src="https://tinthat.example/media/cau.jpg" alt="Cầu Lam Giang sáng nay"', page
    )
    assert "<figcaption>Ảnh: Sở GTVT</figcaption>" in page


def test_vietnamese_is_intact_and_composed(site: RealWordPress) -> None:
    said = "Đường Đặng Thùy Trâm ngập: ắ ằ ẳ ẵ ặ ế ề ể ễ ệ ố ồ ổ ỗ ộ ứ ừ ử ữ ự ỳ ỷ ỹ ỵ đ Đ 🇻🇳"
    story = fresh_story(short_answer=unicodedata.normalize("NFD", said), claim=unicodedata.normalize("NFD", said))
    post = rendered(story)
    receipt = newspaper(site).send(post, "m7k2p9x4qa")
    (kept,) = posts_of(site, story)
    assert kept["excerpt"] == said
    assert said in kept["content"]
    assert said in read(receipt)
    assert kept["content"] == unicodedata.normalize("NFC", kept["content"])


def test_scripts_and_what_wordpress_would_run_never_arrive(site: RealWordPress) -> None:
    story = fresh_story(
        body_html=(
            '<p onclick="alert(1)">Một</p><script>alert(2)</script><iframe src="https://x.example"></iframe>'
            "<p>[gallery]</p><p>https://video.example/watch?v=1</p>"
        ),
        claim="Bấm [caption] <script>alert(3)</script> <b>ngay</b>",
    )
    page = read(newspaper(site).send(rendered(story), "m7k2p9x4qa"))
    assert "<script" not in page
    assert "<iframe" not in page
    assert "onclick" not in page
    assert "[gallery]" in unescape(page)
    assert "https://video.example/watch?v=1" in words(page)
    assert "Bấm [caption] <script>alert(3)</script> <b>ngay</b>" in unescape(page)


def test_a_correction_is_on_top_of_the_same_page(site: RealWordPress) -> None:
    story, channel = fresh_story(), newspaper(site)
    receipt = channel.send(rendered(story), "m7k2p9x4qa")
    after = make_correction(story, short_answer=f"Bản sửa, tin số {token_of(story)}.")
    for _twice in range(2):
        assert channel.edit(receipt, rendered(after, Action.CORRECT, "another234"), "m7k2p9x4qa") == receipt
    page = words(read(receipt))
    assert "Đính chính ngày 20/11/2026 Số ca trong tuần 46 là 214, không phải 241." in page
    assert f"Bản sửa, tin số {token_of(story)}." in page
    assert story.short_answer not in page
    assert len(posts_of(site, story)) == 1
    assert channel.find(rendered(story), "m7k2p9x4qa") == receipt


def test_a_retraction_by_notice_leaves_nothing_of_the_article(site: RealWordPress) -> None:
    story, channel = fresh_story(), newspaper(site)
    receipt = channel.send(rendered(story), "m7k2p9x4qa")
    after = make_retraction(story)
    channel.edit(receipt, rendered(after, Action.RETRACT), "m7k2p9x4qa")
    page = words(read(receipt))
    assert "Nguồn tin chính đã rút lại xác nhận." in page
    assert f"[Đã rút bài] {story.title}" in page
    for withdrawn in (story.short_answer, story.claim, "Bài viết lan truyền dùng tên"):
        assert withdrawn not in page


def test_a_retraction_by_the_bin_takes_the_page_away(site: RealWordPress) -> None:
    story, channel = fresh_story(), newspaper(site, on_retraction="trash")
    receipt = channel.send(rendered(story), "m7k2p9x4qa")
    for _twice in range(2):
        channel.delete(receipt)
    assert requests.get(receipt.url, timeout=20).status_code == 404
    (kept,) = posts_of(site, story)
    assert kept["status"] == "trash"


def test_a_category_that_is_there_is_used_whatever_its_letters(site: RealWordPress) -> None:
    for name in ("Tin giả & lừa đảo", "TIN GIẢ & lừa đảo"):
        story = fresh_story()
        newspaper(site, "editor", site.key("editor"), category=name).send(rendered(story), "m7k2p9x4qa")
        (kept,) = posts_of(site, story)
        assert [unescape(one) for one in kept["categories"]] == ["Tin giả & lừa đảo"]


def test_a_category_that_is_not_there_needs_somebody_who_may_create_it(site: RealWordPress) -> None:
    channel, story = newspaper(site, category="Chưa có"), fresh_story()
    for call in (channel.probe, lambda: channel.send(rendered(story), "m7k2p9x4qa")):
        error = refusal(call)
        assert (error.outcome, "category" in error.words) == (Outcome.PERMANENT, True)
    assert posts_of(site, story) == []


# Pictures ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files() -> Iterator[PublicFiles]:
    running = PublicFiles()
    running.start()
    yield running
    running.stop()


def illustrated(files: PublicFiles, number: int = 1, **kw: Any) -> Story:
    story = fresh_story()
    picture = Image(f"{files.url}/{number}.png", f"Cầu Lam Giang, tin số {token_of(story)}", 16, 9, "Sở GTVT & Báo")
    return replace(story, images=(picture,), **kw)


def uploading(site: RealWordPress) -> WordPress:
    return newspaper(site, pictures="upload")


def posted(channel: WordPress, story: Story) -> Receipt:
    return channel.send(channel.render(story, Action.POST, "m7k2p9x4qa"), "m7k2p9x4qa")


def own_picture(site: RealWordPress, story: Story) -> dict[str, Any] | None:
    """The picture that the article of ``story`` has for its own."""
    (kept,) = posts_of(site, story)
    return next((one for one in site.pictures() if one["id"] == kept["picture"]), None)


def test_the_first_picture_is_the_articles_own_with_description_and_credit(
    site: RealWordPress, files: PublicFiles
) -> None:
    story = illustrated(files)
    page = read(posted(uploading(site), story))
    picture = own_picture(site, story)
    assert picture is not None
    assert (picture["alt"], picture["caption"]) == (story.images[0].alt, "Sở GTVT &amp; Báo")
    assert (picture["type"], picture["slug"][:11]) == ("image/png", "fact-check-")
    served = requests.get(picture["url"], timeout=20)
    assert (served.status_code, served.content) == (200, png(1))
    assert re.search(rf'<img [^>]*src="{picture["url"]}"[^>]* alt="{story.images[0].alt}"', page)
    assert story.images[0].url not in page, "not a second time, from our site"
    assert "Ảnh: Sở GTVT & Báo" in unescape(words(page))


def test_the_articles_picture_is_told_by_the_api(site: RealWordPress, files: PublicFiles) -> None:
    story = illustrated(files)
    receipt = posted(uploading(site), story)
    told = requests.get(f"{site.url}/?rest_route=/wp/v2/posts/{receipt.remote_id}", timeout=20).json()
    shown = requests.get(f"{site.url}/?rest_route=/wp/v2/media/{told['featured_media']}", timeout=20).json()
    assert shown["alt_text"] == story.images[0].alt


def test_a_picture_is_uploaded_once_whatever_is_repeated(site: RealWordPress, files: PublicFiles) -> None:
    story, channel = illustrated(files, 2), uploading(site)
    number = wordpress_media.media_id(channel._call, channel.http, story.images[0])
    before = site.pictures()
    receipt = posted(channel, story)
    posted(channel, story)  # a second copy, taken back at once
    after = make_correction(story)
    channel.edit(receipt, channel.render(after, Action.CORRECT, "another234"), "m7k2p9x4qa")
    assert site.pictures() == before
    assert [post["picture"] for post in posts_of(site, story)] == [number, number]


def test_a_correction_changes_our_picture_and_leaves_the_newspapers_choice(
    site: RealWordPress, files: PublicFiles
) -> None:
    story, channel = illustrated(files, 3), uploading(site)
    receipt = posted(channel, story)
    other = replace(story.images[0], url=f"{files.url}/4.png")
    channel.edit(receipt, channel.render(make_correction(story, images=(other,)), Action.CORRECT, "x"), "m7k2p9x4qa")
    picture = own_picture(site, story)
    assert picture is not None and requests.get(picture["url"], timeout=20).content == png(4)
    files_of_theirs = {"file": ("toasoan.png", png(9), "image/png")}
    theirs = requests.post(
        f"{site.url}/?rest_route=/wp/v2/media", files=files_of_theirs, auth=(site.username, site.password), timeout=20
    ).json()["id"]
    site.choose_picture(int(receipt.remote_id), theirs)
    channel.edit(receipt, channel.render(make_correction(story), Action.CORRECT, "x"), "m7k2p9x4qa")
    (kept,) = posts_of(site, story)
    assert kept["picture"] == theirs


def test_a_retraction_takes_the_picture_off_the_article_and_leaves_it_in_the_library(
    site: RealWordPress, files: PublicFiles
) -> None:
    story, channel = illustrated(files, 5), uploading(site)
    receipt = posted(channel, story)
    picture = own_picture(site, story)
    assert picture is not None
    channel.edit(receipt, channel.render(make_retraction(story, images=()), Action.RETRACT, "x"), "m7k2p9x4qa")
    assert own_picture(site, story) is None and picture["url"] not in read(receipt)
    assert picture in site.pictures()


def test_what_is_no_picture_never_reaches_the_newspaper_and_nothing_is_published(
    site: RealWordPress, files: PublicFiles
) -> None:
    story, channel = illustrated(files), uploading(site)
    story = replace(story, images=(replace(story.images[0], url=f"{files.url}/page.png"),))
    before = site.pictures()
    assert refusal(lambda: posted(channel, story)).words == own_files.NO_PICTURE
    assert (posts_of(site, story), site.pictures()) == ([], before)


def test_a_user_who_may_not_upload_is_told_so(site: RealWordPress, files: PublicFiles) -> None:
    channel = WordPress(
        {"base_url": site.url, "username": "contributor", "pictures": "upload"},
        {"application_password": site.key("contributor")},
    )
    story = illustrated(files, 6)
    assert refusal(lambda: posted(channel, story)).words == wordpress_media.NO_UPLOAD


# One copy, whatever happens ----------------------------------------------------------------------------------


def test_what_is_out_is_found_by_its_slug_and_not_sent_twice(site: RealWordPress) -> None:
    story, channel = fresh_story(), newspaper(site)
    post = rendered(story)
    assert channel.find(post, "m7k2p9x4qa") is None
    receipt = channel.send(post, "m7k2p9x4qa")
    assert channel.find(post, "m7k2p9x4qa") == receipt
    assert len(posts_of(site, story)) == 1


def test_a_second_copy_is_taken_back_at_once(site: RealWordPress) -> None:
    story, channel = fresh_story(), newspaper(site)
    receipt = channel.send(rendered(story), "m7k2p9x4qa")
    assert channel.send(rendered(story), "m7k2p9x4qa") == receipt
    assert [post["status"] for post in posts_of(site, story)] == ["publish", "trash"]
    assert channel.find(rendered(story), "m7k2p9x4qa") == receipt


@pytest.mark.parametrize("status", ["draft", "pending", "trash"])
def test_what_the_newspaper_took_down_is_left_to_people(site: RealWordPress, status: str) -> None:
    story, channel = fresh_story(), newspaper(site)
    receipt = channel.send(rendered(story), "m7k2p9x4qa")
    if status == "trash":
        channel.delete(receipt)
    else:
        site.set_status(int(receipt.remote_id), status)
    post = rendered(story)
    for call in (lambda: channel.find(post, "m7k2p9x4qa"), lambda: channel.edit(receipt, post, "m7k2p9x4qa")):
        assert refusal(call).outcome is Outcome.PERMANENT


# Who may, and sites in trouble -------------------------------------------------------------------------------


def test_a_probe_names_site_and_user_and_publishes_nothing(site: RealWordPress) -> None:
    before = site.posts()
    assert newspaper(site).probe().name == f"{SITE_NAME} · Author"
    assert site.posts() == before


@pytest.mark.parametrize("login", ["author", "subscriber", "contributor"])
def test_a_wrong_password_or_a_user_who_may_not_publish_is_auth(site: RealWordPress, login: str) -> None:
    key = "wrong" if login == "author" else site.key(login)
    channel, story = newspaper(site, login, key), fresh_story()
    for call in (channel.probe, lambda: channel.send(rendered(story), "m7k2p9x4qa")):
        assert refusal(call).outcome is Outcome.AUTH
    assert posts_of(site, story) == []


def test_a_revoked_password_is_auth_whatever_is_asked(site: RealWordPress) -> None:
    key, story = site.key("editor"), fresh_story()
    channel = newspaper(site, "editor", key)
    post = rendered(story)
    receipt = channel.send(post, "m7k2p9x4qa")
    site.revoke("editor")
    calls = [
        channel.probe,
        lambda: channel.send(post, "m7k2p9x4qa"),
        lambda: channel.find(post, "m7k2p9x4qa"),  # answered with 400, not 401
        lambda: channel.edit(receipt, post, "m7k2p9x4qa"),
        lambda: channel.delete(receipt),
    ]
    assert [refusal(call).outcome for call in calls] == [Outcome.AUTH] * len(calls)


def test_maintenance_makes_the_channel_wait_and_publishes_nothing(site: RealWordPress) -> None:
    channel, story = newspaper(site), fresh_story()
    post = rendered(story)
    with site.maintenance():
        created, found = refusal(lambda: channel.send(post, "m7k2p9x4qa")), refusal(lambda: channel.find(post, "m"))
    # A create says that it speaks JSON, and is told in JSON that WordPress did not even start: surely not accepted.
    assert (created.outcome, created.retry_after) == (Outcome.THROTTLED, 600)
    assert (found.outcome, found.retry_after) == (Outcome.TRANSIENT, 600)
    assert channel.find(post, "m7k2p9x4qa") is None


def test_an_address_without_the_api_is_permanent(site: RealWordPress) -> None:
    assert refusal(newspaper(site, base_url=f"{site.url}/wp-includes").probe).outcome is Outcome.PERMANENT


def test_a_story_of_any_length_goes_through_unshortened(site: RealWordPress) -> None:
    story = fresh_story(body_html=f"<p>{'Nội dung kiểm chứng rất dài. ' * 20_000}</p>")
    receipt = newspaper(site).send(rendered(story), "m7k2p9x4qa")
    assert read(receipt).count("Nội dung kiểm chứng rất dài.") == 20_000


# The stand-in answers as the real one ------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """One request. ``{name}`` in the route is the id of what an earlier request with ``keep=name`` made."""

    who: str
    method: str
    route: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    keep: str = ""
    is_form: bool = False
    file: tuple[str, bytes] = ("", b"")  # name and bytes, sent as multipart
    headers: dict[str, str] = field(default_factory=dict)


POSTS, TERMS, ME, MEDIA = "/wp/v2/posts", "/wp/v2/categories", "/wp/v2/users/me", "/wp/v2/media"
PNG = ("anh.png", png(1))
NAMED = {"Content-Disposition": 'attachment; filename="tron.png"'}
ALL = "publish,future,draft,pending,private,trash"
EDIT = {"context": "edit"}
OUT = {"title": "x", "status": "publish"}
ASKED = [
    *(Ask(who, "POST", POSTS, OUT) for who in ("", "stranger", "wrong", "subscriber", "contributor")),
    *(Ask(who, "GET", ME, query=EDIT) for who in ("", "wrong", "subscriber", "author")),
    *(Ask(who, "GET", POSTS, query={"status": ALL} | EDIT) for who in ("", "wrong", "subscriber", "author")),
    *(Ask(who, "GET", POSTS, query=EDIT) for who in ("", "subscriber")),
    *(Ask(who, "GET", POSTS, query={"status": "draft"}) for who in ("", "subscriber", "contributor")),
    Ask("contributor", "POST", POSTS, {"title": "x"}),
    Ask("author", "POST", POSTS, {}),
    Ask("author", "POST", POSTS, {"status": "publish", "slug": "abc"}),
    Ask("author", "POST", POSTS, {"title": ["a"], "content": 5}),
    Ask("author", "POST", POSTS, {"title": "x", "status": "nonsense"}),
    Ask("", "POST", POSTS, {"title": "x", "status": "nonsense"}),
    Ask("author", "POST", POSTS, {"title": "x", "comment_status": "maybe"}),
    Ask("author", "POST", POSTS, {"title": "x", "categories": "abc"}),
    Ask("author", "POST", POSTS, b"{broken"),
    Ask("", "POST", POSTS, b"{broken"),
    Ask("author", "POST", POSTS, {"title": {"raw": "object"}, "meta": {"unknown": "1"}, "no_such_field": "1"}),
    Ask("author", "POST", POSTS, {"title": "form", "slug": "form", "status": "publish"}, is_form=True),
    Ask("author", "POST", POSTS, {"title": "Đà Nẵng & tôi", "status": "publish"}),
    Ask("author", "POST", POSTS, {"title": "x", "slug": "Có dấu Đ & x--Y", "status": "draft"}, keep="draft"),
    Ask("author", "POST", POSTS, {"title": "x", "slug": "co-dau-d-x-y", "status": "publish"}),
    Ask("author", "POST", POSTS, {"title": "x", "slug": "co-dau-d-x-y", "status": "publish"}),
    Ask("author", "POST", POSTS, {"title": "x", "slug": f"l{'o' * 250}", "status": "publish"}),
    Ask("author", "POST", POSTS, {"title": "x", "slug": "l" + "o" * 199, "status": "publish"}),
    Ask(
        "author",
        "POST",
        POSTS,
        {
            "title": "a <script>x</script> & b",
            "content": "<p onclick='x'>một</p><script>y</script><iframe src=x></iframe>",
            "excerpt": "q & r",
            "slug": "one",
            "status": "publish",
            "comment_status": "closed",
            "ping_status": "closed",
        },
        keep="one",
    ),
    Ask("editor", "POST", POSTS, {"title": "x", "slug": "of-editor", "status": "publish"}, keep="editors"),
    *(Ask(who, "POST", POSTS + "/{one}", {"title": who}) for who in ("", "subscriber", "contributor", "editor")),
    Ask("author", "PUT", POSTS + "/{one}", {"content": "y"}),
    Ask("author", "PATCH", POSTS + "/{one}", {"status": "draft"}),
    Ask("author", "POST", POSTS + "/{one}", {"status": "publish"}),
    Ask("author", "POST", POSTS + "/{one}", {}),
    Ask("author", "POST", POSTS + "/{one}", {"title": "", "content": "", "excerpt": ""}),
    Ask("author", "POST", POSTS + "/{one}", {"status": "nonsense"}),
    Ask("author", "POST", POSTS + "/{editors}", {"title": "t"}),
    Ask("author", "DELETE", POSTS + "/{editors}"),
    Ask("author", "GET", POSTS + "/{editors}", query=EDIT),
    Ask("", "GET", POSTS + "/{editors}", query=EDIT),
    Ask("", "GET", POSTS + "/{editors}"),
    Ask("", "GET", POSTS + "/{draft}"),
    Ask("subscriber", "GET", POSTS + "/{draft}"),
    Ask("author", "GET", POSTS + "/{draft}", query=EDIT),
    *(Ask(who, "DELETE", POSTS + "/{one}") for who in ("", "subscriber", "author", "author")),
    Ask("author", "POST", POSTS + "/{one}", {"title": "changed in the bin"}),
    Ask("author", "GET", POSTS, query={"slug": "one", "status": ALL} | EDIT),
    Ask("author", "GET", POSTS, query={"slug": "one,one-2,one__trashed", "status": ALL} | EDIT),
    Ask("author", "POST", POSTS, {"title": "again", "slug": "one", "status": "publish"}),
    Ask(
        "author",
        "GET",
        POSTS,
        query={"slug": "one,one__trashed", "status": ALL, "orderby": "id", "order": "asc"} | EDIT,
    ),
    Ask("author", "GET", POSTS, query={"slug": "one,of-editor", "status": ALL, "_fields": "id,slug,status"} | EDIT),
    Ask("", "GET", POSTS, query={"slug": "one"}),
    Ask("author", "GET", POSTS, query={"per_page": "101"}),
    Ask("author", "GET", POSTS, query={"per_page": "0"}),
    Ask("author", "GET", POSTS, query={"page": "99"}),
    Ask("author", "GET", POSTS, query={"page": "99", "slug": "nowhere"}),
    Ask("author", "GET", POSTS, query={"per_page": "2", "page": "2", "orderby": "id", "order": "asc"}),
    Ask("author", "GET", POSTS, query={"orderby": "nonsense"}),
    Ask("author", "DELETE", POSTS + "/{one}", query={"force": "true"}),
    Ask("author", "DELETE", POSTS + "/{one}"),
    Ask("author", "GET", POSTS + "/{one}"),
    Ask("author", "POST", POSTS + "/{one}", {"title": "gone"}),
    Ask("author", "GET", "/wp/v2/nonsense"),
    Ask("author", "PUT", POSTS, {}),
    Ask("author", "GET", POSTS + "/abc"),
    *(Ask(who, "POST", TERMS, {"name": "Tin đồn"}) for who in ("", "subscriber", "author")),
    Ask("editor", "POST", TERMS, {}),
    Ask("editor", "POST", TERMS, {"name": "Cảnh báo & nhắc"}),
    Ask("editor", "POST", TERMS, {"name": "Cảnh báo & nhắc"}),
    Ask("editor", "POST", TERMS, {"name": "canh bao & nhac"}),
    Ask("author", "GET", TERMS, query={"search": "Cảnh báo & nhắc"}),
    Ask("author", "GET", TERMS, query={"search": "cảnh báo &amp; nhắc"}),
    Ask("author", "GET", TERMS, query={"search": "canh", "_fields": "id,name"}),
    *(Ask(who, "POST", MEDIA, file=PNG) for who in ("", "wrong", "subscriber", "contributor")),
    Ask("author", "POST", MEDIA),
    Ask("author", "POST", MEDIA, png(1), headers={"Content-Type": "image/png"}),
    Ask("author", "POST", MEDIA, png(2), headers={"Content-Type": "image/png"} | NAMED, query={"alt_text": "thô"}),
    Ask("author", "POST", MEDIA, file=("trang.html", b"<p>x")),
    Ask("author", "POST", MEDIA, file=("gia.png", b"<!doctype html>")),
    Ask(
        "author", "POST", MEDIA, {"alt_text": " Cầu <b>Lam</b>\nGiang ", "caption": "a & b", "slug": "Cầu X"}, file=PNG
    ),
    Ask("author", "POST", MEDIA, {"title": "Cầu Lam", "slug": "fact-check-1"}, file=PNG, keep="picture"),
    Ask("editor", "POST", MEDIA, {"slug": "fact-check-1"}, file=PNG),
    *(Ask(who, "GET", MEDIA, query={"slug": "fact-check-1"}) for who in ("", "author")),
    Ask("author", "GET", MEDIA, query={"slug": "fact-check-404", "_fields": "id,slug"}),
    Ask("", "GET", MEDIA + "/{picture}", query={"_fields": "slug"}),
    Ask("author", "GET", MEDIA + "/999999", query={"_fields": "slug"}),
    Ask("author", "POST", POSTS, OUT | {"slug": "with-picture", "featured_media": "{picture}"}, keep="pictured"),
    Ask("author", "POST", POSTS, OUT | {"slug": "no-such-picture", "featured_media": 999999}),
    Ask("author", "POST", POSTS, OUT | {"featured_media": "abc"}),
    Ask("author", "POST", POSTS + "/{pictured}", {"featured_media": 999999}),
    Ask("author", "GET", POSTS + "/{pictured}", query=EDIT | {"_fields": "featured_media"}),
    Ask("author", "POST", POSTS + "/{pictured}", {"featured_media": 0}),
    *(Ask(who, "DELETE", MEDIA + "/{picture}", query={"force": "true"}) for who in ("", "subscriber", "contributor")),
    Ask("author", "DELETE", MEDIA + "/{picture}"),
    Ask("author", "DELETE", MEDIA + "/{picture}", query={"force": "true"}),
    Ask("author", "DELETE", MEDIA + "/{picture}", query={"force": "true"}),
]


def asked_of(url: str, keys: dict[str, str]) -> list[dict[str, Any]]:
    """What each of ASKED was answered, reduced to what must be the same on both."""
    made: dict[str, str] = {}
    answers = []
    for ask in ASKED:
        login = (ask.who if ask.who != "wrong" else "author", keys.get(ask.who, "no such key")) if ask.who else None
        options: dict[str, Any] = {}
        if ask.file[0]:
            options = {"data": ask.body, "files": {"file": ask.file}}
        elif isinstance(ask.body, bytes):
            options = {"data": ask.body, "headers": ask.headers or {"Content-Type": "application/json"}}
        elif ask.body is not None:
            body = {name: int(made["picture"]) if value == "{picture}" else value for name, value in ask.body.items()}
            options = {"data" if ask.is_form else "json": body}
        query = {"rest_route": ask.route.format(**made)} | ask.query
        answer = requests.request(ask.method, f"{url}/", params=query, auth=login, timeout=20, **options)
        shown = answer.json()
        if ask.keep:
            made[ask.keep] = str(shown["id"])
        location = re.sub(r".*(/wp-json/.*?)\d+$", r"\1#", answer.headers.get("Location", ""))
        totals = [answer.headers.get(name) for name in ("X-WP-Total", "X-WP-TotalPages")]
        answers.append({"status": answer.status_code, "location": location, "totals": totals, "body": _telling(shown)})
    return answers


def _telling(shown: Any) -> Any:
    """Errors whole; of posts and terms what does not depend on numbers and clocks."""
    if isinstance(shown, list):
        return [_telling(one) for one in shown]
    if "code" in shown:
        details = {name: one["code"] for name, one in (shown["data"].get("details") or {}).items()}
        return {
            "code": shown["code"],
            "message": shown["message"],
            "status": shown["data"]["status"],
            "details": details,
        }
    told = {name: shown.get(name) for name in ("slug", "status", "comment_status", "ping_status", "deleted", "meta")}
    told["name"] = shown.get("name") if "taxonomy" in shown or set(shown) == {"id", "name"} else None
    told["may"] = (shown.get("capabilities") or {}).get("publish_posts")
    told |= {name: (shown.get(name) or {}).get("raw") for name in ("title", "content", "excerpt", "caption")}
    told |= {name: shown.get(name) for name in ("alt_text", "media_type", "mime_type", "type")}
    told["picture"] = bool(shown.get("featured_media"))
    told["file"] = (shown.get("source_url") or "").rpartition("/")[2]
    told["link"] = re.sub(r"^https?://[^/]+|/\d{4}/\d\d/\d\d|(?<=p=)\d+", "", shown.get("link") or "")
    return told | {"has": sorted({"id", "link"} & set(shown))}


@pytest.fixture(scope="module")
def both(site: RealWordPress) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(stand-in, real): what each of ASKED was answered."""
    site.clear()
    roles = ("author", "editor", "contributor", "subscriber")
    stand_in = WordPressSandbox()
    stand_in.users = {role: (role, f"{role} key") for role in roles}
    stand_in.start()
    try:
        made = asked_of(stand_in.url, {role: f"{role}key" for role in roles})
    finally:
        stand_in.stop()
    return made, asked_of(site.url, {role: site.key(role) for role in roles})


def _named(ask: Ask) -> str:
    body = ask.body.decode(errors="replace") if isinstance(ask.body, bytes) else ask.body
    return f"{ask.who or 'nobody'} {ask.method} {ask.route} {body or ''} {ask.query or ''}"[:110]


@pytest.mark.parametrize("place", range(len(ASKED)), ids=[_named(ask) for ask in ASKED])
def test_the_stand_in_answers_as_the_real_one(both: Any, place: int) -> None:
    stand_in, real = both
    assert stand_in[place] == real[place]


def test_the_requests_compared_cover_every_kind_of_answer(both: Any) -> None:
    """A comparison that only ever saw success would prove nothing."""
    codes = {
        answer["body"]["code"] for answer in both[1] if isinstance(answer["body"], dict) and "code" in answer["body"]
    }
    assert {answer["status"] for answer in both[1]} >= {200, 201, 400, 401, 403, 404, 410}
    assert len(codes) >= 15
