"""Answers of one organisation are written, checked and approved within it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cms import people
from cms.approval import Refusal
from cms.desk.what_waits import approvals
from cms.models import AnswerList, PersonalNotice, User
from cms.notices.personal import find
from publishing.models import Membership, Organisation
from tests.make import (
    approve,
    make_alert,
    make_campaign,
    make_indicator,
    make_office,
    make_rebuttal,
    make_user,
    publish,
    submit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Organisation:
    return make_office(name="Đài Ban Mai (hư cấu)")


def member(role: str, organisation: Organisation) -> User:
    person = make_user(role)
    Membership.objects.create(person=person, organisation=organisation)
    return person


def edit(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_an_answer_is_checked_and_approved_within_the_organisation_that_signs_it(client, other):
    home = make_office()
    editor, approver = member(people.EDITOR, home), member(people.APPROVER, home)
    ours, theirs = member(people.CHECKER, home), member(people.CHECKER, other)
    page = make_rebuttal(owner=editor)
    submit(page, editor)
    assert approvals(theirs) is None or approvals(theirs).count == 0
    assert approvals(ours).count == 1
    find()
    assert set(PersonalNotice.objects.values_list("person", flat=True)) == {ours.pk}
    client.force_login(theirs)
    assert client.get(edit(page)).status_code in {302, 403}
    with pytest.raises(Refusal):
        approve(page, theirs)
    approve(page, ours)
    approve(page, approver)
    assert type(page).objects.get(pk=page.pk).live


def test_an_editor_of_another_organisation_neither_opens_nor_finds_it(client, other):
    page = make_rebuttal(owner=make_user(people.EDITOR), title="Tin nội bộ của trung tâm")
    stranger = member(people.EDITOR, other)
    client.force_login(stranger)
    assert client.get(edit(page)).status_code in {302, 403}
    explorer = reverse("wagtailadmin_explore", args=[AnswerList.objects.order_by("path").first().pk])
    assert "Tin nội bộ của trung tâm" not in client.get(explorer).content.decode()
    client.force_login(make_user(people.EDITOR))
    assert "Tin nội bộ của trung tâm" in client.get(explorer).content.decode()


def test_a_member_writes_under_the_name_of_the_own_organisation(client, other):
    make_office()
    client.force_login(member(people.EDITOR, other))
    place = AnswerList.objects.order_by("path").first()
    form = client.get(reverse("wagtailadmin_pages:add", args=["cms", "rebuttal", place.pk]))
    offered = form.context["form"].fields["office"].queryset
    assert list(offered) == [other] and form.context["form"].initial["office"] == other.pk


def test_people_of_no_organisation_check_everything_as_before(other):
    page = make_rebuttal(owner=make_user(people.EDITOR), office=other)
    editor = User.objects.get(pk=page.owner_id)
    assert publish(page, editor, make_user(people.CHECKER), make_user(people.APPROVER)).live


def test_no_list_of_the_admin_names_what_another_organisation_writes(client, other):
    editor = make_user(people.EDITOR)
    title = "Tin nội bộ của trung tâm"
    campaign = make_campaign(owner=editor, office=make_office(), title=title)
    page = make_rebuttal(owner=editor, title=title)
    submit(page, editor)
    make_alert(by=editor, campaign=campaign, headline=title)
    make_indicator(by=editor, campaign=campaign, value="https://tin-noi-bo-cua-trung-tam.top/")
    stranger = member(people.EDITOR, other)
    for role in (people.CHECKER, people.APPROVER, people.ADMINISTRATOR):
        stranger.groups.add(Group.objects.get(name=role))
    asked = [
        reverse("wagtailadmin_pages:search") + "?q=trung",
        reverse("wagtailadmin_reports:workflow"),
        reverse("wagtailadmin_reports:aging_pages"),
        reverse("wagtailadmin_choose_page_child", args=[page.get_parent().pk]),
        reverse("wagtailadmin_api:pages:listing") + "?for_explorer=1",
        reverse("wagtailadmin_api:pages:listing") + "?search=trung",
        reverse("campaigns_alerts_all"),
        reverse("campaigns_alert_new"),
        reverse("campaigns_indicators_all"),
        reverse("complaints"),
        "/admin/",
    ]
    for who, is_shown in ((stranger, False), (make_user(is_superuser=True), True)):
        client.force_login(who)
        found = {url for url in asked if title in (text := client.get(url).content.decode()) or "tin-noi-bo" in text}
        assert bool(found) is is_shown, found


def test_a_member_makes_nobody_who_belongs_nowhere(client, other):
    stranger = member(people.ADMINISTRATOR, other)
    client.force_login(stranger)
    for name in ("wagtailusers_users:add", "wagtailusers_groups:add", "audit_log", "set_up_people"):
        assert client.post(reverse(name)).status_code in {302, 403}
        assert reverse(name) not in client.get("/admin/").content.decode()
    client.force_login(make_user(people.ADMINISTRATOR))
    assert client.get(reverse("wagtailusers_users:add")).status_code == 200


def test_all_pages_of_a_folder_at_once_are_not_a_members(client, other):
    page = make_rebuttal(owner=make_user(people.EDITOR))
    client.force_login(member(people.ADMINISTRATOR, other))
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    for asked in (f"id={page.pk}", f"id=all&childOf={page.get_parent().pk}"):
        client.post(f"{url}?{asked}")
    assert type(page).objects.filter(pk=page.pk).exists()


def test_a_publisher_chooses_nothing_from_the_register_that_the_role_does_not_see(client):
    client.force_login(make_user(people.PUBLISHER))
    for model in ("incident", "keptcopy"):
        assert client.get(reverse(f"wagtailsnippetchoosers_cms_{model}:choose")).status_code in {302, 403}


def test_there_is_one_door_to_log_in_by(client):
    for url in ("/_util/login/", "/en/_util/login/"):
        assert client.post(url, {"username": "x", "password": "x"})["Location"] == reverse("wagtailadmin_login")
