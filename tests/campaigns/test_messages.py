"""Messages: counted as providers charge them, readable without accents, and always with the address."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from campaigns.materials.sms import LONG, SHORT, Sms, messages, told, unaccented, units
from campaigns.materials.zalo import Zalo
from tests.campaigns.test_scripts import BARE, FULL, WORDS, every

SMS, ZALO = Sms(), Zalo()


@pytest.mark.parametrize(
    ("text", "length", "is_gsm", "count"),
    [
        ("", 0, True, 1),
        ("a" * 160, 160, True, 1),
        ("a" * 161, 161, True, 2),
        ("a" * 306, 306, True, 2),
        ("a" * 307, 307, True, 3),
        ("a" * 158 + "€", 160, True, 1),
        ("a" * 159 + "€", 161, True, 2),
        # The two halves of a sign are not parted: 152 and one sign do not fit into 153.
        ("a" * 152 + "€" + "a" * 152, 306, True, 3),
        ("é" * 160, 160, True, 1),  # a letter of GSM with a mark
        ("ế" * 70, 70, False, 1),
        ("ế" * 71, 71, False, 2),
        ("ế" * 134, 134, False, 2),
        ("ế" * 135, 135, False, 3),
        ("a" * 69 + "ế", 70, False, 1),
        ("a" * 70 + "ế", 71, False, 2),
        ("đ" + "a" * 69, 70, False, 1),
        ("🔥" * 35, 70, False, 1),
        ("🔥" * 36, 72, False, 2),
        ("“tin”", 5, False, 1),
        ("Dung chuyen tien!", 17, True, 1),
    ],
)
def test_a_message_is_counted_as_it_is_charged(text, length, is_gsm, count):
    assert units(text) == (length, is_gsm)
    assert messages(text) == count


def test_editors_read_how_many_messages_it_is():
    with translation.override("en"):
        assert told("Dung chuyen tien") == "1 message (16 characters, without accents)"
        assert told("ế" * 135) == "3 messages (135 characters, with accents)"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Đừng chuyển tiền cho “công an” gọi điện…", 'Dung chuyen tien cho "cong an" goi dien...'),
        ("Ượ Ỗ ỹ Ặ", "Uo O y A"),
        ("Ca\u0309nh ba\u0301o", "Canh bao"),
        ("Gọi 156 – miễn phí", "Goi 156 - mien phi"),
    ],
)
def test_without_accents_it_can_still_be_read(written, plain):
    assert unaccented(written) == plain
    assert units(plain)[1]


@every
def test_the_draft_of_every_message_is_whole_within_its_limit(words):
    draft = SMS.draft(words)
    assert SMS.faults(draft, words) == []
    assert messages(draft["plain_short"]) == 1
    assert messages(draft["plain_long"]) <= 2
    assert len(draft["accented_short"]) <= SHORT
    assert len(draft["accented_long"]) <= LONG
    if words.url:
        assert all(text.endswith("kiemchung.example") for text in draft.values())


def test_the_short_message_says_what_to_do_before_anything_else():
    draft = SMS.draft(replace(WORDS, short_answer="Công an không gọi điện đòi tiền."))
    assert draft["plain_short"] == (
        "CANH BAO: Cong an khong goi dien doi tien. Cup may. Goi so 156 de bao. Goi 0259 399 9999. Xem kiemchung.example"
    )


def test_a_longer_text_has_room_for_the_number_to_call():
    assert "0259 399 9999" in SMS.draft(WORDS)["accented_long"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain_short", "Đừng chuyển tiền. kiemchung.example"),
        ("plain_short", "Dung chuyen tien " * 10 + "kiemchung.example"),
        ("plain_short", "Dung chuyen tien."),
        ("accented_long", "Đừng chuyển tiền."),
    ],
)
def test_a_message_that_costs_more_or_leads_nowhere_is_a_fault(name, text):
    assert SMS.faults({**SMS.draft(WORDS), name: text}, WORDS)


def test_the_file_has_every_message_with_its_count():
    with translation.override("en"):  # of who asks; the file is in the campaign's language
        text = SMS.make("sms.txt", SMS.draft(WORDS), WORDS).decode()
    assert text.count(" tin nhắn (") == 4
    with pytest.raises(KeyError):
        SMS.make("x", SMS.draft(WORDS), WORDS)


@pytest.mark.parametrize("words", [WORDS, FULL, BARE], ids="usual full bare".split())
def test_a_zalo_message_is_whole_points_within_what_zalo_shows(words):
    draft = ZALO.draft(words)
    for field in ZALO.fields:
        assert 0 < len(draft[field.name]) <= field.max_length
    assert not draft["text"].endswith("…") or words is BARE
    telling = ZALO.telling(draft, words)
    assert (telling.title, telling.short_answer, telling.body) == (draft["title"], draft["lead"], draft["text"])


def test_a_zalo_message_to_pass_on_has_the_address_of_the_campaign():
    assert ZALO.make("zalo.txt", ZALO.draft(WORDS), WORDS).decode().rstrip().endswith(WORDS.url)
