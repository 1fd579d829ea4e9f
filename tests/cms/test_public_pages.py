"""What the public site shows, to whom, at which address, and with how many questions to the database."""

from __future__ import annotations

import json
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from cms.about import AboutSite
from cms.claims import Nature, Verdict
from cms.incidents import Appearance, Place, Topic
from cms.models import (
    AnswerList,
    ChannelsPage,
    Correction,
    CorrectionsLog,
    HomePage,
    InfoPage,
    OtherChannel,
    Rebuttal,
)
from cms.pages.answer import Change
from cms.pages.home import page_for
from publishing.models import Channel, Organisation
from tests.make import make_incident, make_office, make_rebuttal, make_user, make_verified_fact, publish, team

pytestmark = pytest.mark.django_db


def address(name: str, *args, language: str = "vi") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def go_live(page, **values):
    """Live as after approval, without the way there: these tests are about what is shown."""
    values = {"live": True, "first_published_at": page.latest_revision_created_at, **values}
    own = {name: value for name, value in values.items() if name in {"verdict", "claim"}}
    base = {name: value for name, value in values.items() if name not in own}
    type(page).objects.filter(pk=page.pk).update(**base, **own)
    return type(page).objects.get(pk=page.pk)


def live_rebuttal(**kw):
    return go_live(make_rebuttal(**kw))


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def info_page(purpose: str, language: str = "vi", **kw) -> InfoPage:
    home = HomePage.objects.get(locale__language_code=language)
    page = InfoPage(**{"title": purpose, "slug": purpose, "purpose": purpose, "locale": home.locale, **kw})
    home.add_child(instance=page)
    return page


# Lists --------------------------------------------------------------------------------------------------------


def test_a_list_can_be_narrowed_to_one_verdict_and_says_how_many_there_are(client):
    false, scam = live_rebuttal(title="Bài thứ nhất"), live_rebuttal(title="Bài thứ hai", verdict=Verdict.SCAM)
    fact = go_live(make_verified_fact(title="Bài thứ ba"))
    gone = live_rebuttal(title="Bài thứ tư")
    go_live(gone, change_kind=Change.RETRACTION)
    url = AnswerList.objects.get(slug="kiem-chung").url
    for asked, shown in {"false": false, "scam": scam, "fact": fact, "retracted": gone}.items():
        answer = client.get(url, {"ket-luan": asked})
        assert [page.pk for page in answer.context["answers"]] == [shown.pk], asked
        assert f'href="{url}?ket-luan={asked}" aria-current="true"' in answer.content.decode()
        assert f'rel="canonical" href="http://127.0.0.1:8000{url}?ket-luan={asked}"' in answer.content.decode()
    whole = client.get(url)
    assert {chip.query: chip.count for chip in whole.context["chips"]} == {
        "": 4, "ket-luan=false": 1, "ket-luan=scam": 1, "ket-luan=fact": 1, "ket-luan=retracted": 1,
    }  # fmt: skip
    unknown = client.get(url, {"ket-luan": "'; drop table"})
    assert unknown.status_code == 200 and len(unknown.context["answers"]) == 4
    assert f'rel="canonical" href="http://127.0.0.1:8000{url}"' in unknown.content.decode()
    assert client.get(url, {"ket-luan": "true"}).context["answers"].paginator.count == 0


def test_the_pages_of_a_narrowed_list_stay_narrowed(client):
    for _number in range(22):
        live_rebuttal()
    live_rebuttal(verdict=Verdict.SCAM)
    url = AnswerList.objects.get(slug="kiem-chung").url
    first = client.get(url, {"ket-luan": "false"})
    assert 'rel="next" href="?ket-luan=false&amp;trang=2"' in first.content.decode()
    second = client.get(url, {"ket-luan": "false", "trang": "2"})
    assert len(second.context["answers"]) == 2
    assert f'href="http://127.0.0.1:8000{url}?ket-luan=false&amp;trang=2"' in second.content.decode()


