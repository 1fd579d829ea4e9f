"""The publishers' desk: who may do what, what is shown before it goes out, and that nothing happens by looking."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from publishing import outbox, turn
from publishing.channels import adapters
from publishing.desk.base import PAGE_SIZE
from publishing.desk.preview import preview
from publishing.models import Attempt, Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action, Image, Video
from tests.make import make_user
from tests.publishing.rigs.facebook import Rig
from tests.publishing.stories import fresh_story, make_correction, make_retraction

pytestmark = pytest.mark.django_db

TOKEN = "EAAvery-secret-page-token-1234567890"


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def page():
    with Rig() as rig:
        yield rig


def make_channel(kind="facebook", name="Trang Ánh Dương", secrets=None, **kw) -> Channel:
    owner, _ = Organisation.objects.get_or_create(name=f"Cơ quan của {name}")
    usual = {
        "facebook": {"page_id": "104200300400500", "api_base": "http://127.0.0.1:9", "api_version": "v25.0"},
        "wordpress": {"base_url": "http://127.0.0.1:9", "username": "kiemchung"},
        "newsroom": {"host": "127.0.0.1", "port": 9, "username": "kiemchung", "host_key": ""},
    }
    made = Channel(organisation=owner, kind=kind, name=name, **{"config": usual.get(kind, {}), **kw})
    made.set_secrets(secrets or {"access_token": TOKEN, "application_password": TOKEN, "password": TOKEN})
    made.save()
    return made


@pytest.fixture
def connected(page):
    config, secrets = page.settings()
    return make_channel(config=config, secrets=secrets, is_sandbox=True)


@pytest.fixture
def publisher(client):
    user = make_user(people.PUBLISHER)
    client.force_login(user)
    return user


def make_version(**kw) -> StoryVersion:
    return StoryVersion.of(fresh_story(**kw))


def owe(channel, version=None, wording="", by=None, at=None, state=None, **kw) -> Delivery:
    owed = Owed(channel.pk, Action.POST, at or timezone.now(), wording, by.pk if by else None)
    made = outbox.enqueue(version or make_version(), [owed])[0]
    if state:
        Delivery.objects.filter(pk=made.pk).update(state=state, **kw)
        made.refresh_from_db()
    return made


def compose(client, version, do="plan", **fields):
    """Posts the board; ``fields`` by channel: {channel: {"chosen": "on", "wording": …, "at": …}}."""
    data = {"do": do}
    for channel, values in fields.pop("cards", {}).items():
        data |= {f"c{channel.pk}-{name}": value for name, value in values.items()}
    return client.post(reverse("publishing_compose", args=[version.pk]), data | fields, follow=True)


def text_of(answer) -> str:
    return answer.content.decode()


def deed(client, delivery, name, **data):
    return client.post(reverse("publishing_deed", args=[delivery.pk, name]), data, follow=True)


# Who sees what ------------------------------------------------------------------------------------------------

PAGES = ["publishing_stories", "publishing_deliveries", "publishing_channels", "publishing_organisations:index"]


@pytest.mark.parametrize(
    ("role", "open_pages"),
    [
        (people.EDITOR, []),
        (people.CHECKER, []),
        (people.APPROVER, PAGES[1:2]),
        (people.PUBLISHER, PAGES[:3]),
        (people.ADMINISTRATOR, PAGES[1:]),
    ],
)
def test_each_role_sees_and_opens_only_what_it_can_use(client, role, open_pages):
    client.force_login(make_user(role))
    menu = text_of(client.get("/admin/"))
    assert ("&quot;publishing&quot;" in menu or '"name": "publishing"' in menu) == bool(open_pages)
    for name in PAGES:
        address = reverse(name)
        assert (client.get(address).status_code == 200) == (name in open_pages), name
        assert (f'"{address}"' in menu) == (name in open_pages), name


def test_a_publisher_sees_channels_but_cannot_change_or_test_them(client, publisher):
    channel = make_channel()
    answer = text_of(client.get(reverse("publishing_channels")))
    assert "Trang Ánh Dương" in answer and reverse("publishing_channel", args=[channel.pk]) not in answer
    for name in ("publishing_channel", "publishing_channel_test", "publishing_channel_resume"):
        assert client.post(reverse(name, args=[channel.pk])).status_code == 302
    assert client.get(reverse("publishing_channel_new")).status_code == 302


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        (people.EDITOR, set()),
        (people.APPROVER, {"wording"}),
        (people.PUBLISHER, {"deliveries", "channels"}),
        (people.ADMINISTRATOR, {"deliveries", "channels"}),
    ],
)
def test_the_first_page_shows_each_role_what_it_can_do_something_about(client, role, parts):
    stopped = make_channel(stopped_at=timezone.now(), stopped_words="Connect it again.")
    failed, worded = owe(stopped, state=State.FAILED), owe(stopped, state=State.PLANNED, wording="Lời riêng")
    client.force_login(make_user(role))
    page = BeautifulSoup(client.get("/admin/").content, "html.parser")
    shown = {key: page.select_one(f"[aria-labelledby=today-{key}]") for key in ("deliveries", "wording", "channels")}
    assert {key for key, part in shown.items() if part} == parts
    links = {link["href"] for part in shown.values() if part for link in part.select("li a")}
    assert (reverse("publishing_delivery", args=[failed.pk]) in links) == ("deliveries" in parts)
    assert (reverse("publishing_delivery", args=[worded.pk]) in links) == ("wording" in parts)


def test_nobody_is_asked_to_approve_their_own_wording(client):
    approver = make_user(people.APPROVER)
    owe(make_channel(), state=State.PLANNED, wording="Lời riêng", wording_by=approver)
    client.force_login(approver)
    assert "today-wording" not in text_of(client.get("/admin/"))


def test_a_channel_whose_access_ends_soon_is_on_the_first_page_and_one_that_renews_itself_is_not(client):
    ends = timezone.now() + timedelta(days=3)
    make_channel(expires_at=ends)
    make_channel("youtube", name="Kênh tự gia hạn", expires_at=ends)
    client.force_login(make_user(people.PUBLISHER))
    part = BeautifulSoup(client.get("/admin/").content, "html.parser").select_one("[aria-labelledby=today-channels]")
    assert "Trang Ánh Dương" in part.text and "2 days left" in part.text and "Kênh tự gia hạn" not in part.text


# Composing ----------------------------------------------------------------------------------------------------


def test_from_ready_over_compose_to_the_channel(client, publisher, connected):
    version = make_version()
    assert version.title in text_of(client.get(reverse("publishing_stories")))
    board = text_of(client.get(reverse("publishing_compose", args=[version.pk])))
    assert "Stand-in: nothing reaches the real channel" in board
    assert "/ 63,206" in board and version.story.short_answer in board
    answer = compose(client, version, cards={connected: {"chosen": "on", "wording": "", "at": ""}})
    assert "Planned on 1 channel." in text_of(answer)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.wording, delivery.made_by) == (State.DUE, "", publisher)
    assert [outbox.deliver(one) for one in outbox.claim(5)] == [State.SENT]
    delivery.refresh_from_db()
    board = text_of(client.get(reverse("publishing_compose", args=[version.pk])))
    assert delivery.permalink in board and f"c{connected.pk}-chosen" not in board
    assert ModelLogEntry.objects.filter(action="publishing.plan", object_id=str(delivery.pk)).exists()


def test_wording_that_equals_the_automatic_one_is_automatic(client, publisher):
    channel, version = make_channel(), make_version(body_text="Câu một.\nCâu hai.")
    automatic = channel.adapter().wording(version.story)
    compose(client, version, cards={channel: {"chosen": "on", "wording": automatic.replace("\n", "\r\n") + "\r\n"}})
    assert Delivery.objects.get().wording == ""


def test_own_wording_waits_for_somebody_else(client, publisher):
    channel, version = make_channel(), make_version()
    shown = text_of(compose(client, version, "update", cards={channel: {"wording": "Lời của tôi"}}))
    assert "it waits until somebody else has approved it" in shown and not Delivery.objects.exists()
    shown = text_of(compose(client, version, cards={channel: {"chosen": "on", "wording": "Lời của tôi"}}))
    assert "waits until somebody else has approved it" in shown
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.wording, delivery.wording_by) == (State.PLANNED, "Lời của tôi", publisher)

    deed(client, delivery, "approve_wording")  # a publisher has no such permission
    delivery.refresh_from_db()
    assert delivery.state == State.PLANNED
    publisher.groups.add(*make_user(people.APPROVER).groups.all())
    assert "You wrote this wording yourself" in text_of(client.get(reverse("publishing_delivery", args=[delivery.pk])))
    assert "you wrote it yourself" in text_of(deed(client, delivery, "approve_wording"))
    delivery.refresh_from_db()
    assert delivery.state == State.PLANNED

    approver = make_user(people.APPROVER)
    client.force_login(approver)
    shown = text_of(client.get(reverse("publishing_delivery", args=[delivery.pk])))
    assert "Lời của tôi" in shown and version.story.short_answer in shown  # the automatic one, to compare
    deed(client, delivery, "approve_wording")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.wording_approved_by) == (State.DUE, approver)


def test_wording_can_be_sent_back_with_a_reason_and_worded_anew(client, publisher):
    channel, version = make_channel(), make_version()
    compose(client, version, cards={channel: {"chosen": "on", "wording": "Lời gây sốc"}})
    delivery = Delivery.objects.get()
    client.force_login(make_user(people.APPROVER))
    assert "This field is required" in text_of(deed(client, delivery, "refuse_wording", reason=""))
    deed(client, delivery, "refuse_wording", reason="Bỏ chữ gây sốc, 100% là thừa")
    delivery.refresh_from_db()
    assert delivery.state == State.HELD and "Bỏ chữ gây sốc, 100% là thừa" in delivery.words_text()
    client.force_login(publisher)
    deed(client, delivery, "retry")  # the same words are not asked for again
    delivery.refresh_from_db()
    assert delivery.state == State.HELD
    deed(client, delivery, "cancel")
    compose(client, version, cards={channel: {"chosen": "on", "wording": "Lời bình tĩnh"}})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.wording) == (State.PLANNED, "Lời bình tĩnh")


def test_what_was_done_by_hand_is_recorded_with_its_address_and_frees_what_waits(client, publisher):
    delivery = owe(make_channel())
    Delivery.objects.filter(pk=delivery.pk).update(state=State.FAILED, words="This channel cannot do it.")
    deed(client, delivery, "done_by_hand", **{"by_hand-url": "https://kenh.example.vn/bai/1"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.permalink) == (State.SENT, "https://kenh.example.vn/bai/1")
    assert delivery.attempts.get().by == publisher


def test_too_long_a_wording_is_refused_at_its_card_and_kept(client, publisher):
    paper, page, version = make_channel("wordpress", "Báo"), make_channel(), make_version()
    long = "Một câu rất dài. " * 40
    cards = {page: {"chosen": "on", "wording": ""}, paper: {"chosen": "on", "wording": long}}
    shown = text_of(compose(client, version, cards=cards))
    assert long.strip() in shown
    assert shown.count("desk-card--refused") == 1
    assert "this channel takes at most 500" in shown and "Nothing was planned yet" in shown
    assert not Delivery.objects.exists()


def test_a_time_in_the_past_is_refused_in_words(client, publisher):
    channel, version = make_channel(), make_version()
    cards = {channel: {"chosen": "on", "wording": "", "at": "2020-01-02T08:30"}}
    shown = text_of(compose(client, version, cards=cards))
    assert "02/01/2020 08:30 is in the past" in shown and 'value="2020-01-02T08:30"' in shown
    cards[channel]["at"] = "hôm qua"
    assert "This is not a time" in text_of(compose(client, version, cards=cards))
    assert not Delivery.objects.exists()


def test_times_are_vietnamese_whatever_zone_a_person_chose(client, publisher):
    UserProfile.objects.update_or_create(user=publisher, defaults={"current_time_zone": "America/New_York"})
    channel, version = make_channel(), make_version()
    tomorrow = timezone.localdate() + timedelta(days=1)
    shown = compose(client, version, cards={channel: {"chosen": "on", "at": f"{tomorrow}T19:00"}})
    local = timezone.get_default_timezone()
    wanted = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 19, tzinfo=local)
    assert Delivery.objects.get().due_at == wanted and str(local) == django_settings.TIME_ZONE
    assert f"Planned for {tomorrow:%d/%m/%Y} 19:00" in text_of(shown)


def test_previews_and_back_to_automatic_change_nothing_but_the_page(client, publisher):
    page, paper, version = make_channel(), make_channel("wordpress", "Báo"), make_version()
    cards = {page: {"chosen": "on", "wording": "Lời cho trang"}, paper: {"wording": "Lời cho báo"}}
    shown = text_of(compose(client, version, "update", cards=cards))
    assert shown.count("Lời cho trang") == 2 and shown.count("Lời cho báo") >= 2  # in the field and in the preview
    shown = text_of(compose(client, version, "", cards=cards, automatic=page.pk))
    assert "Lời cho trang" not in shown and "Lời cho báo" in shown
    assert not Delivery.objects.exists()


# What compose.js does with the names in Adapter.counts.
COUNTERS = {
    "points": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
    "addresses": lambda text: len(re.sub(r"https?://\S+", "x" * 23, text)),
}


@pytest.mark.parametrize("kind", sorted(kind for kind, adapter in adapters().items() if adapter.counts))
def test_the_boards_counter_counts_as_the_channel_does(kind):
    adapter, story = adapters()[kind]({}, {}, "Cơ quan"), fresh_story()
    count = COUNTERS[adapter.counts]
    wordings = [
        "Một câu.",
        "Câu 😀 dài hơn https://tinthat.example/mot-dia-chi-rat-dai-o-day",
        "Hai\n\ndòng & 100%. " * 9,
    ]
    frames = [
        adapter.length(adapter.render(story, Action.POST, "xxxxxxxxxx", wording).text) - count(wording.strip())
        for wording in wordings
    ]
    assert len(set(frames)) == 1, frames


def test_a_server_that_takes_more_is_not_called_too_long_on_the_board():
    config = {"server": "https://mastodon.example", "text_limit": 5000}
    channel = Channel(kind="mastodon", name="M", organisation=Organisation(name="Cơ quan"), config=config)
    shown = preview(channel, fresh_story(), wording="Một câu dài. " * 60)
    assert shown and shown.length > 500 and not shown.problems
    assert (shown.limit, shown.is_too_long) == (5000, False)


def test_what_is_done_by_hand_is_planned_on_the_board_and_shown_to_be_read_out(client, publisher):
    speaker = make_channel("newsroom", "Loa xã")
    Channel.objects.filter(pk=speaker.pk).update(kind="loudspeaker", config={"reached_by": "hand"})
    plain, worded = make_version(), make_version()
    compose(client, plain, cards={speaker: {"chosen": "on", "wording": "", "at": ""}})
    compose(client, worded, cards={speaker: {"chosen": "on", "wording": "Lời đọc riêng cho xã.", "at": ""}})
    one, own = plain.deliveries.get(), worded.deliveries.get()
    page = text_of(client.get(reverse("publishing_delivery", args=[one.pk])))
    assert one.state == State.HELD and "desk-post--script" in page and "by hand" in page
    # Its own wording is read out only after somebody else has approved it.
    assert own.state == State.PLANNED
    assert "does not allow this" in text_of(deed(client, own, "done_by_hand", **{"by_hand-url": ""}))
    client.force_login(make_user(people.APPROVER))
    deed(client, own, "approve_wording")
    own.refresh_from_db()
    assert (own.state, own.words) == (State.HELD, Channel.objects.get(pk=speaker.pk).adapter_class.cannot_words)
    client.force_login(publisher)
    deed(client, own, "done_by_hand", **{"by_hand-url": ""})
    own.refresh_from_db()
    assert own.state == State.SENT


def test_channels_that_a_story_is_not_planned_for_are_one_line(client, publisher):
    page, paper, version = make_channel(), make_channel("wordpress", "Báo"), make_version()
    owe(page, version)
    listed = BeautifulSoup(client.get(reverse("publishing_stories")).content, "html.parser").select_one(".desk-stories")
    places = [place.get_text(" ", strip=True) for place in listed.select(".desk-stories__where > ul > li")]
    assert places == [f"waiting to be sent {page.name}"]
    assert listed.summary.get_text(strip=True).startswith("not planned on 1 channel")
    assert [one.get_text() for one in listed.select("details li")] == [paper.name]


def test_planning_without_a_channel_says_so(client, publisher):
    channel, version = make_channel(), make_version()
    assert "tick the channels" in text_of(compose(client, version, cards={channel: {"wording": "x"}}))
    assert not Delivery.objects.exists()


def test_the_board_shows_the_pictures_or_the_film_that_will_go_and_no_link_card_beside_them(client, publisher):
    pictures = tuple(Image(f"https://tinthat.example/{name}.jpg", f"Ảnh {name}") for name in "ab")
    poster = Image("https://tinthat.example/bia.jpg", "Bìa phim")
    film = Video("https://tinthat.example/phim.mp4", "Phim kiểm chứng", poster=poster)
    channel = make_channel()
    version = make_version(images=pictures, videos=(film,))
    for sends, shows, not_shown in [
        ("card", ["desk-post__link"], ["/a.jpg", "phim.mp4"]),
        ("pictures", ["/a.jpg", 'alt="Ảnh b"', "desk-post__pictures"], ["desk-post__link", "phim.mp4"]),
        (
            "film",
            ['<video controls preload="none" src="https://tinthat.example/phim.mp4"'],
            ["/a.jpg", "desk-post__link"],
        ),
    ]:
        Channel.objects.filter(pk=channel.pk).update(config=channel.config | {"sends": sends})
        board = text_of(client.get(reverse("publishing_compose", args=[version.pk])))
        assert all(part in board for part in shows), sends
        assert not any(part in board for part in not_shown), sends


def test_pictures_that_the_channel_does_not_take_are_told_on_the_board(client, publisher):
    pictures = (Image("https://tinthat.example/a.svg", "Sơ đồ"),)
    make_channel(config={"page_id": "104200300400500", "sends": "pictures"})
    board = text_of(client.get(reverse("publishing_compose", args=[make_version(images=pictures).pk])))
    assert "no pictures of the kind “svg”" in board


def test_a_poster_is_drawn_by_its_film_only():
    poster = Image("https://tinthat.example/bia.jpg", "Bìa phim")
    film = Video("https://tinthat.example/phim.mp4", "Phim kiểm chứng", poster=poster)
    channel = make_channel(kind="youtube", config={})
    shown = preview(channel, fresh_story(videos=(film,)))
    assert shown.post.images == (poster,) and shown.pictures == ()


def test_a_preview_carries_no_script(client, publisher):
    make_channel("wordpress", "Báo")
    make_channel()
    bad = "<script>alert(1)</script><p onclick='x()'>An toàn</p>"
    version = make_version(body_html=bad, short_answer="<img src=x onerror=alert(2)>")
    shown = text_of(client.get(reverse("publishing_compose", args=[version.pk])))
    assert "<script>alert(1)" not in shown and "onclick=" not in shown and "<img src=x" not in shown
    assert "<p>An toàn</p>" in shown


def test_a_retracted_story_cannot_be_sent(client, publisher):
    channel, story = make_channel(), fresh_story()
    old, new = StoryVersion.of(story), StoryVersion.of(make_retraction(story))
    for version in (old, new):
        shown = text_of(client.get(reverse("publishing_compose", args=[version.pk])))
        assert "This answer was retracted" in shown and "chosen" not in shown
        compose(client, version, cards={channel: {"chosen": "on"}})
    assert not Delivery.objects.exists()
    assert story.title not in text_of(client.get(reverse("publishing_stories")))


def test_an_older_version_leads_to_the_newest(client, publisher):
    channel, story = make_channel(), fresh_story()
    old, new = StoryVersion.of(story), StoryVersion.of(make_correction(story))
    shown = text_of(client.get(reverse("publishing_compose", args=[old.pk])))
    assert "There is a newer approved version" in shown and reverse("publishing_compose", args=[new.pk]) in shown
    compose(client, old, cards={channel: {"chosen": "on"}})
    assert not Delivery.objects.exists()
    by_key = client.get(reverse("publishing_compose_story", args=[story.key]))
    assert by_key.url == reverse("publishing_compose", args=[new.pk])
    unknown = client.get(reverse("publishing_compose_story", args=["rebuttal-unknown-vi"]), follow=True)
    assert "not ready yet" in text_of(unknown)


def test_a_kind_of_channel_that_is_gone_breaks_no_page(client, publisher):
    channel, version = make_channel(), make_version()
    delivery = owe(channel, version)
    Channel.objects.update(kind="myspace")
    for name, args in [
        ("publishing_stories", []),
        ("publishing_compose", [version.pk]),
        ("publishing_deliveries", []),
        ("publishing_delivery", [delivery.pk]),
        ("publishing_channels", []),
    ]:
        assert client.get(reverse(name, args=args)).status_code == 200, name


# Deliveries ---------------------------------------------------------------------------------------------------


def test_hold_retry_and_cancel_by_post(client, publisher):
    delivery = owe(make_channel())
    for name, state in [("hold", State.HELD), ("retry", State.DUE), ("cancel", State.CANCELLED)]:
        deed(client, delivery, name)
        delivery.refresh_from_db()
        assert delivery.state == state
        assert ModelLogEntry.objects.filter(action=f"publishing.{name}", user=publisher).exists()
    assert list(delivery.attempts.values_list("step", "by")) == [("person", publisher.pk)] * 3
    assert "does not allow this" in text_of(deed(client, delivery, "hold"))


def test_looking_changes_nothing(client, publisher):
    channel = make_channel()
    unclear, due = owe(channel, state=State.UNKNOWN), owe(channel)
    before = list(Delivery.objects.order_by("pk").values())
    for one in (unclear, due):
        assert client.get(reverse("publishing_delivery", args=[one.pk])).status_code == 200
        for name in ("hold", "retry", "settle", "nothing"):
            assert client.get(reverse("publishing_deed", args=[one.pk, name])).status_code in {302, 405}
        assert "Cancel this delivery?" in text_of(client.get(reverse("publishing_deed", args=[one.pk, "cancel"])))
    assert client.get(reverse("publishing_deliveries_bulk")).status_code == 405
    assert list(Delivery.objects.order_by("pk").values()) == before
    assert not Attempt.objects.exists()


def test_what_is_unclear_is_settled_by_who_looked(client, publisher):
    channel = make_channel()
    there, gone = (owe(channel, state=State.UNKNOWN, doubts=4) for _ in range(2))
    deed(client, there, "settle", is_there="yes", url="https://trang.example/1")
    there.refresh_from_db()
    assert (there.state, there.permalink) == (State.SENT, "https://trang.example/1")
    assert "Please look on the channel first" in text_of(deed(client, gone, "settle", is_there="no"))
    gone.refresh_from_db()
    assert gone.state == State.UNKNOWN
    deed(client, gone, "settle", is_there="no", looked="on")
    gone.refresh_from_db()
    assert (gone.state, gone.doubts) == (State.DUE, 0)


@pytest.mark.parametrize("role", [people.EDITOR, people.APPROVER])
def test_who_may_not_change_deliveries_cannot(client, role):
    delivery = owe(make_channel())
    client.force_login(make_user(role))
    for name in ("hold", "retry", "cancel", "settle"):
        deed(client, delivery, name)
    client.post(reverse("publishing_deliveries_bulk"), {"do": "hold", "delivery": delivery.pk})
    delivery.refresh_from_db()
    assert delivery.state == State.DUE


def test_several_at_once_and_cancelling_asks_first(client, publisher):
    channel = make_channel()
    deliveries = [owe(channel) for _ in range(3)]
    ids = [one.pk for one in deliveries[:2]]
    address = reverse("publishing_deliveries_bulk")

    def states():
        return list(Delivery.objects.order_by("pk").values_list("state", flat=True))

    client.post(address, {"do": "hold", "delivery": ids})
    assert states() == ["held", "held", "due"]
    shown = text_of(client.post(address, {"do": "cancel", "delivery": ids}))
    assert "Cancel these 2 deliveries?" in shown and states() == ["held", "held", "due"]
    client.post(address, {"do": "cancel", "delivery": ids, "confirmed": "yes"})
    assert states() == ["cancelled", "cancelled", "due"]
    shown = client.post(address, {"do": "hold", "delivery": ids, "next": "https://evil.example/"}, follow=True)
    assert "2 deliveries were left as they are" in text_of(shown)
    assert shown.redirect_chain[-1][0] == reverse("publishing_deliveries")


def test_trying_again_does_not_hurry_what_only_waits_for_its_time(client, publisher):
    at = timezone.now() + timedelta(hours=5)
    delivery = owe(make_channel(), at=at)
    client.post(reverse("publishing_deliveries_bulk"), {"do": "retry", "delivery": delivery.pk})
    deed(client, delivery, "retry")
    delivery.refresh_from_db()
    assert delivery.due_at == at


def test_the_board_needs_the_same_queries_for_five_and_for_sixty(client, publisher):
    channels = [make_channel(name=f"Trang {number}") for number in range(5)]
    client.get(reverse("publishing_deliveries"))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse("publishing_deliveries")).status_code == 200
        return len(seen)

    for channel in channels:
        owe(channel)
    few = queries()
    states = [State.FAILED, State.UNKNOWN, State.HELD, State.CANCELLED, None]
    for number in range(11):
        version = make_version()
        for channel, state in zip(channels, states, strict=True):
            one = owe(channel, version, state=state)
            Attempt.objects.create(
                delivery=one, number=number, step="send", outcome="transient", started_at=timezone.now()
            )
    assert Delivery.objects.count() == 60 > PAGE_SIZE
    assert queries() == few
    assert few < 25


def test_what_needs_a_person_comes_first_and_says_why(client, publisher):
    ready, stopped = make_channel(), make_channel("wordpress", "Báo", stopped_at=timezone.now(), stopped_words="Trễ.")
    version = make_version()
    owe(ready, version, state=State.SENT, sent_at=timezone.now())
    later = outbox.enqueue(
        StoryVersion.of(make_correction(version.story)), [Owed(ready.pk, Action.CORRECT, timezone.now())]
    )
    owe(stopped)
    owe(ready, state=State.FAILED, words="Facebook could not be reached.")
    owe(ready, state=State.UNKNOWN, words=turn.NOBODY_KNOWS)
    Delivery.objects.filter(pk=later[0].pk).update(due_at=timezone.now() - timedelta(minutes=10))
    shown = text_of(client.get(reverse("publishing_deliveries")))
    places = [
        shown.index(words)
        for words in (
            "It is unclear whether",
            "Facebook could not be reached",
            "The channel is stopped: Trễ.",
            "worker may be",
        )
    ]
    assert places == sorted(places)
    Delivery.objects.filter(action="post", story=version.key).update(state=State.HELD)
    assert "Waits until an earlier delivery" in text_of(client.get(reverse("publishing_deliveries")))


def test_the_board_is_filtered(client, publisher):
    page, paper = make_channel(), make_channel("wordpress", "Báo")
    owe(page, make_version(title="Đập thủy điện không vỡ"), state=State.FAILED)
    owe(paper, make_version(title="Nước máy an toàn"))

    def titles(**asked):
        shown = text_of(client.get(reverse("publishing_deliveries"), asked))
        return {title for title in ("Đập thủy điện không vỡ", "Nước máy an toàn") if title in shown}

    assert len(titles()) == 2 and len(titles(state="nonsense", channel="x")) == 2
    for asked in ({"state": "failed"}, {"state": "trouble"}, {"channel": page.pk}, {"q": "đập"}, {"q": "ĐẬP"}):
        assert titles(**asked) == {"Đập thủy điện không vỡ"}, asked
    assert titles(action="retract") == set()


def test_a_delivery_tells_everything_that_was_tried(client, publisher):
    delivery = owe(make_channel(), state=State.FAILED, words="Facebook gave no clear answer.")
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        step="send",
        outcome="permanent",
        started_at=timezone.now(),
        http_status=400,
        vendor_code="100/33",
        vendor_words="<b>Unsupported</b>",
        words="Facebook gave no clear answer.",
    )
    shown = text_of(client.get(reverse("publishing_delivery", args=[delivery.pk])))
    for part in (
        "100/33",
        "HTTP 400",
        "&lt;b&gt;Unsupported",
        "refused",
        delivery.marker,
        "Facebook gave no clear answer.",
    ):
        assert part in shown, part


# Channels -----------------------------------------------------------------------------------------------------


@pytest.fixture
def administrator(client):
    user = make_user(people.ADMINISTRATOR)
    client.force_login(user)
    return user


# The plan as the form of a new channel shows it.
BY_HAND = {"plan-plan": "by_hand", "plan-plan_delay": "0", "plan-wording_needs_approval": "on"}


def channel_data(channel, **own):
    common = {"organisation": channel.organisation_id, "name": channel.name, "is_active": "on", "public_url": ""}
    config = {"on_retraction": "notice", **channel.config}
    return common | BY_HAND | {f"own-{name}": value for name, value in {**config, **own}.items()}


@pytest.mark.parametrize("kind", sorted(adapters()))
def test_every_kind_can_be_chosen_and_has_its_form(client, administrator, kind):
    address = reverse("publishing_channel_create", args=[kind])
    assert address in text_of(client.get(reverse("publishing_channel_new")))
    shown = text_of(client.get(address))
    for name in adapters()[kind].Form.base_fields:
        assert f'name="own-{name}"' in shown
    assert "desk" in text_of(client.post(address, {"own-host": "x"}))
    assert not Channel.objects.exists()


def test_a_new_channel_is_tested_and_its_secrets_never_come_back(client, administrator, page):
    config, secrets = page.settings()
    owner = Organisation.objects.create(name="Trung tâm")
    values = {"organisation": owner.pk, "name": "Trang mới", "is_active": "on", "is_sandbox": "on"}
    values |= BY_HAND | {f"own-{name}": value for name, value in {**config, **secrets}.items()}
    address = reverse("publishing_channel_create", args=["facebook"])
    refused = text_of(client.post(address, values | {"own-page_id": "không phải số"}))
    saved = text_of(client.post(address, values, follow=True))
    assert "The connection works." in saved and "Posts appear as" in saved
    channel = Channel.objects.get()
    assert channel.config == config and secrets["access_token"] not in channel.sealed
    pages = [refused, saved, text_of(client.get(reverse("publishing_channels")))]
    pages.append(text_of(client.get(reverse("publishing_channel", args=[channel.pk]))))
    pages.append(text_of(client.post(reverse("publishing_channel_test", args=[channel.pk]), follow=True)))
    for shown in pages:
        for secret in secrets.values():
            assert secret not in shown
    assert "Stored. Leave empty to keep it." in pages[-1]


def test_an_empty_secret_keeps_what_is_stored_and_unknown_settings_stay(client, administrator, connected, page):
    Channel.objects.update(config=connected.config | {"settle_seconds": 1})
    connected.refresh_from_db()
    client.post(reverse("publishing_channel", args=[connected.pk]), channel_data(connected, on_retraction="delete"))
    connected.refresh_from_db()
    assert connected.config["on_retraction"] == "delete" and connected.config["settle_seconds"] == 1
    assert connected.adapter().secret == page.settings()[1]
    client.post(reverse("publishing_channel", args=[connected.pk]), channel_data(connected, remove_app_secret="on"))
    connected.refresh_from_db()
    assert "app_secret" not in connected.adapter().secret and "access_token" in connected.adapter().secret


def test_wrong_credentials_are_told_in_words_and_resume_nothing(client, administrator, connected):
    outbox_words = "The Page's access has expired. Connect the Page again."
    Channel.objects.update(stopped_at=timezone.now(), stopped_words=outbox_words)
    address = reverse("publishing_channel", args=[connected.pk])
    shown = text_of(client.post(address, channel_data(connected, access_token=TOKEN), follow=True))
    assert "no longer valid. Connect the Page again." in shown.replace("&#x27;", "'") and TOKEN not in shown
    shown = text_of(client.post(reverse("publishing_channel_resume", args=[connected.pk]), follow=True))
    assert "The connection works." not in shown and TOKEN not in shown
    connected.refresh_from_db()
    assert connected.status == "stopped"


def test_new_credentials_of_a_stopped_channel_open_it_again(client, administrator, connected, page):
    secrets = page.settings()[1]
    connected.set_secrets({"access_token": TOKEN})
    connected.stopped_at, connected.stopped_words = timezone.now(), "Trễ."
    connected.save()
    data = channel_data(connected, access_token=secrets["access_token"])
    assert "The connection works." in text_of(
        client.post(reverse("publishing_channel", args=[connected.pk]), data, follow=True)
    )
    connected.refresh_from_db()
    assert connected.status == "ready"
    assert ModelLogEntry.objects.filter(action="publishing.resume", user=administrator).exists()


def test_credentials_of_a_lost_key_are_asked_for_again(client, administrator, connected, page, settings):
    settings.CREDENTIAL_KEYS = ["another-key"]
    address = reverse("publishing_channel", args=[connected.pk])
    assert "cannot be read with today" in text_of(client.get(address))
    tested = client.post(reverse("publishing_channel_test", args=[connected.pk]), follow=True)
    assert "cannot be read with today" in text_of(tested)
    refused = text_of(client.post(address, channel_data(connected)))
    assert "The channel was not saved" in refused
    saved = client.post(address, channel_data(connected, **page.settings()[1]), follow=True)
    assert "The connection works." in text_of(saved)


# Plans of channels --------------------------------------------------------------------------------------------


def test_a_plan_is_set_in_the_channels_form_and_says_what_is_missing(client, administrator, connected):
    address = reverse("publishing_channel", args=[connected.pk])
    before = connected.plan_since
    wrong = channel_data(connected) | {"plan-quiet_from": "22:00", "plan-notices_to": "không phải địa chỉ"}
    shown = text_of(client.post(address, wrong))
    assert "Give both the beginning and the end of the quiet hours" in shown and "valid email" in shown
    chosen = {
        "plan-plan": "automatic", "plan-plan_kinds": ["rebuttal"], "plan-takes_urgent": "on",
        "plan-quiet_from": "22:00", "plan-quiet_to": "06:00", "plan-notices_to": "a@example.vn,b@example.vn",
    }  # fmt: skip
    client.post(address, channel_data(connected) | chosen)
    connected.refresh_from_db()
    assert (connected.plan, connected.plan_kinds, connected.takes_urgent) == ("automatic", ["rebuttal"], True)
    assert connected.notices_to == "a@example.vn, b@example.vn" and connected.plan_since > before
    before = connected.plan_since
    client.post(address, channel_data(connected) | chosen | {"name": "Tên khác"})
    connected.refresh_from_db()
    assert connected.name == "Tên khác" and connected.plan_since == before, "only another plan begins anew"


def test_a_proposed_channel_is_ticked_and_quiet_hours_are_kept(client, publisher, connected):
    now = timezone.localtime()
    quiet = {"quiet_from": (now - timedelta(hours=1)).time(), "quiet_to": (now + timedelta(hours=1)).time()}
    Channel.objects.update(plan="proposed", **quiet)
    board = BeautifulSoup(client.get(reverse("publishing_compose", args=[make_version().pk])).content, "html.parser")
    assert board.find(attrs={"name": f"c{connected.pk}-chosen"}).has_attr("checked")
    assert board.find(attrs={"name": f"c{connected.pk}-at"})["value"].endswith(f"{quiet['quiet_to']:%H:%M}")
    Channel.objects.update(plan_kinds=["verifiedfact"])
    board = BeautifulSoup(client.get(reverse("publishing_compose", args=[make_version().pk])).content, "html.parser")
    assert not board.find(attrs={"name": f"c{connected.pk}-chosen"}).has_attr("checked")


def test_a_channel_that_asks_for_no_approval_sends_a_publishers_wording(client, publisher, connected):
    Channel.objects.update(wording_needs_approval=False)
    compose(client, make_version(), cards={connected: {"chosen": "on", "wording": "Lời riêng", "at": ""}})
    assert Delivery.objects.get().state == State.DUE
