"""What each copy of a changed answer owes: nothing is forgotten, and what cannot be done is said."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from cms import people
from publishing import by_hand, copies, outbox, worker
from publishing.copies import Standing
from publishing.models import Channel, Delivery, Organisation, State, StoryVersion
from publishing.plan import Owed
from publishing.story import Action, Way
from publishing.turn import NOBODY_KNOWS
from tests.make import make_user
from tests.publishing.stories import fresh_story, make_correction, make_retraction

pytestmark = pytest.mark.django_db

TOKEN = "EAAvery-secret-page-token-1234567890"
ADDRESS = "https://trang.example/bai/1"
CONFIG = {
    "facebook": {"page_id": "104200300400500", "api_base": "http://127.0.0.1:9", "api_version": "v25.0"},
    "newsroom": {"host": "127.0.0.1", "port": 9, "username": "kiemchung", "host_key": ""},
    "loudspeaker": {"reached_by": "hand"},
}


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


def make_channel(kind="facebook", name="", **kw) -> Channel:
    owner, _ = Organisation.objects.get_or_create(name="Trung tâm Ánh Dương (hư cấu)")
    made = Channel(organisation=owner, kind=kind, name=name or f"Kênh {kind}", **{"config": CONFIG[kind], **kw})
    made.set_secrets({"access_token": TOKEN, "password": TOKEN})
    made.save()
    return made


def sent(delivery: Delivery, at=None) -> Delivery:
    """As the worker leaves it."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.SENT, sent_at=at or timezone.now(), permalink=f"{ADDRESS}/{delivery.pk}", words=""
    )
    delivery.refresh_from_db()
    return delivery


def post(channel, story, state=State.SENT) -> Delivery:
    [made] = outbox.enqueue(StoryVersion.of(story), [Owed(channel.pk, Action.POST, timezone.now())])
    if state == State.SENT:
        return sent(made)
    Delivery.objects.filter(pk=made.pk).update(state=state, words=NOBODY_KNOWS if state == State.UNKNOWN else "")
    return made


def change(story, make=make_correction, plan=True, **kw):
    """The next version of the story, approved; and planned, unless that failed."""
    changed = make(story, **({"change_kind": "retraction" if make is make_retraction else "correction"} | kw))
    StoryVersion.of(changed)
    if plan:
        outbox.plan_change(changed)
    return changed


def follow(channel, action=Action.CORRECT) -> Delivery:
    return Delivery.objects.filter(channel=channel, action=action).latest("pk")


def standing(story) -> dict[str, Standing]:
    """Of each copy, by channel name; the tables and the view must agree on what is open."""
    row = copies.changes().filter(key=story.key).first()
    found = copies.copies_of(row, Delivery.objects.with_names().filter(story=story.key)) if row else []
    in_tables = {one.channel.name for one in copies.open_posts().filter(story=story.key)}
    assert {one.channel.name for one in found if one.is_open} == in_tables
    forgotten = {one.channel.name for one in copies.forgotten_posts().filter(story=story.key)}
    assert {one.channel.name for one in found if one.standing == Standing.FORGOTTEN} == forgotten
    assert (row in copies.open_changes()) == bool(in_tables) if row else not in_tables
    return {one.channel.name: one.standing for one in found}


@pytest.fixture
def publisher(client):
    user = make_user(people.PUBLISHER)
    client.force_login(user)
    return user


