"""Languages: what a reader of one is shown of what was written in another, and how a translation is made."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, number_format
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, rich_text, streamfield
from wagtail_localize.models import LocaleSynchronization, Translation
from wagtail_localize.synctree import create_aliases_for_new_page

from cms import people
from cms.approval import Refusal
from cms.content_digest import digest
from cms.gate import reasons
from cms.models import AnswerList, Evidence, HomePage, InfoPage, Place, Rebuttal, Topic
from cms.pages.home import newest_answers
from cms.translation import languages
from cms.translation.translating import original_for_editor
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db


def english() -> Locale:
    return Locale.objects.get(language_code="en")


def get(path: str, **kw):
    return Client().get(path, headers={"host": "127.0.0.1"}, **kw)


def soup(path: str) -> BeautifulSoup:
    answer = get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.get("location"))
    return BeautifulSoup(answer.content, "html.parser")


def published(staff=None, **kw):
    editor, checker, approver = staff or team()
    return publish(
        make_rebuttal(owner=editor, **{"slug": "nuoc-may", "title": "Nước máy an toàn", **kw}),
        editor,
        checker,
        approver,
    )


def translated(page, staff=None, **values):
    """Its English translation, live."""
    editor, checker, approver = staff or team()
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
    staff = team()
    page = published(staff)
    translated(page, staff)
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
    staff = team()
    first, second = (
        published(staff),
        published(staff, slug="cau", title="Cầu không sập", incidents=[make_incident(claim="Cầu sập")]),
    )
    english_first = translated(first, staff)
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

    staff = team()

    def queries() -> int:
        get("/en/fact-checks/")
        with CaptureQueriesContext(connection) as seen:
            assert get("/en/fact-checks/").status_code == 200
        return len(seen)

    published(staff)
    one = queries()
    for number in range(4):
        published(staff, slug=f"bai-{number}", incidents=[make_incident(claim=f"Tin {number}")])
    assert queries() == one


# Between languages --------------------------------------------------------------------------------------------


def switch(path: str) -> dict[str, str]:
    return {a["hreflang"]: a["href"] for a in soup(path).select(".languages a")}


def test_the_switch_leads_to_the_same_page_translated_or_not():
    staff = team()
    page = published(staff)
    assert switch("/kiem-chung/nuoc-may/") == {"en": "/en/fact-checks/nuoc-may/"}
    assert switch("/en/fact-checks/nuoc-may/") == {"vi": "/kiem-chung/nuoc-may/"}
    assert switch("/kiem-chung/") == {"en": "/en/fact-checks/"}
    translated(page, staff)
    assert switch("/kiem-chung/nuoc-may/") == {"en": "/en/fact-checks/tap-water/"}
    assert switch("/en/fact-checks/tap-water/") == {"vi": "/kiem-chung/nuoc-may/"}


def test_machines_are_told_of_translations_and_of_nothing_else():
    staff = team()
    page = published(staff)
    assert not soup("/kiem-chung/nuoc-may/").select("link[hreflang]")
    translated(page, staff)
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
    staff = team()
    page = published(staff)
    copy = translated(page, staff)
    rows = Page.objects.filter(translation_key=page.translation_key)
    assert [row.pk for row in languages.best_of(rows, "tyz")] == [page.pk], "the original"
    assert [row.pk for row in languages.best_of(rows, "en")] == [copy.pk]
    assert languages.original_of(copy).pk == page.pk and languages.original_of(page) is None


# A further language -------------------------------------------------------------------------------------------


@pytest.fixture
def tay(admin) -> Locale:
    """Tày, added the way an administrator adds it."""
    HomePage.objects.filter(locale__language_code="vi").update(intro="Tin đồn được kiểm tra.")
    answer = admin.post(reverse("wagtaillocales:add"), {"language_code": "tyz"})
    assert answer.status_code == 302, answer.content.decode()
    return Locale.objects.get(language_code="tyz")


@pytest.fixture
def admin() -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user(people.ADMINISTRATOR))
    return client


def test_a_language_that_an_administrator_adds_is_there_at_once(tay):
    published()
    home = soup("/tyz/")
    assert "Tin đồn được kiểm tra." not in home.get_text(), "no Vietnamese under the name of Tày"
    menu = {a.get_text(): a["href"] for a in home.select(".menu a")}
    assert (menu["Kiểm chứng"], menu["Nhật ký đính chính"]) == ("/tyz/kiem-chung/", "/tyz/dinh-chinh/")
    assert all(address.startswith(("/tyz/", "#")) for address in menu.values())
    assert [a["href"] for a in home.select(".row-title a")] == ["/tyz/kiem-chung/nuoc-may/"]
    answer = soup("/tyz/kiem-chung/nuoc-may/")
    assert answer.html["lang"] == "vi", "nobody has translated the interface, so it is shown, and marked, as Vietnamese"
    assert answer.select_one("h2#evidence").get_text() == "Chứng cứ"
    assert soup("/tyz/dinh-chinh/").select_one("h1").get_text() == "Nhật ký đính chính"
    assert switch("/kiem-chung/nuoc-may/") == {"en": "/en/fact-checks/nuoc-may/", "tyz": "/tyz/kiem-chung/nuoc-may/"}
    assert [a.get_text() for a in soup("/").select(".languages a")] == ["English", "Tiếng Tày"]


def test_dates_and_numbers_of_a_further_language_are_written_as_in_vietnam(tay):
    with translation.override("tyz"):
        assert date_format(date(2026, 11, 24)) == "24/11/2026"
        assert number_format(1234567.5, force_grouping=True) == "1.234.567,5"
    with translation.override("en"):
        assert number_format(1234567.5, force_grouping=True) == "1,234,567.5"


def test_answers_in_a_further_language_take_the_same_two_people(tay):
    answer_list = AnswerList.objects.get(locale=tay)
    original = AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi")
    assert answer_list.get_workflow() == original.get_workflow()
    editor, checker, approver = team()
    outsider = make_user(people.PUBLISHER)
    may = {user: answer_list.permissions_for_user(user) for user in (editor, checker, approver, outsider)}
    assert [may[user].can_add_subpage() for user in may] == [True, False, False, False]
    page = make_rebuttal(parent=answer_list, owner=editor, title="Nặm máy", slug="nam-may", locale=tay)
    with pytest.raises(Refusal):
        page.get_latest_revision().publish()
    page = publish(page, editor, checker, approver)
    assert page.live and {one.step for one in page.approvals.all()} == {"evidence", "approval"}
    shown = soup("/tyz/kiem-chung/nam-may/")
    assert shown.select_one("h1")["lang"] == "tyz" and not shown.select(".notice")
    assert "in Tày" in soup("/en/fact-checks/").get_text()


def test_synchronising_from_another_language_makes_no_alias_and_stops_at_nothing(admin, tay):
    published()
    home = HomePage.objects.get(locale__language_code="vi")
    home.add_child(instance=InfoPage(title="Phương pháp", slug="phuong-phap", locale=home.locale))
    vietnamese = home.locale
    form = BeautifulSoup(admin.get(reverse("wagtaillocales:edit", args=[tay.pk])).content, "html.parser")
    prefix = form.select_one("[name$=-sync_from]")["name"].removesuffix("-sync_from")
    data = {"language_code": "tyz", f"{prefix}-enabled": "on", f"{prefix}-sync_from": vietnamese.pk}
    answer = admin.post(reverse("wagtaillocales:edit", args=[tay.pk]), data)
    assert answer.status_code == 302, answer.content.decode()
    assert LocaleSynchronization.objects.filter(locale=tay).exists()
    assert not Page.objects.filter(alias_of__isnull=False).exists()
    assert Page.objects.filter(locale=tay).count() == 3
    second = home.add_child(instance=AnswerList(title="Lừa đảo", slug="lua-dao", locale=home.locale))
    create_aliases_for_new_page(second)
    assert Page.objects.get(locale=tay, translation_key=second.translation_key).live


def test_a_language_is_put_away_by_taking_its_home_page_off_the_site(admin, tay):
    home = HomePage.objects.get(locale=tay)
    assert admin.post(f"/admin/pages/{home.pk}/unpublish/").status_code == 302
    assert get("/tyz/").status_code == get("/tyz/tim-kiem/").status_code == 404
    assert get("/en/search/").status_code == 200, "which a language with a home page has"
    assert [a["hreflang"] for a in soup("/").select(".languages a")] == ["en"]


# A translation is an answer of its own ------------------------------------------------------------------------


def screen(user) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client


def edit(client: Client, page, action: str = "", **values):
    """Fills in the editor's form as it is served, and sends it."""
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    data = querydict_from_html(client.get(address).content.decode(), form_id="page-edit-form").dict()
    draft = page.specific.get_latest_revision_as_object()
    blocks = [(block.block_type, block.value.source) for block in draft.body]
    data.update(nested_form_data({"body": streamfield([(name, rich_text(text)) for name, text in blocks])}))
    data.update({"comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0, **values})
    if action:
        data[action] = "1"
    return client.post(address, data)


def act(client: Client, page, action: str = "approve"):
    state = Page.objects.get(pk=page.pk).current_workflow_task_state
    return client.post(reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk]), {"comment": ""})


