"""The life of materials: drafted from their campaign, edited, approved by a second person, withdrawn with it."""

from __future__ import annotations

import random

import pytest
from django.utils import translation
from wagtail.models import ModelLogEntry

from campaigns.materials import ground, history, renewal, versions
from campaigns.materials.base import Content
from campaigns.materials.following import sweep
from campaigns.materials.forms import forms
from campaigns.materials.models import Material, MaterialVersion
from campaigns.materials.offered import offered
from campaigns.second_person import Refused
from cms import people
from cms.pages.answer import Change
from tests.campaigns.materials import Scene, scene
from tests.make import make_campaign, make_user

pytestmark = pytest.mark.django_db
State = MaterialVersion.State


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def here() -> Scene:
    return scene()


# From the campaign ----------------------------------------------------------------------------------------------


def test_a_published_campaign_has_a_draft_of_every_form(here):
    drafts = {one.material.kind: one for one in MaterialVersion.objects.select_related("material")}
    assert set(drafts) == set(forms())
    for version in drafts.values():
        assert (version.number, version.state, version.made_by) == (1, State.DRAFT, None)
        assert version.content == version.generated
        assert version.drawn_from == here.campaign.words().digest
        assert version.campaign_words == here.campaign.words()


def test_a_draft_campaign_shows_all_its_materials_before_it_is_published():
    page = make_campaign(owner=make_user(people.EDITOR))
    assert renewal.refresh(page) == len(forms())
    page.title = "Tên mới của chiến dịch"
    page.save_revision()
    renewal.refresh(page)
    said = Material.objects.get(kind="zalo").versions.get()
    assert said.content["title"] == "Tên mới của chiến dịch"


def test_refreshing_what_has_not_changed_makes_nothing(here, django_assert_max_num_queries):
    rows = list(MaterialVersion.objects.values())
    with django_assert_max_num_queries(18):
        assert renewal.refresh(here.campaign) == 0
    sweep()
    assert list(MaterialVersion.objects.values()) == rows


def test_a_changed_campaign_renews_what_nobody_edited_and_leaves_a_persons_words(here):
    versions.edit(here.material(), {"title": "Công an không gọi đòi tiền"}, here.editor)
    here.change(signs="Giục bạn làm ngay.", do_now="Cúp máy.")
    now = here.newest()
    assert now.content["title"] == "Công an không gọi đòi tiền"
    assert "Giục bạn làm ngay." in now.content["text"]
    assert now.drawn_from == here.campaign.words().digest


def test_a_persons_words_are_marked_where_the_campaign_says_something_else_now(here):
    versions.edit(here.material(), {"lead": "Đừng nghe.", "title": "Cảnh giác"}, here.editor)
    here.change(short_answer="Công an chỉ làm việc tại trụ sở.")
    chain = ground.chain_of(here.material())
    assert history.changed_here(chain) == {
        "lead": "Công an không làm việc qua điện thoại và không yêu cầu chuyển tiền."
    }
    versions.edit(here.material(), {"lead": "Công an làm việc tại trụ sở."}, here.editor)
    assert history.changed_here(ground.chain_of(here.material())) == {}


def test_an_approval_settles_the_mark(here):
    versions.edit(here.material(), {"lead": "Đừng nghe."}, here.editor)
    here.change(short_answer="Công an chỉ làm việc tại trụ sở.")
    here.approve()
    here.change(signs="Giục bạn làm ngay.")
    assert history.changed_here(ground.chain_of(here.material())) == {}


def test_what_is_approved_stays_offered_until_the_next_is_approved(here):
    first = here.approve(title="Bản thứ nhất")
    here.change(signs="Giục bạn làm ngay.")
    assert [one.content["title"] for one in offered(here.campaign)] == ["Bản thứ nhất"]
    second = here.approve(title="Bản thứ hai")
    assert [one.content["title"] for one in offered(here.campaign)] == ["Bản thứ hai"]
    first.refresh_from_db()
    assert (first.state, second.state) == (State.REPLACED, State.APPROVED)


def test_a_sign_that_comes_and_goes_again_is_renewed_twice(here):
    before = here.newest().content
    here.approve()
    signs = here.campaign.signs
    here.change(signs="Giục bạn làm ngay.")
    here.change(signs=signs)
    assert here.newest().content == before
    assert here.newest().drawn_from == here.campaign.words().digest