def shown(client, show="", **query) -> str:
    answer = client.get(reverse("publishing_corrections"), {"show": show, **query} if show else query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", BeautifulSoup(answer.content, "html.parser").main.get_text(" "))


def deed(client, delivery, name, **data):
    return client.post(reverse("publishing_deed", args=[delivery.pk, name]), data, follow=True)


# What is owed --------------------------------------------------------------------------------------------------


def test_a_story_is_listed_only_if_it_changed_after_it_went_out(client, publisher):
    page = make_channel()
    unchanged, before_it_went, silent = fresh_story(), fresh_story(), fresh_story()
    post(page, unchanged)
    post(page, before_it_went, State.DUE)
    change(before_it_went)
    post(page, silent)
    change(silent, change="", change_kind="")  # a slip of the pen: readers are told nothing
    assert standing(unchanged) == standing(before_it_went) == standing(silent) == {}
    assert copies.count_open() == 0
    assert "Nothing is owed" in shown(client) and "No answer was changed" in shown(client, "all")


def test_each_state_of_a_correction_is_told_in_words(client, publisher):
    story, page = fresh_story(), make_channel()
    post(page, story)
    change(story)
    one, text = follow(page), ""
    for state, changes, words in [
        (State.DUE, {}, "Planned for"),
        (State.SENDING, {"lease_until": timezone.now() + timedelta(minutes=1)}, "being sent"),
        (State.FAILED, {"words": "The text is too long."}, "The text is too long."),
        (State.PLANNED, {"wording": "Lời riêng", "wording_by": publisher}, "wording waits for approval"),
        (State.UNKNOWN, {"words": NOBODY_KNOWS}, "Please look at the channel and say whether it is there"),
    ]:
        Delivery.objects.filter(pk=one.pk).update(state=state, **changes)
        text = shown(client)
        assert words in text and "Correction" in text, state
        assert standing(story) == {page.name: Standing.OWED}
    assert "Số ca trong tuần 46 là 214" in text and story.title in text
    Delivery.objects.filter(pk=one.pk).update(wording="", words="")
    sent(one)
    assert story.title not in shown(client)
    assert "Changed in place" in shown(client, "all") and standing(story) == {page.name: Standing.DONE}


@pytest.mark.parametrize(
    ("kind", "config", "action", "way", "done", "shows"),
    [
        ("facebook", {}, Action.CORRECT, Way.EDIT, "Changed in place", "The version approved"),
        ("facebook", {"on_retraction": "delete"}, Action.RETRACT, Way.DELETE, "Removed from", "Nothing: removed"),
        ("newsroom", {}, Action.CORRECT, Way.SEND, "a message of its own", "and after it the message of"),
        ("loudspeaker", {}, Action.CORRECT, Way.NONE, "By hand: ", "What a person left there by hand"),
        ("loudspeaker", {}, Action.RETRACT, Way.NONE, "By hand: ", "What a person left there by hand"),
    ],
)
def test_every_way_of_following_is_told(client, publisher, kind, config, action, way, done, shows):
    story, channel = fresh_story(), make_channel(kind, config={**CONFIG[kind], **config})
    assert channel.adapter().way(action) == way
    sent(post(channel, story, State.DUE))
    change(story, make_retraction if action == Action.RETRACT else make_correction)
    one = follow(channel, action)
    text = shown(client)
    assert standing(story) == {channel.name: Standing.OWED}
    assert ("Retraction" if action == Action.RETRACT else "Correction") in text
    if way == Way.NONE:
        assert one.state == State.HELD
        assert "not possible from here" in text and channel.adapter_class.cannot_words in text
        answer = deed(
            client, one, "done_by_hand", **{"by_hand-url": ADDRESS, "next": reverse("publishing_corrections")}
        )
        assert answer.redirect_chain[0][0] == reverse("publishing_corrections")
        one.refresh_from_db()
        assert (one.state, one.permalink) == (State.SENT, ADDRESS)
        assert list(one.attempts.values_list("step", "by")) == [("person", publisher.pk)]
        done += str(publisher)
    else:
        sent(one)
    assert standing(story) == {channel.name: Standing.DONE}
    text = shown(client, "all")
    assert done in text and shows in text


def test_a_removed_copy_is_not_linked_and_a_changed_one_is(client, publisher):
    removed, changed = fresh_story(), fresh_story()
    remover = make_channel(config={**CONFIG["facebook"], "on_retraction": "delete"})
    for story in (removed, changed):
        post(remover, story)
    change(removed, make_retraction)
    change(changed)
    for one in Delivery.objects.exclude(action=Action.POST):
        sent(one)
    page = BeautifulSoup(client.get(reverse("publishing_corrections"), {"show": "all"}).content, "html.parser")
    where = {
        panel.h2.get_text(): [link["href"] for link in panel.select(".desk-out")] for panel in page.select(".desk-owed")
    }
    assert where == {removed.title: [], changed.title: [f"{ADDRESS}/{follow(remover).pk}"]}


def test_a_copy_made_after_the_change_owes_nothing_beside_one_that_does(client, publisher):
    old, new = make_channel(name="Kênh cũ"), make_channel(name="Kênh mới")
    story = fresh_story()
    post(old, story)
    changed = change(story)
    post(new, changed)
    assert standing(story) == {"Kênh cũ": Standing.OWED, "Kênh mới": Standing.NOTHING}
    assert "It went out after the change." in shown(client)


def test_a_retraction_takes_the_place_of_a_correction_that_is_still_open(client, publisher):
    story, page = fresh_story(), make_channel()
    post(page, story)
    change(change(story), make_retraction)
    assert follow(page).state == State.CANCELLED
    assert follow(page, Action.RETRACT).state == State.DUE
    text = shown(client)
    assert "Nguồn tin chính đã rút lại" in text and "Số ca trong tuần 46" not in text
    assert copies.count_open() == 1
    sent(follow(page, Action.RETRACT))
    assert standing(story) == {page.name: Standing.DONE}


def test_a_copy_that_nobody_can_tell_is_said_to_be_unclear_and_leads_there(client, publisher):
    story, page = fresh_story(), make_channel()
    lost = post(page, story, State.UNKNOWN)
    change(story)
    assert standing(story) == {page.name: Standing.OWED}
    text = shown(client)
    assert "Nobody knows whether this post is out." in text and "Waits until an earlier delivery" in text
    assert (
        f'href="{reverse("publishing_delivery", args=[lost.pk])}"'
        in client.get(reverse("publishing_corrections")).content.decode()
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_active": False}, "not in use"),
        (
            {"stopped_at": timezone.now(), "stopped_words": "The access token has expired."},
            "The access token has expired.",
        ),
    ],
)
def test_a_channel_that_went_out_of_use_or_stopped_says_so_and_may_be_served_by_hand(client, publisher, changes, words):
    story, page = fresh_story(), make_channel()
    post(page, story)
    Channel.objects.update(**changes)
    change(story)
    assert words in shown(client) and standing(story) == {page.name: Standing.OWED}
    one = follow(page)
    deed(client, one, "done_by_hand", **{"by_hand-url": ""})
    assert standing(story) == {page.name: Standing.DONE}
    # Back in use, nothing is sent over what the person did.
    Channel.objects.update(is_active=True, stopped_at=None)
    assert outbox.claim(9) == []


