"""What pages say to machines, read by foreign parsers and held against schema.org and the defects of the field."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import extruct
import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import pgettext
from pyld import jsonld
from wagtail.models import Locale, Site

from cms import gate
from cms.about import AboutSite
from cms.claims import Verdict
from cms.incidents import Appearance
from cms.models import (
    AnswerList,
    CorrectionsLog,
    Evidence,
    HomePage,
    InfoPage,
    Rebuttal,
)
from cms.schema_org import claimreview, structured
from cms.schema_org.defects import defects
from cms.templatetags.site import site_menu
from publishing.models import Channel
from tests.make import make_incident, make_office, make_rebuttal, make_verified_fact, publish, team
from tests.vocabulary import complaints

pytestmark = pytest.mark.django_db

BASE = "https://kiemchung.example.vn"


@pytest.fixture(autouse=True)
def _public_host(settings):
    settings.BASE_URL = BASE
    settings.ALLOWED_HOSTS = ["kiemchung.example.vn"]
    Site.objects.update(hostname="kiemchung.example.vn", port=443)
    Site.clear_site_root_paths_cache()
    yield
    Site.clear_site_root_paths_cache()


def _offline(address, options=None):
    assert "schema.org" in address, address
    context = {"@context": {"@vocab": "https://schema.org/", "id": "@id", "type": "@type"}}
    return {"contextUrl": None, "documentUrl": address, "document": context}


def said_by(page, client=None):
    """{type: node} of the page's JSON-LD, read from its HTML by extruct, after pyld could expand all of it."""
    path = page.full_url.removeprefix(BASE)
    answer = (client or Client(headers={"host": "kiemchung.example.vn"})).get(path, secure=True)
    assert answer.status_code == 200
    read = extruct.extract(answer.content.decode(), base_url=page.full_url, syntaxes=["json-ld"])["json-ld"]
    assert len(read) == 1, "one document a page"
    document = read[0]
    assert complaints(document) == []
    expanded = jsonld.expand(document, {"documentLoader": _offline})
    nodes = expanded[0].get("@graph", expanded)
    assert len(nodes) == len(document["@graph"])
    assert all(name.startswith("https://schema.org/") for node in nodes for name in node["@type"])
    return {_name(node): node for node in document["@graph"]}


def _name(node):
    return node["@type"] if isinstance(node["@type"], str) else node["@type"][0]


def seen(incident, *platforms):
    for platform in platforms:
        incident.appearances.add(
            Appearance(
                platform=platform, url="https://www.facebook.com/groups/999/posts/123456", seen_at=timezone.now()
            )
        )
    incident.save()
    return incident


def change(page, editor, checker, approver, **values):
    draft = page.get_latest_revision_as_object()
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=editor)
    return publish(type(page).objects.get(pk=page.pk), editor, checker, approver)


@pytest.fixture
def people():
    return team()


@pytest.fixture
def answer(people):
    incident = seen(make_incident(first_seen_at=timezone.now() - timedelta(days=2)), Appearance.Platform.FACEBOOK)
    return publish(make_rebuttal(owner=people[0], incidents=[incident]), *people)


# A review -----------------------------------------------------------------------------------------------------


def test_a_rebuttal_is_an_article_and_a_review_without_any_known_defect(answer):
    said = said_by(answer)
    assert set(said) == {"NewsArticle", "ClaimReview", "BreadcrumbList"}
    review = said["ClaimReview"]
    assert defects(review) == []
    assert review["reviewRating"] == {
        "@type": "Rating", "ratingValue": 2, "bestRating": 5, "worstRating": 1, "alternateName": "Tin sai sự thật",
    }  # fmt: skip
    assert review["url"] == answer.full_url and review["url"].startswith(BASE)
    with translation.override("vi"):
        social = pgettext("who made the claim", "Social media")
    assert review["itemReviewed"]["author"] == {"@type": "Organization", "name": social}
    claimed, judged = review["itemReviewed"]["datePublished"], review["datePublished"]
    assert claimed < judged[:10] and datetime.fromisoformat(judged) <= timezone.now()


def test_no_address_of_a_post_is_published(answer):
    page = Client(headers={"host": "kiemchung.example.vn"}).get(answer.full_url.removeprefix(BASE), secure=True)
    assert b"facebook.com" not in page.content and b"appearance" not in page.content.lower().split(b"<body")[0]


@pytest.mark.parametrize("verdict", [each for each in Verdict if each.rating is not None])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_label_fits_and_is_in_the_pages_language(answer, verdict, language):
    answer.verdict = verdict
    answer.locale = Locale.objects.get(language_code=language)
    review = claimreview.claim_review(answer, claimreview.Spread())
    codes = {defect.code for defect in defects(review)}
    assert codes <= {"no_claimant"}, codes
    with translation.override(language):
        assert review["reviewRating"]["alternateName"] == str(verdict.label)


