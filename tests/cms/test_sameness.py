"""What was passed on with a word more is the same message; another claim about the same subject is not."""

from __future__ import annotations

import pytest

from cms.sent_in.sameness import ENOUGH, Said

WATER = "KHẨN: nước máy toàn tỉnh nhiễm độc, từ tối nay cấm dùng, ai uống phải đi viện ngay. Chia sẻ gấp!"
POWER = "Gọi điện tự xưng nhân viên điện lực, báo nợ cước và dọa cắt điện trong hai giờ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WATER, WATER),
        (WATER, f"Cho mình hỏi tin này có đúng không ạ: {WATER}"),
        (WATER, "nuoc may toan tinh nhiem doc tu toi nay cam dung, ai uong phai di vien ngay"),
        (
            WATER,
            "Khẩn!!! Nước máy toàn tỉnh bị nhiễm độc, từ tối nay cấm dùng nước máy, ai uống phải đi bệnh viện ngay",
        ),
        (POWER, "Có người gọi điện tự xưng nhân viên điện lực báo nợ cước, dọa cắt điện trong 2 giờ"),
        ("Trường nghỉ học một tuần vì dịch", "Truong nghi hoc 1 tuan vi dich"),
    ],
)
def test_the_same_message(one, other):
    assert Said(one).likeness(Said(other)) >= ENOUGH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WATER, "Nước máy phường Hoa Nắng tạm ngừng cấp từ 22 giờ để sửa đường ống"),
        (WATER, "Nước máy toàn tỉnh tăng giá gấp đôi từ tháng sau, ai không đóng sẽ bị cắt"),
        (POWER, "Gọi điện tự xưng công an, báo dính vào án và dọa bắt trong hai giờ nếu không chuyển khoản"),
        ("Trường nghỉ học một tuần vì dịch", "Trường nghỉ học một ngày vì bão"),
        ("Uống nước lá chữa khỏi tiểu đường", "Uống nước lá ổi chữa khỏi ung thư"),
        ("", ""),
        ("!!!", "???"),
    ],
)
def test_another_message(one, other):
    assert Said(one).likeness(Said(other)) < ENOUGH


def test_the_same_link_says_the_same_whatever_is_written_beside_it():
    one = Said("Tin này thật không?", "https://bao.example/tin?fbclid=1")
    assert one.likeness(Said("Xem http://www.bao.example/tin.")) == 1.0
    assert one.likeness(Said("Tin khác hẳn", "https://bao.example/tin-khac")) < ENOUGH


def test_advertisements_full_of_links_to_the_same_places_are_one():
    one = " ".join(f"https://casino{n}.example/vao/{n}" for n in range(5))
    other = "Khuyến mãi lớn! " + " ".join(f"https://casino{n}.example/ra/{n * 7}" for n in range(5))
    assert Said(one).likeness(Said(other)) == 1.0
