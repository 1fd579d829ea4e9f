"""The index and the search page: what is found, in which order, and what must not be found any more. On both databases."""

from __future__ import annotations

import random
import unicodedata
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cms.claims import Verdict
from cms.finding import indexing
from cms.finding.search import fold
from cms.incidents import Place, Topic
from cms.models import Answer, Rebuttal, SearchEntry
from tests.make import make_rebuttal, make_verified_fact, publish, team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Lừa ĐẢO", "lua dao"),
        (unicodedata.normalize("NFD", "Lừa ĐẢO"), "lua dao"),
        (unicodedata.normalize("NFKD", "lừa đảo"), "lua dao"),
        ("hòa hoà hoa", "hoa hoa hoa"),
        ("Ðường đỏ Ɖà", "duong do da"),
        ("ＬＵＡ　ＤＡＯ", "lua dao"),
        ("𝐋𝐮𝐚 𝕯𝖆𝖔", "lua dao"),
        ("l\u200bừa\u200d đ\u00adảo\ufeff", "lua dao"),
        ("🔥KHẨN❗️chia sẻ 👉🏽ngay", "khan chia se ngay"),
        ("l̶ừ̶a̶ đ⃝ảo", "lua dao"),
        ("İstanbul ﬁ ①", "istanbul fi 1"),
        ("50.000đ/kg", "50 000d kg"),
        ("", ""),
        ("!!! … –", ""),
    ],
)
def test_a_word_is_the_same_word_however_it_is_typed(written, folded):
    assert fold(written) == folded


def test_folding_knows_no_form_of_unicode_and_does_nothing_twice():
    signs = [chr(number) for number in [*range(0x20, 0x250), *range(0x300, 0x370), *range(0x1E00, 0x1F00)]]
    signs += ["\u200b", "\ufeff", "🙂", "Ａ", "℡", "ﷺ", "\u0378", "中"]
    dice = random.Random(7)
    for _turn in range(2_000):
        text = "".join(dice.choices(signs, k=dice.randint(0, 25)))
        folded = fold(text)
        assert fold(folded) == folded, repr(text)
        assert (
            not folded
            or (folded.replace(" ", "").isalnum() and folded.isascii() and folded.islower())
            or folded.replace(" ", "").isdigit()
        )
        for form in ("NFC", "NFD"):
            assert fold(unicodedata.normalize(form, text)) == folded, repr(text)


@pytest.fixture
def people():
    return team()


@pytest.fixture
def live(people):
    """Publishes a rebuttal with these values."""
    return lambda **kw: publish(make_rebuttal(owner=people[0], **kw), *people)


def found(words, language="vi", **kw):
    return [entry.title for entry in SearchEntry.objects.for_language(language).with_words(words).filter(**kw)]


def ask(client, **asked):
    return client.get(reverse("search"), asked)


def titles(answer):
    return [page.title for page in answer.context["answers"]]


def test_every_way_of_typing_finds_the_same_answers(live):
    live(title="Tin nhắn trúng thưởng là lừa đảo")
    live(title="Nước máy an toàn")
    for typed in ("lừa đảo", "lua dao", "LỪA ĐẢO", "đảo lừa", unicodedata.normalize("NFD", "lừa đảo"), "  lua,dao! "):
        assert found(typed) == ["Tin nhắn trúng thưởng là lừa đảo"], typed


def test_short_words_that_another_language_leaves_out_are_words_here(live):
    live(title="An toàn", claim="Do bị an ninh")
    live(title="Toàn tỉnh mất điện")
    assert found("an toan") == ["An toàn"]
    assert found("do bi") == ["An toàn"]
    assert found("tay") == [] and found("dien") == ["Toàn tỉnh mất điện"]
    live(title="Bàn tay", claim="x")
    assert found("tai") == [] and found("tay") == ["Bàn tay"]


def test_what_a_page_answers_stands_before_what_only_mentions_it(live):
    live(title="Bơi lội ở sông", body=[("paragraph", "<p>Đập Hồ Xanh vẫn mở cửa xả.</p>")])
    live(title="Xanh lại mặt hồ sau khi sửa đập")
    live(title="Đập Hồ Xanh không vỡ")
    assert found("đập hồ xanh") == ["Đập Hồ Xanh không vỡ", "Xanh lại mặt hồ sau khi sửa đập", "Bơi lội ở sông"]


