"""The box: what it answers, what it says when there is nothing, and what it must not keep or give away."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.claims import Verdict
from cms.incidents import Appearance
from cms.models import Rebuttal, SearchEntry
from tests.make import make_incident, make_rebuttal, make_verified_fact, publish, team

pytestmark = pytest.mark.django_db

SPREAD = "KHẨN: nước máy toàn tỉnh nhiễm độc, từ tối nay cấm dùng, ai uống phải đi viện ngay. Chia sẻ gấp!"
POSTED = "https://www.facebook.com/groups/0000/posts/1111"


@pytest.fixture
def people():
    return team()


@pytest.fixture
def water(people):
    incident = make_incident(claim=SPREAD)
    incident.appearances.add(Appearance(platform="facebook", url=POSTED))
    incident.save()
    return publish(make_rebuttal(owner=people[0], incidents=[incident], title="Nước máy an toàn"), *people)


@pytest.fixture
def dam(people):
    incident = make_incident(claim="Đập Hồ Xanh đã nứt, sắp vỡ trong đêm, bà con hạ du phải chạy lên đồi")
    page = make_rebuttal(
        owner=people[0], incidents=[incident], title="Đập Hồ Xanh vận hành bình thường", claim="Đập Hồ Xanh sắp vỡ"
    )
    return publish(page, *people)


def ask(client, text):
    return client.post(reverse("check"), {"q": text})


def answers(answer):
    return [match.answer.title for match in answer.context["matches"]]


def change(page, people, **values):
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=people[0])
    return publish(page, *people)


def test_a_forwarded_message_finds_its_answer_and_says_why_in_the_readers_words(client, water, dam):
    answer = ask(client, "Mn ơi NƯỚC MÁY toàn tỉnh NHIỄM ĐỘC rồi, tối nay cấm dùng nha, gửi cho ng thân")
    page = answer.content.decode()
    assert answers(answer) == ["Nước máy an toàn"]
    assert "NƯỚC MÁY toàn tỉnh NHIỄM ĐỘC" in page and "stamp-false" in page and water.url in page
    assert "đi viện ngay" not in page, "words of the register, which nobody approved"


def test_without_an_answer_it_says_so_and_passes_the_text_on_by_post(client, water):
    text = 'Trại gà ở thôn Bảy có 3 con "gà vàng" <b>đẻ trứng bạc</b>'
    answer = ask(client, text)
    assert answers(answer) == [] and "&lt;b&gt;" in answer.content.decode()
    assert answer.status_code == 200


def test_it_sets_no_cookie_keeps_no_copy_and_needs_no_token(water):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    answer = ask(client, "nước máy nhiễm độc")
    assert answer.status_code == 200 and not answer.cookies and "no-store" in answer["Cache-Control"]
    assert "no-store" in client.get(reverse("check"))["Cache-Control"]


def test_the_text_is_written_nowhere(client, water, caplog):
    caplog.set_level(logging.DEBUG)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ask(client, "nước máy nhiễm độc, mật hiệu rùa xanh")
    written = [query["sql"] for query in asked if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert not written
    others = [record for record in caplog.records if record.name != "django.db.backends"]
    assert not any("rùa xanh" in record.getMessage() for record in others)


def test_an_exception_report_hides_the_text(client, water, monkeypatch):
    from django.views.debug import SafeExceptionReporterFilter

    from cms.public import check as view

    seen = []
    monkeypatch.setattr(view, "_shown", lambda text: 1 / 0)
    monkeypatch.setattr(
        "django.core.handlers.exception.response_for_exception",
        lambda request, exc: seen.append(request) or (_ for _ in ()).throw(exc),
    )
    with pytest.raises(ZeroDivisionError):
        ask(client, "mật hiệu rùa xanh")
    assert "rùa xanh" not in str(SafeExceptionReporterFilter().get_post_parameters(seen[0]))


@pytest.mark.parametrize("empty", ["", "   ", "!!! 🙂"])
def test_an_empty_box_is_answered_with_a_request(client, empty):
    page = ask(client, empty).content.decode()
    assert "aria-invalid" in page and 'role="alert"' in page


@pytest.mark.parametrize(
    "strange",
    [
        "http://[1 và http://[::1]x/",
        "http://testserver/kiem-chung/%00/",
        "http://testserver/\x00a/ nước máy",
        "http://a.example:port/x?y=%FF&%ED%A0%80",
        "' OR 1=1 -- \\ %s %(a)s {x} {{ y }} \x00\x01",
        "中文 русский हिन्दी 🙂🙂",
        "a" * 4_990,
        "http://" + "b." * 2_000 + "vn/x",
        "\u0301" * 3_000 + "lừa",
    ],
)
def test_nothing_that_is_pasted_raises(client, water, strange):
    assert ask(client, strange).status_code == 200


def test_a_text_that_is_too_long_is_kept_and_the_limit_named(client):
    text = "nước máy " * 600
    page = ask(client, text).content.decode()
    assert "5400" in page.replace(".", "").replace(",", "") and text.strip() in page


def test_the_longest_text_is_compared(client, water):
    text = ("chuyện vặt hằng ngày ở chợ huyện " * 160)[: 5000 - len(SPREAD)] + SPREAD
    assert len(text) == 5000 and answers(ask(client, text)) == ["Nước máy an toàn"]


@pytest.mark.parametrize(
    "link",
    [
        POSTED,
        "https://m.facebook.com/groups/0000/posts/1111/?mibextid=abc&utm_source=zalo#x",
        "facebook.com/groups/0000/posts/1111?fbclid=IwAR0",
        "Xem cái này nè https://facebook.com/groups/0000/posts/1111, sợ quá",
    ],
)
def test_the_address_of_a_registered_post_leads_to_the_answer_and_is_not_shown(client, water, dam, link):
    answer = ask(client, link)
    assert answers(answer) == ["Nước máy an toàn"] and answer.context["matches"][0].is_link
    again = ask(client, "nước máy toàn tỉnh nhiễm độc cấm dùng từ tối nay").content.decode()
    assert "posts/1111" not in again


def test_an_address_registered_later_leads_to_the_answer_at_once(client, water):
    other = "https://www.tiktok.com/@x/video/99"
    assert answers(ask(client, other)) == []
    Appearance.objects.create(incident=water.answered.get().incident, platform="tiktok", url=other)
    assert answers(ask(client, other)) == ["Nước máy an toàn"]


def test_a_link_to_our_own_answer_opens_it(client, water):
    answer = ask(client, f"  {water.full_url}?utm_source=zalo ")
    assert answer.status_code == 302 and answer["Location"] == water.url
    assert answers(ask(client, f"Tin này thật không? {water.full_url}")) == ["Nước máy an toàn"]
    assert answers(ask(client, "https://khac.example/kiem-chung/" + water.slug)) == []


def test_a_retracted_answer_answers_nothing_and_that_is_said(client, water, people):
    change(water, people, change_kind="retraction", change_note="Mẫu bị nhầm.")
    answer = ask(client, "nước máy toàn tỉnh nhiễm độc, cấm dùng từ tối nay")
    assert answers(answer) == [] and [page.pk for page in answer.context["retracted"]] == [water.pk]
    assert answers(ask(client, water.full_url + " đúng không")) == []


def test_a_notice_matches_as_being_verified(client, people):
    notice = make_rebuttal(
        owner=people[0], evidence=[], verdict=Verdict.VERIFYING, reach_attempt="", title="Đang xác minh tin nước máy"
    )
    publish(notice, *people)
    answer = ask(client, "nước máy toàn tỉnh nhiễm độc phải ngừng dùng từ tối nay")
    assert answers(answer) == ["Đang xác minh tin nước máy"] and "stamp-verifying" in answer.content.decode()


def test_a_few_words_are_searched_for_as_well(client, water, dam):
    answer = ask(client, "hồ xanh")
    assert [*answers(answer), *(page.title for page in answer.context["found"])] == ["Đập Hồ Xanh vận hành bình thường"]


def test_a_draft_matches_nothing(client, people):
    make_rebuttal(owner=people[0], claim="Cầu Suối Mơ sập tối qua, nhiều xe rơi xuống sông")
    assert answers(ask(client, "cầu suối mơ sập tối qua nhiều xe rơi xuống sông")) == []


def test_a_verified_fact_answers_too(client, people):
    publish(make_verified_fact(owner=people[0], title="Sổ đất ghi tên xã cũ vẫn còn giá trị sử dụng"), *people)
    assert answers(ask(client, "sổ đất ghi tên xã cũ có còn giá trị không?")) == [
        "Sổ đất ghi tên xã cũ vẫn còn giá trị sử dụng"
    ]


def test_what_the_register_adds_to_a_claim_leads_to_its_answer(client, water):
    incident = water.answered.get().incident
    incident.claim += " Bệnh viện huyện đã nhận 40 ca ngộ độc."
    incident.save()
    assert answers(ask(client, "bệnh viện huyện nhận 40 ca ngộ độc do nước máy")) == ["Nước máy an toàn"]
    assert SearchEntry.objects.count() == 1
