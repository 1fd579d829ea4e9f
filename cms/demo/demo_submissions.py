"""What invented people sent in, so that the demo's inbox is alive."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cms.incidents import Appearance, Incident, Place
from cms.people import User
from cms.sent_in.groups import assign
from cms.sent_in.receive import receive

_SENT = [
    (
        "Nghe nói từ thứ Hai trạm y tế xã Suối Mơ ngừng tiêm chủng cho trẻ em vì hết vắc-xin, phải lên bệnh viện tỉnh. Có đúng không ạ?",
        Appearance.Platform.ZALO,
        "xa-suoi-mo",
        "phu.huynh@example.vn",
        9,
    ),
    (
        "Từ thứ hai trạm y tế xã Suối Mơ ngừng tiêm chủng cho trẻ em vì hết vắc xin, phải lên bệnh viện tỉnh",
        Appearance.Platform.FACEBOOK,
        "xa-suoi-mo",
        "",
        4,
    ),
    (
        "Có người gọi xưng là nhân viên điện lực báo nợ cước, dọa cắt điện trong hai giờ nếu không chuyển khoản. Số gọi đến 0900••••••.",
        Appearance.Platform.MESSAGE,
        "phuong-hoa-nang",
        "",
        26,
    ),
    (
        "Theo tôi con đường mới làm xấu quá, đề nghị kiểm chứng ai thiết kế.",
        Appearance.Platform.OTHER,
        "",
        "",
        2,
    ),
]


def send_in(editor: User) -> None:
    """Four submissions, two of them the same; one is about an incident that is answered."""
    for text, seen_on, place, contact, hours in _SENT:
        submission = receive(
            text=text,
            seen_on=seen_on,
            place=Place.objects.filter(slug=place).first(),
            contact=contact,
            received_at=timezone.now() - timedelta(hours=hours),
        )
        if "điện lực" in text:
            assign(submission, Incident.objects.get(claim__contains="nhân viên điện lực"), editor)