@pytest.mark.parametrize("kind", ["topic", "place"])
def test_topics_and_places_lead_to_live_answers_and_to_nothing_else(client, kind):
    land = Topic.objects.create(name="Đất đai", slug="dat-dai")
    ward = Place.objects.create(name="Phường Hoa Nắng", slug="phuong-hoa-nang")
    shown = live_rebuttal(topic=land, place=ward, title="Bài về đất")
    make_rebuttal(topic=land, place=ward, title="Bản nháp về đất")
    elsewhere = live_rebuttal(title="Bài về y tế")
    slug = {"topic": land, "place": ward}[kind].slug
    page = client.get(address(kind, slug))
    assert [each.pk for each in page.context["answers"]] == [shown.pk]
    assert "Bản nháp" not in page.content.decode() and elsewhere.title not in page.content.decode()
    whole = client.get(address(f"{kind}s"))
    assert {one.slug: one.answers for one in whole.context["named"]}[slug] == 1
    english = client.get(address(kind, slug, language="en"))
    assert [each.pk for each in english.context["answers"]] == [shown.pk], "not translated: the original"
    assert f'hreflang="vi" href="http://127.0.0.1:8000{address(kind, slug)}"' in english.content.decode()
    assert f"/feeds/vi/{kind}/{slug}.atom" in page.content.decode()
    assert client.get(address(kind, "khong-co")).status_code == 404
    Rebuttal.objects.filter(pk=shown.pk).update(live=False)
    empty = client.get(address(kind, slug, language="en"))
    assert empty.status_code == 200 and "Nothing has been published on this yet." in empty.content.decode()


def test_the_home_page_offers_only_topics_and_places_that_lead_somewhere(client):
    Topic.objects.create(name="Chưa có gì", slug="chua-co-gi")
    live_rebuttal(topic=Topic.objects.get_or_create(name="Y tế", slug="y-te")[0])
    page = client.get("/")
    assert address("topic", "y-te") in page.content.decode()
    assert "Chưa có gì" not in page.content.decode()


# Answers ------------------------------------------------------------------------------------------------------


def test_an_answer_leads_to_its_topic_its_place_its_incident_and_what_its_verdict_means(client):
    place, _ = Place.objects.get_or_create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    incident = make_incident()
    method = info_page("method")
    page = live_rebuttal(incidents=[incident], place=place)
    html = client.get(page.url).content.decode()
    for link in (
        address("topic", "y-te"),
        address("place", "xa-suoi-mo"),
        address("incident", incident.pk),
        f"{method.url}#verdict-false",
    ):
        assert f'href="{link}"' in html, link
    assert 'id="verdict-false"' in client.get(method.url).content.decode()
    with translation.override("vi"):
        assert str(Verdict.FALSE.meaning) in html


def test_a_notice_says_that_the_verdict_will_be_here_and_the_page_later_remembers_it(client):
    editor, checker, approver = team()
    with time_machine.travel("2026-11-20 08:00+07:00", tick=False):
        draft = make_rebuttal(
            owner=editor, evidence=[], verdict=Verdict.VERIFYING, reach_attempt="", slug="dang-xac-minh"
        )
        page = publish(draft, editor, checker, approver)
    with translation.override("vi"):
        words = [
            translation.gettext("What is being checked"),
            translation.gettext("Published as a notice: being verified"),
        ]
    notice = client.get(page.url).content.decode()
    assert words[0] in notice and 'class="here-later"' in notice
    with time_machine.travel("2026-11-21 09:30+07:00", tick=False):
        draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
        draft.verdict, draft.reach_attempt = Verdict.FALSE, "Đã hỏi nhóm đăng đầu tiên."
        draft.evidence.model(page=draft, title="Biên bản", url="https://soyte.example/12")
        draft.evidence.add(draft.evidence.model(title="Biên bản", url="https://soyte.example/12"))
        draft.save_revision(user=editor)
        page = publish(page, editor, checker, approver)
    answered = client.get(page.url).content.decode()
    assert 'class="here-later"' not in answered and words[0] not in answered
    history = answered[answered.index('class="changes"') :]
    assert history.index("21/11/2026 09:30") < history.index(words[1]) < history.index("20/11/2026 08:00")


# Incidents ----------------------------------------------------------------------------------------------------


