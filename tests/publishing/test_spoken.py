"""Figures, dates, times, telephone numbers and addresses as Vietnamese is spoken."""

from __future__ import annotations

import random
import re

import pytest

from publishing.channels.spoken import number, spoken


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không"),
        (1, "một"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (91, "chín mươi mốt"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (104, "một trăm linh bốn"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (111, "một trăm mười một"),
        (115, "một trăm mười lăm"),
        (214, "hai trăm mười bốn"),
        (555, "năm trăm năm mươi lăm"),
        (1000, "một nghìn"),
        (1001, "một nghìn không trăm linh một"),
        (1005, "một nghìn không trăm linh năm"),
        (1015, "một nghìn không trăm mười lăm"),
        (1100, "một nghìn một trăm"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (10_500, "mười nghìn năm trăm"),
        (21_021, "hai mươi mốt nghìn không trăm hai mươi mốt"),
        (100_000, "một trăm nghìn"),
        (1_000_000, "một triệu"),
        (1_000_001, "một triệu không trăm linh một"),
        (1_020_000, "một triệu không trăm hai mươi nghìn"),
        (1_234_567, "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"),
        (2_000_000_000, "hai tỷ"),
        (5_000_000_000_000, "năm nghìn tỷ"),
        (5_001_000_000_000, "năm nghìn không trăm linh một tỷ"),
        (1_000_000_005, "một tỷ không trăm linh năm"),
        (3_050_000_000, "ba tỷ không trăm năm mươi triệu"),
        (-7, "âm bảy"),
    ],
)
def test_numbers(value: int, words: str) -> None:
    assert number(value) == words


_ONES = {word: value for value, word in enumerate("không một hai ba bốn năm sáu bảy tám chín".split())}
_ONES |= {"mốt": 1, "tư": 4, "lăm": 5}


def heard(words: str) -> int:
    """What a listener understands: the way back from words to the number, written on its own."""
    total, group, last = 0, 0, 0
    for word in words.split():
        if word == "tỷ":
            total, group, last = (total + group + last) * 10**9, 0, 0
        elif word in {"nghìn", "triệu"}:
            total, group, last = total + (group + last) * {"nghìn": 10**3, "triệu": 10**6}[word], 0, 0
        elif word == "trăm":
            group, last = group + last * 100, 0
        elif word == "mươi":
            group, last = group + last * 10, 0
        elif word == "mười":
            group, last = group + 10, 0
        elif word != "linh":
            last = _ONES[word]
    return total + group + last


def test_every_number_is_understood_as_it_was_meant() -> None:
    chosen = random.Random(7)
    for value in [*range(3000), *(chosen.randrange(10 ** chosen.randrange(4, 16)) for _each in range(3000))]:
        assert heard(number(value)) == value, number(value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1.234,5 ha", "một nghìn hai trăm ba mươi tư phẩy năm héc-ta"),
        ("3,14", "ba phẩy mười bốn"),
        ("0,05%", "không phẩy không năm phần trăm"),
        ("2,125", "hai phẩy một hai năm"),
        ("500.000đ", "năm trăm nghìn đồng"),
        ("1.5", "một chấm năm"),
        ("-5 °C", "âm năm độ C"),
        ("38,5°C", "ba mươi tám phẩy năm độ C"),
        ("80 km/h", "tám mươi ki-lô-mét một giờ"),
        ("12 m2 và 3 m", "mười hai mét vuông và ba mét"),
        ("21 người, 105 ca.", "hai mươi mốt người, một trăm linh năm ca."),
        ("là 214, không phải 241.", "là hai trăm mười bốn, không phải hai trăm bốn mươi mốt."),
        ("5-7 ngày", "năm đến bảy ngày"),
        ("30–40%", "ba mươi đến bốn mươi phần trăm"),
        ("40.000 - 50.000 đồng", "bốn mươi nghìn đến năm mươi nghìn đồng"),
        ("tỷ số 2-1", "tỷ số hai một"),
        ("1/2 số hộ, 3/4", "một phần hai số hộ, ba phần tư"),
        ("mã 007", "mã không không bảy"),
        ("12345678901234567890", "một hai ba bốn năm sáu bảy tám chín không một hai ba bốn năm sáu bảy tám chín không"),
        ("H5N1, Covid-19, 18A", "H năm N một, Covid mười chín, một tám A"),
        ("192.168.1.1", "một chín hai chấm một sáu tám chấm một chấm một"),
        ("٣ người", "ba người"),
    ],
)
def test_amounts(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Ngày 20/11/2026", "Ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("từ 05/04/2026", "từ ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ("20.11.2026", "ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("2026-11-20", "ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 30/4, chiều 1/5", "ngày ba mươi tháng tư, chiều mùng một tháng năm"),
        (
            "ngày mùng 5/4, mùng 5/4/2026",
            "ngày mùng năm tháng tư, mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu",
        ),
        ("ngày 20 và 21/11", "ngày hai mươi và hai mươi mốt tháng mười một"),
        ("từ ngày 20-25/11", "từ ngày hai mươi đến hai mươi lăm tháng mười một"),
        ("5–7/4/2026", "mùng năm đến mùng bảy tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 5 tháng 4", "ngày mùng năm tháng tư"),
        ("ngày 15 tháng 11 năm 2026", "ngày mười lăm tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("tháng 4, năm 2026", "tháng tư, năm hai nghìn không trăm hai mươi sáu"),
        ("tháng 12/2026", "tháng mười hai năm hai nghìn không trăm hai mươi sáu"),
        ("45/13/2026", "bốn năm gạch chéo một ba gạch chéo hai không hai sáu"),
        ("lúc 08:30", "lúc tám giờ ba mươi phút"),
        ("8h30, 22h05, 10h00, 7h", "tám giờ ba mươi phút, hai mươi hai giờ năm phút, mười giờ, bảy giờ"),
        ("8 giờ 30", "tám giờ ba mươi"),
        ("25:70", "hai năm, bảy không"),
    ],
)
def test_dates_and_times(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("gọi 113", "gọi một một ba"),
        ("đường dây nóng: 19001234", "đường dây nóng: một chín không không một hai ba bốn"),
        ("1900 1234", "một chín không không, một hai ba bốn"),
        ("0912 345 678", "không chín một hai, ba bốn năm, sáu bảy tám"),
        ("0912345678.", "không chín một hai ba bốn năm sáu bảy tám."),
        ("(0203) 3.835.678", "không hai không ba, ba, tám ba năm, sáu bảy tám"),
        ("+84 912 345 678", "cộng tám bốn, chín một hai, ba bốn năm, sáu bảy tám"),
        ("113 người", "một trăm mười ba người"),
    ],
)
def test_telephone_numbers_are_read_figure_by_figure(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("https://kiemchung.anhduong.vn/bac-bo/mot-bai-rat-dai-va-kho-doc/?id=7", "kiemchung chấm anhduong chấm vn"),
        ("xem tinthat.example.", "xem tinthat chấm example."),
        ("(https://a.vn/tin)", "(a chấm vn gạch chéo tin)"),
        ("www.so-y-te.gov.vn", "so gạch ngang y gạch ngang te chấm gov chấm vn"),
        ("trang tin24.vn", "trang tin hai bốn chấm vn"),
        ("a.b_c@d.vn", "a chấm b gạch dưới c a còng d chấm vn"),
        ("15/2020/NĐ-CP", "mười lăm gạch chéo hai nghìn không trăm hai mươi gạch chéo NĐ gạch ngang CP"),
        ("12/QĐ-UBND", "mười hai gạch chéo QĐ gạch ngang UBND"),
    ],
)
def test_addresses_and_documents(written: str, said: str) -> None:
    assert spoken(written) == said


def test_no_figure_is_left_and_text_without_figures_is_not_touched() -> None:
    chosen = random.Random(11)
    letters = "0123456789.,/:-%hAđ ()+@ ngày\n"
    for _each in range(2000):
        text = "".join(chosen.choice(letters) for _letter in range(chosen.randrange(1, 40)))
        assert not re.search(r"\d", spoken(text)), text
    plain = "Không đúng. Cầu vẫn thông xe bình thường;\n\nmời bà con yên tâm – xin cảm ơn!"
    assert spoken(plain) == plain


def test_a_long_text_is_read_quickly() -> None:
    import time

    for text in ("1" * 50_000, "1." * 20_000, "a-" * 20_000, "1-" * 20_000, "0912 " * 10_000, "a." * 20_000):
        started = time.perf_counter()
        spoken(text)
        assert time.perf_counter() - started < 3, text[:10]
