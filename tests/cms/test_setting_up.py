"""A fresh installation: an administrator is led through what an office needs, and nobody gets a default password."""

from __future__ import annotations

import io
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from cms.about import about_site
from cms.models import Picture, Place, SettingUp, Topic, User
from publishing.models import Organisation
from tests.make import make_office, make_user

pytestmark = pytest.mark.django_db

OFFICE = {"name": "Trung tâm Thông tin tỉnh Ánh Dương (hư cấu)", "email": "lienhe@example.vn"}
LAN = {"last_name": "Hoàng", "first_name": "Lan", "username": "lan.hoang", "email": "lan@example.vn"}


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def admin(client):
    user = make_user(people.ADMINISTRATOR, username="quan-tri")
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def role(name: str) -> int:
    return Group.objects.get(name=name).pk


def invite(client, **kw):
    return client.post(reverse("set_up_people"), {**LAN, "groups": [role(people.EDITOR)], **kw})


def test_the_first_log_in_of_an_administrator_leads_to_the_list_once(client):
    make_user(people.ADMINISTRATOR, username="quan-tri")
    posted = {"username": "quan-tri", "password": "mat-khau-thu-nghiem", "next": "/admin/"}
    answer = client.post(reverse("wagtailadmin_login"), posted)
    assert client.get(answer["Location"])["Location"] == reverse("set_up")
    assert client.get("/admin/").status_code == 200, "the first page is there as soon as somebody asks for it"


@pytest.mark.parametrize("role_name", [people.EDITOR, people.PUBLISHER])
def test_nobody_else_is_led_there_or_may_see_it(client, role_name):
    make_user(role_name, username="nguoi")
    client.post(reverse("wagtailadmin_login"), {"username": "nguoi", "password": "mat-khau-thu-nghiem"})
    home = client.get("/admin/")
    assert home.status_code == 200 and b"set-up-panel" not in home.content
    for name in ("set_up", "set_up_office", "set_up_people", "set_up_words", "set_up_channels"):
        assert client.get(reverse(name)).status_code == 302


def test_an_office_that_works_already_leads_nobody_anywhere(client):
    make_office()
    make_user(people.ADMINISTRATOR, username="quan-tri")
    client.post(reverse("wagtailadmin_login"), {"username": "quan-tri", "password": "mat-khau-thu-nghiem"})
    assert client.get("/admin/").status_code == 200


def test_the_office_signs_the_site_and_its_sign_passes_the_checks_of_pictures(client, admin):
    drawn = io.BytesIO()
    Image.new("RGB", (300, 300), "navy").save(drawn, "PNG")
    logo = SimpleUploadedFile("dau.png", drawn.getvalue(), "image/png")
    answer = client.post(reverse("set_up_office"), {**OFFICE, "logo": logo})
    assert answer["Location"] == reverse("set_up_clocks")
    about = about_site()
    assert about and about.office and about.office.is_office and about.email == OFFICE["email"]
    assert Picture.objects.get() == about.logo
    assert about.logo.description == OFFICE["name"], "read aloud to who does not see it"
    assert soup(client.get("/")).select_one("header img.logo")
    refused = client.post(
        reverse("set_up_office"),
        {**OFFICE, "logo": SimpleUploadedFile("dau.png", b"<svg onload=alert(1)>", "image/png")},
    )
    assert refused.status_code == 200 and Picture.objects.count() == 1
    assert soup(refused).select_one("[name=name]")["value"] == OFFICE["name"], "nothing typed is lost"


def test_the_office_is_changed_and_not_made_twice(client, admin):
    client.post(reverse("set_up_office"), OFFICE)
    client.post(reverse("set_up_office"), {**OFFICE, "short_name": "Trung tâm"})
    assert Organisation.objects.get().short_name == "Trung tâm"