IN_ENGLISH = {
    "title": "Tap water is safe",
    "slug": "tap-water",
    "short_answer": "Tap water meets the standard.",
    "claim": "All tap water in the province is poisoned",
    "why_checked": "Many people called the hotline.",
    "reach_attempt": "We wrote to the first group; no answer.",
    "evidence-0-title": "Department of Health, test result no. 12",
}


def begin(page, client: Client):
    """“Translate this page”, into English. Returns the draft."""
    answer = client.post(
        reverse("wagtail_localize:submit_page_translation", args=[page.pk]), {"locales": [english().pk]}
    )
    copy = Rebuttal.objects.get(translation_key=page.translation_key, locale=english())
    assert answer["location"] == reverse("wagtailadmin_pages:edit", args=[copy.pk])
    return copy


def test_an_answer_is_translated_checked_and_approved_in_the_real_views():
    editor, checker, approver = team()
    page = published((editor, checker, approver))
    translator = make_user(people.EDITOR)
    client = screen(translator)
    assert (
        reverse("wagtail_localize:submit_page_translation", args=[page.pk])
        in client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    )

    copy = begin(page, client)
    assert not copy.live and copy.evidence.count() == copy.answered.count() == 1
    form = client.get(reverse("wagtailadmin_pages:edit", args=[copy.pk])).content.decode()
    assert "“Nước máy an toàn”" in form and "js-translation-editor" not in form
    assert "localize-restart" not in form and "localize-convert" not in form

    assert original_for_editor(copy).untouched, "the panel lists what is still to be translated"
    edit(client, copy, "action-submit")
    assert copy.current_workflow_state is None, "what is still Vietnamese is not passed on"
    edit(client, copy, "action-submit", **IN_ENGLISH, verdict="true", nature="opinion")
    copy = Rebuttal.objects.get(pk=copy.pk)
    draft = copy.get_latest_revision_as_object()
    assert original_for_editor(draft).untouched == [str(Rebuttal._meta.get_field("body").verbose_name)]
    assert (draft.title, draft.verdict, draft.nature) == ("Tap water is safe", "false", "fact")
    assert draft.evidence.get().title == "Department of Health, test result no. 12"
    assert not copy.live and get("/en/fact-checks/tap-water/")["location"] == "/en/fact-checks/nuoc-may/"

    with_both_roles = Group.objects.filter(name__in=[people.CHECKER, people.APPROVER])
    translator.groups.add(*with_both_roles)
    act(client, copy)
    assert copy.approvals.count() == 0, "whoever translated it cannot check it"
    act(screen(checker), copy)
    assert not Rebuttal.objects.get(pk=copy.pk).live
    act(screen(approver), copy)
    copy = Rebuttal.objects.get(pk=copy.pk)
    assert copy.live and copy.verdict == "false"
    passed = {(one.step, one.by, one.digest) for one in copy.approvals.all()}
    expected = digest(copy.live_revision.content)
    assert passed == {("evidence", checker, expected), ("approval", approver, expected)}
    shown = soup("/en/fact-checks/tap-water/")
    assert shown.select_one("h1").get_text() == "Tap water is safe" and not shown.select(".notice, main [lang]")
    assert not copy.corrections.exists()


