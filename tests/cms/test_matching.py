"""How well "has this been answered?" finds, measured with invented rumours and messages. On both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import transaction
from wagtail.models import Page

from cms.finding import indexing, matching, postings
from cms.finding.links import links_in, same_address
from cms.finding.reading import Reading, words_of
from cms.incidents import Incident
from cms.models import AnsweredIncident, AnswerList, Posting, Rebuttal, SearchEntry, Term
from tests.make import make_incident, make_rebuttal

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "rumours.json"
EVALUATION = json.loads(FIXTURE.read_text())
WAYS = ("forwarded", "reworded", "part")


@pytest.fixture(scope="class")
def everything_answered(django_db_setup, django_db_blocker):
    """A live answer to each of the rumours, in a transaction that is taken back after the class."""
    with django_db_blocker.unblock(), transaction.atomic():
        parent, topic = AnswerList.objects.get(slug="kiem-chung"), make_incident().topic
        keys = []
        for number, rumour in enumerate(EVALUATION["rumours"]):
            claim = rumour["claim"]
            page = Rebuttal(title=f"Sự thật: {claim}"[:200], slug=f"tin-{number}", claim=claim, live=False)
            page.answered.add(AnsweredIncident(incident=Incident.objects.create(claim=claim, topic=topic)))
            keys.append(parent.add_child(instance=page).pk)
        # Past the approvals, which are not what is measured here.
        Page.objects.filter(pk__in=keys).update(live=True)
        indexing.sweep()
        yield
        transaction.set_rollback(True)


class TestEvaluation:
    @pytest.mark.parametrize("half", [0, 1], ids=["the half that was tuned on", "the half held out"])
    def test_rumours_are_recognised_and_other_messages_are_not(self, everything_answered, db, half):
        first = found = asked = 0
        for rumour in EVALUATION["rumours"][half::2]:
            for way in WAYS:
                claims = [match.entry.claim for match in matching.find(rumour[way], "vi")]
                asked += 1
                first += claims[:1] == [rumour["claim"]]
                found += rumour["claim"] in claims
        unrelated = EVALUATION["unrelated"][half::2]
        wrong = [text for text in unrelated if matching.find(text, "vi")]
        figures = f"recall@1 {first / asked:.3f}, recall@3 {found / asked:.3f}, false {len(wrong)} of {len(unrelated)}"
        print(figures, wrong)
        assert found / asked >= 0.95 and len(wrong) / len(unrelated) <= 0.02, f"{figures}: {wrong}"


def test_the_evaluation_set_is_as_large_and_varied_as_it_says():
    rumours, unrelated = EVALUATION["rumours"], EVALUATION["unrelated"]
    assert len(rumours) >= 200 and len(unrelated) >= 200
    texts = [text for rumour in rumours for text in rumour.values()] + unrelated
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ko dc dùng nc máy nha mn", "khong duoc dung nuoc may nha moi nguoi"),
        ("nộp 500k, 15tr, 2tr5", "nop nam tram nghin muoi nam trieu hai trieu ruoi"),
        ("3h sáng, 200 ng, 10kg", "ba gio sang hai tram nguoi muoi ky"),
        ("50.000 đ = 100%", "nam muoi nghin dong mot tram phan tram"),
        ("chích thịt heo", "tiem thit lon"),
        ("0901234567", "0901234567"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_a_text_is_read_as_it_would_be_read_aloud(written, read):
    assert " ".join(word.name for word in words_of(written)) == read


def test_the_words_shown_are_the_readers_own():
    text = "Mn ơi NƯỚC MÁY toàn tỉnh NHIỄM ĐỘC rồi, (tối nay) cấm dùng!!"
    answered = Reading("nước máy toàn tỉnh nhiễm độc, cấm dùng")
    for words in matching.shared_words(text, Reading(text), answered):
        assert words in text
    assert "NƯỚC MÁY toàn tỉnh NHIỄM ĐỘC" in matching.shared_words(text, Reading(text), answered)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://www.facebook.com/groups/1/posts/2/", "http://m.facebook.com/groups/1/posts/2?fbclid=x#c", True),
        ("https://youtu.be/abc?si=t", "https://www.youtube.com/watch?v=abc&feature=share", True),
        ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2&utm_campaign=z", True),
        ("https://A.example:443/Đường", "https://a.example/%C4%90%C6%B0%E1%BB%9Dng", True),
        ("https://a.example/x?id=1", "https://a.example/x?id=2", False),
        ("https://a.example/x", "https://b.example/x", False),
    ],
)
def test_the_same_post_is_the_same_address(one, other, is_same):
    assert (same_address(one) == same_address(other) != "") == is_same


@pytest.mark.parametrize(
    "link", ["https://a.example", "https://a.example/", "http://[::1", "https://", "//", "http://a:x/b:c"]
)
def test_an_address_of_nothing_leads_nowhere_and_raises_nothing(link):
    assert same_address(link) in {"", "a/b:c"}


def test_links_are_found_in_a_message():
    text = "Xem (https://a.example/b), www.c.example/d. và facebook.com/groups/1/posts/2! a.b 1.000 đ/kg"
    assert links_in(text) == ["https://a.example/b", "www.c.example/d", "facebook.com/groups/1/posts/2"]


@pytest.mark.django_db
class TestPostings:
    def entry(self):
        page = make_rebuttal()
        Page.objects.filter(pk=page.pk).update(live=True)
        indexing.refresh(page)
        return SearchEntry.objects.get(pk=page.pk)

    def counted(self):
        return {term.number: term.entries for term in Term.objects.all()}

    def test_every_count_is_the_number_of_postings_after_any_change(self):
        one, two = self.entry(), self.entry()
        postings.keep(one.pk, {"a b", "b c", "c d"})
        postings.keep(two.pk, {"b c", "x y"})
        postings.keep(one.pk, {"b c", "d e"})
        postings.keep(one.pk, {"b c", "d e"})
        number = postings.number_of
        assert self.counted() == {number("b c"): 2, number("x y"): 1, number("d e"): 1}
        assert Posting.objects.count() == 4
        Page.objects.filter(pk=two.pk).update(live=False)
        indexing.sweep()
        assert self.counted() == {number("b c"): 1, number("d e"): 1}

    def test_what_is_read_has_a_bound_whatever_the_text(self, django_assert_max_num_queries):
        self.entry()
        text = " ".join(f"từ{number} nước máy nhiễm độc" for number in range(170))
        with django_assert_max_num_queries(4):
            matching.find(text[:5000], "vi")

    def test_nothing_in_the_postings_can_be_read(self):
        self.entry()
        kinds = {field.get_internal_type() for field in (*Term._meta.fields, *Posting._meta.fields)}
        assert not kinds & {"TextField", "CharField"}


def test_where_nothing_is_published_nothing_is_found(db):
    assert not SearchEntry.objects.exists() and matching.find("nước máy nhiễm độc", "vi") == []