_SPECIAL = ["'", '"', '""', "*", "lua*", "(", ")", "AND", "OR NOT", "NEAR(a b)", "a:b", "{x}", "^a", "-", "a -b", "\\", "%",
            "_", ":*", "!", "&|", "<->", "1e5", "0x1F", "\x00", "\x00a", "a\x00", ";drop table", "title:nuoc", "🙂", "中文",
            "\ud83d", "x" * 5000, "lua " * 300, "…", "http://a.example/?b=c", "nước' OR '1'='1"]  # fmt: skip


def test_no_query_raises(live, client):
    live(title="Nước máy an toàn")
    dice = random.Random(3)
    queries = [*_SPECIAL, *(" ".join(dice.choices(_SPECIAL[:-6], k=3)) for _turn in range(60))]
    for query in queries:
        list(SearchEntry.objects.for_language("vi").with_words(query))
        list(SearchEntry.objects.for_language("vi").beginning(query))
    for query in (each for each in queries if "\ud83d" not in each):
        assert ask(client, q=query).status_code == 200, query
        assert client.get(reverse("suggest"), {"q": query}).status_code == 200, query


def test_nothing_of_a_retracted_answer_but_its_title_is_left_in_the_index(live, people):
    page = live(title="Lịch tiêm chủng", claim="Lịch tiêm đổi sang chủ nhật", short_answer="Tiêm ngày hai mươi lăm.",
                body=[("paragraph", "<p>Mang theo sổ hồng.</p>")])  # fmt: skip
    assert found("hai mươi lăm") and found("sổ hồng") and found("chủ nhật")
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "retraction", "Văn bản gốc đã bị thu hồi."
    draft.save_revision(user=people[0])
    publish(page, *people)
    entry = SearchEntry.objects.get(pk=page.pk)
    assert entry.is_retracted and entry.verdict == entry.claim == entry.short_answer == entry.text_folded == ""
    assert not found("hai mươi lăm") and not found("sổ hồng") and not found("chủ nhật")
    assert found("lịch tiêm chủng") == ["Lịch tiêm chủng"]
    kept = [
        str(value) for row in SearchEntry.index_entries.rel.related_model.objects.values() for value in row.values()
    ]
    mine = [value for value in kept if "lich" in value and "chung" in value]
    assert mine and not any(words in value for value in mine for words in ("hai muoi", "so hong", "chu nhat"))


def test_a_correction_is_found_at_once_and_what_it_replaced_is_not(live, people):
    page = live(title="Nước máy an toàn", short_answer="Hai mẫu chưa đạt.")
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.short_answer, draft.verdict = "Cả bốn mươi tám mẫu đều đạt.", Verdict.MISLEADING
    draft.change_kind, draft.change_note = "correction", "Số mẫu đã sửa."
    draft.save_revision(user=people[0])
    publish(page, *people)
    assert not found("chưa đạt") and found("bốn mươi tám", verdict="misleading")


def test_what_is_not_published_is_not_found(people):
    make_rebuttal(owner=people[0], title="Bản nháp bí mật")
    assert not SearchEntry.objects.exists()