def test_a_person_gets_a_link_by_mail_and_sets_the_password_over_it_once(client, admin):
    answer = invite(client, by_mail="on")
    user = User.objects.get(username="lan.hoang")
    assert not user.has_usable_password() and list(user.groups.all()) == [Group.objects.get(name=people.EDITOR)]
    (sent,) = mail.outbox
    link = re.search(r"https?://[^/]+(/\S+)", sent.body)[1]  # type: ignore[index]
    assert sent.to == ["lan@example.vn"] and link not in answer.content.decode()
    client.logout()
    form = client.get(link, follow=True)
    where = form.redirect_chain[-1][0]
    new = {"new_password1": "mot-mat-khau-dai", "new_password2": "mot-mat-khau-dai"}
    assert client.post(where, new).status_code == 302
    assert User.objects.get(pk=user.pk).check_password("mot-mat-khau-dai")
    assert b"new_password1" not in client.get(link, follow=True).content, "the link works once"


def test_a_link_that_is_shown_is_shown_once_and_kept_nowhere(client, admin):
    answer = invite(client)
    link = soup(answer).select_one("#link")["value"]
    assert "/admin/password_reset/confirm/" in link and "no-store" in answer["Cache-Control"] and mail.outbox == []
    assert link not in client.get(reverse("set_up_people")).content.decode()
    assert link.split("/")[-2] not in str(dict(client.session))
    entry = ModelLogEntry.objects.get(action="cms.invite")
    assert entry.user == admin and link.split("/")[-2] not in str(entry.data)


def test_a_mail_that_cannot_be_sent_shows_the_link_instead(client, admin, monkeypatch):
    def away(self, fail_silently=False):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    page = soup(invite(client, by_mail="on"))
    assert page.select_one("#link") and "The mail could not be sent" in page.get_text()


def test_no_link_is_made_for_somebody_who_has_a_password(client, admin):
    for user in (admin, make_user(people.EDITOR), User.objects.create_superuser("chu", password="x" * 12)):
        assert client.post(reverse("set_up_people"), {"again": user.pk}).status_code == 404


def test_without_a_role_or_with_a_name_that_is_taken_nobody_is_made(client, admin):
    for wrong in ({"groups": []}, {"username": "quan-tri"}, {"by_mail": "on", "email": ""}):
        page = soup(invite(client, **wrong))
        assert page.select(".error-message") and page.select_one("[name=last_name]")["value"] == "Hoàng"
    assert User.objects.count() == 1


def test_topics_and_places_are_made_one_a_line_and_none_twice(client, admin):
    posted = {"topics": "Y tế\n  Đất đai \n\ny tế", "places": "Tỉnh Ánh Dương\nXã Suối Mơ\nPhường Hoa Nắng"}
    for _again in range(2):
        assert client.post(reverse("set_up_words"), posted).status_code == 302
    assert sorted(Topic.objects.values_list("name", "slug")) == [("Y tế", "y-te"), ("Đất đai", "dat-dai")]
    assert dict(Place.objects.values_list("name", "kind")) == {
        "Tỉnh Ánh Dương": "province", "Xã Suối Mơ": "commune", "Phường Hoa Nắng": "ward",
    }  # fmt: skip
    refused = client.post(reverse("set_up_words"), {"topics": "x" * 81, "places": ""})
    assert refused.status_code == 200 and b"x" * 81 in refused.content


def test_a_step_can_be_left_out_taken_back_and_the_list_put_away(client, admin):
    assert soup(client.get("/admin/")).select_one(".set-up-panel")
    assert client.post(reverse("set_up"), {"skip": "office"})["Location"] == reverse("set_up_clocks")
    assert "left out" in soup(client.get(reverse("set_up"))).get_text()
    client.post(reverse("set_up"), {"take": "office"})
    assert SettingUp.objects.get().skipped == []
    client.post(reverse("set_up"), {"close": "1"})
    assert not soup(client.get("/admin/")).select_one(".set-up-panel")
    client.post(reverse("set_up"), {"reopen": "1"})
    assert soup(client.get("/admin/")).select_one(".set-up-panel")


def test_the_channels_step_says_what_each_kind_needs(client, admin):
    page = soup(client.get(reverse("set_up_channels")))
    assert page.select_one(f"a[href='{reverse('publishing_channel_create', args=['facebook'])}']")
    assert "You need:" in page.get_text()