def test_what_will_go_by_itself_is_not_recorded_as_done_by_hand(client, publisher):
    story, page = fresh_story(), make_channel()
    post(page, story)
    change(story)
    assert "done by hand" not in shown(client)
    deed(client, follow(page), "done_by_hand", **{"by_hand-url": ""})
    assert follow(page).state == State.DUE


# Nothing is forgotten ------------------------------------------------------------------------------------------


def test_what_was_never_planned_is_found_and_planned_by_the_sweep_however_late(client, publisher, time_machine):
    story, page, paper = fresh_story(), make_channel(), make_channel("newsroom")
    post(page, story)
    post(paper, story)
    change(story, plan=False)
    assert standing(story) == dict.fromkeys([page.name, paper.name], Standing.FORGOTTEN)
    assert "not planned yet" in shown(client) and copies.count_open() == 2
    time_machine.move_to(timezone.now() + timedelta(days=40))
    worker.sweep()
    worker.sweep()
    assert Delivery.objects.filter(action=Action.CORRECT, state=State.DUE).count() == 2
    assert standing(story) == dict.fromkeys([page.name, paper.name], Standing.OWED)


def test_planning_that_fails_leaves_the_change_in_the_tables(monkeypatch):
    from cms import corrections
    from tests.cms.test_approval import edited
    from tests.make import make_rebuttal, publish, team

    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    story = page.story()
    channel = make_channel()
    post(channel, story)
    monkeypatch.setattr(corrections, "plan_change", lambda story: 1 / 0)
    page = edited(page, editor, change_kind="correction", change_note="Sửa số liệu.")
    publish(page, editor, checker, approver)
    assert standing(story) == {channel.name: Standing.FORGOTTEN}
    copies.sweep()
    assert standing(story) == {channel.name: Standing.OWED}


def test_one_story_that_cannot_be_planned_does_not_keep_the_others_from_it(monkeypatch):
    page = make_channel()
    stories = [fresh_story() for _ in range(3)]
    for story in stories:
        post(page, story)
        change(story, plan=False)
    real = copies.plan_change
    monkeypatch.setattr(copies, "plan_change", lambda one: 1 / 0 if one.key == stories[1].key else real(one))
    copies.sweep()
    assert [standing(story)[page.name] for story in stories] == [Standing.OWED, Standing.FORGOTTEN, Standing.OWED]


def test_a_kind_of_channel_that_is_gone_keeps_no_other_copy_from_its_correction(client, publisher):
    story, gone, page = fresh_story(), make_channel("newsroom", "Kênh cũ"), make_channel()
    post(gone, story)
    post(page, story)
    Channel.objects.filter(pk=gone.pk).update(kind="myspace")
    change(story)
    assert (follow(gone).state, follow(page).state) == (State.HELD, State.DUE)
    assert "no longer part of the software" in shown(client)