def test_the_string_editor_is_no_way_around(client):
    editor, checker, approver = team()
    page = published((editor, checker, approver))
    desk = screen(editor)
    copy = begin(page, desk)
    address = reverse("wagtailadmin_pages:edit", args=[copy.pk])
    assert desk.post(address, {"localize-restart-translation": "1"})["location"] == address
    assert not Translation.objects.filter(enabled=True).exists()
    assert not Page.objects.get(pk=copy.pk).live


def test_a_translation_neither_judges_nor_proves_otherwise_than_its_original():
    staff = team()
    page = published(staff)
    draft = Rebuttal.objects.get(pk=page.copy_for_translation(english()).pk).get_latest_revision_as_object()
    assert {reason.code for reason in reasons(draft)} == {"not_translated"}
    draft.title, draft.short_answer = "Tap water is safe", "It is safe."
    assert reasons(draft) == []
    draft.verdict = "true"
    assert [reason.code for reason in reasons(draft)] == ["verdict_differs"]
    draft.verdict = page.verdict
    draft.evidence.add(Evidence(title="Another", url="https://another.example/"))
    assert [reason.code for reason in reasons(draft)] == ["evidence_differs"]


def correct(page, staff, kind="correction", **values):
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.change_kind, draft.change_note = kind, "Số mẫu là 50, không phải 48."
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=staff[0])
    return publish(Rebuttal.objects.get(pk=page.pk), *staff)


