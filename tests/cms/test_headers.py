"""What browsers are told: nothing that stands in a page runs, nobody frames the site, and pages of the admin stay inside."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cms import people
from cms.headers import HeadersMiddleware
from tests.make import make_user

pytestmark = pytest.mark.django_db


def rules(answer) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize(
    "address", ["/", "/tim-kiem/?q=x", "/khong-co/", "/robots.txt", "/api/v1/answers/", "/trac-nghiem/sw.js"]
)
def test_the_open_site_runs_no_script_that_stands_in_a_page_and_is_framed_by_nobody(client, address):
    answer = client.get(address)
    told = rules(answer)
    assert told["default-src"] == told["base-uri"] == told["frame-ancestors"] == "'none'"
    assert told["script-src"] == told["style-src"] == told["form-action"] == "'self'"
    assert "unsafe" not in answer["Content-Security-Policy"] and "*" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_admin_runs_none_either_and_starts_its_widgets_all_the_same(client):
    client.force_login(make_user(people.EDITOR))
    answer = client.get(reverse("wagtailsnippets_cms_incident:add"))
    told, text = rules(answer), answer.content.decode()
    assert told["script-src"] == "'self'" and told["frame-ancestors"] == "'self'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "<script>" not in text and "<script type='text/x-start'>initDateTimeChooser(" in text
    assert "cms/start.js" in text


def test_what_programs_read_of_the_admin_is_not_changed(client):
    person = make_user(people.ADMINISTRATOR)
    client.force_login(person)
    from wagtail.documents.models import Document

    Document.objects.create(title="<script>alert(1)</script>", file="x.txt")
    told = client.get(reverse("wagtailadmin_api:documents:listing")).json()
    assert told["items"][0]["title"] == "<script>alert(1)</script>"
    listed = client.get(reverse("wagtaildocs:index")).content.decode()
    assert "&lt;script&gt;alert(1)" in listed and "<script>alert(1)" not in listed


def test_forms_lead_away_only_where_an_account_is_connected(client):
    client.force_login(make_user(people.ADMINISTRATOR))
    assert rules(client.get(reverse("publishing_channels")))["form-action"] == "*"
    assert rules(client.get(reverse("publishing_deliveries")))["form-action"] == "'self'"


def test_the_log_in_leads_to_the_identity_provider_where_there_is_one(client, settings):
    page = reverse("account_login")
    settings.OIDC_SERVER = ""
    assert rules(client.get(page))["form-action"] == "'self'"
    settings.OIDC_SERVER = "http://sso.example:8080/realms/office"
    settings.OIDC_CLIENT_ID = settings.OIDC_CLIENT_SECRET = settings.OIDC_NAME = "x"
    assert rules(client.get(page))["form-action"] == "'self' https: http://sso.example:8080"


def test_a_view_that_says_more_is_heard(client, picture):
    assert "sandbox" in client.get(f"/media/{picture.get_rendition('width-100').file.name}")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "body", "may_run"),
    [
        (
            "wagtailadmin_pages:edit",
            '<div class="js-translation-editor" data-props="{}"></div><script>x()</script>',
            True,
        ),
        ("wagtailadmin_pages:edit", "&lt;div class=&quot;js-translation-editor&quot;<script>x()</script>", False),
        ("inbox_group", '<div class="js-translation-editor"></div><script>x()</script>', False),
        ("wagtailmedia:add", "<script>x()</script>", True),
    ],
)
def test_only_pages_of_two_other_packages_may_run_their_own_scripts(rf, name, body, may_run):
    request = rf.get("/admin/")
    request.resolver_match = SimpleNamespace(route="admin/x/", view_name=name)
    answer = HeadersMiddleware(lambda _request: HttpResponse(body))(request)
    assert ("'unsafe-inline'" in rules(answer)["script-src"]) is may_run
    assert (b"<script>" in answer.content) is may_run
