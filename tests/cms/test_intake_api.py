"""Handing over incidents by machine, as a partner's program meets it."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import openapi_spec_validator
import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone, translation

from cms import people
from cms.incidents import Appearance, Incident, Place, Topic
from cms.intake.partners import HandedOver, IntakeKey, IntakePartner, IntakeReply, forget_replies
from tests.make import make_incident, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db

INCIDENTS = "/api/intake/v1/incidents/"
POST = "https://www.facebook.com/groups/987/posts/1234567"
BOTH = [IntakeKey.Scope.WRITE.value, IntakeKey.Scope.READ.value]


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()
    Topic.objects.get_or_create(name="Y tế", slug="y-te")
    Place.objects.get_or_create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    with translation.override("en"):
        yield
    cache.clear()


def make_key(partner=None, scopes=BOTH, **kw):
    """(the key in full, its row)"""
    partner = partner or IntakePartner.objects.get_or_create(name="Trung tâm giám sát (hư cấu)")[0]
    row = IntakeKey(partner=partner, scopes=list(scopes), **kw)
    return row.new_key(), row


def rumour(**kw):
    return {
        "reference": "GS-2026-17",
        "claim": "Nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay.",
        "kind": "rumour",
        "topic": "y-te",
        "place": "xa-suoi-mo",
        "urgency": "high",
        "first_seen_at": "2026-11-20T08:30:00+07:00",
        "appearances": [{"platform": "facebook", "url": POST, "seen_at": "2026-11-20T08:30:00+07:00", "reach": 1200}],
        **kw,
    }


@pytest.fixture
def send(client):
    """Sends JSON with a key that may everything, unless told otherwise; returns the response."""
    whole, _row = make_key()

    def sending(body=None, address=INCIDENTS, key=whole, **headers):
        given = {"Authorization": f"Bearer {key}", "Accept-Language": "en", **headers} if key else headers
        if body is None:
            return client.get(address, headers=given)
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return client.post(address, text, content_type="application/json", headers=given)

    sending.key = whole
    return sending


def error(response):
    return response.json()["error"]


# Handing over -------------------------------------------------------------------------------------------------


def test_what_is_handed_over_is_in_the_register_and_says_where_it_came_from(send):
    answer = send(rumour())
    assert answer.status_code == 201, answer.content
    incident = Incident.objects.get()
    assert (incident.origin, incident.urgency, incident.topic.slug, incident.place.slug) == (
        "partner",
        2,
        "y-te",
        "xa-suoi-mo",
    )
    assert incident.handed_over.reference == "GS-2026-17"
    seen = incident.appearances.get()
    assert (seen.platform, seen.url, seen.reach) == ("facebook", POST, 1200)
    told = answer.json()
    assert (told["id"], told["status"], told["answers"], told["page"]) == (incident.pk, "reported", [], None)


def test_the_partner_sees_how_it_stands_and_the_published_answer(send):
    pk = send(rumour()).json()["id"]
    incident = Incident.objects.get(pk=pk)
    crew = team()
    page = publish(make_rebuttal(owner=crew[0], incidents=[incident]), *crew)
    told = send(address=f"{INCIDENTS}{pk}/").json()
    assert told["status"] == "answered" and told["answers"][0]["url"] == page.full_url
    assert told["page"].endswith(f"/{pk}/") and [line["status"] for line in told["life"]] == ["reported", "answered"]


def test_who_hands_over_what_was_answered_already_is_told_the_answer(send):
    crew = team()
    page = publish(make_rebuttal(owner=crew[0], incidents=[make_incident()]), *crew)
    told = send(rumour(claim="Nước máy toàn tỉnh bị nhiễm độc, ngừng dùng từ tối nay!")).json()
    assert [one["id"] for one in told["similar"]] == [page.pk] and told["answers"] == []


def test_another_partner_sees_nothing_of_it(send):
    pk = send(rumour()).json()["id"]
    other, _row = make_key(IntakePartner.objects.create(name="Đơn vị khác (hư cấu)"))
    assert send(address=f"{INCIDENTS}{pk}/", key=other).status_code == 404
    assert send({"appearances": rumour()["appearances"]}, f"{INCIDENTS}{pk}/appearances/", key=other).status_code == 404
    assert send(rumour(), key=other).status_code == 201  # the same reference may be used by each partner


def test_an_incident_of_the_office_is_not_told(send):
    assert send(address=f"{INCIDENTS}{make_incident().pk}/").status_code == 404


def test_where_it_was_seen_again_is_added_once(send):
    pk = send(rumour()).json()["id"]
    again = {"appearances": [{"platform": "zalo", "seen_at": "2026-11-21T08:00:00+07:00"}, *rumour()["appearances"]]}
    assert send(again, f"{INCIDENTS}{pk}/appearances/").json() == {"added": 1, "appearances": 2}
    assert send(again, f"{INCIDENTS}{pk}/appearances/").json() == {"added": 0, "appearances": 2}


def test_the_vocabulary_names_what_may_be_sent(send):
    told = send(address="/api/intake/v1/vocabulary/").json()
    assert "y-te" in [one["slug"] for one in told["topics"]] and "xa-suoi-mo" in [one["slug"] for one in told["places"]]
    assert [one["code"] for one in told["urgencies"]] == ["critical", "high", "normal", "low"]


# Once ---------------------------------------------------------------------------------------------------------


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(send):
    first = send(rumour(), **{"Idempotency-Key": "mot"})
    crew = team()
    publish(make_rebuttal(owner=crew[0], incidents=[Incident.objects.get()]), *crew)
    again = send(rumour(), **{"Idempotency-Key": "mot"})
    assert (again.status_code, again.json()) == (201, first.json()) and again["Idempotency-Replayed"] == "true"
    assert Incident.objects.count() == 1


def test_the_same_key_with_another_body_is_refused_in_words(send):
    send(rumour(), **{"Idempotency-Key": "mot"})
    answer = send(rumour(reference="GS-2026-18"), **{"Idempotency-Key": "mot"})
    assert answer.status_code == 422 and error(answer)["code"] == "idempotency_key_reused"
    assert "Hãy dùng chuỗi mới" in error(answer)["message"] and Incident.objects.count() == 1


def test_a_reference_is_registered_once(send):
    pk = send(rumour()).json()["id"]
    assert (again := send(rumour())).status_code == 200 and again.json()["id"] == pk
    other = send(rumour(claim="Cầu treo xã Suối Mơ sắp sập."))
    assert other.status_code == 409 and str(pk) in error(other)["message"]
    assert Incident.objects.count() == 1


def test_replies_are_forgotten_after_a_week_and_hold_nothing_of_the_text(send):
    send(rumour(), **{"Idempotency-Key": "mot"})
    assert "nhiễm độc" not in json.dumps(IntakeReply.objects.get().body, ensure_ascii=False)
    assert forget_replies() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert forget_replies() == 1


# Nobody's data ------------------------------------------------------------------------------------------------

SECRETS = ["0912 345 678", "nguyenvanan1987", "0987654321"]


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        ({"claim": "Gọi ngay 0912 345 678 để nhận quà."}, "claim", "personal_data"),
        ({"author": "nguyenvanan1987"}, "author", "about_a_person"),
        ({"so_dien_thoai": "0912 345 678"}, "so_dien_thoai", "about_a_person"),
        ({"người đăng": "nguyenvanan1987"}, "người đăng", "about_a_person"),
        ({"reference": "0912 345 678"}, "reference", "personal_data"),
        ({"colour": "nguyenvanan1987"}, "colour", "unknown_field"),
        ({"appearances": [{"platform": "facebook", "url": "https://facebook.com/nguyenvanan1987", "seen_at": "2026-11-20T08:30:00+07:00"}]}, "appearances.0.url", "names_an_account"),
        ({"appearances": [{"platform": "zalo", "url": "https://zalo.me/0987654321", "seen_at": "2026-11-20T08:30:00+07:00"}]}, "appearances.0.url", "names_an_account"),
        ({"appearances": [{"platform": "website", "url": "https://tin.example/bai?sdt=0987654321", "seen_at": "2026-11-20T08:30:00+07:00"}]}, "appearances.0.url", "personal_data"),
        ({"appearances": [{"platform": "facebook", "poster": "nguyenvanan1987", "seen_at": "2026-11-20T08:30:00+07:00"}]}, "appearances.0.poster", "about_a_person"),
    ],
)  # fmt: skip
def test_personal_data_is_refused_with_its_place_and_kept_nowhere(send, caplog, change, where, reason):
    with caplog.at_level(logging.DEBUG):
        answer = send(rumour(**change), **{"Idempotency-Key": "mot"})
    assert answer.status_code == 422
    assert error(answer)["reasons"] == {where: [reason]} and error(answer)["fields"][where][0]
    assert not any(secret in answer.content.decode() + caplog.text for secret in SECRETS)
    assert not Incident.objects.exists() and not IntakeReply.objects.exists() and not HandedOver.objects.exists()


def test_whoever_mends_what_was_refused_may_use_the_same_key_again(send):
    send(rumour(claim="Gọi ngay 0912 345 678."), **{"Idempotency-Key": "mot"})
    assert send(rumour(), **{"Idempotency-Key": "mot"}).status_code == 201


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"topic": "khong-co"}, "topic"),
        ({"place": "khong-co"}, "place"),
        ({"kind": "gossip"}, "kind"),
        ({"first_seen_at": "2999-01-01T00:00:00Z"}, "first_seen_at"),
        ({"first_seen_at": "hôm qua"}, "first_seen_at"),
        ({"claim": "  \u200b "}, "claim"),
        ({"claim": 12}, "claim"),
        ({"claim": "\ud800"}, "claim"),
        ({"appearances": [{"platform": "facebook", "url": "ftp://a.example/b", "seen_at": "2026-11-20T08:30:00Z"}]}, "appearances.0.url"),
        ({"appearances": [{"platform": "facebook", "seen_at": "2026-11-20T08:30:00Z", "reach": 10**12}]}, "appearances.0.reach"),
        ({"appearances": "facebook"}, "appearances"),
        ({"appearances": [3]}, "appearances.0"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_is(send, change, where):
    answer = send(rumour(**change))
    assert answer.status_code == 422 and list(error(answer)["fields"]) == [where], answer.content
    assert not Incident.objects.exists()


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("[]", 400), ("[" * 99999, 400), (" " * 300_000, 413), (b"\xff", 400), ("1" * 9999, 400)])  # fmt: skip
def test_what_is_no_json_is_refused_in_words(send, body, status):
    answer = send(body)
    assert answer.status_code == status and error(answer)["message"]


def test_a_clock_that_is_a_little_ahead_means_now(send):
    ahead = (timezone.now() + timedelta(minutes=3)).isoformat()
    assert send(rumour(first_seen_at=ahead, appearances=[])).status_code == 201
    assert Incident.objects.get().first_seen_at <= timezone.now()


# Keys ---------------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_taken(send):
    answer = send(rumour(), key="")
    assert (
        answer.status_code == 401
        and "Bearer" in answer["WWW-Authenticate"]
        and "Cần có khóa" in error(answer)["message"]
    )
    assert send(rumour(), key="abc.def").status_code == 401


def test_a_key_does_what_its_scopes_allow(send):
    reading, _row = make_key(scopes=["incidents:read"])
    writing, _row = make_key(scopes=["incidents:write"])
    assert error(send(rumour(), key=reading))["message"].count("incidents:write") == 1
    pk = send(rumour(), key=writing).json()["id"]
    assert send(address=f"{INCIDENTS}{pk}/", key=writing).status_code == 403
    assert send(address=f"{INCIDENTS}{pk}/", key=reading).status_code == 200


def test_the_old_key_works_until_its_end_beside_the_new_one(send):
    old, row = make_key(expires_at=timezone.now() + timedelta(days=7))
    new, _row = make_key(row.partner)
    pk = send(rumour(), key=old).json()["id"]
    assert send(address=f"{INCIDENTS}{pk}/", key=new).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        answer = send(address=f"{INCIDENTS}{pk}/", key=old)
        assert answer.status_code == 401 and "đã hết hạn hoặc đã bị thu hồi" in error(answer)["message"]
        assert send(address=f"{INCIDENTS}{pk}/", key=new).status_code == 200


def test_a_revoked_key_opens_nothing(send):
    IntakeKey.objects.update(revoked_at=timezone.now())
    assert send(rumour()).status_code == 401


def test_the_whole_key_is_kept_nowhere(send):
    row = IntakeKey.objects.get()
    assert send.key not in str(IntakeKey.objects.values().get()) and send.key.startswith(row.prefix)
    send(rumour())
    assert IntakeKey.objects.get().used_at


def test_each_key_has_a_limit_of_its_own(send, settings, monkeypatch):
    from cms.intake.api.base import KeyThrottle

    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"intake": "3/min"})
    answers = [send(address="/api/intake/v1/vocabulary/") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429] and answers[3]["Retry-After"]
    assert send(address="/api/intake/v1/vocabulary/", key=make_key()[0]).status_code == 200


def test_wrong_keys_are_counted_by_address(send):
    for _ in range(20):
        assert send(rumour(), key="abc.def").status_code == 401
    assert send(rumour(), key="abc.def").status_code == 429


def test_nobody_between_keeps_an_answer(send):
    pk = send(rumour()).json()["id"]
    answer = send(address=f"{INCIDENTS}{pk}/")
    assert "no-store" in answer["Cache-Control"] and "Authorization" in answer["Vary"]


# Its description ----------------------------------------------------------------------------------------------


def test_the_description_is_valid_and_names_the_key(client):
    told = client.get("/api/intake/v1/openapi.json?lang=en").json()
    openapi_spec_validator.validate(told)
    assert told["openapi"].startswith("3.1")
    assert told["components"]["securitySchemes"]["partnerKey"]["scheme"] == "bearer"
    post = told["paths"]["/api/intake/v1/incidents/"]["post"]
    assert {"201", "200", "409", "422"} <= set(post["responses"]) and post["security"] == [{"partnerKey": []}]
    assert not any(
        privacy in json.dumps(told["components"]["schemas"]["IncidentIn"]) for privacy in ("author", "phone")
    )


def test_each_description_keeps_to_its_own_addresses(client):
    public = client.get("/api/v1/openapi.json").json()
    own = client.get("/api/intake/v1/openapi.json").json()
    assert not any("intake" in path for path in public["paths"]) and all("intake" in path for path in own["paths"])


def test_an_unknown_address_is_answered_in_json(send):
    assert error(send(address="/api/intake/v1/nothing/"))["code"] == "not_found"


def test_an_appearance_goes_to_the_incident_that_it_was_merged_into(send):
    from cms.intake import merging

    pk, kept = send(rumour()).json()["id"], make_incident()
    merging.merge(kept.pk, pk, make_user(people.EDITOR))
    again = {"appearances": [{"platform": "zalo", "seen_at": "2026-11-21T08:00:00+07:00"}]}
    send(again, f"{INCIDENTS}{pk}/appearances/")
    assert Appearance.objects.filter(incident=kept).count() == 2
    assert send(address=f"{INCIDENTS}{pk}/").json()["appearances"] == 2
