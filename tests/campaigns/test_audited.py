"""The history of a campaign: its materials, warnings, indicators, waves and the posts of its series are in it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from cms.audit.entries import AuditEntry
from cms.audit.history import Scope
from cms.audit.sealing import seal
from publishing.models import Channel, Delivery, StoryVersion
from tests.campaigns.materials import scene
from tests.make import make_alert, make_indicator, make_office, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def test_all_that_belongs_to_a_campaign_is_in_its_history(client):
    here = scene()
    here.approve("zalo")
    make_alert(here.editor, campaign=here.campaign)
    indicator = make_indicator(here.editor, campaign=here.campaign)
    other = make_indicator(here.editor)
    log(instance=here.campaign, action="campaigns.wave_start", user=here.approver, data={"wave": "Khởi động"})
    version = StoryVersion.objects.create(
        key="campaign-step-7-vi", revision=1, title="Bước 1", payload={}, series=here.campaign.series[0]
    )
    channel = Channel.objects.create(organisation=make_office(), kind="zalo", name="Zalo Ánh Dương")
    Delivery.objects.create(channel=channel, version=version, story=version.key, made_by=here.approver)
    seal()
    deeds = set(Scope.of_page(here.campaign).entries().values_list("deed", flat=True))
    assert {
        "wagtail.publish",
        "campaigns.material_submit",
        "campaigns.material_approve",
        "campaigns.alert_write",
        "campaigns.indicator_write",
        "campaigns.wave_start",
        "delivery.planned",
    } <= deeds
    written = Scope.of_page(here.campaign).entries().filter(deed="campaigns.indicator_write")
    assert [entry.subject_id for entry in written] == [str(indicator.pk)] != [str(other.pk)]
    checker = make_user(people.CHECKER)
    UserProfile.objects.create(user=checker, preferred_language="en")
    client.force_login(checker)
    shown = client.get(reverse("audit_page", args=[here.campaign.pk])).content.decode()
    assert "A wave of the campaign was started" in shown and "Khởi động" in shown
    assert "Planned for Zalo Ánh Dương" in shown


def test_what_is_listed_as_a_scam_is_not_named_in_the_chain():
    """An indicator may be a telephone number or an account: the entry leads to it, and does not repeat it."""
    indicator = make_indicator()
    assert str(indicator) in ModelLogEntry.objects.get(action="campaigns.indicator_write").label
    seal()
    entry = AuditEntry.objects.get(deed="campaigns.indicator_write")
    assert (entry.subject, entry.subject_id) == ("", str(indicator.pk))
