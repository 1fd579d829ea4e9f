"""Several organisations: nobody sees or sends what is another one's, whatever address is asked for."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cms import people
from cms.models import User
from cms.notices.personal import PersonalNotice, find
from publishing import outbox
from publishing.agencies import Sight, organisations_of, run_by, sendable_by, visible_to
from publishing.desk import urls
from publishing.desk.waiting import waiting_for
from publishing.models import Channel, Delivery, Membership, Organisation, PlanningGrant, State, StoryVersion
from tests.make import make_user
from tests.publishing.stories import fresh_story
from tests.publishing.test_desk import make_channel, owe

pytestmark = pytest.mark.django_db

REFUSED = {302, 403, 404}  # Wagtail answers a missing permission with the way to the first page
_numbers = itertools.count(1)


class Agency:
    """An organisation with a channel, an approved story, a delivery that failed, and a person who may do everything."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.channel = make_channel(name=f"Trang {name}")
        self.organisation = self.channel.organisation
        number = next(_numbers)
        self.version = StoryVersion.of(
            fresh_story(key=f"rebuttal-{number}-vi", title=f"Tin của {name}", office=self.organisation.name)
        )
        self.delivery = owe(self.channel, self.version, state=State.FAILED)
        self.person = self.add_person()

    def add_person(self) -> User:
        person = make_user(people.PUBLISHER)
        for role in (people.ADMINISTRATOR, people.APPROVER):
            person.groups.add(Group.objects.get(name=role))
        Membership.objects.create(person=person, organisation=self.organisation)
        return person


@pytest.fixture
def a() -> Agency:
    return Agency("Ánh Dương")


@pytest.fixture
def b() -> Agency:
    return Agency("Ban Mai")


def addresses(of: Agency) -> list[str]:
    """Every address of the desk that is about one thing, filled with things of ``of``."""
    values = {
        "publishing_compose": [of.version.pk],
        "publishing_compose_story": [of.version.key],
        "publishing_delivery": [of.delivery.pk],
        "publishing_move": [of.delivery.pk],
        "publishing_channel": [of.channel.pk],
        "publishing_channel_connect": [of.channel.pk],
        "publishing_channel_choose": [of.channel.pk],
        "publishing_channel_test": [of.channel.pk],
        "publishing_channel_resume": [of.channel.pk],
    }
    found = [reverse(name, args=args) for name, args in values.items()]
    deeds = ("hold", "retry", "cancel", "settle", "approve_wording", "refuse_wording", "done_by_hand", "owe_again")
    found += [reverse("publishing_deed", args=[of.delivery.pk, deed]) for deed in deeds]
    about_one = {one.name for one in urls.urlpatterns if "<" in str(one.pattern)}
    assert about_one == {*values, "publishing_deed", "publishing_channel_create"}, "a new address needs its row here"
    return found


LISTS = (
    "publishing_stories", "publishing_calendar", "publishing_deliveries", "publishing_corrections", "publishing_figures",
    "publishing_channels",
)  # fmt: skip


def test_the_test_walks_every_list_of_the_desk():
    others = {"publishing_deliveries_bulk", "publishing_members", "publishing_channel_new", "publishing_channel_oauth"}
    assert {one.name for one in urls.urlpatterns if "<" not in str(one.pattern)} == {*LISTS, *others}


def test_nothing_of_another_agency_is_shown_or_done_by_its_address(client, a, b):
    client.force_login(a.person)
    before = Delivery.objects.values().get(pk=b.delivery.pk)
    for url in addresses(b):
        for answer in (client.get(url), client.post(url, {"confirmed": "1", "is_there": "yes"})):
            assert answer.status_code in {*REFUSED, 405}, url
            assert b.name not in answer.content.decode(), url
    client.post(reverse("publishing_deliveries_bulk"), {"do": "cancel", "delivery": b.delivery.pk, "confirmed": "1"})
    assert Delivery.objects.values().get(pk=b.delivery.pk) == before
    assert not b.delivery.attempts.exists()


