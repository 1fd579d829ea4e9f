"""What a reader finds on a campaign's page, and on the lists of warnings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Locale, Page
from wagtail_localize.operations import translate_object

from campaigns.models import Campaign, ScamForm, TargetGroup
from tests.make import listed_indicator, make_campaign, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vietnamese():
    with translation.override("vi"):
        yield


@pytest.fixture
def people():
    return team()


@pytest.fixture
def police() -> ScamForm:
    return ScamForm.objects.get(number=14)


def live(people, **kw) -> Campaign:
    groups = kw.pop("groups", ())
    page = make_campaign(owner=people[0], **kw)
    if groups:
        page.target_groups = list(TargetGroup.objects.filter(slug__in=groups))
        page.save_revision(user=people[0])
    return publish(page, *people)


def shown(client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.usefixtures("each_statement_counts")
def test_a_page_costs_five_questions_however_much_is_on_it(client, people, police, django_assert_max_num_queries):
    """With what all pages share read already; one of the questions is whether that still holds."""
    page = live(people, scam_form=police, groups=["nguoi-cao-tuoi"])
    listed_indicator(campaign=page)
    for more in (False, True):
        if more:
            for _number in range(3):
                listed_indicator(campaign=page)
            Page.objects.filter(pk=live(people, scam_form=police).pk).update(live=True)
        shown(client, page.url)
        with django_assert_max_num_queries(5):
            html = shown(client, page.url)
        assert reverse("target_group", args=["nguoi-cao-tuoi"]) in html and str(police) in html
        assert html.count('class="indicator"') == (4 if more else 1)


# The page -----------------------------------------------------------------------------------------------------


def test_the_page_has_everything_people_need_in_the_order_in_which_they_need_it(client, people, police):
    page = live(people, scam_form=police)
    html = shown(client, page.url).split("<main")[1]
    marks = [
        page.short_answer,
        'href="#if-paid"',
        "Chúng nói bạn liên quan đến một vụ án.",
        '<input type="checkbox" autocomplete="off"> <span>Yêu cầu giữ bí mật.',
        "Cúp máy.",
        'id="if-paid"',
        "Trình báo công an nơi gần nhất.",
        'href="tel:02593999999"',
        reverse("campaign_quiz", args=[page.pk]),
        "Kết quả xét nghiệm 48 mẫu đều đạt chuẩn.",
        'id="evidence"',
        reverse("scam_form", args=[police.slug]),
    ]
    places = [html.index(mark) for mark in marks]
    assert places == sorted(places)
    assert 'class="stamp stamp-warning"' in html


def test_of_a_retracted_campaign_nothing_is_left_and_its_quiz_is_gone(client, people):
    page = live(people)
    draft = page.get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "retraction", "Kịch bản này không còn đúng."
    draft.save_revision(user=people[0])
    page = publish(page, *people)
    html = shown(client, page.url)
    assert "Kịch bản này không còn đúng." in html
    for gone in ("Yêu cầu giữ bí mật.", "0259 399 9999", "tel:", reverse("campaign_quiz", args=[page.pk])):
        assert gone not in html
    assert client.get(reverse("campaign_quiz", args=[page.pk])).status_code == 404
    assert page.title not in shown(client, reverse("scam_warnings"))


# The lists ----------------------------------------------------------------------------------------------------


def test_the_list_shows_what_holds_now_before_what_is_over_and_every_form(client, people, police):
    today = timezone.localdate()
    over = live(people, title="Đã qua", scam_form=police, ends_on=today - timedelta(days=1))
    holds = live(people, title="Đang diễn ra lúc này", scam_form=police, ends_on=today, groups=["nguoi-cao-tuoi"])
    page = client.get(reverse("scam_warnings"))
    assert page.context["current"] == [holds] and page.context["over"] == [over]
    html = page.content.decode()
    assert html.index(holds.title) < html.index(over.title)
    assert all(form.slug in html for form in ScamForm.objects.exclude(number=None))
    assert reverse("target_group", args=["nguoi-cao-tuoi"]) in html and "tre-em" not in html


def test_a_form_has_its_description_and_its_campaigns_and_a_group_those_for_it(client, people, police):
    mine = live(people, title="Chiến dịch giả danh", scam_form=police, groups=["nguoi-cao-tuoi"])
    other = live(people, title="Chiến dịch khác", scam_form=ScamForm.objects.get(number=3))
    html = shown(client, reverse("scam_form", args=[police.slug]))
    assert police.in_short in html and mine.title in html and other.title not in html
    html = shown(client, reverse("target_group", args=["nguoi-cao-tuoi"]))
    assert mine.title in html and other.title not in html
    assert client.get(reverse("scam_form", args=["khong-co"])).status_code == 404


def test_english_readers_have_their_addresses_and_are_told_what_is_vietnamese(client, people, police):
    page = live(people, scam_form=police)
    html = shown(client, "/en/scam-warnings/")
    assert page.title in html and "in Vietnamese" in html
    assert "Impersonated police" in html and f'<p lang="vi">{police.in_short}' in html
    assert page.title in shown(client, f"/en/scam-warnings/{police.slug}/")


def test_a_translated_campaign_is_listed_once(client, people, police):
    page = live(people, scam_form=police)
    english = Locale.objects.get(language_code="en")
    translate_object(page, [english])
    draft = page.get_translation(english).get_latest_revision_as_object()
    draft.title, draft.slug, draft.short_answer = "Calls in the name of the police", "police-calls", "Hang up."
    draft.save_revision(user=people[0])
    draft = publish(Campaign.objects.get(pk=draft.pk), *people)
    vietnamese = reverse("scam_warnings")
    assert client.get("/en/scam-warnings/").context["current"] == [draft]
    assert client.get(vietnamese).context["current"] == [page]


def test_the_lists_are_in_the_menu_and_the_sitemap(client, people, police):
    live(people, scam_form=police, groups=["tre-em"])
    assert f'href="{reverse("scam_warnings")}"' in shown(client, "/")
    sitemap = shown(client, "/sitemap.xml")
    group = reverse("target_group", args=["tre-em"])
    form = reverse("scam_form", args=[police.slug])
    for address in (reverse("scam_warnings"), form, group, reverse("quiz"), "/en/scam-warnings/"):
        assert f"{address}</loc>" in sitemap
    assert reverse("scam_form", args=["khoa-sim"]) not in sitemap


def test_no_list_asks_the_database_more_when_there_are_more_campaigns(
    client, people, police, django_assert_max_num_queries
):
    first = live(people, scam_form=police, groups=["tre-em"])
    addresses = [
        reverse("scam_warnings"),
        reverse("scam_form", args=[police.slug]),
        reverse("target_group", args=["tre-em"]),
        reverse("quiz"),
        reverse("campaign_quiz", args=[first.pk]),
        "/sitemap.xml",
    ]

    def asked() -> dict[str, int]:
        found = {}
        for address in addresses:
            with django_assert_max_num_queries(40) as queries:
                assert client.get(address).status_code == 200
            found[address] = len(queries)
        return found

    for address in addresses:
        client.get(address)
    before = asked()
    for number in range(4):
        live(people, title=f"Chiến dịch {number}", scam_form=police, groups=["tre-em", "thanh-nien"])
    cache.clear()
    asked()
    assert asked() == before
