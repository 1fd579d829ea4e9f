"""The holding notice: says that a claim is being verified, and becomes the verdict at the same address."""

from __future__ import annotations

import pytest

from cms.claims import Verdict
from cms.incidents import Incident
from cms.models import Correction, Evidence, Rebuttal
from cms.pages.answer import Change
from publishing.models import StoryVersion
from tests.make import make_incident, make_rebuttal, publish, team

pytestmark = pytest.mark.django_db


def make_notice(editor, **kw):
    return make_rebuttal(
        owner=editor, evidence=[], **{"verdict": Verdict.VERIFYING, "reach_attempt": "", "slug": "nuoc-may", **kw}
    )


def finish(page, editor, **values):
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.verdict, draft.reach_attempt = Verdict.FALSE, "Đã hỏi nhóm đăng đầu tiên."
    draft.short_answer = "Nước máy đạt chuẩn."
    draft.evidence.add(Evidence(title="Biên bản xét nghiệm", url="https://soyte.example/12"))
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=editor)
    return Rebuttal.objects.get(pk=page.pk)


def test_a_notice_goes_out_without_evidence_but_not_without_a_second_person():
    editor, checker, approver = team()
    incident = make_incident()
    page = publish(make_notice(editor, incidents=[incident]), editor, checker, approver)
    assert page.live and page.is_holding
    incident.refresh_from_db()
    assert incident.status == Incident.Status.VERIFYING


def test_the_verdict_takes_the_notices_address_and_every_channel_is_told():
    editor, checker, approver = team()
    incident = make_incident()
    page = publish(make_notice(editor, incidents=[incident]), editor, checker, approver)
    address, key = page.full_url, page.story_key
    page = publish(finish(page, editor), editor, checker, approver)
    assert (page.full_url, page.story_key, page.is_holding) == (address, key, False)
    told = Correction.objects.get(page=page)
    assert told.kind == Change.VERDICT and "Nước máy đạt chuẩn." in told.note
    story = StoryVersion.objects.get(key=key, revision=page.live_revision_id).story
    assert story.change == told.note and story.change_kind == "verdict"
    incident.refresh_from_db()
    assert [change.status for change in incident.life.all()] == ["reported", "verifying", "answered"]


def test_an_answer_without_evidence_is_still_refused_after_a_notice():
    from cms.gate import reasons

    editor, checker, approver = team()
    page = publish(make_notice(editor), editor, checker, approver)
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.verdict = Verdict.FALSE
    assert {reason.code for reason in reasons(draft)} == {"no_primary_evidence", "no_reach_attempt"}


def test_an_editor_is_not_offered_the_kind_of_change_that_only_the_code_makes():
    kind = Rebuttal._meta.get_field("change_kind")
    assert Change.VERDICT not in [value for value, _words in kind.choices]
