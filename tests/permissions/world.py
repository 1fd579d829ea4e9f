"""One thing of every kind, all of one organisation, and everybody who may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import Collection, Locale, PageViewRestriction, Site, Task, Workflow
from wagtailmedia.models import Media

from campaigns.alerts.models import Subscriber
from campaigns.indicators import ListingComplaint, Partner
from campaigns.materials import files
from campaigns.models import ScamForm, TargetGroup, Wave, WaveStep
from cms import people
from cms.cards import cards
from cms.complaints.complaint import receive as complain
from cms.intake.partners import IntakeKey, IntakePartner
from cms.models import AnswerList, CorrectionsLog, KeptCopy, OfficeClocks, Picture, User
from cms.sent_in.receive import receive as submit_message
from publishing.models import Membership, Organisation, State, StoryVersion
from tests.campaigns.materials import scene
from tests.make import (
    approved_alert,
    listed_indicator,
    make_alert,
    make_incident,
    make_rebuttal,
    make_user,
    publish,
    submit,
    team,
)
from tests.publishing.test_desk import make_channel, owe

# In the order of the columns of the matrix.
ROLES = {
    "-": "nobody: not logged in",
    "E": "editor",
    "C": "evidence checker",
    "A": "approver",
    "P": "publisher",
    "M": "administrator",
    "W": "has all five roles, in the organisation whose things are asked for",
    "O": "has all five roles, in another organisation",
    "K": "not logged in, with the keys of a partner",
}
_EVERY = (people.EDITOR, people.CHECKER, people.APPROVER, people.PUBLISHER, people.ADMINISTRATOR)


@dataclass
class World:
    """``values``: what stands in an address, by "<name of the URL>.<parameter>" or just the parameter."""

    clients: dict[str, Client]
    values: dict[str, Any]
    keys: dict[str, str]

    def value(self, name: str, parameter: str) -> str:
        """What stands for ``parameter`` in the address called ``name``."""
        fitting = [
            key
            for key in self.values
            if key.startswith(f"{parameter} of ") and name.startswith(key[len(parameter) + 4 :])
        ]
        return str(self.values[max(fitting, key=len)] if fitting else self.values[parameter])

    def header(self, role: str, name: str) -> dict[str, str]:
        """The key that role K sends along."""
        key = next((key for start, key in self.keys.items() if name.startswith(start)), "")
        return {"Authorization": f"Bearer {key or next(iter(self.keys.values()))}"} if role == "K" else {}


def _member(organisation: Organisation) -> User:
    person = make_user()
    person.groups.set(Group.objects.filter(name__in=_EVERY))
    Membership.objects.create(person=person, organisation=organisation)
    return person


def _logged_in(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def build(picture: Picture) -> World:
    """Everything belongs to the organisation A; O is a member of B."""
    a = Organisation.objects.create(name="Trung tâm A (hư cấu)", is_office=True)
    b = Organisation.objects.create(name="Đài B (hư cấu)", is_office=True)
    stage = scene(office=a)
    campaign = stage.campaign
    stage.approve("article")
    material = stage.material("article")
    channel = make_channel(name="Trang A", is_active=True)
    channel.organisation = a
    channel.save()
    wave = Wave.objects.create(campaign=campaign, name="Khởi động", starts_at=timezone.now())
    WaveStep.objects.create(wave=wave, material=material, channel=channel, after=timedelta())
    editor, checker, approver = team()
    waiting = make_rebuttal(owner=editor, office=a)
    submit(waiting, editor)
    answer = publish(make_rebuttal(owner=editor, office=a, incidents=[make_incident()]), editor, checker, approver)
    version = StoryVersion.objects.get(key=answer.story_key)
    delivery = owe(channel, version, state=State.FAILED)
    listed = listed_indicator(campaign=campaign)
    wrong = ListingComplaint.objects.create(indicator=listed, reason="Số của tôi.")
    incident = make_incident()
    kept = KeptCopy.objects.create(title="Ảnh chụp", file=ContentFile(b"x", name="anh.txt"))
    sent_in = submit_message(text="Nước máy nhiễm độc?", picture=ContentFile(b"x", name="0123456789abcdef.jpg"))
    partner = Partner(name="Ngân hàng thử")
    partner_key = partner.new_key()
    intake = IntakeKey(
        partner=IntakePartner.objects.create(name="Giám sát (thử)"), scopes=[one.value for one in IntakeKey.Scope]
    )
    intake_key = intake.new_key()
    subscriber = Subscriber.objects.create(address="a@doc.example", token="t" * 32)
    waiting.refresh_from_db()
    state = waiting.current_workflow_task_state
    group = Group.objects.get(name=people.EDITOR)
    document = Document.objects.create(title="Mẫu", file=ContentFile(b"x", name="mau.txt"))
    sound = Media.objects.create(title="Lời", type="audio", duration=1, file=ContentFile(b"ID3", name="loi.mp3"))
    child = Collection.get_first_root_node().add_child(name="Ảnh")
    restriction = PageViewRestriction.objects.create(
        page=CorrectionsLog.objects.last(), restriction_type="password", password="x"
    )
    warning = make_alert(campaign=campaign)
    out_now = approved_alert()
    article = stage.newest("article")
    form, group_of_people = ScamForm.objects.first(), TargetGroup.objects.first()
    complaint = complain(kind="error", text="Câu hai sai.", page=answer, language="vi")
    digest = cards.digest_of(cards.card_of(answer))
    values: dict[str, Any] = {
        # A page that nobody published yet, of A: what is in it is nobody's business elsewhere.
        "page_id": waiting.pk, "parent_page_id": waiting.get_parent().pk, "page_to_move_id": waiting.pk,
        "destination_id": AnswerList.objects.last().pk, "revision_id": waiting.latest_revision_id,
        "task_state_id": state.pk, "task_id": state.task_id, "workflow_state_id": state.workflow_state_id,
        "action_name": "approve", "page_pk": waiting.get_parent().pk, "workflow_pk": Workflow.objects.get().pk,
        "content_type_app_name": "cms", "content_type_model_name": "rebuttal",
        "app_label": "cms", "model_name": "rebuttal", "app_name": "cms", "action": "delete",
        "object_id": waiting.pk, "session_id": 1, "collection_id": child.pk,
        "document_id": document.pk, "doc_id": document.pk, "image_id": picture.pk, "media_id": sound.pk,
        "media_type": "audio", "filter_spec": "original", "uploaded_file_id": 1, "redirect_id": 1,
        "translation_source_id": 1, "translation_id": 1, "string_segment_id": 1, "overridable_segment_id": 1,
        "mode": "x", "args": ["x"], "uidb64": "MQ", "token": "set-password", "restriction_id": restriction.pk,
        "page_view_restriction_id": restriction.pk,
        "key": answer.story_key, "deed": "hold", "kind": "webhook", "form": "atom", "form of intake_template": "csv", "form of indicators_file": "csv", "form of partner_file": "csv", "language": "vi",
        "of": campaign.pk, "material": material.pk, "number": article.number, "name": "article.txt", "deed of campaigns_": "pause",
        "wave_pk": wave.pk, "code": sent_in.code, "slug": answer.topic.slug, "rest": "nothing",
        "answer": answer.pk, "partner": partner.pk, "intake_partner": intake.partner_id, "intake_key": intake.pk,
        "wrong": wrong.pk, "submission": sent_in.pk, "step": wave.steps.get().pk, "other_incident": answer.answered.first().incident_id,
        "shape": "wide", "digest": digest, "pk": 1,
        # Which row ``pk`` is, by the beginning of the URL's name.
        "pk of publishing_compose": version.pk, "pk of publishing_delivery": delivery.pk,
        "pk of publishing_move": delivery.pk, "pk of publishing_deed": delivery.pk,
        "pk of publishing_channel": channel.pk, "pk of publishing_organisations": a.pk,
        "pk of campaigns_": campaign.pk, "pk of campaigns_alert": warning.pk, "pk of campaigns_alerts": campaign.pk,
        "pk of campaigns_indicator": listed.pk, "pk of campaigns_indicators": campaign.pk,
        "pk of audit_page": answer.pk, "pk of audit_incident": incident.pk, "pk of links_of_page": waiting.pk,
        "pk of links_of_incident": incident.pk, "pk of complaint_desk": complaint.pk,
        "pk of intake_": incident.pk, "pk of inbox_group": sent_in.pk, "pk of submission_picture": sent_in.pk,
        "pk of kept_copy": kept.pk, "pk of wagtailadmin_api:pages": waiting.pk,
        "pk of wagtailadmin_api:documents": document.pk, "pk of wagtailadmin_api:images": picture.pk,
        "pk of wagtailadmin_collections": child.pk, "pk of wagtailadmin_workflows": Workflow.objects.get().pk,
        "pk of wagtailadmin_workflows:edit_task": Task.objects.first().pk,
        "pk of wagtailadmin_workflows:disable_task": Task.objects.first().pk,
        "pk of wagtailadmin_workflows:enable_task": Task.objects.first().pk,
        "pk of wagtailusers_users": editor.pk, "pk of wagtailusers_groups": group.pk,
        "pk of wagtailsites": Site.objects.get().pk, "pk of wagtaillocales": Locale.objects.first().pk,
        "pk of wagtaildocs_chooser": document.pk, "pk of wagtailimages_chooser": picture.pk,
        "pk of wagtailsnippets_campaigns_scamform": form.pk,
        "pk of wagtailsnippetchoosers_campaigns_scamform": form.pk,
        "pk of wagtailsnippets_campaigns_targetgroup": group_of_people.pk,
        "pk of wagtailsnippetchoosers_campaigns_targetgroup": group_of_people.pk,
        "pk of wagtailsnippets_cms_incident": incident.pk, "pk of wagtailsnippetchoosers_cms_incident": incident.pk,
        "pk of wagtailsnippets_cms_keptcopy": kept.pk, "pk of wagtailsnippetchoosers_cms_keptcopy": kept.pk,
        "pk of wagtailsnippets_cms_topic": incident.topic_id, "pk of wagtailsnippetchoosers_cms_topic": incident.topic_id,
        "pk of wagtailsnippets_cms_place": incident.place_id, "pk of wagtailsnippetchoosers_cms_place": incident.place_id,
        "pk of wagtailsettings": OfficeClocks.load().pk, "pk of incident": answer.answered.first().incident_id,
        "pk of api_answer": answer.pk, "pk of api_incident": answer.answered.first().incident_id,
        "pk of embed": answer.pk, "pk of share_card": answer.pk, "pk of material_file": material.pk,
        "pk of indicator_wrong": listed.pk, "pk of campaign_quiz": campaign.pk,
        "number of material_file": article.number, "digest of material_file": files.digest_of(article),
        "number of sitemap_part": 1, "code of complaint": complaint.code, "code of indicator_complaint": wrong.code,
        "key of alert": out_now.key, "key of alert_cap": out_now.key,
        "token of alerts_": subscriber.token, "slug of place": incident.place.slug,
        "slug of target_group": group_of_people.slug, "slug of scam_form": form.slug,
        "model_name of wagtailsettings": "officeclocks", "name of material_file": "article.txt",
        "page_id of wagtail_localize": campaign.pk, "path": picture.get_rendition("width-100").file.name,
        "action_name of wagtailadmin_api": "copy",
        "app_name of wagtailadmin_tag": "taggit", "model_name of wagtailadmin_tag": "tag",
        "model_name of wagtailadmin_workflows": "secondpersontask",
    }  # fmt: skip
    clients = {
        "-": Client(raise_request_exception=False),
        **{letter: _logged_in(make_user(role)) for letter, role in zip("ECAPM", _EVERY, strict=True)},
        "W": _logged_in(_member(a)),
        "O": _logged_in(_member(b)),
        "K": Client(raise_request_exception=False),
    }
    return World(clients, values, {"intake_": intake_key, "partner_file": partner_key})