def test_what_a_person_left_as_it_is_stays_so_until_a_person_or_a_new_change_says_otherwise(client, publisher):
    story, page = fresh_story(), make_channel()
    post(page, story)
    changed = change(story)
    one = follow(page)
    asked = client.get(reverse("publishing_deed", args=[one.pk, "cancel"])).content.decode()
    assert "the copy that is out stays as it is" in asked
    deed(client, one, "cancel")
    assert standing(story) == {page.name: Standing.LEFT}
    outbox.plan_change(changed)
    worker.sweep()
    assert follow(page).state == State.CANCELLED
    assert "Nothing is owed" in shown(client)
    assert f"{publisher} decided this" in shown(client, "all")

    deed(client, one, "owe_again")
    assert follow(page).state == State.DUE and standing(story) == {page.name: Standing.OWED}
    deed(client, one, "cancel")
    change(changed, change="Sửa lần hai.")
    assert standing(story) == {page.name: Standing.OWED}
    with pytest.raises(by_hand.Refused, match="later correction"):  # the older text would go over the newer one
        by_hand.owe_again(Delivery.objects.get(pk=one.pk), publisher)
    assert Delivery.objects.filter(state=State.DUE).count() == 1


def test_what_a_person_leaves_where_nothing_can_be_done_from_here_is_held_again_not_sent():
    story, speaker, person = fresh_story(), make_channel("loudspeaker"), make_user()
    post(speaker, story)
    change(story)
    by_hand.cancel(follow(speaker), person)
    by_hand.owe_again(follow(speaker), person)
    assert follow(speaker).state == State.HELD and follow(speaker).words == speaker.adapter_class.cannot_words


# The view ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may_see", "may_do"),
    [(people.EDITOR, False, False), (people.APPROVER, True, False), (people.PUBLISHER, True, True)],
)
def test_who_sees_the_board_sees_what_is_owed(client, role, may_see, may_do):
    story, speaker = fresh_story(), make_channel("loudspeaker")
    post(speaker, story)
    change(story)
    client.force_login(make_user(role))
    address = reverse("publishing_corrections")
    answer, home = client.get(address), client.get("/admin/").content.decode()
    assert (answer.status_code == 200) == may_see
    assert (f'"{address}"' in home) == may_see and ("today-corrections" in home) == may_do
    if may_see:
        assert (
            reverse("publishing_deed", args=[follow(speaker).pk, "done_by_hand"]) in answer.content.decode()
        ) == may_do
        assert (reverse("publishing_compose_story", args=[story.key]) in answer.content.decode()) == may_do


def test_the_compose_board_shows_what_its_story_owes_and_nothing_when_it_owes_nothing(client, publisher):
    story, speaker = fresh_story(), make_channel("loudspeaker")
    post(speaker, story)
    for make in (make_correction, make_retraction):
        story = change(story, make)
        address = reverse("publishing_compose", args=[StoryVersion.of(story).pk])
        board = client.get(address).content.decode()
        assert 'aria-labelledby="owed"' in board and "not possible from here" in board and story.change in board
        by_hand.done_by_hand(Delivery.objects.exclude(action=Action.POST).latest("pk"), publisher)
        assert 'aria-labelledby="owed"' not in client.get(address).content.decode()


def test_many_stories_cost_as_many_queries_as_one(client, publisher):
    channels = [make_channel(), make_channel("newsroom"), make_channel("loudspeaker", is_active=False)]

    def more(count):
        for number in range(count):
            story = fresh_story()
            for channel in channels:
                post(channel, story)
            change(story)
            if number % 2 == 0:
                by_hand.cancel(follow(channels[0]), publisher)
                by_hand.done_by_hand(follow(channels[2]), publisher)

    def asked(**query):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("publishing_corrections"), query).status_code == 200
        return len(seen)

    more(1)
    asked()
    few = asked(), asked(show="all")
    more(19)
    assert (asked(), asked(show="all")) == few


def test_it_is_said_in_vietnamese_and_tells_no_secret(client, publisher, settings):
    settings.LANGUAGE_CODE = "vi"
    for kind in CONFIG:
        story, channel = fresh_story(), make_channel(kind)
        post(channel, story)
        change(story, plan=kind != "newsroom")
    Channel.objects.filter(kind="facebook").update(stopped_at=timezone.now(), stopped_words="The connection works.")
    with translation.override("vi"):
        answer = client.get(reverse("publishing_corrections"))
    text = answer.content.decode()
    for words in (
        "Đính chính còn nợ",
        "chưa được lên lịch",
        "không làm được từ đây",
        "Đang hiện trên kênh",
        "Dự kiến gửi",
    ):
        assert words in text, words
    for words in ("Corrections owed", "not planned", "Where that stands", "by hand", "Planned for"):
        assert words not in text, words
    assert TOKEN not in text and not any(channel.sealed in text for channel in Channel.objects.all())
    assert "api_version" not in text and json.dumps(CONFIG["newsroom"])[1:20] not in text
