"""Two incidents that are one: what moves, what is found where, what stays as it was approved, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import approval, people
from cms.content_digest import digest
from cms.finding import matching
from cms.incidents import Appearance, Incident
from cms.intake import alike, merging
from cms.intake.merging import IncidentMerge, NotMergeable
from cms.sent_in.submissions import Submission
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db
RUMOURS = json.loads((Path(__file__).parent.parent / "fixtures" / "rumours.json").read_text())


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def editor():
    user = make_user(people.EDITOR)
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = "en"
    profile.save()
    return user


@pytest.fixture
def two():
    """(one with an appearance, another that is open and urgent, with an appearance and a submission)"""
    kept = make_incident(claim="Nước máy toàn tỉnh nhiễm độc, ngừng dùng ngay")
    other = make_incident(claim="Nguồn nước sinh hoạt cả tỉnh bị đầu độc", urgency=Incident.Urgency.CRITICAL)
    for one in (kept, other):
        Appearance.objects.create(
            incident=one, platform="facebook", url=f"https://facebook.com/groups/1/posts/{one.pk}"
        )
    from django.utils import timezone

    Submission.objects.create(text="Nước bị đầu độc?", consent_at=timezone.now(), incident=other, phase="checking")
    return kept, other


def again(incident):
    return Incident.objects.get(pk=incident.pk)


def test_everything_goes_on_at_the_kept_one(two, editor):
    kept, other = two
    merging.merge(kept.pk, other.pk, editor)
    assert again(other).status == "merged" and again(other).merged_into == kept
    assert kept.appearances.count() == 2 and Submission.objects.get().incident == kept
    assert again(kept).urgency == Incident.Urgency.CRITICAL  # nothing becomes less urgent by it
    assert list(again(kept).whole_life().values_list("status", flat=True)) == ["reported", "reported"]


def test_the_address_of_the_merged_one_leads_to_the_kept_one(two, editor, client):
    kept, other = two
    crew = team()
    page = publish(make_rebuttal(owner=crew[0], incidents=[other]), *crew)
    merging.merge(kept.pk, other.pk, editor)
    with translation.override("vi"):
        here, there = (reverse("incident", args=[one.pk]) for one in (kept, other))
    answer = client.get(there)
    assert answer.status_code == 302 and answer["Location"] == here
    assert page.title in client.get(here).content.decode()
    told = client.get(f"/api/v1/incidents/{other.pk}/").json()
    assert (
        told["id"] == kept.pk
        and told["answers"][0]["id"] == page.pk
        and told["seen_on"] == [{"platform": "facebook", "times": 2}]
    )
    listed = client.get("/sitemap.xml").content.decode()
    assert f"{here}<" in listed and f"{there}<" not in listed


def test_what_was_approved_stays_as_it_is(two, editor):
    kept, other = two
    crew = team()
    page = publish(make_rebuttal(owner=crew[0], incidents=[other]), *crew)
    before = digest(type(page).objects.get(pk=page.pk).serializable_data())
    merging.merge(kept.pk, other.pk, editor)
    page = type(page).objects.get(pk=page.pk)
    assert approval.is_approved(page) and digest(page.serializable_data()) == before


def test_an_answer_to_one_answers_both(two, editor):
    kept, other = two
    merging.merge(kept.pk, other.pk, editor)
    crew = team()
    page = publish(make_rebuttal(owner=crew[0], incidents=[other]), *crew)
    assert again(kept).status == "answered" and again(other).status == "merged"
    assert Submission.objects.in_phase("answered").count() == 1
    assert Submission.objects.get().answers()[0].pk == page.pk


def test_a_pasted_message_in_the_words_of_either_finds_the_answer(two, editor):
    kept, other = two
    crew = team()
    page = publish(make_rebuttal(owner=crew[0], incidents=[kept], claim="Điều đang lan truyền", title="Trả lời"), *crew)
    assert not matching.find("nguon nuoc sinh hoat ca tinh bi dau doc", "vi")
    made = merging.merge(kept.pk, other.pk, editor)
    assert [match.entry.page_id for match in matching.find("nguon nuoc sinh hoat ca tinh bi dau doc", "vi")] == [
        page.pk
    ]
    assert matching.find(f"https://facebook.com/groups/1/posts/{other.pk}", "vi")[0].is_link
    merging.undo(made.pk, editor)
    assert not matching.find("nguon nuoc sinh hoat ca tinh bi dau doc", "vi")


def test_undoing_brings_everything_back(two, editor):
    kept, other = two
    third = make_incident(claim="Một tin khác")
    merging.merge(other.pk, third.pk, editor)
    made = merging.merge(kept.pk, other.pk, editor)
    assert again(third).merged_into == kept  # one step always leads to the kept one
    merging.undo(made.pk, editor)
    assert again(other).status == "reported" and again(other).merged_into is None and again(third).merged_into == other
    assert (kept.appearances.count(), other.appearances.count()) == (
        1,
        1,
    ) and Submission.objects.get().incident == other
    with pytest.raises(NotMergeable):
        merging.undo(made.pk, editor)


@pytest.mark.parametrize(
    ("kept", "gone", "after"),
    [("reported", "answered", "answered"), ("answered", "reported", "answered"), ("closed", "reported", "reported"), ("answered", "again", "again"), ("verifying", "closed", "verifying"), ("closed", "closed", "closed")],
)  # fmt: skip
def test_no_open_work_and_no_answer_is_lost(editor, kept, gone, after):
    one, other = make_incident(status=kept), make_incident(status=gone)
    merging.merge(one.pk, other.pk, editor)
    assert again(one).status == after


def test_a_pointer_or_itself_is_not_merged(two, editor):
    kept, other = two
    merging.merge(kept.pk, other.pk, editor)
    for pair in ((kept, other), (other, kept), (kept, kept)):
        with pytest.raises(NotMergeable):
            merging.merge(pair[0].pk, pair[1].pk, editor)
    assert IncidentMerge.objects.count() == 1


def test_who_merged_is_in_the_history_of_both(two, editor):
    kept, other = two
    made = merging.merge(kept.pk, other.pk, editor)
    merging.undo(made.pk, editor)
    actions = [f"{entry.object_id} {entry.action}" for entry in ModelLogEntry.objects.filter(user=editor)]
    assert {
        f"{kept.pk} cms.incident_merge",
        f"{other.pk} cms.incident_merged",
        f"{kept.pk} cms.incident_part",
        f"{other.pk} cms.incident_parted",
    } <= set(actions)


# On the desk --------------------------------------------------------------------------------------------------


def test_an_editor_finds_the_likely_one_merges_and_undoes(client, editor):
    one = make_incident(claim="Đập Hồ Xanh đã nứt, sẽ vỡ trong đêm")
    other = make_incident(claim="dap ho xanh nut roi, dem nay vo do ba con oi")
    client.force_login(editor)
    opened = client.get(reverse("wagtailsnippets_cms_incident:edit", args=[one.pk])).content.decode()
    assert "dap ho xanh" in opened and reverse("intake_merge", args=[one.pk]) in opened
    assert "dap ho xanh" in client.get(reverse("intake_merge", args=[one.pk])).content.decode()
    client.post(reverse("intake_merge", args=[one.pk]), {"do": "this", "other": other.pk})
    assert again(other).merged_into == one
    answer = client.get(reverse("wagtailsnippets_cms_incident:edit", args=[other.pk]))
    assert answer.status_code == 302 and answer["Location"] == reverse("intake_merge", args=[other.pk])
    client.post(reverse("intake_merge", args=[other.pk]), {"do": "undo", "merge": IncidentMerge.objects.get().pk})
    assert again(other).merged_into is None


def test_merged_is_no_status_to_pick(client, editor):
    client.force_login(editor)
    opened = client.get(reverse("wagtailsnippets_cms_incident:edit", args=[make_incident().pk])).content.decode()
    assert 'value="closed"' in opened and 'value="merged"' not in opened


def test_only_who_may_change_incidents_merges(client, two):
    kept, other = two
    client.force_login(make_user(people.CHECKER))
    client.post(reverse("intake_merge", args=[kept.pk]), {"do": "this", "other": other.pk})
    assert again(other).merged_into is None


def test_the_register_says_where_each_came_from(client, editor, django_assert_max_num_queries):
    from cms.intake.partners import HandedOver, IntakePartner

    partner = IntakePartner.objects.create(name="Trung tâm giám sát (hư cấu)")
    for number in range(12):
        HandedOver.objects.create(partner=partner, incident=make_incident(origin="partner"), reference=f"GS-{number}")
    client.force_login(editor)
    client.get(reverse("wagtailsnippets_cms_incident:list"))
    with django_assert_max_num_queries(25):
        listed = client.get(reverse("wagtailsnippets_cms_incident:list")).content.decode()
    assert listed.count("Trung tâm giám sát (hư cấu)") >= 12


# How well ----------------------------------------------------------------------------------------------------


def test_near_duplicates_in_vietnamese_are_suggested():
    """As measured; the numbers are in docs/intake.md."""
    claims = alike.Claims()
    for number, one in enumerate(RUMOURS["rumours"]):
        claims.add(number, one["claim"])

    def found(kind):
        return sum(
            any(key == number for _score, key in claims.like(one[kind]))
            for number, one in enumerate(RUMOURS["rumours"])
        )

    assert found("forwarded") >= 198 and found("part") >= 198 and found("reworded") >= 185
    assert sum(bool(claims.like(text)) for text in RUMOURS["unrelated"]) <= 8
    assert all(
        not [key for _score, key in claims.like(one["claim"]) if key != number]
        for number, one in enumerate(RUMOURS["rumours"])
    )