def test_a_claim_first_seen_after_the_answer_has_no_date(answer):
    late = claimreview.Spread(timezone.localdate() + timedelta(days=1))
    assert "datePublished" not in claimreview.claim_review(answer, late)["itemReviewed"]


@pytest.mark.parametrize("verdict", [Verdict.UNPROVEN, Verdict.VERIFYING])
def test_without_a_rating_there_is_no_review(people, verdict):
    said = said_by(publish(make_rebuttal(owner=people[0], verdict=verdict), *people))
    assert set(said) == {"NewsArticle", "BreadcrumbList"}


def test_a_verified_fact_is_an_article_only(people):
    said = said_by(publish(make_verified_fact(people[0]), *people))
    assert set(said) == {"NewsArticle", "BreadcrumbList"}


def test_a_review_after_a_holding_notice_is_dated_by_its_verdict(people):
    with_notice = make_rebuttal(owner=people[0], evidence=[], verdict=Verdict.VERIFYING)
    page = publish(with_notice, *people)
    draft = page.get_latest_revision_as_object()
    draft.verdict = Verdict.FALSE
    draft.evidence.add(Evidence(title="Biên bản", url="https://soyte.example/12"))
    draft.save_revision(user=people[0])
    page = publish(Rebuttal.objects.get(pk=page.pk), *people)
    review = said_by(page)["ClaimReview"]
    assert review["datePublished"] == claimreview.moment(page.corrections.get().made_at)


def test_a_long_claim_is_a_notice_to_the_editor_and_stops_nothing(people, client):
    client.force_login(people[0])
    page = make_rebuttal(
        owner=people[0], claim="Từ tối nay nước máy toàn tỉnh nhiễm độc, mọi người phải ngừng dùng ngay lập tức"
    )
    assert gate.reasons(page) == [] and len(gate.notices(page)) == 1
    assert (
        str(gate.notices(page)[0])
        in client.get(
            f"/admin/pages/{page.pk}/edit/", headers={"host": "kiemchung.example.vn"}, secure=True
        ).content.decode()
    )
    page.claim = page.claim[: gate.GOOD_CLAIM]
    assert gate.notices(page) == []


# An article ---------------------------------------------------------------------------------------------------


def test_an_article_names_its_office_its_evidence_and_why_it_was_checked(answer):
    article = said_by(answer)["NewsArticle"]
    assert article["author"]["name"] == article["publisher"]["name"] == answer.office.name
    assert article["citation"][0]["url"] == "https://soyte.example/12"
    assert article["backstory"] == answer.why_checked
    assert len(article["headline"]) <= 110 and article["isAccessibleForFree"] is True


def test_policies_lead_to_the_pages_that_exist_in_the_language(answer):
    home = HomePage.objects.get(locale=answer.locale)
    assert "correctionsPolicy" not in said_by(answer)["NewsArticle"]["publisher"]
    for slug, purpose in (("cach-lam", "method"), ("chinh-sach", "corrections"), ("ve", "about"), ("gop-y", "contact")):
        home.add_child(instance=InfoPage(title=slug, slug=slug, purpose=purpose, locale=home.locale))
    office = said_by(answer)["NewsArticle"]["publisher"]
    assert office["verificationFactCheckingPolicy"] == office["publishingPrinciples"] == f"{BASE}/cach-lam/"
    assert office["correctionsPolicy"] == f"{BASE}/chinh-sach/"
    assert office["ownershipFundingInfo"] == f"{BASE}/ve/" and office["actionableFeedbackPolicy"] == f"{BASE}/gop-y/"
    assert office["@type"] == ["GovernmentOrganization", "NewsMediaOrganization"]


def test_a_correction_is_told_and_an_update_is_not_called_one(answer, people):
    page = change(answer, *people, change_kind="update", change_note="Có thêm kết quả của 20 mẫu.")
    assert "correction" not in said_by(page)["NewsArticle"]
    page = change(page, *people, change_kind="correction", change_note="Số mẫu là 48, không phải 46.")
    told = said_by(page)["NewsArticle"]["correction"]
    assert [one["text"] for one in told] == ["Số mẫu là 48, không phải 46."] and told[0]["@type"] == "CorrectionComment"


def test_a_retracted_answer_says_so_and_repeats_nothing(answer, people):
    page = change(answer, *people, change_kind="retraction", change_note="Bài dẫn nhầm lịch xét nghiệm.")
    said = said_by(page)
    assert set(said) == {"NewsArticle", "BreadcrumbList"}
    article = said["NewsArticle"]
    assert article["creativeWorkStatus"] == "Retracted"
    assert [one["text"] for one in article["correction"]] == ["Bài dẫn nhầm lịch xét nghiệm."]
    assert answer.short_answer not in json.dumps(article, ensure_ascii=False)
    assert not {"description", "citation", "image", "backstory"} & set(article)