def test_an_incident_is_public_only_while_an_answer_to_it_is(client):
    incident = make_incident()
    url = address("incident", incident.pk)
    assert client.get(url).status_code == 404
    draft = make_rebuttal(incidents=[incident])
    assert client.get(url).status_code == 404
    go_live(draft)
    assert client.get(url).status_code == 200
    assert client.get(address("incident", 10**6)).status_code == 404


def test_an_incidents_page_shows_nothing_that_nobody_approved(client):
    incident = make_incident(claim="NGUYEN VAN chua ai duyet", note="GHI CHU noi bo")
    incident.appearances.add(
        Appearance(
            platform=Appearance.Platform.ZALO,
            url="https://zalo.example/bai-dang-777",
            archived_url="https://luu.example/888",
        ),
        Appearance(platform=Appearance.Platform.ZALO),
    )
    incident.save()
    page = live_rebuttal(incidents=[incident])
    gone = live_rebuttal(incidents=[incident], claim="Lời đã rút", title="Bài đã rút")
    go_live(gone, change_kind=Change.RETRACTION)
    for language in ("vi", "en"):
        answer = client.get(address("incident", incident.pk, language=language))
        html = answer.content.decode()
        for kept in (incident.claim, incident.note, "zalo.example", "luu.example", "Lời đã rút"):
            assert kept not in html, kept
        assert page.title in html and page.claim in html and gone.title in html
    assert "Zalo 2" in text_of(answer)


def test_an_incidents_life_is_told_in_order(client):
    with time_machine.travel("2026-11-01 08:00+07:00", tick=False):
        incident = make_incident()
    for day, status in ((2, "verifying"), (3, "answered"), (9, "again"), (12, "closed")):
        with time_machine.travel(f"2026-11-{day:02} 08:00+07:00", tick=False):
            incident.status = status
            incident.save()
    live_rebuttal(incidents=[incident])
    html = client.get(address("incident", incident.pk)).content.decode()
    told = re.findall(r'class="life-(\w+)">.*?(\d\d)/11/2026', html)
    assert told == [
        ("reported", "01"), ("verifying", "02"), ("answered", "03"), ("again", "09"), ("closed", "12"),
    ]  # fmt: skip


# Corrections --------------------------------------------------------------------------------------------------


def test_the_log_can_be_narrowed_to_one_kind_of_change(client):
    page = live_rebuttal()
    for number, kind in enumerate(Change.values):
        Correction.objects.create(page=page, revision=number, kind=kind, note=f"ghi-{kind}", title=page.title)
    url = CorrectionsLog.objects.get(slug="dinh-chinh").url
    whole = client.get(url)
    assert len(whole.context["corrections"]) == 4 and "/feeds/vi/corrections.atom" in whole.content.decode()
    verdicts = client.get(url, {"loai": "verdict"}).content.decode()
    assert "ghi-verdict" in verdicts and "ghi-update" not in verdicts
    assert len(client.get(url, {"loai": "nonsense"}).context["corrections"]) == 4


def test_what_was_withdrawn_is_not_quoted_by_older_notes(client):
    page = live_rebuttal()
    Correction.objects.create(page=page, revision=1, kind=Change.VERDICT, note="Kết luận đã rút", title=page.title)
    page = go_live(page, change_kind=Change.RETRACTION)
    Correction.objects.create(page=page, revision=2, kind=Change.RETRACTION, note="Nguồn tin sai", title=page.title)
    where = [CorrectionsLog.objects.get(slug="dinh-chinh").url, page.url, "/api/v1/corrections/"]
    where += [f"/feeds/vi/corrections.{form}" for form in ("atom", "rss", "json")]
    for url in where:
        shown = json.dumps(client.get(url).json(), ensure_ascii=False) if "json" in url or "api" in url else ""
        shown = shown or client.get(url).content.decode()
        assert "Nguồn tin sai" in shown and "Kết luận đã rút" not in shown, url


@pytest.mark.parametrize("name", ["incident", "embed", "api_answer", "api_incident"])
def test_a_number_that_no_database_can_hold_is_not_found(client, name):
    known = address(name, 10**17)
    assert client.get(known).status_code == client.get(known.replace(str(10**17), str(10**20))).status_code == 404


