"""Languages: what a reader of one is shown of what was written in another, and how a translation is made."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.models import Locale, Page, PageViewRestriction

from cms import languages
from cms.models import AnswerList, HomePage, InfoPage, Rebuttal
from cms.pages.home import newest_answers
from tests.make import make_incident, make_rebuttal, publish, team

pytestmark = pytest.mark.django_db


def english() -> Locale:
    return Locale.objects.get(language_code="en")


def get(path: str, **kw):
    return Client().get(path, headers={"host": "127.0.0.1"}, **kw)


def soup(path: str) -> BeautifulSoup:
    answer = get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.get("location"))
    return BeautifulSoup(answer.content, "html.parser")


def published(people=None, **kw):
    editor, checker, approver = people or team()
    return publish(
        make_rebuttal(owner=editor, **{"slug": "nuoc-may", "title": "Nước máy an toàn", **kw}),
        editor,
        checker,
        approver,
    )


def translated(page, people=None, **values):
    """Its English translation, live."""
    editor, checker, approver = people or team()
    copy = page.copy_for_translation(english())
    draft = Rebuttal.objects.get(pk=copy.pk).get_latest_revision_as_object()
    for name, value in {
        "title": "Tap water is safe",
        "slug": "tap-water",
        "short_answer": "It is safe.",
        **values,
    }.items():
        setattr(draft, name, value)
    draft.save_revision(user=editor)
    return publish(Rebuttal.objects.get(pk=copy.pk), editor, checker, approver)


# What is not translated ---------------------------------------------------------------------------------------


def test_an_untranslated_answer_is_shown_in_the_other_languages_frame_and_says_so():
    published()
    page = soup("/en/fact-checks/nuoc-may/")
    assert page.html["lang"] == "en"
    assert (
        "This answer has not been translated into English yet. Here is the original in Vietnamese."
        in page.select_one(".notice").get_text(" ", strip=True)
    )
    assert page.select_one("h1")["lang"] == "vi" and page.select_one("h1").get_text() == "Nước máy an toàn"
    assert page.select_one(".prose")["lang"] == page.select_one(".short-answer")["lang"] == "vi"
    assert page.select_one("h2#evidence").get_text() == "Evidence", "the interface is English"
    assert page.select_one("link[rel=canonical]")["href"].endswith("/kiem-chung/nuoc-may/")
    assert not page.select("link[rel=alternate][hreflang]")


def test_the_original_itself_says_nothing_of_the_kind():
    published()
    page = soup("/kiem-chung/nuoc-may/")
    assert not page.select(".notice") and not page.main.select("[lang]")


def test_it_works_from_english_to_vietnamese_too():
    published(parent=AnswerList.objects.get(slug="fact-checks"), slug="tap-water", title="Tap water is safe")
    page = soup("/kiem-chung/tap-water/")
    assert page.html["lang"] == "vi" and page.select_one("h1")["lang"] == "en"
    assert page.select_one(".notice")


def test_any_other_page_is_shown_too_below_whatever_parent_it_has():
    home = HomePage.objects.get(locale__language_code="vi")
    page = home.add_child(instance=InfoPage(title="Phương pháp", slug="phuong-phap", locale=home.locale))
    assert "This page has not been translated into English yet." in soup("/en/phuong-phap/").get_text()
    page.add_child(instance=InfoPage(title="Sâu hơn", slug="sau-hon", locale=home.locale))
    assert soup("/en/phuong-phap/sau-hon/").select_one("h1").get_text() == "Sâu hơn"


def test_a_translated_page_is_led_to_from_its_originals_address():
    people = team()
    page = published(people)
    translated(page, people)
    answer = get("/en/fact-checks/nuoc-may/?a=1")
    assert (answer.status_code, answer["location"]) == (302, "/en/fact-checks/tap-water/?a=1")
    assert get("/kiem-chung/tap-water/")["location"] == "/kiem-chung/nuoc-may/"


def test_the_originals_words_on_the_way_lead_to_the_languages_own():
    published()
    assert get("/en/kiem-chung/nuoc-may/")["location"] == "/en/fact-checks/nuoc-may/"
    assert get("/en/kiem-chung/")["location"] == "/en/fact-checks/"


def test_a_translation_in_the_making_does_not_hide_the_original():
    page = published()
    page.copy_for_translation(english())
    assert soup("/en/fact-checks/nuoc-may/").select_one(".notice")


@pytest.mark.parametrize(
    "path",
    [
        "/en/fact-checks/ban-nhap/",
        "/en/fact-checks/rieng/",
        "/en/fact-checks/khong-co/",
        "/en/x/y/z/",
        "/xx/",
        "/tyz/",
        "/tyz/kiem-chung/",
    ],
)
def test_drafts_private_pages_and_what_is_not_there_stay_not_found(path):
    make_rebuttal(slug="ban-nhap")
    private = published(slug="rieng", incidents=[make_incident(claim="Khác")])
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert get(path).status_code == 404


def test_lists_show_translations_and_originals_of_what_has_none(django_assert_num_queries):
    people = team()
    first, second = (
        published(people),
        published(people, slug="cau", title="Cầu không sập", incidents=[make_incident(claim="Cầu sập")]),
    )
    english_first = translated(first, people)
    make_rebuttal(slug="ban-nhap")
    assert [page.pk for page in newest_answers("en")] == [english_first.pk, second.pk]
    assert [page.pk for page in newest_answers("vi")] == [second.pk, first.pk]
    for path in ("/en/", "/en/fact-checks/"):
        links = {a.get_text(): (a["href"], a.get("lang")) for a in soup(path).select(".row-title a")}
        assert links == {
            "Tap water is safe": ("/en/fact-checks/tap-water/", None),
            "Cầu không sập": ("/en/fact-checks/cau/", "vi"),
        }
    rows = soup("/en/fact-checks/").select(".row")
    assert [("in Vietnamese" in row.get_text()) for row in rows] == [False, True]


def test_a_list_costs_the_same_however_many_originals_are_in_it():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    people = team()

    def queries() -> int:
        get("/en/fact-checks/")
        with CaptureQueriesContext(connection) as seen:
            assert get("/en/fact-checks/").status_code == 200
        return len(seen)

    published(people)
    one = queries()
    for number in range(4):
        published(people, slug=f"bai-{number}", incidents=[make_incident(claim=f"Tin {number}")])
    assert queries() == one


# Between languages --------------------------------------------------------------------------------------------


def switch(path: str) -> dict[str, str]:
    return {a["hreflang"]: a["href"] for a in soup(path).select(".languages a")}


def test_the_switch_leads_to_the_same_page_translated_or_not():
    people = team()
    page = published(people)
    assert switch("/kiem-chung/nuoc-may/") == {"en": "/en/fact-checks/nuoc-may/"}
    assert switch("/en/fact-checks/nuoc-may/") == {"vi": "/kiem-chung/nuoc-may/"}
    assert switch("/kiem-chung/") == {"en": "/en/fact-checks/"}
    translated(page, people)
    assert switch("/kiem-chung/nuoc-may/") == {"en": "/en/fact-checks/tap-water/"}
    assert switch("/en/fact-checks/tap-water/") == {"vi": "/kiem-chung/nuoc-may/"}


def test_machines_are_told_of_translations_and_of_nothing_else():
    people = team()
    page = published(people)
    assert not soup("/kiem-chung/nuoc-may/").select("link[hreflang]")
    translated(page, people)
    found = {
        link["hreflang"]: link["href"].split("/", 3)[3]
        for link in soup("/kiem-chung/nuoc-may/").select("link[hreflang]")
    }
    assert found == {"vi": "kiem-chung/nuoc-may/", "en": "en/fact-checks/tap-water/"}


@pytest.mark.parametrize("path", ["/", "/kiem-chung/", "/khong-co/", "/en/"])
def test_the_address_alone_decides_the_language(path):
    plain, other = get(path), Client(headers={"host": "127.0.0.1", "accept-language": "en,fr"}).get(path)
    assert plain.content == other.content and plain.status_code == other.status_code
    assert plain["content-language"] == ("en" if path == "/en/" else "vi")
    assert plain.get("vary", "").lower() in ("", "accept-encoding"), "one answer for everybody: caches may keep it"


def test_one_rule_chooses_from_translations():
    people = team()
    page = published(people)
    copy = translated(page, people)
    rows = Page.objects.filter(translation_key=page.translation_key)
    assert [row.pk for row in languages.best_of(rows, "tyz")] == [page.pk], "the original"
    assert [row.pk for row in languages.best_of(rows, "en")] == [copy.pk]
    assert languages.original_of(copy).pk == page.pk and languages.original_of(page) is None
