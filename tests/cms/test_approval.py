"""Nothing goes out without an evidence check and a second person, whatever path is tried."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import Page, PageLogEntry

from campaigns.models import TargetGroup
from cms import people
from cms.approval import Approval, Refusal, authors
from cms.claims import Nature, Verdict
from cms.content_digest import digest, digest_of
from cms.corrections import Correction
from cms.gate import reasons
from cms.incidents import Place
from cms.models import Evidence, PublicDetail, Rebuttal, User
from publishing.models import StoryVersion
from tests.make import (
    approve,
    make_campaign,
    make_incident,
    make_rebuttal,
    make_user,
    make_verified_fact,
    publish,
    submit,
    team,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """Messages are compared in the language they are written in."""
    with translation.override("en"):
        yield


def codes(page) -> set[str]:
    return {reason.code for reason in reasons(page)}


def again(page):
    return type(page).objects.get(pk=page.pk)


def edited(page, user, **changes):
    """The page with a new draft revision by ``user``."""
    draft = again(page).get_latest_revision_as_object()
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.save_revision(user=user)
    return again(page)


# The workflow


@pytest.mark.parametrize("make", [make_rebuttal, make_verified_fact])
def test_two_other_people_take_a_draft_to_the_public(make):
    editor, checker, approver = team()
    page = publish(make(owner=editor), editor, checker, approver)
    assert page.live
    assert [(one.step, one.by) for one in page.approvals.all()] == [("evidence", checker), ("approval", approver)]
    assert StoryVersion.objects.get(key=page.story_key).revision == page.live_revision_id


def test_the_author_can_take_neither_step_even_as_superuser():
    boss = User.objects.create_superuser("boss", password="x")
    page = make_rebuttal(owner=boss)
    submit(page, boss)
    with pytest.raises(Refusal, match="wrote part"):
        approve(page, boss)
    assert not again(page).live and not Approval.objects.exists()


def test_somebody_who_edited_the_draft_is_an_author_too():
    editor, checker, approver = team()
    page = edited(make_rebuttal(owner=editor), approver, short_answer="Nước máy đạt chuẩn.")
    assert authors(page) == {editor.pk, approver.pk}
    submit(page, editor)
    approve(page, checker)
    with pytest.raises(Refusal, match="wrote part"):
        approve(page, approver)


def test_opening_and_saving_without_a_change_makes_nobody_an_author():
    editor, _checker, approver = team()
    page = edited(make_rebuttal(owner=editor), approver)
    assert authors(page) == {editor.pk}


def test_an_edit_after_the_evidence_check_must_be_checked_again():
    editor, checker, approver = team()
    page = make_rebuttal(owner=editor)
    submit(page, editor)
    approve(page, checker)
    edited(page, editor, short_answer="Đã đổi sau khi kiểm tra.")
    with pytest.raises(Refusal, match="after the evidence check"):
        approve(page, approver)
    assert not again(page).live


def test_an_edit_after_approval_needs_approval_again():
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    page = edited(page, editor, body=[("paragraph", "<p>Khác.</p>")])
    with pytest.raises(PermissionDenied):
        page.get_latest_revision().publish(user=approver)
    with pytest.raises(Refusal):
        page.get_latest_revision().publish(user=approver, skip_permission_checks=True)
    assert "48 mẫu" in str(again(page).body)


def test_a_revision_overwritten_after_approval_is_not_the_approved_one():
    editor, checker, approver = team()
    page = make_rebuttal(owner=editor)
    submit(page, editor)
    approve(page, checker)
    draft = again(page).get_latest_revision_as_object()
    draft.short_answer = "Lén đổi."
    draft.save_revision(user=editor, overwrite_revision=page.get_latest_revision())
    with pytest.raises(Refusal):
        approve(page, approver)


# Every other path to the public


def test_no_other_path_publishes_unapproved_content():
    editor, *_ = team()
    boss = User.objects.create_superuser("boss", password="x")
    page = make_rebuttal(owner=editor)
    revision = page.get_latest_revision()
    with pytest.raises(PermissionDenied):
        revision.publish(user=boss)
    with pytest.raises(Refusal):
        revision.publish()
    with pytest.raises(Refusal):
        PublishPageRevisionAction(revision, user=boss).execute(skip_permission_checks=True)
    with pytest.raises(Refusal):
        page.live = True
        page.save()
    with pytest.raises(Refusal):
        plain = Page.objects.get(pk=page.pk)
        plain.live = True
        plain.save()
    assert not again(page).live


def test_a_copy_of_a_published_answer_is_not_published_with_other_words():
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    with pytest.raises(Refusal):
        CopyPageAction(page, keep_live=True, update_attrs={"title": "Khác", "slug": "khac"}).execute(
            skip_permission_checks=True
        )
    with pytest.raises(Refusal):
        page.create_alias(update_slug="ban-song-trung")
    assert Rebuttal.objects.count() == 1


def test_published_content_is_not_changed_by_a_plain_save():
    page = publish(make_rebuttal(), *team())
    page.short_answer = "Đổi thẳng trong cơ sở dữ liệu."
    with pytest.raises(Refusal):
        page.save()
    with pytest.raises(Refusal):
        page.save(update_fields=["short_answer"])
    plain = Page.objects.get(pk=page.pk)
    plain.title = "Đổi qua lớp cha"
    with pytest.raises(Refusal):
        plain.save()
    page.locked = True
    page.save(update_fields=["locked"])
    assert "đạt chuẩn" in again(page).short_answer


def test_scheduled_publishing_publishes_the_approved_and_refuses_the_rest_without_stopping():
    editor, checker, approver = team()
    later = timezone.now() + timedelta(hours=1)
    approved = publish(make_rebuttal(owner=editor, go_live_at=later), editor, checker, approver)
    assert not approved.live
    sneaked = make_rebuttal(owner=editor)
    for page in (sneaked, approved):
        page.revisions.update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    Rebuttal.objects.filter(pk=approved.pk).update(go_live_at=None)
    call_command("publish_scheduled", verbosity=0)
    assert not again(sneaked).live


def test_a_scheduled_answer_goes_live_when_its_time_comes(time_machine):
    editor, checker, approver = team()
    later = timezone.now() + timedelta(hours=1)
    page = publish(make_rebuttal(owner=editor, go_live_at=later), editor, checker, approver)
    call_command("publish_due", verbosity=0)
    assert not again(page).live
    time_machine.move_to(later + timedelta(seconds=5))
    call_command("publish_due", verbosity=0)
    assert again(page).live


def test_a_published_answer_is_neither_taken_off_nor_deleted():
    page = publish(make_rebuttal(), *team())
    boss = User.objects.create_superuser("boss", password="x")
    with pytest.raises(PermissionDenied):
        page.unpublish(user=boss)
    with pytest.raises(Refusal, match="silently"):
        page.unpublish()
    with pytest.raises(Refusal, match="silently"):
        Page.objects.get(pk=page.pk).unpublish()
    with pytest.raises(ProtectedError):
        again(page).delete()
    assert not again(page).permissions_for_user(boss).can_delete()
    assert again(page).live


def test_the_record_of_approvals_is_written_once():
    page = publish(make_rebuttal(), *team())
    one = page.approvals.first()
    with pytest.raises(TypeError):
        one.save()
    with pytest.raises(TypeError):
        one.delete()


# In the admin


def test_the_superuser_gets_reasons_instead_of_a_published_page(client, settings):
    boss = User.objects.create_superuser("boss", password="x")
    page = make_rebuttal(owner=make_user(people.EDITOR))
    client.force_login(boss)
    url = "/admin/bulk/wagtailcore/page/publish/" + f"?id={page.pk}&next=/admin/"
    answer = client.post(url, {"include_descendants": ""}, follow=True)
    assert answer.status_code == 200, answer.redirect_chain
    assert not again(page).live


def test_the_editor_sees_no_publish_button_and_the_reviewer_sees_approve(client):
    editor, checker, _approver = team()
    page = make_rebuttal(owner=editor)
    client.force_login(editor)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "action-publish" not in html and "action-submit" in html
    submit(page, editor)
    client.force_login(checker)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    first = BeautifulSoup(html, "html.parser").select_one("footer nav button")
    assert first is not None and first.get("data-workflow-action-name") == "approve"


def test_the_override_is_off_unless_set_and_then_logged_and_shown(settings, client):
    boss = User.objects.create_superuser("boss", password="x")
    page = make_rebuttal(owner=boss)
    client.force_login(boss)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "action-publish" not in client.get(edit).content.decode()
    settings.EMERGENCY_OVERRIDE = True
    assert "action-publish" in client.get(edit).content.decode()
    from cms.approval import record_override

    record_override(page, boss)
    again(page).get_latest_revision().publish(user=boss)
    assert again(page).live
    assert Approval.objects.get().step == Approval.Step.OVERRIDE
    assert PageLogEntry.objects.filter(action="cms.emergency_publish", user=boss).exists()
    assert 'class="override"' in client.get(page.url).content.decode()


def test_even_the_override_does_not_get_around_the_gate(settings):
    from cms.approval import record_override

    settings.EMERGENCY_OVERRIDE = True
    boss = User.objects.create_superuser("boss", password="x")
    with pytest.raises(Refusal, match="primary evidence"):
        record_override(make_rebuttal(owner=boss, evidence=[]), boss)


# The gate


def test_a_complete_answer_passes_the_gate():
    assert codes(make_rebuttal()) == set()
    assert codes(make_verified_fact()) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verdict": ""}, "no_verdict"),
        ({"nature": Nature.OPINION}, "not_a_fact"),
        ({"nature": Nature.SATIRE}, "not_a_fact"),
        ({"claim": "Theo tôi, lãnh đạo xã làm việc quá tệ"}, "reads_like_opinion"),
        ({"claim": "Tin giả: nước máy nhiễm độc"}, "verdict_in_claim"),
        ({"why_checked": " "}, "no_why"),
        ({"reach_attempt": ""}, "no_reach_attempt"),
        ({"office": None}, "no_office"),
        ({"topic": None}, "no_topic"),
        ({"evidence": []}, "no_primary_evidence"),
        (
            {"evidence": [{"title": "Báo mạng", "url": "https://bao.example", "kind": Evidence.Kind.SECONDARY}]},
            "no_primary_evidence",
        ),
        ({"incidents": []}, "no_incident"),
        ({"short_answer": "Gọi ngay 0912 345 678 để biết thêm."}, "personal_data"),
        ({"claim": "Chuyển tiền vào STK 0123456789 để được chữa bệnh"}, "personal_data"),
    ],
)
def test_the_gate_says_why_not(changes, code):
    page = make_rebuttal(**changes)
    assert code in codes(page)
    editor, *_ = team()
    with pytest.raises(Refusal):
        submit(page, editor)


def test_pictures_need_a_description(picture):
    page = make_rebuttal(picture=picture)
    assert codes(page) == {"no_alt_text"}
    page.picture_alt = "Vòi nước công cộng ở chợ"
    assert codes(page) == set()


def test_pictures_in_the_body_need_a_description_unless_decorative(picture):
    def body(**image):
        return [{"type": "picture", "value": {"image": {"image": picture.pk, **image}, "caption": ""}}]

    page = make_rebuttal()
    page.body = page.body.stream_block.to_python(body(decorative=False, alt_text=""))
    assert codes(page) == {"no_alt_text"}
    page.body = page.body.stream_block.to_python(body(decorative=True, alt_text=""))
    assert codes(page) == set()


def test_a_picture_whose_file_is_gone_is_named_and_does_not_stop_what_was_approved(picture):
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor, picture=picture, picture_alt="Vòi nước"), editor, checker, approver)
    picture.renditions.all().delete()
    picture.file.storage.delete(picture.file.name)
    assert codes(page) == {"picture_gone"}
    assert again(page).story().images == ()


def test_a_published_hotline_is_no_personal_data_once_a_reason_is_given():
    page = make_rebuttal(short_answer="Gọi trung tâm: 0912 345 678.")
    assert codes(page) == {"personal_data"}
    page.public_details.add(PublicDetail(text="0912.345.678", reason=""))
    assert codes(page) == {"personal_data"}
    page.public_details.add(PublicDetail(text="0912.345.678", reason="Đường dây nóng công bố tại Quyết định 5"))
    assert codes(page) == set()


# Corrections


def test_a_changed_verdict_must_be_told():
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    page = edited(page, editor, verdict=Verdict.MISLEADING)
    with pytest.raises(Refusal, match="differ"):
        submit(page, editor)
    page = edited(page, editor, change_kind="correction", change_note="Kết luận đúng là gây hiểu lầm.")
    page = publish(page, editor, checker, approver)
    assert page.live and page.verdict == Verdict.MISLEADING
    correction = Correction.objects.get()
    assert correction.revision == page.live_revision_id and correction.note == "Kết luận đúng là gây hiểu lầm."
    assert page.story().change == correction.note


def test_a_slip_of_the_pen_needs_approval_but_no_entry_in_the_log():
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    page = edited(page, editor, body=[("paragraph", "<p>Kết quả xét nghiệm 48 mẫu đều đạt chuẩn!</p>")])
    page = publish(page, editor, checker, approver)
    assert page.live and not Correction.objects.exists()


def test_a_retraction_needs_two_people_and_a_reason_and_keeps_the_address():
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    with pytest.raises(Refusal):
        submit(edited(page, editor, change_kind="retraction", change_note=""), editor)
    page = edited(page, editor, change_kind="retraction", change_note="Mẫu xét nghiệm bị nhầm nguồn.")
    page = publish(page, editor, checker, approver)
    story = page.story()
    assert page.live and story.is_retracted and story.change == "Mẫu xét nghiệm bị nhầm nguồn."
    assert not story.short_answer and not story.body_html and not story.sources


def test_only_what_was_published_can_be_retracted():
    assert "nothing_to_retract" in codes(make_rebuttal(change_kind="retraction", change_note="x"))


def test_publishing_survives_a_fault_in_what_follows_and_the_sweep_makes_up_for_it(monkeypatch):
    from cms import corrections

    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    page = edited(page, editor, change_kind="correction", change_note="Sửa số liệu.")
    real = corrections.record
    monkeypatch.setattr(corrections, "record", lambda page: 1 / 0)
    page = publish(page, editor, checker, approver)
    assert page.live and not Correction.objects.exists()
    monkeypatch.setattr(corrections, "record", real)
    corrections.sweep()
    corrections.sweep()
    assert Correction.objects.count() == 1


def test_the_digest_is_of_content_not_of_bookkeeping():
    page = make_rebuttal()
    before = digest(page.serializable_data())
    page.go_live_at = timezone.now()
    page.locked = True
    assert digest(page.serializable_data()) == before
    page.short_answer += "!"
    assert digest(page.serializable_data()) != before


@pytest.mark.parametrize("make", [make_rebuttal, make_verified_fact, make_campaign])
def test_readers_are_shown_the_approval_of_the_same_digest_that_was_approved(make):
    """Two ways lead to it: what the guard compares, and a shorter one for public pages."""
    page = make()
    page.evidence.add(Evidence(title="Biên bản thứ hai", url="https://soyte.example/12"))
    page.body = [("heading", "Mẫu nước"), ("paragraph", "<p>48 mẫu &amp; hơn</p>")]
    page.public_details.add(PublicDetail(text="1900 0000", reason="Đường dây nóng"))
    page.replies.add(page.replies.model(by="Bên bị nêu", text="Chúng tôi không đồng ý", received_on=date(2026, 11, 30)))
    if make is make_campaign:
        page.target_groups = TargetGroup.objects.all()[:2]
        page.places = [Place.objects.create(name="Xã Hoa Nắng", slug="xa-hoa-nang")]
    page.save_revision()
    for one in (page, type(page).objects.get(pk=page.pk), page.get_latest_revision_as_object()):
        assert digest_of(one) == digest(one.serializable_data())
    before = digest_of(page)
    for change in ("short_answer", "why_checked", "slug"):
        setattr(page, change, "khac")
        assert digest_of(page) == digest(page.serializable_data()) != before
        before = digest_of(page)
    page.replies.set([])
    assert digest_of(page) == digest(page.serializable_data()) != before


def test_an_incident_may_have_several_answers():
    incident = make_incident()
    first = publish(make_rebuttal(incidents=[incident]), *team())
    second = publish(make_rebuttal(incidents=[incident]), *team())
    assert list(first.other_answers()) == [second]


def test_an_answer_with_a_body_is_the_approved_one_from_either_database():
    """PostgreSQL keeps the members of a block in another order than Wagtail writes them in."""
    body = [("heading", "Vì sao"), ("paragraph", "<p>Nước máy được xét nghiệm hằng ngày.</p>")]
    page = publish(make_rebuttal(body=body), *team())
    page = Rebuttal.objects.get(pk=page.pk)
    assert page.approvals.filter(digest=digest(page.serializable_data())).count() == 2
    page.save()


def test_the_order_of_a_blocks_members_is_no_content_but_its_words_are():
    one = digest({"body": '[{"type": "heading", "value": "Vì sao", "id": "1"}]'})
    assert digest({"body": '[{"id": "1", "type": "heading", "value": "Vì sao"}]'}) == one
    assert digest({"body": '[{"id": "1", "type": "heading", "value": "Vì sao?"}]'}) != one
    assert digest({"body": "[{ no JSON"}) != digest({"body": "[{ no json"})