def test_a_campaign_that_could_not_be_followed_is_followed_by_the_sweep(here, monkeypatch):
    def fails(campaign):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(renewal, "refresh", fails)
        here.change(signs="Giục bạn làm ngay.")
    assert "Giục bạn làm ngay." not in here.newest().content["text"]
    sweep()
    assert "Giục bạn làm ngay." in here.newest().content["text"]


# Merging, field by field ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "generated", "now", "merged"),
    [
        ({"a": "1"}, {"a": "1"}, {"a": "2"}, {"a": "2"}),
        ({"a": "mine"}, {"a": "1"}, {"a": "2"}, {"a": "mine"}),
        ({"a": "mine"}, {"a": "1"}, {"a": "mine"}, {"a": "mine"}),
        ({"gone": "mine"}, {"gone": "1"}, {"a": "2"}, {"a": "2"}),
        ({}, {}, {"a": "2"}, {"a": "2"}),
        ({"a": ""}, {"a": "1"}, {"a": "2"}, {"a": ""}),
    ],
)
def test_a_persons_text_stays_and_the_rest_is_generated(
    content: Content, generated: Content, now: Content, merged: Content
):
    assert history.merged(content, generated, now) == merged


# Editing --------------------------------------------------------------------------------------------------------


def test_a_persons_own_draft_goes_on_and_somebody_elses_is_kept(here):
    other = make_user(people.EDITOR)
    versions.edit(here.material(), {"title": "Một"}, here.editor)
    versions.edit(here.material(), {"title": "Hai"}, here.editor)
    assert here.newest().number == 2
    versions.edit(here.material(), {"title": "Ba"}, other)
    states = {one.number: (one.state, one.content["title"]) for one in here.material().versions.all()}
    assert states[3] == (State.DRAFT, "Ba")
    assert states[2] == (State.REPLACED, "Hai")


def test_an_edit_of_a_page_that_is_out_of_date_is_refused(here):
    seen = ground.token(here.newest())
    versions.edit(here.material(), {"title": "Một"}, make_user(people.EDITOR))
    with pytest.raises(Refused):
        versions.edit(here.material(), {"title": "Hai"}, here.editor, based_on=seen)
    assert here.newest().content["title"] == "Một"


def test_saving_what_was_there_makes_no_version(here):
    versions.edit(here.material(), dict(here.newest().content), here.editor)
    assert here.newest().number == 1


def test_text_is_stored_composed_and_without_carriage_returns(here):
    versions.edit(here.material(), {"title": "Ca\u0309nh gia\u0301c ", "text": "Một\r\nHai"}, here.editor)
    assert here.newest().content["title"] == "Cảnh giác"
    assert here.newest().content["text"] == "Một\nHai"


def test_fields_the_form_does_not_have_are_not_stored(here):
    versions.edit(here.material(), {"title": "Một", "is_admin": "1"}, here.editor)
    assert "is_admin" not in here.newest().content


# Approval -------------------------------------------------------------------------------------------------------


def test_a_second_person_approves_and_readers_are_offered_it(here):
    version = here.approve()
    assert (version.state, version.approved_by) == (State.APPROVED, here.approver)
    assert [one.form.key for one in offered(here.campaign)] == ["zalo"]
    actions = set(ModelLogEntry.objects.for_instance(here.material()).values_list("action", flat=True))
    assert {"campaigns.material_submit", "campaigns.material_approve"} <= actions


def test_nobody_approves_what_they_wrote_even_after_others_wrote_too(here):
    other = make_user(people.EDITOR)
    versions.edit(here.material(), {"title": "Của người duyệt"}, here.approver)
    versions.edit(here.material(), {"lead": "Của người khác"}, other)
    versions.submit(here.newest(), other)
    with pytest.raises(Refused) as refused:
        versions.approve(here.newest(), here.approver)
    assert refused.value.words == (versions.YOU_WROTE_IT,)
    versions.approve(here.newest(), make_user(people.APPROVER))


def test_whoever_wrote_what_was_since_taken_back_may_approve(here):
    generated = here.newest().content["title"]
    versions.edit(here.material(), {"title": "Của người duyệt"}, here.approver)
    versions.edit(here.material(), {"title": generated, "lead": "Khác"}, here.editor)
    versions.submit(here.newest(), here.editor)
    versions.approve(here.newest(), here.approver)


def test_a_persons_words_stay_theirs_through_a_change_of_the_campaign(here):
    versions.edit(here.material(), {"title": "Của người duyệt"}, here.approver)
    here.change(signs="Giục bạn làm ngay.")
    assert history.authors(ground.chain_of(here.material())) == {here.approver.pk}