def test_a_publication_whose_indexing_fails_stands_and_the_sweep_mends_it(people, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(indexing, "refresh", lambda page: 1 / 0)
        page = publish(make_rebuttal(owner=people[0], title="Cầu Suối Mơ không sập"), *people)
    assert page.live and not found("cầu suối mơ")
    Answer.objects.update(last_published_at=timezone.now() - timedelta(days=90))
    indexing.sweep()
    assert found("cầu suối mơ") == ["Cầu Suối Mơ không sập"]


def test_the_sweep_finds_an_old_version_and_a_page_that_is_gone(live):
    page, other = live(title="Cầu cũ"), live(title="Đường cũ")
    SearchEntry.objects.filter(pk=page.pk).update(title_folded="sai", changed_at=timezone.now() - timedelta(days=400))
    Answer.objects.filter(pk=other.pk).update(live=False)
    indexing.sweep()
    assert SearchEntry.objects.get().title_folded == "cau cu"


def test_the_whole_index_can_be_made_anew(live):
    live(title="Cầu cũ")
    before = SearchEntry.objects.values().get()
    SearchEntry.objects.update(title_folded="sai", text_folded="sai")
    call_command("refresh_search", verbosity=0)
    assert SearchEntry.objects.values().get() == before and found("cầu cũ")


def test_readers_are_shown_their_language_and_what_is_not_translated_into_it(live):
    page = live(title="Nước máy an toàn")
    live(title="Cầu không sập")
    entry = SearchEntry.objects.get(pk=page.pk)
    twin = make_verified_fact(title="Tap water is safe")
    told = SearchEntry.objects.filter(pk=entry.pk).values().get()
    SearchEntry.objects.create(
        **{**told, "page_id": twin.pk, "language": "en", "title": twin.title, "title_folded": fold(twin.title)}
    )
    shown = {code: {entry.title for entry in SearchEntry.objects.for_language(code)} for code in ("vi", "en", "tyz")}
    assert shown == {
        "vi": {"Nước máy an toàn", "Cầu không sập"},
        "en": {"Tap water is safe", "Cầu không sập"},
        "tyz": {"Nước máy an toàn", "Cầu không sập"},
    }


# The page ---------------------------------------------------------------------------------------------------


def test_filters_narrow_what_is_found(live, people, client):
    topic = Topic.objects.create(name="Đất đai", slug="dat-dai")
    place = Place.objects.create(name="Phường Hoa Nắng", slug="phuong-hoa-nang")
    live(title="Đất nền tăng giá", topic=topic, verdict=Verdict.FAKE)
    live(title="Đất vườn bị thu hồi", place=place)
    old = live(title="Đất lúa bỏ hoang")
    publish(make_verified_fact(owner=people[0], title="Sổ đất cũ còn giá trị"), *people)
    SearchEntry.objects.filter(pk=old.pk).update(published_at=timezone.now() - timedelta(days=60))
    day = (timezone.localtime() - timedelta(days=30)).date()
    assert titles(ask(client, q="đất", **{"ket-luan": "fake"})) == ["Đất nền tăng giá"]
    assert titles(ask(client, q="đất", **{"ket-luan": "fact"})) == ["Sổ đất cũ còn giá trị"]
    assert titles(ask(client, **{"chu-de": "dat-dai"})) == ["Đất nền tăng giá"]
    assert titles(ask(client, q="đất", noi="phuong-hoa-nang")) == ["Đất vườn bị thu hồi"]
    for typed in (day.isoformat(), day.strftime("%d/%m/%Y"), day.strftime("%d.%m.%Y")):
        assert titles(ask(client, q="đất", den=typed)) == ["Đất lúa bỏ hoang"], typed
        assert len(titles(ask(client, q="đất", tu=typed))) == 3, typed
    today = timezone.localdate().isoformat()
    assert len(titles(ask(client, q="đất", tu=today, den=today))) == 3


def test_a_filter_that_makes_no_sense_is_said_and_nothing_typed_is_lost(live, client):
    live(title="Nước máy an toàn")
    answer = ask(client, q="nước", tu="32/13/2026", **{"ket-luan": "đoán", "chu-de": "khong-co"})
    page = answer.content.decode()
    assert titles(answer) == ["Nước máy an toàn"]
    assert page.count("aria-invalid") == 3 and 'value="32/13/2026"' in page and 'value="nước"' in page
    assert "aria-invalid" in ask(client, q="nước", tu="2026-02-02", den="2026-01-01").content.decode()


def test_results_come_in_pages_and_their_links_keep_the_question(live, client):
    page = live(title="Nước máy an toàn")
    for number in range(20):
        live(title=f"Nước sạch số {number}")
    first = ask(client, q="nước")
    assert first.context["results"].paginator.count == 21 and len(titles(first)) == 20
    assert "q=n%C6%B0%E1%BB%9Bc&amp;trang=2" in first.content.decode()
    assert titles(ask(client, q="nước", trang="2")) == [page.title]


def test_where_nothing_is_found_the_box_and_the_office_are_offered(client):
    page = ask(client, q="không có gì").content.decode()
    assert reverse("check") in page and 'name="robots" content="noindex' in page


def test_a_page_of_results_costs_the_same_however_many_it_shows(live, client, django_assert_max_num_queries):
    for number in range(6):
        live(title=f"Nước sạch số {number}")
    ask(client, q="nước")
    with django_assert_max_num_queries(22):
        assert len(titles(ask(client, q="nước"))) == 6


def test_suggestions_begin_with_what_is_typed_and_name_the_verdict(live, client):
    page = live(title="Tin nhắn trúng thưởng là lừa đảo", verdict=Verdict.SCAM)
    answer = client.get(reverse("suggest"), {"q": "trúng thư"})
    assert answer.json() == {"suggestions": [{"title": page.title, "url": page.url, "verdict": page.verdict_label}]}
    assert "max-age=30" in answer["Cache-Control"] and not answer.cookies
    assert client.get(reverse("suggest"), {"q": "t"}).json() == {"suggestions": []}