def test_the_own_things_are_there(client, a):
    client.force_login(a.person)
    for name, args in (
        ("publishing_compose", [a.version.pk]),
        ("publishing_delivery", [a.delivery.pk]),
        ("publishing_channel", [a.channel.pk]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_no_list_names_what_is_another_agencys(client, a, b, name):
    Delivery.objects.update(state=State.SENT, sent_at=timezone.now(), scheduled_at=timezone.now())
    client.force_login(a.person)
    for query in ("", "?format=csv", "?view=list", "?show=all", f"?channel={b.channel.pk}"):
        text = client.get(reverse(name) + query).content.decode()
        assert b.name not in text, query
    assert b.name not in client.get("/admin/").content.decode()


def test_who_belongs_to_no_organisation_sees_everything_as_before(client, a, b):
    person = make_user(people.PUBLISHER)
    client.force_login(person)
    assert organisations_of(person) is None
    text = client.get(reverse("publishing_deliveries")).content.decode()
    assert a.name in text and b.name in text


def test_a_granted_channel_may_be_planned_for_and_neither_its_settings_nor_its_other_posts_are_seen(client, a, b):
    PlanningGrant.objects.create(organisation=a.organisation, channel=b.channel)
    assert set(sendable_by(a.person, Channel.objects.all())) == {a.channel, b.channel}
    assert set(run_by(a.person, Channel.objects.all())) == {a.channel}
    owe(b.channel, a.version)
    seen = visible_to(a.person, Delivery.objects.all())
    assert {(one.channel, one.version) for one in seen} == {(a.channel, a.version), (b.channel, a.version)}
    client.force_login(a.person)
    assert client.get(reverse("publishing_channel", args=[b.channel.pk])).status_code == 404
    page = client.get(reverse("publishing_deliveries")).content.decode()
    assert f"Trang {b.name}" in page and f"Tin của {b.name}" not in page
    assert {one.channel for one in visible_to(b.person, Delivery.objects.all())} == {b.channel}, "the owner sees both"
    assert visible_to(b.person, Delivery.objects.all()).count() == 2


def test_composing_offers_own_and_granted_channels_and_refuses_a_forged_one(client, a, b):
    other = StoryVersion.of(fresh_story(key="rebuttal-99-vi", title="Tin mới", office=a.organisation.name))
    client.force_login(a.person)
    url = reverse("publishing_compose", args=[other.pk])
    assert f"c{b.channel.pk}-" not in client.get(url).content.decode()
    client.post(url, {"do": "plan", f"c{b.channel.pk}-chosen": "on", f"c{a.channel.pk}-chosen": "on"})
    assert set(Delivery.objects.of_story(other.key).values_list("channel", flat=True)) == {a.channel.pk}


def test_a_channel_that_plans_by_itself_takes_no_story_of_another_agency(a, b):
    Channel.objects.update(plan=Channel.Plan.AUTOMATIC, plan_since=timezone.now() - timedelta(days=1))
    story = fresh_story(key="rebuttal-77-vi", office=a.organisation.name, modified_at=timezone.now())
    StoryVersion.of(story)
    outbox.plan_first(story)
    assert set(Delivery.objects.of_story(story.key).values_list("channel", flat=True)) == {a.channel.pk}


def test_a_new_channel_belongs_to_an_own_organisation(client, a, b):
    client.force_login(a.person)
    text = client.get(reverse("publishing_channel_create", args=["webhook"])).content.decode()
    assert a.organisation.name in text and b.name not in text


def test_what_waits_and_what_is_told_stays_within_the_agency(a, b):
    Channel.objects.filter(pk=b.channel.pk).update(stopped_at=timezone.now(), stopped_words="x")
    b.delivery.attempts.create(number=1, step="send", outcome="PERMANENT", started_at=timezone.now())
    rows = [row for part in waiting_for(a.person) for row in part.rows]
    assert not [row for row in rows if b.name in row.text + row.note]
    find()
    assert not PersonalNotice.objects.filter(person=a.person).exists()
    kinds = set(PersonalNotice.objects.filter(person=b.person).values_list("kind", flat=True))
    assert {"delivery", "channel"} <= kinds


def test_only_people_above_the_agencies_say_who_belongs_where(client, a, b):
    client.force_login(a.person)
    for name in ("publishing_members", "publishing_organisations:index"):
        assert client.get(reverse(name)).status_code in REFUSED
    office = make_user(people.ADMINISTRATOR)
    client.force_login(office)
    person = make_user(people.PUBLISHER)
    added = {"add": "member", "member-person": person.pk, "member-organisation": a.organisation.pk}
    for _twice in range(2):
        client.post(reverse("publishing_members"), added)
    assert Membership.objects.filter(person=person).count() == 1
    client.post(
        reverse("publishing_members"),
        {"add": "grant", "grant-organisation": a.organisation.pk, "grant-channel": b.channel.pk},
    )
    grant = PlanningGrant.objects.get()
    assert f"Trang {b.name}" in client.get(reverse("publishing_members")).content.decode()
    client.post(reverse("publishing_members"), {"remove": "grant", "pk": grant.pk})
    assert not PlanningGrant.objects.exists()
    logged = ModelLogEntry.objects.filter(action="publishing.agency", user=office)
    assert [one.data["what"] for one in logged.order_by("timestamp")] == ["added", "added", "removed"]


def test_an_own_channel_is_not_granted_again(client, a):
    client.force_login(make_user(people.ADMINISTRATOR))
    posted = {"add": "grant", "grant-organisation": a.organisation.pk, "grant-channel": a.channel.pk}
    assert client.post(reverse("publishing_members"), posted).status_code == 200
    assert not PlanningGrant.objects.exists()


def test_asking_costs_one_query_a_request_for_a_member_and_the_lists_stay_constant(client, a):
    client.force_login(a.person)
    client.get(reverse("publishing_deliveries"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("publishing_deliveries"))
    for number in range(12):
        version = StoryVersion.of(fresh_story(key=f"rebuttal-5{number}-vi", office=a.organisation.name))
        owe(a.channel, version, state=State.FAILED)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("publishing_deliveries"))
    assert len(few) == len(many)
    assert sum("publishing_membership" in one["sql"] and "SELECT" in one["sql"] for one in many) <= 2


def test_sight_agrees_with_the_query(a, b):
    PlanningGrant.objects.create(organisation=a.organisation, channel=b.channel)
    owe(b.channel, a.version)
    both = {a.person.pk, b.person.pk, make_user(people.PUBLISHER).pk}
    sight = Sight()
    for delivery in Delivery.objects.with_names():
        seen = {pk for pk in both if delivery in visible_to(User.objects.get(pk=pk), Delivery.objects.all())}
        assert sight.of_delivery(both, delivery) == seen
    assert Organisation.objects.count() >= 2