def test_whoever_submitted_does_not_approve(here):
    boss = make_user(is_superuser=True)
    versions.submit(here.newest(), boss)
    with pytest.raises(Refused):
        versions.approve(here.newest(), boss)


def test_only_approvers_approve(here):
    versions.submit(here.newest(), here.editor)
    with pytest.raises(Refused):
        versions.approve(here.newest(), make_user(people.EDITOR))


def test_a_draft_that_nobody_submitted_is_not_approved(here):
    with pytest.raises(Refused):
        versions.approve(here.newest(), here.approver)


def test_an_older_version_is_not_approved(here):
    old = here.newest()
    versions.submit(old, here.editor)
    versions.edit(here.material(), {"title": "Khác"}, here.editor)
    with pytest.raises(Refused):
        versions.approve(old, here.approver)


def test_nothing_is_approved_before_its_campaign():
    editor = make_user(people.EDITOR)
    page = make_campaign(owner=editor)
    renewal.refresh(page)
    version = MaterialVersion.objects.get(material__kind="zalo")
    versions.submit(version, editor)
    with pytest.raises(Refused, match="not published yet"):
        versions.approve(version, make_user(people.APPROVER))


def test_what_was_drawn_from_older_words_is_not_approved(here, monkeypatch):
    versions.submit(here.newest(), here.editor)
    monkeypatch.setattr("campaigns.materials.following.follow", lambda campaign: None)
    here.change(signs="Giục bạn làm ngay.")
    with pytest.raises(Refused, match="something else by now"):
        versions.approve(here.newest(), here.approver)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"title": " "}, "“Title” is empty"),
        ({"title": "a" * 141}, "141 characters"),
        ({"text": "Kẻ gian gọi từ 0912 345 678."}, "0912 345 678"),
        ({"text": "Trang facebook.com/nguoi.that.viec.that"}, "nguoi.that.viec.that"),
    ],
)
def test_what_cannot_be_used_is_not_submitted_and_the_text_is_kept(here, content, said):
    versions.edit(here.material(), content, here.editor)
    with pytest.raises(Refused) as refused:
        versions.submit(here.newest(), here.editor)
    assert said in " ".join(str(each) for each in refused.value.words)
    assert here.newest().state == State.DRAFT


def test_the_campaigns_own_hotline_is_no_personal_data(here):
    versions.edit(here.material(), {"text": "Gọi 0259 399 9999."}, here.editor)
    versions.submit(here.newest(), here.editor)


def test_a_fault_of_the_form_stops_the_approval(here):
    versions.edit(here.material("sms"), {"plain_short": "Đừng chuyển tiền"}, here.editor)
    with pytest.raises(Refused, match="letters that make every message short"):
        versions.submit(here.newest("sms"), here.editor)


def test_what_is_sent_back_says_why_and_can_be_submitted_again(here):
    versions.submit(here.newest(), here.editor)
    with pytest.raises(Refused):
        versions.send_back(here.newest(), here.approver, " ")
    versions.send_back(here.newest(), here.approver, "Câu thứ hai khó hiểu.")
    assert (here.newest().state, here.newest().comment) == (State.DRAFT, "Câu thứ hai khó hiểu.")
    here.approve()


def test_a_recording_is_needed_for_the_spoken_version_and_has_an_author(here, recording):
    with pytest.raises(Refused, match="recording"):
        versions.submit(here.newest("spoken"), here.editor)
    versions.edit(here.material("spoken"), {}, here.approver, sound=recording)
    versions.submit(here.newest("spoken"), here.editor)
    with pytest.raises(Refused) as refused:
        versions.approve(here.newest("spoken"), here.approver)
    assert refused.value.words == (versions.YOU_WROTE_IT,)
    versions.approve(here.newest("spoken"), make_user(people.APPROVER))
    [one] = offered(here.campaign)
    assert one.sound and one.sound.content_type == "audio/mpeg"


def test_a_recording_does_not_outlive_the_words_it_says(here, recording):
    versions.edit(here.material("spoken"), {}, here.editor, sound=recording)
    here.change(signs="Giục bạn làm ngay.")
    assert here.newest("spoken").sound is None


# Withdrawal -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_material_is_offered_no_longer_and_can_be_offered_again(here):
    version = here.approve()
    with pytest.raises(Refused):
        versions.withdraw(version, here.approver, "")
    versions.withdraw(version, here.approver, "Số điện thoại sai.")
    assert offered(here.campaign) == []
    versions.edit(here.material(), {}, here.editor)
    here.approve()
    assert len(offered(here.campaign)) == 1


