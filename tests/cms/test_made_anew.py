"""The short ways by which a public page is made anew lead where Django's and Wagtail's own do."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, Site

from cms.models import AnswerList, HomePage, Rebuttal
from cms.page_cache.parts import SharedParts
from tests.cms.test_languages import published, translated
from tests.make import team

pytestmark = pytest.mark.django_db


def html(client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def within_a_public_request(do):
    """What ``do`` gives where parts are shared."""
    found = []
    SharedParts(lambda request: found.append(do()) or HttpResponse())(RequestFactory().get("/"))
    return found[0]


# Templates ----------------------------------------------------------------------------------------------------


def test_each_language_has_its_own_words_whichever_was_asked_first(client):
    words = {"vi": "Đi tới nội dung", "en": "Skip to the content"}
    with translation.override("vi"):
        words["vi"] = translation.gettext("Skip to the content")
    assert words["vi"] != words["en"]
    for language in ("vi", "en", "vi", "en"):
        other = {"vi": "en", "en": "vi"}[language]
        with translation.override(language):
            check, search = reverse("check"), reverse("search")
        page = html(client, "/" if language == "vi" else "/en/")
        assert words[language] in page and words[other] not in page
        assert f'action="{check}"' in page and f'href="{search}"' in page
        assert f'<html lang="{language}">' in page


# Addresses ----------------------------------------------------------------------------------------------------


def test_addresses_are_those_that_wagtail_gives():
    staff = team()
    page = published(staff)
    pages = [page, translated(page, staff), *HomePage.objects.all(), *AnswerList.objects.all()]
    for language in ("vi", "en"):
        with translation.override(language):
            wanted = [(one.full_url, one.url) for one in pages]
            again = type(page).objects.in_bulk([one.pk for one in pages[:2]])
            pages[:2] = [again[one.pk] for one in pages[:2]]
            assert within_a_public_request(lambda: [(one.full_url, one.url) for one in pages]) == wanted
    assert wanted[0][0] == f"http://127.0.0.1:8000/kiem-chung/{page.slug}/"
    assert wanted[1][0] == "http://127.0.0.1:8000/en/fact-checks/tap-water/"


def test_a_page_of_several_sites_has_the_address_that_wagtail_chooses():
    page = published()
    try:
        Site.objects.create(hostname="khac.example", root_page=page.get_parent(), site_name="Khác")
        wanted = Rebuttal.objects.get(pk=page.pk).full_url
        assert wanted == f"http://khac.example/{page.slug}/"
        assert within_a_public_request(lambda: Rebuttal.objects.get(pk=page.pk).full_url) == wanted
    finally:
        Site.clear_site_root_paths_cache()  # Wagtail keeps it in a cache, which no transaction takes back


@pytest.mark.usefixtures("each_statement_counts")
def test_the_menu_marks_where_one_is_and_nothing_else(client):
    page, answers = published(), AnswerList.objects.get(slug="kiem-chung").url
    for path, mark in (("/", ""), (answers, "page"), (page.url, "true"), (reverse("search"), "page"), ("/", "")):
        header = html(client, path).split("</header>")[0]
        assert re.findall(r'href="([^"]*)" aria-current="(\w+)"', header) == (
            [(answers, mark)] if path in (answers, page.url) else [(path, mark)] if mark else []
        )


# The database -------------------------------------------------------------------------------------------------


def test_an_answer_is_found_by_its_own_address_only(client):
    """Its slug may be that of an answer below another list, or of a page elsewhere in the tree."""
    staff = team()
    page = published(staff)
    english = translated(page, staff, slug="nuoc-may")
    assert english.title in html(client, "/en/fact-checks/nuoc-may/")
    assert page.title in html(client, "/kiem-chung/nuoc-may/")
    assert client.get("/kiem-chung/kiem-chung/").status_code == 404
    Page.objects.filter(pk=page.pk).update(live=False)
    shown = html(client, "/kiem-chung/nuoc-may/")
    assert page.title not in shown and english.title in shown, (
        "what is not public in one language is shown in the other"
    )


def test_an_empty_list_has_no_answers_and_no_fault(client):
    assert AnswerList.objects.get(slug="kiem-chung").numchild == 0
    assert client.get("/kiem-chung/khong-co/").status_code == 404