# Information pages --------------------------------------------------------------------------------------------


def test_a_purpose_is_served_by_one_page_a_language():
    page = info_page("method")
    english = info_page("method", "en")
    assert page_for("method", "vi") == page and page_for("method", "en") == english
    assert page_for("privacy", "vi") is None
    InfoPage.objects.filter(pk=page.pk).update(live=False)
    assert page_for("method", "vi") == english, "what is not translated is shown in its own language"


def test_an_editor_is_told_when_a_purpose_is_taken_and_a_copy_takes_nothing_away():
    page, other = info_page("method"), info_page("about")
    form_class = InfoPage.get_edit_handler().get_form_class()

    def refused(instance: InfoPage, purpose: str) -> bool:
        values = {"title": "Trang", "slug": instance.slug, "purpose": purpose, "intro": "null", "body-count": "0"}
        form = form_class(values, instance=instance, parent_page=instance.get_parent(), for_user=make_user())
        form.is_valid()
        return "purpose" in form.errors

    assert (
        refused(other, "method")
        and not refused(page, "method")
        and not refused(info_page("", slug="khac", title="Khác"), "privacy")
    )
    copied = page.copy(update_attrs={"slug": "ban-sao"})
    assert copied.pk != page.pk and page_for("method", "vi") == page


def test_the_methodology_shows_the_map_of_verdicts_that_the_code_uses(client):
    shown = text_of(client.get(info_page("method", "en").url))
    with translation.override("en"):
        for verdict in Verdict:
            number = f"{verdict.rating} of 5" if verdict.rating else "none"
            assert f"{verdict.label} {verdict.meaning} Number for machines: {number}" in shown
        judged, never = shown.split("Never gets a verdict")
        for nature in Nature:
            assert str(nature.meaning) in (judged if nature == Nature.FACT else never)


def test_roles_are_read_from_the_workflow_and_the_permissions(client):
    page = info_page("staff", "en")
    task = AnswerList.objects.get(locale__language_code="en").get_workflow().tasks.specific()[0]
    group = task.groups.get()
    group.name = "Tổ kiểm tra mới"
    group.save()
    duties = {str(duty.what): duty.groups for duty in client.get(page.url).context["duties"]}
    assert duties["Somebody other than the author checks each piece of evidence"] == ["Tổ kiểm tra mới"]
    assert duties["Send approved answers to the official channels"] == ["Người phát hành"]
    assert "Biên tập viên" in duties["Register incidents, write answers and corrections"]


@pytest.mark.parametrize("is_on", [True, False])
def test_publishing_alone_is_admitted_where_it_is_possible(client, settings, is_on):
    settings.EMERGENCY_OVERRIDE = is_on
    shown = text_of(client.get(info_page("staff", "en").url))
    assert ("an administrator may publish alone" in shown) is is_on
    assert ("There is no exception" in shown) is not is_on


def test_the_privacy_policy_names_the_number_of_days_that_is_set(client, settings):
    settings.CONTACT_DAYS = 17
    assert "deleted after 17 days" in text_of(client.get(info_page("privacy", "en").url))


def test_contact_and_footer_say_what_the_office_set(client):
    page = info_page("contact", "en")
    other = Organisation.objects.create(name="Cơ quan khác", is_office=True)
    assert other.name in text_of(client.get("/"))  # nobody has set which one runs the site
    about = AboutSite.for_site(page.get_site())
    about.office, about.phone, about.complaints_to = make_office(), "1900 0000", "Sở mẫu, số 2"
    about.save()
    assert "Sở mẫu, số 2" in text_of(client.get(page.url))
    footer = text_of(client.get("/"))
    assert make_office().name in footer and "1900 0000" in footer and other.name not in footer


# Official channels --------------------------------------------------------------------------------------------


def channels_page(**kw) -> ChannelsPage:
    home = HomePage.objects.get(locale__language_code="vi")
    page = ChannelsPage(title="Kênh chính thức", slug="kenh", locale=home.locale)
    page.others = [OtherChannel(**kw)]
    home.add_child(instance=page)
    return page


