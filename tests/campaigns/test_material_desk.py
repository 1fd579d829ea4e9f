"""The desk of materials: a newcomer gets them all written, submitted and approved; approvers see what differs."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from wagtail.users.models import UserProfile
from wagtailmedia.models import Media

from campaigns.materials import ground, versions
from campaigns.materials.base import Form
from campaigns.materials.drafts import WORDS, marked
from campaigns.materials.forms import forms
from campaigns.materials.models import Material, MaterialVersion
from campaigns.materials.offered import offered
from cms import people
from tests.campaigns.materials import Scene, scene
from tests.make import make_campaign, make_user

pytestmark = pytest.mark.django_db
State = MaterialVersion.State


@pytest.fixture
def here() -> Scene:
    return scene()


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def log_in(client, person) -> None:
    """At the desk, in English."""
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": "en"})
    client.force_login(person)


def everything(campaign) -> str:
    return reverse("campaigns_materials", args=[campaign.pk])


def one(material: Material) -> str:
    return reverse("campaigns_material", args=[material.campaign_id, material.pk])


def typed(material: Material, **content: str) -> dict[str, str]:
    """What the page of a material posts."""
    newest = material.versions.order_by("-number")[0]
    whole = {f"content-{name}": text for name, text in {**newest.content, **content}.items()}
    return {"token": ground.token(newest), **whole}


def said(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def ticked(answer) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)" checked', answer.content.decode())


# All of them ----------------------------------------------------------------------------------------------------


def test_a_newcomer_submits_all_at_once_and_another_approves_all_at_once(here, client):
    log_in(client, here.editor)
    chosen = ticked(client.get(everything(here.campaign)))
    assert len(chosen) == len(forms()) - 1  # the recording is still to be made
    client.post(everything(here.campaign), {"deed": "submit", "chosen": chosen})
    log_in(client, here.approver)
    chosen = ticked(client.get(everything(here.campaign)))
    client.post(everything(here.campaign), {"deed": "approve", "chosen": chosen})
    assert len(offered(here.campaign)) == len(forms()) - 1


def test_only_what_was_ticked_is_approved(here, client):
    for kind in ("zalo", "radio"):
        versions.submit(here.newest(kind), here.editor)
    log_in(client, here.approver)
    zalo = here.newest("zalo")
    client.post(everything(here.campaign), {"deed": "approve", "chosen": f"{zalo.pk}:{ground.token(zalo)}"})
    assert [each.form.key for each in offered(here.campaign)] == ["zalo"]


def test_what_changed_since_it_was_seen_is_not_approved(here, client):
    versions.submit(here.newest(), here.editor)
    log_in(client, here.approver)
    chosen = ticked(client.get(everything(here.campaign)))
    versions.send_back(here.newest(), here.approver, "Sửa câu đầu.")
    other = make_user(people.EDITOR)
    versions.edit(here.material(), {"title": "Khác hẳn"}, other)
    versions.submit(here.newest(), other)
    client.post(everything(here.campaign), {"deed": "approve", "chosen": chosen})
    assert offered(here.campaign) == []


def test_people_are_offered_only_what_they_may_do(here, client):
    versions.edit(here.material(), {"title": "Của người duyệt"}, here.approver)
    versions.submit(here.newest(), here.editor)
    log_in(client, here.approver)
    answer = client.get(everything(here.campaign))
    assert ticked(answer) == []
    assert "Waits for approval by somebody else than" in said(answer)
    assert client.post(everything(here.campaign), {"deed": "submit"}).status_code == 302
    assert here.newest("radio").state == State.DRAFT


def test_people_without_a_part_in_it_see_nothing(here, client):
    log_in(client, make_user())
    for address in (everything(here.campaign), one(here.material())):
        assert client.get(address).status_code == 302


def test_the_materials_of_a_draft_campaign_are_made_by_a_button(client):
    editor = make_user(people.EDITOR)
    page = make_campaign(owner=editor)
    log_in(client, editor)
    assert "There are no materials yet" in said(client.get(everything(page)))
    client.post(everything(page), {"deed": "renew"})
    answer = said(client.get(everything(page)))
    with translation.override("en"):
        assert [form.key for form in forms().values() if str(form.label) not in answer] == []


def test_the_list_takes_as_many_queries_for_many_versions_as_for_few(here, client, django_assert_max_num_queries):
    log_in(client, here.editor)
    client.get(everything(here.campaign))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(everything(here.campaign))
    other = make_user(people.EDITOR)
    for kind in ("zalo", "radio", "loudspeaker", "video"):
        field = next(iter(here.newest(kind).content))
        for person in (here.editor, other, here.editor):
            versions.edit(here.material(kind), {field: f"Bản của {person}"}, person)
    with django_assert_max_num_queries(len(few)):
        client.get(everything(here.campaign))


# One of them ----------------------------------------------------------------------------------------------------


def test_an_editor_changes_a_text_and_submits_it(here, client):
    log_in(client, here.editor)
    answer = client.post(one(here.material()), {**typed(here.material(), title="Đừng nghe máy"), "deed": "submit"})
    assert answer.status_code == 302
    now = here.newest()
    assert (now.state, now.content["title"], now.made_by) == (State.SUBMITTED, "Đừng nghe máy", here.editor)


def test_text_that_cannot_be_submitted_is_saved_and_says_why(here, client):
    log_in(client, here.editor)
    post = {**typed(here.material(), text="Gọi 0912 345 678."), "deed": "submit"}
    answer = client.post(one(here.material()), post, follow=True)
    assert "Saved, but not submitted" in said(answer)
    assert "0912 345 678" in said(answer)
    assert (here.newest().state, here.newest().content["text"]) == (State.DRAFT, "Gọi 0912 345 678.")


def test_what_two_people_typed_at_once_is_not_lost(here, client):
    post = {**typed(here.material(), title="Của tôi"), "deed": "save"}
    versions.edit(here.material(), {"title": "Của người kia"}, make_user(people.EDITOR))
    log_in(client, here.editor)
    answer = client.post(one(here.material()), post)
    assert "changed this meanwhile" in said(answer)
    assert "Của tôi</textarea>" in said(answer)
    assert here.newest().content["title"] == "Của người kia"
    # Whoever sends the same page once more has not seen the other text either.
    again = client.post(one(here.material()), post)
    assert "changed this meanwhile" in said(again)


def test_a_preview_shows_what_is_typed_and_saves_nothing(here, client):
    log_in(client, here.editor)
    post = {**typed(here.material(), title="Chỉ để xem"), "deed": "preview"}
    whole = said(client.post(one(here.material()), post))
    part = said(client.post(one(here.material()), post, headers={"X-Requested-With": "XMLHttpRequest"}))
    assert "Chỉ để xem" in part
    assert "<html" not in part
    assert "Chỉ để xem</textarea>" in whole
    assert here.newest().number == 1


def test_a_preview_that_cannot_be_made_costs_nobody_their_text(here, client, monkeypatch):
    def fails(*args):
        raise ValueError("no such letter")

    monkeypatch.setattr(type(forms()["zalo"]), "make", fails)
    log_in(client, here.editor)
    post = {**typed(here.material(), title="Chữ lạ"), "deed": "preview"}
    assert "Chữ lạ</textarea>" in said(client.post(one(here.material()), post))


def test_the_campaigns_text_is_taken_back_by_one_button(here, client):
    versions.edit(here.material(), {"title": "Của tôi", "lead": "Cũng của tôi"}, here.editor)
    log_in(client, here.editor)
    client.post(one(here.material()), {**typed(here.material()), "take": "title"})
    now = here.newest().content
    assert (now["title"], now["lead"]) == (here.newest().generated["title"], "Cũng của tôi")


def test_an_approver_sees_what_differs_from_what_is_approved(here, client):
    here.approve(title="Công an không gọi điện")
    versions.edit(here.material(), {"title": "Công an không bao giờ gọi điện"}, here.editor)
    versions.submit(here.newest(), here.editor)
    log_in(client, here.approver)
    answer = said(client.get(one(here.material())))
    assert '<ins><span class="w-sr-only">[added: </span>bao giờ' in answer
    assert "Readers are offered version 2 meanwhile" in answer
    assert '<textarea id="content-title"' not in answer
    client.post(one(here.material()), {"deed": "approve", "token": ground.token(here.newest())})
    assert here.newest().state == State.APPROVED


def test_an_approver_sends_back_with_a_comment_the_editor_reads(here, client):
    versions.submit(here.newest(), here.editor)
    log_in(client, here.approver)
    token = ground.token(here.newest())
    client.post(one(here.material()), {"deed": "send_back", "token": token, "comment": "Câu hai khó hiểu."})
    log_in(client, here.editor)
    assert "Câu hai khó hiểu." in said(client.get(one(here.material())))
    assert "Sent back: Câu hai khó hiểu." in said(client.get(everything(here.campaign)))


def test_nobody_is_offered_the_approval_of_what_they_wrote(here, client):
    boss = make_user(is_superuser=True)
    log_in(client, boss)
    client.post(one(here.material()), {**typed(here.material(), title="Của tôi"), "deed": "submit"})
    assert 'value="approve"' not in said(client.get(one(here.material())))
    client.post(one(here.material()), {"deed": "approve", "token": ground.token(here.newest())})
    assert here.newest().state == State.SUBMITTED


def test_an_editor_cannot_approve_by_a_made_up_request(here, client):
    versions.submit(here.newest(), here.editor)
    log_in(client, make_user(people.EDITOR))
    client.post(one(here.material()), {"deed": "approve", "token": ground.token(here.newest())})
    assert here.newest().state == State.SUBMITTED


def test_an_approver_cannot_write_by_a_made_up_request(here, client):
    log_in(client, here.approver)
    client.post(one(here.material()), {**typed(here.material(), title="Chen vào"), "deed": "save"})
    assert here.newest().number == 1


def test_an_approved_material_is_withdrawn_with_a_reason(here, client):
    here.approve()
    log_in(client, here.approver)
    client.post(one(here.material()), {"deed": "withdraw", "comment": ""})
    assert offered(here.campaign)
    client.post(one(here.material()), {"deed": "withdraw", "comment": "Số điện thoại sai."})
    assert offered(here.campaign) == []


def test_where_the_campaign_changed_under_a_persons_words_the_page_says_so(here, client):
    versions.edit(here.material(), {"lead": "Đừng nghe."}, here.editor)
    here.change(short_answer="Công an chỉ làm việc tại trụ sở.")
    log_in(client, here.editor)
    answer = said(client.get(one(here.material())))
    assert "The campaign changed here." in answer
    assert "Công an không làm việc qua điện thoại và không yêu cầu chuyển tiền." in answer
    assert "The campaign changed here" in said(client.get(everything(here.campaign)))


def test_a_translation_is_begun_from_the_page_of_its_original(here, client):
    log_in(client, here.editor)
    client.post(one(here.material()), {"deed": "translate", "language": "hmn"})
    answer = said(client.get(one(here.material(language="hmn"))))
    assert "Hmong" in answer
    assert "still in the language of the original" in answer


def test_a_recording_is_uploaded_without_a_script_and_played_on_the_desk(here, client):
    log_in(client, here.editor)
    upload = SimpleUploadedFile("loi doc.mp3", b"ID3" + bytes(500), "audio/mpeg")
    client.post(one(here.material("spoken")), {**typed(here.material("spoken")), "deed": "submit", "upload": upload})
    now = here.newest("spoken")
    assert now.state == State.SUBMITTED
    assert now.sound == Media.objects.get()
    address = reverse("campaigns_material_file", args=[here.campaign.pk, now.material_id, now.number, "sound.mp3"])
    assert client.get(address, headers={"Range": "bytes=0-1"}).status_code == 206


def test_a_recording_that_is_none_is_refused_and_the_text_stays(here, client):
    log_in(client, here.editor)
    upload = SimpleUploadedFile("loi-doc.exe", b"MZ", "audio/mpeg")
    post = {**typed(here.material("spoken"), transcript="Lời mới"), "deed": "save", "upload": upload}
    assert "Lời mới</textarea>" in said(client.post(one(here.material("spoken")), post))
    assert here.newest("spoken").number == 1


def test_the_history_report_leads_to_the_material(here, client):
    here.approve()
    boss = make_user(is_superuser=True)
    log_in(client, boss)
    answer = said(client.get(reverse("wagtailadmin_reports:site_history")))
    assert "Material approved" in answer or "A material of a campaign was approved" in answer
    assert one(here.material()) in answer


def test_an_approver_who_was_too_late_sees_the_newest_and_can_approve_that(here, client):
    versions.submit(here.newest(), here.editor)
    stale = ground.token(here.newest())
    versions.edit(here.material(), {"title": "Khác hẳn"}, here.editor)
    versions.submit(here.newest(), here.editor)
    log_in(client, here.approver)
    answer = client.post(one(here.material()), {"deed": "approve", "token": stale}, follow=True)
    assert "changed this meanwhile" in said(answer)
    assert here.newest().state == State.SUBMITTED
    token = re.search(r'name="token" value="([^"]+)"', answer.content.decode())
    client.post(one(here.material()), {"deed": "approve", "token": token[1]})
    assert here.newest().state == State.APPROVED


# Drafts that leave the desk -------------------------------------------------------------------------------------


def file_of(version: MaterialVersion, name: str) -> str:
    return reverse(
        "campaigns_material_file", args=[version.material.campaign_id, version.material_id, version.number, name]
    )


def test_a_downloaded_draft_says_that_it_is_one_and_an_approved_file_does_not(here, client):
    log_in(client, here.editor)
    answer = client.get(file_of(here.newest(), "zalo.txt") + "?download")
    assert answer.content.decode().startswith(WORDS)
    assert 'filename="ban-nhap-' in answer["Content-Disposition"]
    assert "private" in answer["Cache-Control"]
    here.approve()
    answer = client.get(file_of(here.newest(), "zalo.txt") + "?download")
    assert WORDS not in answer.content.decode()


def test_a_drafts_picture_has_a_band_across_it():
    import io

    from PIL import Image

    from campaigns.materials.base import FileKind

    file = io.BytesIO()
    Image.new("RGB", (600, 600), "white").save(file, "PNG")
    drawn = Image.open(io.BytesIO(marked(file.getvalue(), FileKind("x.png", "x", "image/png", is_picture=True))))
    assert drawn.size == (600, 600)
    assert drawn.getpixel((5, 300)) == (176, 0, 32)
    assert drawn.getpixel((5, 5)) == (255, 255, 255)


def test_drafts_are_for_the_desk_only(here, client):
    assert client.get(file_of(here.newest(), "zalo.txt")).status_code == 302
    log_in(client, make_user())
    assert client.get(file_of(here.newest(), "zalo.txt")).status_code in {302, 403}


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: form.key)
def test_every_form_has_a_page_and_every_file_of_it_can_be_downloaded(here, client, form: Form):
    log_in(client, here.editor)
    assert client.get(one(here.material(form.key))).status_code == 200
    for kind in form.files:
        answer = client.get(file_of(here.newest(form.key), kind.name) + "?download")
        assert (answer.status_code, answer["Content-Type"]) == (200, kind.content_type)
        assert answer.content