def test_a_picture_stands_for_the_answer(people, picture):
    page = publish(make_rebuttal(owner=people[0], picture=picture, picture_alt="Hồ nước"), *people)
    assert said_by(page)["NewsArticle"]["image"].startswith(f"{BASE}/media/images/")


def test_no_text_can_end_the_script_element(people):
    bad = "</script><script>alert(1)</script><!-- \u2028 &amp;"
    page = publish(make_rebuttal(owner=people[0], title=f"Nước {bad}", short_answer=bad), *people)
    raw = Client(headers={"host": "kiemchung.example.vn"}).get(page.full_url.removeprefix(BASE), secure=True)
    head = raw.content.decode().split("ld+json")[1].split("</head>")[0]
    assert head.count("</script>") == 1 and "<!--" not in head and "\u2028" not in head
    assert said_by(page)["NewsArticle"]["description"] == bad


def test_an_answer_costs_at_most_three_queries(answer, django_assert_max_num_queries):
    page = Rebuttal.objects.get(pk=answer.pk)
    menu = site_menu()
    assert (
        page.locale and page.office and page.topic and page.public_evidence and page.public_corrections is not None
    )  # the page reads these
    with django_assert_max_num_queries(3):
        assert structured.describe(page, {"menu": menu})


# Other pages --------------------------------------------------------------------------------------------------


def other_pages(language):
    home = HomePage.objects.get(locale__language_code=language)
    for purpose in ("", "about", "contact", "staff"):
        slug = f"trang-{purpose or 'khac'}"
        home.add_child(instance=InfoPage(title=f"Trang {purpose}", slug=slug, purpose=purpose, locale=home.locale))
    return home


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_of_page_says_what_it_is(answer, language):
    home = other_pages(language)
    said = said_by(home)
    assert set(said) == {"WebSite", "GovernmentOrganization"} and said["WebSite"]["inLanguage"] == language
    wanted = {"khac": "WebPage", "about": "AboutPage", "contact": "ContactPage", "staff": "AboutPage"}
    for page in InfoPage.objects.child_of(home):
        kind = wanted.get(page.slug.removeprefix("trang-"))
        if kind:
            assert set(said_by(page)) == {kind, "BreadcrumbList"}, page.slug
    for model in (AnswerList, CorrectionsLog):
        said = said_by(model.objects.child_of(home).get())
        assert set(said) == {"CollectionPage", "BreadcrumbList"}
        assert [step["position"] for step in said["BreadcrumbList"]["itemListElement"]] == [1, 2]


def test_the_home_page_names_the_office_its_contact_and_its_real_channels(answer):
    office = make_office()
    AboutSite.objects.create(
        site=Site.objects.get(), office=office, email="lienhe@kiemchung.example.vn", address="Số 1, phường Hoa Nắng"
    )
    common = {"organisation": office, "kind": "facebook"}
    Channel.objects.create(name="Trang thật", public_url="https://social.example/trang", **common)
    Channel.objects.create(name="Trang thử", public_url="https://social.example/thu", is_sandbox=True, **common)
    told = said_by(HomePage.objects.get(locale__language_code="vi"))["GovernmentOrganization"]
    assert told["sameAs"] == ["https://social.example/trang"]
    assert told["email"] == "lienhe@kiemchung.example.vn" and told["address"] == "Số 1, phường Hoa Nắng"
    assert "telephone" not in told


def test_lists_list_what_they_show(answer, people):
    page = change(answer, *people, change_kind="correction", change_note="Số mẫu là 48.")
    for model in (AnswerList, CorrectionsLog):
        listing = said_by(model.objects.get(locale__language_code="vi"))["CollectionPage"]["mainEntity"]
        assert [entry["url"] for entry in listing["itemListElement"]] == [page.full_url]


def test_a_page_below_the_list_knows_its_way_home(answer):
    steps = said_by(answer)["BreadcrumbList"]["itemListElement"]
    assert [step["item"]["@id"] for step in steps] == [f"{BASE}/", f"{BASE}/kiem-chung/", answer.full_url]
    AnswerList.objects.update(show_in_menus=False)
    assert said_by(answer)["BreadcrumbList"]["itemListElement"] == steps


def test_an_address_that_is_no_page_says_nothing():
    answer = Client(headers={"host": "kiemchung.example.vn"}).get("/khong-co/", secure=True)
    assert answer.status_code == 404 and b"ld+json" not in answer.content


def test_the_vocabulary_check_would_see_a_mistake(answer):
    said = claimreview.news_article(answer, claimreview.Facts())
    assert complaints({**said, "claimReviewed": "x"}) and complaints({**said, "@type": "NewsStory"})
    assert complaints({**said, "publisher": {"@type": "Rating"}})
