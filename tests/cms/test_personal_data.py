"""What counts as personal data, and what does not."""

from __future__ import annotations

import pytest

from cms.personal_data import find


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 0912345678 ngay",
        "Gọi 0912 345 678 ngay",
        "Gọi +84 912.345.678 ngay",
        "Gọi 84912345678",
        "Máy bàn 0243 123 4567",
        "CCCD 001099012345",
        "Số 001 099 012 345",
        "CMND: 123456789",
        "hộ chiếu số 12345678",
        "STK 19034567890123 ngân hàng",
        "số tài khoản: 0123 456 789",
        "viết về ten.rieng@gmail.com",
        "xem facebook.com/ten.rieng",
        "xem https://www.facebook.com/profile.php?id=1000123",
        "tham gia t.me/nhom_kin",
        "zalo.me/0912345678",
        "theo dõi @ten_rieng nhé",
        "xe 30A-123.45",
    ],
)
def test_it_is_found(text):
    assert len(find(text)) == 1, find(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ngày 22/11/2026 có 48 mẫu, 1.234.567 người, 12,5 %",
        "Nghị định 30/2020/NĐ-CP, điều 5 khoản 2",
        "Tổng đài 1900 0000, 1800 1234, 113, 115, 156",
        "090***123 và 0912xxx678 đã được che",
        "https://soyte.example.vn/xet-nghiem/2026/11/22",
        "Mã bưu điện 100000, năm 2019–2026",
        "Xem tại https://www.facebook.com/watch/?v=123",
        "Cầu dài 0,5 km, cao 12.345.678 mm",
    ],
)
def test_it_is_left_alone(text):
    assert find(text) == []


def test_each_hit_once_and_in_order():
    hits = find("a@b.vn rồi 0912345678 rồi 0912 345 678 rồi a@b.vn")
    assert [hit.text for hit in hits] == ["a@b.vn", "0912345678"]


def test_what_is_public_for_a_reason_is_left_alone():
    assert find("Gọi 0912 345 678", ["0912.345.678"]) == []
