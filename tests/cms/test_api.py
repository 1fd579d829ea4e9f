"""The open interface and the feed of reviews, as a foreign program meets them."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import timedelta

import jsonschema
import openapi_spec_validator
import pytest
from django.core.cache import cache
from django.utils import timezone
from pyld import jsonld
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from cms.claims import Verdict
from cms.incidents import Appearance, Place, Topic
from cms.models import AnswerList, Evidence, Rebuttal
from cms.schema_org.defects import defects
from publishing.models import StoryVersion
from tests.cms.test_claimreview import _offline, change, seen
from tests.make import make_incident, make_office, make_rebuttal, make_verified_fact, publish, team
from tests.vocabulary import complaints

pytestmark = pytest.mark.django_db

ANSWERS = "/api/v1/answers/"


@pytest.fixture(autouse=True)
def _nobody_was_here_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def people():
    return team()


@pytest.fixture
def answer(people):
    incident = seen(make_incident(first_seen_at=timezone.now() - timedelta(days=2)), Appearance.Platform.FACEBOOK)
    return publish(make_rebuttal(owner=people[0], incidents=[incident]), *people)


def put_live(how_many, language="vi", **kw):
    """Live rebuttals made directly, without the workflow: for counting only."""
    parent = AnswerList.objects.get(locale__language_code=language)
    made = []
    for number in range(how_many):
        slug = f"bai-{uuid.uuid4().hex[:10]}"
        page = Rebuttal(
            title=f"Bài {number}", slug=slug, claim=f"Điều {number}", verdict=Verdict.FALSE, short_answer="Không đúng.",
            office=make_office(), topic=Topic.objects.get_or_create(name="Y tế", slug="y-te")[0], live=False, **kw,
        )  # fmt: skip
        parent.add_child(instance=page)
        page.evidence.create(title="Nguồn", url="https://soyte.example/12")
        at = timezone.now() - timedelta(minutes=how_many - number)
        page.save_revision()
        Rebuttal.objects.filter(pk=page.pk).update(
            live=True, first_published_at=at, last_published_at=at, live_revision=page.latest_revision
        )
        page = Rebuttal.objects.get(pk=page.pk)
        StoryVersion.of(page.story())
        made.append(page)
    return made


def read(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json" and response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    return json.loads(response.content)


# Answers ------------------------------------------------------------------------------------------------------


def test_an_answer_is_given_out_whole(client, answer):
    told = read(client, f"{ANSWERS}{answer.pk}/")
    assert told == read(client, ANSWERS)["results"][0]
    assert told["url"] == answer.full_url and told["claim"] == answer.claim
    assert told["verdict"] == {"code": "false", "label": "Tin sai sự thật", "rating": 2}
    assert told["body_html"] == "<p>Kết quả xét nghiệm 48 mẫu đều đạt chuẩn.</p>"
    assert told["topic"] == {"slug": "y-te", "name": "Y tế"} and told["office"]["name"] == answer.office.name
    assert [piece["url"] for piece in told["evidence"]] == ["https://soyte.example/12"]
    assert (told["corrections"], told["translations"], told["is_holding"]) == ([], [], False)


def test_a_verified_fact_has_no_claim_and_no_verdict(client, people):
    page = publish(make_verified_fact(people[0]), *people)
    told = read(client, f"{ANSWERS}{page.pk}/")
    assert (told["kind"], told["claim"], told["verdict"]) == ("verifiedfact", "", None)


def test_of_a_retracted_answer_only_title_and_reason_are_given_out(client, people):
    page = publish(make_rebuttal(owner=people[0], evidence=[], verdict=Verdict.VERIFYING), *people)
    draft = page.get_latest_revision_as_object()
    draft.verdict, draft.short_answer = Verdict.FALSE, "Câu trả lời sẽ bị rút."
    draft.evidence.add(Evidence(title="Biên bản bị rút", url="https://soyte.example/rut"))
    draft.save_revision(user=people[0])
    page = publish(Rebuttal.objects.get(pk=page.pk), *people)
    page = change(page, *people, change_kind="retraction", change_note="Bài dẫn nhầm lịch.")
    told = read(client, f"{ANSWERS}{page.pk}/")
    assert told["is_retracted"] and told["title"] == page.title
    assert [one["note"] for one in told["corrections"]] == ["Bài dẫn nhầm lịch."]
    everything = json.dumps([told, read(client, "/api/v1/corrections/")], ensure_ascii=False)
    for gone in ("Câu trả lời sẽ bị rút", "bị rút", page.claim, page.why_checked, "xét nghiệm 48 mẫu", "soyte.example"):
        assert gone not in everything, gone
    assert [one["kind"] for one in read(client, "/api/v1/corrections/")["results"]] == ["retraction", "verdict"]
    assert read(client, f"{ANSWERS}?verdict=false")["results"] == []


def test_drafts_are_unknown(client, people):
    page = make_rebuttal(owner=people[0])
    assert read(client, ANSWERS)["results"] == []
    assert read(client, f"{ANSWERS}{page.pk}/", 404)["error"]["code"] == "not_found"


def test_a_body_not_frozen_yet_is_rendered(client, answer):
    StoryVersion.objects.all().delete()
    assert "48 mẫu" in read(client, f"{ANSWERS}{answer.pk}/")["body_html"]


def test_filters_narrow(client, people):
    a, b, c = put_live(3)
    [english] = put_live(1, "en")
    fact = publish(make_verified_fact(people[0]), *people)
    place = Place.objects.create(name="Phường Hoa Nắng", slug="hoa-nang")
    Rebuttal.objects.filter(pk=a.pk).update(verdict=Verdict.SCAM, place=place, topic=None)

    def ids(query):
        return {one["id"] for one in read(client, ANSWERS + query)["results"]}

    assert ids("") == {a.pk, b.pk, c.pk, english.pk, fact.pk}
    assert ids("?language=en") == {english.pk}
    assert ids("?verdict=scam") == ids("?place=hoa-nang") == {a.pk}
    assert ids("?kind=verifiedfact") == {fact.pk}
    assert ids("?topic=y-te&kind=rebuttal&language=vi") == {b.pk, c.pk}
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    assert ids(f"?published_since={tomorrow}") == set() and len(ids(f"?published_until={today}")) == 5
    moment = timezone.localtime(c.first_published_at).isoformat()
    assert a.pk not in ids(f"?published_since={moment}")  # its plus sign arrives as a blank


def test_what_changed_since_comes_in_order_of_change(client):
    a, b, c = put_live(3)
    later = timezone.now() + timedelta(minutes=1)
    Rebuttal.objects.filter(pk=a.pk).update(last_published_at=later)
    since = (b.last_published_at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = read(client, f"{ANSWERS}?changed_since={since}")
    assert [one["id"] for one in told["results"]] == [b.pk, c.pk, a.pk]


def test_pages_of_results_miss_nothing_and_repeat_nothing(client, settings):
    settings.BASE_URL = "http://testserver"
    pages = put_live(7)
    same = timezone.now()
    Rebuttal.objects.filter(pk__in=[page.pk for page in pages[:5]]).update(first_published_at=same)
    read_ids, address = [], f"{ANSWERS}?page_size=2"
    while address:
        told = read(client, address)
        read_ids += [one["id"] for one in told["results"]]
        if len(read_ids) == 2:
            [new] = put_live(1)  # published meanwhile: moves nothing
            Rebuttal.objects.filter(pk=new.pk).update(first_published_at=same + timedelta(minutes=1))
        address = told["next"]
    assert sorted(read_ids) == sorted(page.pk for page in pages)


def test_a_page_of_results_costs_the_same_however_long(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    put_live(2)
    read(client, ANSWERS)
    with CaptureQueriesContext(
        connection,
    ) as few:
        read(client, ANSWERS)
    put_live(8)
    with django_assert_num_queries(len(few)):
        assert len(read(client, ANSWERS)["results"]) == 10
    assert len(few) <= 9


@pytest.mark.parametrize(
    "query",
    [
        "?verdict=sai", "?language=fr", "?kind=page", "?topic=khong-co", "?place=khong-co", "?topic=%00", "?topic=a b",
        "?published_since=hom-qua", "?published_since=0001-01-01", "?published_until=9999-12-31",
        "?changed_since=2026-13-45", "?page_size=0", "?page_size=1000", "?page_size=x", "?lang=vi", "?verdict=",
        "?cursor=x", "?cursor=%00", "?cursor=" + base64.urlsafe_b64encode(b'["-first_published_at","2026-01-01",1]').decode(),
        "?cursor=" + base64.urlsafe_b64encode(b'["-first_published_at","2026-01-01T00:00:00+00:00",1e999]').decode(),
        "?cursor=" + base64.urlsafe_b64encode(b'["-first_published_at","2026-01-01T00:00:00+00:00",99999999999999999999]').decode(),
        "?cursor=" + base64.urlsafe_b64encode(b"[" * 140).decode(),
    ],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused_in_words(client, query):
    error = read(client, ANSWERS + query, 400)["error"]
    assert error["message"] and error["fields"]
    assert all(isinstance(words, list) and words[0] for words in error["fields"].values())


@pytest.mark.parametrize("address", [f"{ANSWERS}99999999999999999999/", "/api/v1/nothing", "/api/v2/answers/", "/api/v1/incidents/0/"])  # fmt: skip
def test_what_is_not_there_is_said_in_json(client, address):
    assert read(client, address, 404)["error"]["code"] == "not_found"


def test_nothing_can_be_written(client):
    assert client.post(ANSWERS, {}).status_code == client.delete(f"{ANSWERS}1/").status_code == 405


def test_who_has_it_already_gets_304(client, answer, people):
    for address in (ANSWERS, f"{ANSWERS}{answer.pk}/", "/claimreview.json", "/api/v1/openapi.json"):
        first = client.get(address)
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304 and not b"".join(again), address
        assert again["Access-Control-Allow-Origin"] == "*"
    before = client.get("/claimreview.json")["ETag"], client.get(ANSWERS)["ETag"]
    change(answer, *people, change_kind="correction", change_note="Số mẫu là 48.")
    after = client.get("/claimreview.json")["ETag"], client.get(ANSWERS)["ETag"]
    assert before[0] != after[0] and before[1] != after[1]


def test_a_browser_may_ask_from_another_site(client):
    response = client.options(
        ANSWERS, headers={"origin": "https://bao.example", "access-control-request-method": "GET"}
    )
    assert response.status_code == 204 and "If-None-Match" in response["Access-Control-Allow-Headers"]


def test_who_asks_too_often_is_told_when_to_come_back(client, monkeypatch):
    from rest_framework.throttling import AnonRateThrottle

    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    # An address that the asker writes down himself does not make him somebody else.
    answers = [client.get(ANSWERS, headers={"x-forwarded-for": f"10.0.0.{number}"}) for number in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0 and json.loads(answers[2].content)["error"]["code"] == "throttled"


# Corrections, incidents, words --------------------------------------------------------------------------------


def test_corrections_are_listed_with_their_answers(client, answer, people):
    change(answer, *people, change_kind="correction", change_note="Số mẫu là 48.")
    [told] = read(client, "/api/v1/corrections/?kind=correction&language=vi")["results"]
    assert told["note"] == "Số mẫu là 48." and told["answer"]["url"] == answer.full_url
    assert read(client, "/api/v1/corrections/?language=en")["results"] == []
    assert read(client, "/api/v1/corrections/?kind=slip", 400)


def test_an_incident_is_known_once_it_is_answered_and_without_the_registers_words(client, people):
    incident = seen(
        make_incident(claim="Lời chưa ai duyệt.", note="Ghi chú nội bộ."),
        Appearance.Platform.ZALO,
        Appearance.Platform.ZALO,
    )
    address = f"/api/v1/incidents/{incident.pk}/"
    draft = make_rebuttal(owner=people[0], incidents=[incident])
    read(client, address, 404)
    page = publish(draft, *people)
    told = read(client, address)
    assert [one["id"] for one in told["answers"]] == [page.pk]
    assert told["seen_on"] == [{"platform": "zalo", "times": 2}]
    assert [one["status"] for one in told["life"]] == ["reported", "answered"]
    everything = json.dumps(told, ensure_ascii=False)
    assert not any(secret in everything for secret in ("chưa ai duyệt", "nội bộ", "facebook.com"))


def test_words_are_listed_in_every_language(client):
    verdicts = {one["code"]: one for one in read(client, "/api/v1/verdicts/")["results"]}
    assert (
        verdicts["scam"]["labels"]["vi"] == "Lừa đảo / Mạo danh"
        and verdicts["scam"]["labels"]["en"] != "Lừa đảo / Mạo danh"
    )
    assert verdicts["unproven"]["rating"] is None
    Topic.objects.create(name="Đất đai", slug="dat-dai", names={"en": "Land"})
    [topic] = read(client, "/api/v1/topics/")["results"]
    assert topic == {"slug": "dat-dai", "name": "Đất đai", "names": {"vi": "Đất đai", "en": "Land"}}


# Has this been answered? --------------------------------------------------------------------------------------


def ask(client, question, status=200):
    raw = question if isinstance(question, bytes) else json.dumps(question)
    response = client.post("/api/v1/check/", raw, content_type="application/json")
    assert response.status_code == status, response.content
    assert response["Cache-Control"] == "no-store" and "ETag" not in response
    return json.loads(response.content)


def test_a_message_can_be_checked_without_standing_in_an_address(client, answer):
    told = ask(
        client, {"text": "Nghe nói nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay, chuyển cho mọi người!"}
    )
    assert [match["answer"] for match in told["results"]] == [read(client, f"{ANSWERS}{answer.pk}/")]
    assert told["results"][0]["likeness"] > 0
    whole = read(client, "/api/v1/openapi.json")
    registry = Registry().with_resource("urn:api", Resource(contents=whole, specification=DRAFT202012))
    jsonschema.validate(told, {"$ref": "urn:api#/components/schemas/MatchList"}, registry=registry)
    assert ask(client, {"text": "Lịch cúp điện ngày mai ở phường Hoa Nắng"})["results"] == []
    assert client.get("/api/v1/check/?q=nuoc").status_code == 405


def test_a_retracted_answer_answers_nothing(client, answer, people):
    change(answer, *people, change_kind="retraction", change_note="Nhầm.")
    assert ask(client, {"text": "Nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay"})["results"] == []


@pytest.mark.parametrize(
    "question",
    [b"", b"{", b"[]", b"null", b"[" * 60_000, b"\xff", {}, {"text": ""}, {"text": "a" * 5001}, {"text": ["x"]},
     {"text": "x", "language": "fr"}, {"text": "\x00"}, b"9" * 5000, b" " * 70_000],
)  # fmt: skip
def test_a_question_that_is_none_is_refused_in_words(client, question):
    error = ask(client, question, 400)["error"]
    assert error["message"]


# The description ----------------------------------------------------------------------------------------------


def test_the_description_is_openapi_and_every_address_keeps_to_it(client, answer, people):
    change(answer, *people, change_kind="correction", change_note="Số mẫu là 48.")
    retracted = publish(make_verified_fact(people[0]), *people)
    change(retracted, *people, change_kind="retraction", change_note="Nhầm lịch.")
    whole = read(client, "/api/v1/openapi.json")
    openapi_spec_validator.validate(whole)
    registry = Registry().with_resource("urn:api", Resource(contents=whole, specification=DRAFT202012))
    incident = answer.answered.get().incident_id
    checked = set()
    for path, methods in whole["paths"].items():
        for status, said in methods.get("get", {"responses": {}})["responses"].items():
            reference = "urn:api" + said["content"]["application/json"]["schema"]["$ref"]
            ids = {"200": incident if "incidents" in path else answer.pk, "404": 987654}
            address = path.replace("{id}", str(ids.get(status, "")))
            if status == "400":
                address += "?kind=nothing"
            if status == "429":
                continue
            told = read(client, address, int(status))
            checker = jsonschema.Draft202012Validator(
                {"$ref": reference}, registry=registry, format_checker=jsonschema.FormatChecker()
            )
            assert not list(checker.iter_errors(told)), path
            checked.add((path, status))
    assert len(checked) == 7 + 2 + 2
    for name, node in whole["components"]["schemas"].items():
        if name != "CheckQuestion":
            assert set(node["required"]) == set(node["properties"]), "every key is always there"


def test_the_description_speaks_the_language_it_is_asked_in(client):
    assert read(client, "/api/v1/openapi.json?lang=en")["paths"][ANSWERS]["get"]["summary"] == "Answers"
    assert read(client, "/api/v1/openapi.json?lang=fr", 400)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_people_can_read_what_is_open(client, language):
    from django.urls import reverse
    from django.utils import translation

    with translation.override(language):
        address = reverse("api_docs")
    page = client.get(address)
    text = page.content.decode()
    assert page.status_code == 200 and "<script" not in text.replace('<script type="application/ld+json"', "")
    for shown in (
        "/api/v1/answers/",
        "changed_since",
        "is_retracted",
        "claimreview.json",
        "openapi.json",
        "verifiedfact",
    ):
        assert shown in text, shown


# The feed of reviews ------------------------------------------------------------------------------------------


def feed_of(client, query=""):
    response = client.get("/claimreview.json" + query)
    assert response.status_code == 200 and response["Content-Type"].startswith("application/ld+json")
    return json.loads(b"".join(response))


def test_the_feed_has_every_rated_review_and_nothing_else(client, answer, people):
    publish(make_rebuttal(owner=people[0], verdict=Verdict.UNPROVEN), *people)
    publish(make_verified_fact(people[0]), *people)
    gone = publish(make_rebuttal(owner=people[0]), *people)
    change(gone, *people, change_kind="retraction", change_note="Nhầm.")
    [english] = put_live(1, "en")
    feed = feed_of(client)
    assert [one["url"] for one in feed["dataFeedElement"]] == [english.full_url, answer.full_url]
    assert complaints(feed) == []
    for entry in feed["dataFeedElement"]:
        [review] = entry["item"]
        assert {one.code for one in defects(review)} <= {"no_claimant", "url_odd"}  # the tests' host has no https
    expanded = jsonld.expand(feed, {"documentLoader": _offline})
    assert expanded[0]["@type"] == ["https://schema.org/DataFeed"]
    assert feed["dateModified"] >= feed["dataFeedElement"][1]["dateModified"]


def test_the_feed_says_the_same_as_the_page(client, answer):
    from cms.schema_org.structured import describe

    on_page = next(node for node in describe(answer, {})["@graph"] if node["@type"] == "ClaimReview")
    assert feed_of(client)["dataFeedElement"][0]["item"] == [on_page]


def test_the_feed_can_be_asked_for_one_language(client, answer):
    put_live(1, "en")
    assert len(feed_of(client, "?lang=en")["dataFeedElement"]) == 1
    refused = client.get("/claimreview.json?lang=fr")
    assert refused.status_code == 400 and refused["Access-Control-Allow-Origin"] == "*"


def test_an_empty_feed_is_still_a_feed(client):
    assert feed_of(client)["dataFeedElement"] == []


def test_the_feed_reads_in_parts(monkeypatch):
    from cms.public.api import feed

    pages = put_live(7)
    monkeypatch.setattr(feed, "_AT_ONCE", 3)
    told = [entry["url"] for entry in feed.entries("")]
    assert told == [page.full_url for page in reversed(pages)]
