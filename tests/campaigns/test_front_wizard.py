"""From nothing to a draft that only lacks what nobody else can know: its evidence and why it is made."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.models import Campaign, ReportingPlace, ScamForm, TargetGroup
from cms import people
from cms.gate import reasons
from cms.incidents import Incident
from tests.make import make_campaign, make_incident, make_office, make_user, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture
def police() -> ScamForm:
    return ScamForm.objects.get(number=14)


@pytest.fixture
def editor(client):
    person = make_user(people.EDITOR)
    client.force_login(person)
    return person


def post(client, **typed):
    return client.post(reverse("campaigns_new"), typed)


def test_a_draft_starts_from_the_texts_of_its_form_and_the_places_of_the_newest_live_campaign(client, editor, police):
    office = make_office()
    earlier = publish(make_campaign(), *team())
    incident = make_incident(kind=Incident.Kind.SCAM)
    group = TargetGroup.objects.get(slug="nguoi-cao-tuoi")
    answer = post(
        client, scam_form=police.pk, incidents=[incident.pk], target_groups=[group.pk], starts_on="2026-12-01"
    )
    page = Campaign.objects.latest("pk")
    assert answer.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    draft = page.get_latest_revision_as_object()
    assert not page.live and draft.owner == editor and draft.office == office
    assert (draft.signs, draft.if_paid, draft.short_answer) == (police.signs, police.if_paid, police.in_short)
    assert [one.phone for one in draft.report_to.all()] == [one.phone for one in earlier.report_to.all()]
    assert list(draft.target_groups.all()) == [group]
    assert (draft.topic, draft.place) == (incident.topic, incident.place)
    assert {reason.code for reason in reasons(draft)} == {"no_primary_evidence", "no_why"}
    assert client.get(answer.url).status_code == 200


def test_a_second_campaign_with_the_same_title_gets_an_address_of_its_own(client, editor, police):
    for _time in range(2):
        post(client, scam_form=police.pk, title="Cảnh giác cuộc gọi lạ")
    assert sorted(Campaign.objects.values_list("slug", flat=True)) == [
        "canh-giac-cuoc-goi-la",
        "canh-giac-cuoc-goi-la-2",
    ]


def test_an_earlier_campaign_is_copied_without_its_evidence(client, editor):
    earlier = make_campaign(signs="Dấu hiệu đã sửa.")
    earlier.report_to.add(ReportingPlace(name="Bưu điện (hư cấu)", phone="1900 0002"))
    earlier.save_revision()
    earlier = publish(earlier, *team())
    assert f"?earlier={earlier.pk}" in client.get(reverse("campaigns_one", args=[earlier.pk])).content.decode()
    shown = client.get(reverse("campaigns_new"), {"earlier": earlier.pk}).content.decode()
    assert f'<option value="{earlier.pk}" selected' in shown
    post(client, earlier=earlier.pk, title="Đợt hai")
    page = Campaign.objects.latest("pk")
    assert page.title == "Đợt hai" and page.signs == "Dấu hiệu đã sửa." and page.scam_form == earlier.scam_form
    assert page.report_to.count() == 2 and page.questions.count() == earlier.questions.count() == 1
    assert page.evidence.count() == 0 and page.why_checked == ""
    assert Campaign.objects.get(pk=earlier.pk).report_to.count() == 2


def test_a_mistake_keeps_everything_that_was_chosen(client, editor, police):
    incident = make_incident(kind=Incident.Kind.SCAM)
    answer = post(
        client,
        scam_form=police.pk,
        incidents=[incident.pk],
        title="Tên riêng",
        starts_on="2026-12-10",
        ends_on="2026-12-01",
    )
    shown = answer.content.decode()
    assert answer.status_code == 200 and Campaign.objects.count() == 0
    for kept in (f'value="{police.pk}" checked', "Tên riêng", "2026-12-10", "2026-12-01"):
        assert kept in shown
    assert answer.context["form"]["incidents"].value() == [str(incident.pk)]
    assert answer.context["form"].errors.keys() == {"ends_on"}


def test_neither_a_form_nor_an_earlier_campaign_is_a_mistake(client, editor):
    assert post(client, title="Gì đó").context["form"].errors.keys() == {"scam_form"}


def test_the_search_folds_and_keeps_what_was_typed_and_chosen(client, editor, police):
    shown = client.get(reverse("campaigns_new"), {"q": "DEEPFAKE goi", "scam_form": police.pk, "title": "Tên riêng"})
    assert [(form.number, is_chosen) for _head, forms in shown.context["groups"] for form, is_chosen in forms] == [
        (14, True),
        (2, False),
    ]
    assert "Tên riêng" in shown.content.decode()


def test_enter_in_the_search_searches_while_nothing_is_chosen(client, editor, police):
    shown = post(client, q="DEEPFAKE goi", title="Tên riêng")
    assert shown.status_code == 200 and not shown.context["form"].errors
    assert sum(len(forms) for _heading, forms in shown.context["groups"]) == 1 and "Tên riêng" in shown.text
    assert not Campaign.objects.exists()


def test_open_scams_come_first(client, editor):
    rumour = make_incident()
    answered = make_incident(kind=Incident.Kind.SCAM, status=Incident.Status.ANSWERED)
    open_scam = make_incident(kind=Incident.Kind.IMPERSONATION)
    choices = client.get(reverse("campaigns_new")).context["form"].fields["incidents"].choices
    assert [int(pk) for pk, _words in choices] == [open_scam.pk, answered.pk, rumour.pk]


def test_who_may_not_write_answers_starts_none(client, police):
    client.force_login(make_user(people.APPROVER))
    assert reverse("campaigns_new") not in client.get(reverse("campaigns_all")).content.decode()
    assert post(client, scam_form=police.pk).status_code == 302
    assert Campaign.objects.count() == 0
    client.force_login(make_user(people.EDITOR))
    assert reverse("campaigns_new") in client.get(reverse("campaigns_all")).content.decode()


def test_the_wizard_asks_the_database_the_same_however_much_there_is(client, editor, django_assert_max_num_queries):
    publish(make_campaign(), *team())
    client.get(reverse("campaigns_new"))
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("campaigns_new"))
    for _number in range(5):
        make_incident(kind=Incident.Kind.SCAM)
        publish(make_campaign(), *team())
    with django_assert_max_num_queries(60) as more:
        client.get(reverse("campaigns_new"))
    assert len(more) <= len(few)
