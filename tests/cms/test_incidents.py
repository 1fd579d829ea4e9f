"""The register holds what was claimed and where it was seen, and nobody's name."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from cms import people
from cms.incidents import Appearance, Incident, names_an_account
from cms.models import KeptCopy
from cms.wagtail_hooks import IncidentViewSet
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db


def test_no_field_asks_who_posted_it():
    fields = {field.name for model in (Incident, Appearance, KeptCopy) for field in model._meta.get_fields()}
    assert not {
        name for name in fields if any(part in name for part in ("author", "user", "account", "person", "handle"))
    }


@pytest.mark.parametrize("claim", ["Liên hệ 0912345678 để nhận quà", "Trang facebook.com/ten.rieng nói thế"])
def test_personal_data_in_the_claim_is_refused_with_the_words_that_are_meant(claim):
    incident = make_incident()
    incident.claim = claim
    with pytest.raises(ValidationError) as refused:
        incident.full_clean()
    assert "claim" in refused.value.message_dict


def test_an_incident_cannot_be_first_seen_tomorrow():
    incident = make_incident(first_seen_at=timezone.now() + timedelta(days=1))
    with pytest.raises(ValidationError):
        incident.full_clean()


@pytest.mark.parametrize(
    ("url", "is_account"),
    [
        ("https://www.facebook.com/ten.rieng", True),
        ("https://www.facebook.com/profile.php?id=1", True),
        ("https://www.tiktok.com/@ten", True),
        ("https://www.facebook.com/groups/1/posts/2", False),
        ("https://www.facebook.com/permalink.php?story_fbid=1&id=2", False),
        ("https://www.tiktok.com/@ten/video/1", False),
        ("https://x.com/ten/status/1", False),
        ("https://mbasic.facebook.com/ten.rieng", True),
        ("https://fb.com/ten.rieng", True),
        ("https://www.facebook.com/", False),
        ("https://zalo.me/0912345678", True),
        ("https://zalo.me/g/abcdef123", False),
        ("https://t.me/ten_rieng", True),
        ("https://t.me/kenh/12", False),
        ("https://www.youtube.com/@ten", True),
        ("https://www.youtube.com/watch?v=1", False),
        ("https://www.youtube.com/shorts/abc", False),
        ("https://[hong", False),
        ("https://bao.example.vn/tin", False),
    ],
)
def test_the_address_of_an_account_is_not_the_address_of_a_post(url, is_account):
    assert names_an_account(url) is is_account


def test_a_published_rebuttal_answers_its_incidents():
    incident = make_incident()
    publish(make_rebuttal(incidents=[incident]), *team())
    incident.refresh_from_db()
    assert incident.status == Incident.Status.ANSWERED


def kept() -> KeptCopy:
    return KeptCopy.objects.create(
        title="Ảnh chụp màn hình", file=ContentFile(b"<script>1</script>", name="trang.html")
    )


def test_a_kept_copy_has_its_fingerprint_and_no_public_address(client):
    copy = kept()
    assert copy.sha256 == hashlib.sha256(b"<script>1</script>").hexdigest()
    assert copy.file.url == ""
    assert client.get(f"/media/{copy.file.name}").status_code == 404


def test_a_kept_copy_is_handed_to_those_who_may_see_it_as_a_download(client):
    address = reverse("kept_copy", args=[kept().pk])
    assert client.get(address).status_code == 302
    client.force_login(make_user(people.PUBLISHER))
    assert client.get(address).status_code == 302
    client.force_login(make_user(people.CHECKER))
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Security-Policy"] == "sandbox"


def test_the_lists_of_the_register_have_readable_headings(client):
    make_incident()
    client.force_login(make_user(people.ADMINISTRATOR))
    for model in ("incident", "keptcopy", "topic", "place"):
        html = client.get(f"/admin/snippets/cms/{model}/").content.decode()
        headings = [cell.get_text(strip=True) for cell in BeautifulSoup(html, "html.parser").select("thead th")]
        assert "method" not in headings and len(headings) >= (1 if model == "keptcopy" else 2), headings


@pytest.mark.parametrize(
    ("role", "sees", "does_not_see"),
    [
        (people.EDITOR, ["snippets/cms/incident", "/admin/images/"], ["/admin/users/", "/admin/publishing/channels"]),
        (people.PUBLISHER, ["/admin/publishing/"], ["snippets/cms/incident", "/admin/users/"]),
        (people.APPROVER, ["snippets/cms/incident"], ["/admin/users/", "/admin/publishing/channels"]),
        (people.CHECKER, ["snippets/cms/incident"], ["/admin/users/", "/admin/publishing/"]),
        (people.ADMINISTRATOR, ["/admin/users/", "/admin/publishing/channels"], []),
    ],
)
def test_each_role_sees_in_the_menu_only_what_it_can_use(client, role, sees, does_not_see):
    client.force_login(make_user(role))
    answer = client.get("/admin/")
    assert answer.status_code == 200
    menu = answer.content.decode()
    for part in sees:
        assert part in menu, part
    for part in does_not_see:
        assert part not in menu, part


def test_an_incident_just_registered_is_the_first_to_choose(client):
    """However urgent and however recently seen the others are."""
    others = [make_incident(urgency=Incident.Urgency.values[0], claim=f"Tin đồn cũ {number}") for number in range(12)]
    newest = make_incident(
        urgency=Incident.Urgency.values[-1],
        claim="Tin đồn mới ghi",
        first_seen_at=timezone.now() - timedelta(days=9),
    )
    client.force_login(make_user(people.EDITOR))
    addresses = IncidentViewSet().chooser_viewset
    for name in ("choose", "choose_results"):
        answer = client.get(reverse(addresses.get_url_name(name)))
        shown = answer.json()["html"] if name == "choose" else answer.content.decode()
        titles = [link.get_text(strip=True) for link in BeautifulSoup(shown, "html.parser").select("td a")]
        assert titles[:2] == [str(newest), str(others[-1])]