def make_channel(name: str, **kw) -> Channel:
    return Channel.objects.create(
        organisation=make_office(), kind="facebook", name=name, **{"public_url": f"https://{name}.example/", **kw}
    )


def test_people_and_machines_are_told_the_same_official_channels(client, settings):
    page = channels_page(name="hotline", kind="Đường dây nóng", owner="Sở mẫu", number="1900 0000")
    make_channel("that")
    make_channel("tat", is_active=False)
    make_channel("khong-dia-chi", public_url="")
    make_channel("mo-phong", is_sandbox=True)
    settings.IS_DEMO = False
    answer = client.get("/.well-known/official-channels.json")
    assert answer["Access-Control-Allow-Origin"] == "*" and answer["Content-Type"] == "application/json"
    told = json.loads(answer.content)
    assert {each["name"]: each["url"] for each in told["channels"]} == {
        "hotline": None,
        "that": "https://that.example/",
    }
    hotline = next(each for each in told["channels"] if each["name"] == "hotline")
    assert (hotline["telephone"], hotline["owner"], hotline["stand_in"]) == ("1900 0000", "Sở mẫu", False)
    assert told["page"] == page.full_url and told["as_of"].startswith("20")
    html = client.get(page.url).content.decode()
    assert "that.example" in html and "1900 0000" in html
    for hidden in ("tat.example", "khong-dia-chi", "mo-phong"):
        assert hidden not in html
    settings.IS_DEMO = True
    with translation.override("vi"):
        words = translation.gettext("Stand-in for the demonstration: this is not a real channel.")
    html = client.get(page.url).content.decode()
    assert "mo-phong" in html and html.count(words) == 1


# What it costs ------------------------------------------------------------------------------------------------


def _queries(client, url, django_assert_max_num_queries, most: int) -> int:
    with django_assert_max_num_queries(most) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.usefixtures("each_statement_counts")
def test_no_page_asks_the_database_more_when_there_is_more_to_show(client, django_assert_max_num_queries):
    """Each with what all pages share read already; one of the questions is whether that still holds."""
    AboutSite.objects.create(site=HomePage.objects.first().get_site(), office=make_office())
    incident = make_incident()
    page = live_rebuttal(incidents=[incident])
    fact = go_live(make_verified_fact())
    Correction.objects.create(page=page, revision=1, kind=Change.UPDATE, note="Mới", title=page.title)
    limits = {
        "/": 4,
        page.get_parent().url: 3,
        page.url: 3,
        fact.url: 3,
        CorrectionsLog.objects.get(slug="dinh-chinh").url: 4,
        address("topics"): 3,
        address("topic", "y-te"): 3,
        address("incident", incident.pk): 5,
    }
    for url in limits:
        client.get(url)  # what is kept in the cache is asked once
    before = {url: _queries(client, url, django_assert_max_num_queries, most) for url, most in limits.items()}
    for number in range(4):
        more = live_rebuttal(incidents=[incident])
        go_live(make_verified_fact())
        Correction.objects.create(page=more, revision=number, kind=Change.UPDATE, note="Mới", title=more.title)
    for url in limits:
        client.get(url)
    after = {url: _queries(client, url, django_assert_max_num_queries, most) for url, most in limits.items()}
    print(sorted(after.items()))
    assert {url: (before[url], after[url]) for url in limits if after[url] > before[url]} == {}


def test_what_is_below_a_restricted_page_is_shown_in_no_list(client):
    from wagtail.models import PageViewRestriction

    page, fact = live_rebuttal(), go_live(make_verified_fact())
    wanted = [page.title, fact.title]
    urls = ["/", page.get_parent().url, address("topic", "y-te"), address("incident", page.answered.get().incident_id)]
    assert all(page.title in client.get(url).content.decode() for url in urls)
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    for url in urls[:3]:
        html = client.get(url).content.decode()
        assert page.title not in html and fact.title in html
    assert client.get(urls[3]).status_code == 404
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    html = client.get("/").content.decode()
    assert not any(title in html for title in wanted)
