"""The administrator's page of partners: a key is shown once, changed without a gap, and revoked at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from cms import people
from cms.intake.partners import IntakeKey, IntakePartner
from tests.make import make_user

pytestmark = pytest.mark.django_db
SCOPES = list(IntakeKey.Scope.values)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def page(client):
    client.force_login(make_user(people.ADMINISTRATOR))
    address = reverse("intake_partners")
    return lambda **fields: client.post(address, fields) if fields else client.get(address)


def test_a_partner_is_added_and_its_key_is_shown_once(page):
    answer = page(do="add", name="Trung tâm giám sát (hư cấu)", scopes=SCOPES)
    whole = answer.context["key"]
    assert IntakeKey.with_key(whole).partner.name == "Trung tâm giám sát (hư cấu)"
    assert whole in answer.content.decode() and "no-store" in answer["Cache-Control"]
    later = page().content.decode()
    assert whole not in later and whole.partition(".")[0] in later
    assert not any(whole.partition(".")[2] in str(entry.data) for entry in ModelLogEntry.objects.all())


def test_a_new_key_works_beside_the_old_one_which_ends_after_the_days(page):
    old = page(do="add", name="A (hư cấu)", scopes=SCOPES).context["key"]
    partner = IntakePartner.objects.get()
    new = page(do="rotate", partner=partner.pk, scopes=["incidents:read"], days=10).context["key"]
    assert IntakeKey.with_key(old) and IntakeKey.with_key(new).scopes == ["incidents:read"]
    ends = IntakeKey.with_key(old).expires_at
    assert timedelta(days=9, hours=23) < ends - timezone.now() <= timedelta(days=10)
    assert IntakeKey.with_key(new).expires_at is None


def test_a_rotation_that_is_filled_in_wrongly_ends_no_key(page):
    page(do="add", name="A (hư cấu)", scopes=SCOPES)
    answer = page(do="rotate", partner=IntakePartner.objects.get().pk, scopes=SCOPES, days=1000)
    assert IntakeKey.objects.get().expires_at is None and "90" in answer.content.decode()


def test_a_key_is_revoked_at_once(page):
    whole = page(do="add", name="A (hư cấu)", scopes=SCOPES).context["key"]
    page(do="revoke", key=IntakeKey.objects.get().pk)
    assert IntakeKey.with_key(whole) is None
    assert ModelLogEntry.objects.filter(action="cms.intake_key_revoked").exists()


def test_the_same_partner_is_not_added_twice(page):
    page(do="add", name="A (hư cấu)", scopes=SCOPES)
    page(do="add", name="A (hư cấu)", scopes=SCOPES)
    assert IntakePartner.objects.count() == IntakeKey.objects.count() == 1


def test_a_key_ends_with_its_last_day(page):
    day = timezone.localdate() + timedelta(days=3)
    page(do="add", name="A (hư cấu)", scopes=SCOPES, expires_on=day.isoformat())
    assert timezone.localtime(IntakeKey.objects.get().expires_at).date() == day


@pytest.mark.parametrize("role", [people.EDITOR, people.CHECKER, people.APPROVER, people.PUBLISHER])
def test_others_have_no_business_there(client, role):
    client.force_login(make_user(role))
    client.post(reverse("intake_partners"), {"do": "add", "name": "A (hư cấu)", "scopes": SCOPES})
    assert not IntakePartner.objects.exists()