def test_a_translation_that_its_original_has_left_behind_says_so_until_it_follows():
    staff = team()
    page = published(staff)
    copy = translated(page, staff)
    assert not soup("/en/fact-checks/tap-water/").select(".notice")
    correct(page, staff, short_answer="Nước đạt chuẩn ở 50 điểm.")
    assert (
        "The original in Vietnamese was changed on"
        in soup("/en/fact-checks/tap-water/").select_one(".notice").get_text()
    )
    assert not soup("/kiem-chung/nuoc-may/").select(".notice")
    copy = Rebuttal.objects.get(pk=copy.pk)
    assert copy.short_answer == "It is safe.", "nothing goes live by itself"
    panel = original_for_editor(copy)
    compared = BeautifulSoup(screen(staff[0]).get(panel.changes_url).content, "html.parser")
    assert "ở 50 điểm" in " ".join(new.get_text() for new in compared.select(".addition"))
    correct(copy, staff, short_answer="It is safe at 50 points.")
    assert not soup("/en/fact-checks/tap-water/").select(".notice")


def test_readers_of_a_translation_are_told_that_the_original_was_retracted():
    staff = team()
    page = published(staff)
    copy = translated(page, staff)
    correct(page, staff, kind="retraction")
    assert "was retracted on" in soup("/en/fact-checks/tap-water/").select_one(".notice").get_text()
    draft = Rebuttal.objects.get(pk=copy.pk).get_latest_revision_as_object()
    assert [reason.code for reason in reasons(draft)] == ["original_retracted"]
    draft.change_kind, draft.change_note = "retraction", "The original was retracted."
    assert reasons(draft) == []


def test_a_translation_of_a_corrected_answer_does_not_begin_with_a_correction():
    staff = team()
    page = correct(published(staff), staff)
    copy = begin(page, screen(staff[0]))
    assert (copy.change_kind, copy.change_note) == ("", "")
    assert copy.get_latest_revision_as_object().change_kind == ""


def test_an_address_that_another_page_has_in_another_language_is_refused():
    published(parent=AnswerList.objects.get(slug="fact-checks"), slug="covid", title="In English")
    page = make_rebuttal(slug="covid")
    assert [reason.code for reason in reasons(page)] == ["address_taken"]


def test_an_information_page_is_translated_string_by_string_and_published_by_an_administrator(
    admin, django_capture_on_commit_callbacks
):
    home = HomePage.objects.get(locale__language_code="vi")
    page = home.add_child(
        instance=InfoPage(
            title="Phương pháp",
            slug="phuong-phap",
            purpose="method",
            body=[("paragraph", "<p>Chỉ sự việc.</p>")],
            locale=home.locale,
        )
    )
    admin.post(reverse("wagtail_localize:submit_page_translation", args=[page.pk]), {"locales": [english().pk]})
    translation_of = Translation.objects.get()
    copy = translation_of.get_target_instance()
    assert not copy.live, "nothing goes out before somebody has translated it"
    words = {"Phương pháp": "Methodology", "phuong-phap": "methodology", "Chỉ sự việc.": "Facts only."}
    for segment in translation_of.source.stringsegment_set.select_related("string"):
        address = reverse("wagtail_localize:edit_string_translation", args=[translation_of.pk, segment.pk])
        answer = admin.put(
            address, urlencode({"value": words[segment.string.data]}), content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 201
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(reverse("wagtailadmin_pages:edit", args=[copy.pk]), {"action": "publish"})
    shown = soup("/en/methodology/")
    assert shown.select_one("h1").get_text() == "Methodology" and "Facts only." in shown.get_text()
    assert InfoPage.objects.get(pk=copy.pk).purpose == "method"


def test_topics_and_places_are_named_in_the_readers_language(admin):
    staff = team()
    published(staff)
    topic = Topic.objects.get(slug="y-te")
    topic.names = {"tyz": "Y tế (Tày)"}
    topic.save()
    address = reverse("wagtailsnippets_cms_topic:edit", args=[topic.pk])
    form = BeautifulSoup(admin.get(address).content, "html.parser")
    assert [field["name"] for field in form.select("[name^=name_]")] == ["name_en"], "one field a language of the site"
    assert form.select_one("label[for=id_name_en]")
    admin.post(address, {"name": "Y tế", "name_en": " Health ", "slug": "y-te"})
    topic.refresh_from_db()
    assert topic.names == {"en": "Health", "tyz": "Y tế (Tày)"}, "the name in a language that is put away is kept"
    assert "Health" in soup("/en/fact-checks/nuoc-may/").select_one(".byline").get_text()
    assert "Y tế" in soup("/kiem-chung/nuoc-may/").select_one(".byline").get_text()
    admin.post(address, {"name": "Y tế", "name_en": "", "slug": "y-te"})
    topic.refresh_from_db()
    assert topic.names == {"tyz": "Y tế (Tày)"}
    place = Place.objects.get(slug="xa-suoi-mo")
    assert "name_en" in admin.get(reverse("wagtailsnippets_cms_place:edit", args=[place.pk])).content.decode()