def test_a_retracted_campaign_takes_its_materials_with_it(here):
    version = here.approve()
    here.change(change_kind=Change.RETRACTION, change_note="Bài này sai.")
    version.refresh_from_db()
    assert version.state == State.WITHDRAWN
    assert offered(here.campaign) == []
    versions.submit(here.newest("loudspeaker"), here.editor)
    with pytest.raises(Refused, match="retracted"):
        versions.approve(here.newest("loudspeaker"), here.approver)
    assert renewal.refresh(here.campaign) == 0


# Translations ---------------------------------------------------------------------------------------------------


def test_a_translation_is_approved_when_every_field_was_translated(here):
    here.approve()
    versions.translate(here.material(), "hmn", here.editor)
    versions.edit(here.material(language="hmn"), {"title": "Ceev faj", "lead": "Tsis txhob xa nyiaj."}, here.editor)
    with pytest.raises(Refused, match="language of the original"):
        versions.submit(here.newest(language="hmn"), here.editor)
    here.approve(language="hmn", text="Txiav xov tooj.")
    found = offered(here.campaign)
    assert [(one.language, one.content["title"]) for one in found][1] == ("hmn", "Ceev faj")


def test_a_translation_follows_what_is_approved_of_its_original(here):
    versions.translate(here.material(), "hmn", here.editor)
    versions.edit(here.material(language="hmn"), {"title": "Ceev faj"}, here.editor)
    here.approve(title="Tên đã sửa", lead="Câu đã sửa")
    now = here.newest(language="hmn")
    assert now.content["title"] == "Ceev faj"
    assert now.content["lead"] == "Câu đã sửa"
    assert set(history.changed_here(ground.chain_of(now.material))) == {"title"}


def test_there_is_one_translation_a_language_and_none_into_unknown_ones(here):
    versions.translate(here.material(), "hmn", here.editor)
    for language in ("hmn", "vi", "xx"):
        with pytest.raises(Refused):
            versions.translate(here.material(), language, here.editor)


# Many at once ---------------------------------------------------------------------------------------------------


def test_all_that_can_be_submitted_is_and_the_rest_says_why(here):
    versions.edit(here.material(), {"title": ""}, here.editor)
    newest = [here.newest(kind) for kind in forms()]
    done, refused = versions.each(versions.submit, newest, here.editor, here.campaign)
    assert done + len(refused) == len(forms())
    said = [str(one.words[0]) for one in refused]
    assert any(one.startswith("Zalo message: “Title” is empty") for one in said)
    assert any(one.startswith("Spoken version:") for one in said)
    waiting = MaterialVersion.objects.filter(state=State.SUBMITTED)
    assert versions.each(versions.approve, list(waiting), here.approver, here.campaign)[0] == done
    assert len(offered(here.campaign)) == done


def test_offering_many_takes_as_many_queries_as_offering_one(here, django_assert_num_queries):
    here.approve()
    with django_assert_num_queries(1):
        assert len(offered(here.campaign)) == 1
    for kind in ("loudspeaker", "radio", "sms", "video"):
        here.approve(kind)
    with django_assert_num_queries(1):
        assert len(offered(here.campaign)) == 5


# What differs ---------------------------------------------------------------------------------------------------


def test_a_difference_is_told_word_by_word():
    pieces = history.difference("Công an không gọi điện.", "Công an không bao giờ gọi điện.")
    assert [(one.change, one.text) for one in pieces] == [
        ("", "Công an không "),
        ("ins", "bao giờ "),
        ("", "gọi điện."),
    ]
    assert "".join(one.text for one in pieces if one.change != "del") == "Công an không bao giờ gọi điện."


def test_words_changed_in_a_row_are_one_change():
    pieces = history.difference("Qua điện thoại: hãy cúp máy", "Qua điện thoại bao giờ")
    assert [(one.change, one.text) for one in pieces] == [
        ("", "Qua điện "),
        ("del", "thoại: hãy cúp máy"),
        ("ins", "thoại bao giờ"),
    ]


def test_both_texts_can_be_read_off_every_difference():
    chance = random.Random(7)
    words = ["một", "hai", "ba", " ", "  ", "\n", "\n\n"]
    for _turn in range(300):
        before, now = ("".join(chance.choices(words, k=chance.randint(0, 12))) for _side in range(2))
        pieces = history.difference(before, now)
        assert "".join(one.text for one in pieces if one.change != "ins") == before
        assert "".join(one.text for one in pieces if one.change != "del") == now
