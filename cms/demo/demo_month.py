"""Two months of invented work before today, so that the demo's report has something to report and to compare with.

Pages go through the workflow like the others; only their times are put back, and their posts were never on any channel.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page

from cms.claims import Verdict
from cms.corrections import Correction
from cms.incidents import Appearance, Incident, IncidentChange
from cms.pages.answer import Answer, Evidence
from cms.pages.rebuttal import Rebuttal
from cms.reports.period import Period, named
from cms.reports.wording import ReportWording
from cms.sent_in.submissions import Submission
from publishing.models import Channel, Delivery, Measurement, State, StoryVersion
from publishing.story import Action

if TYPE_CHECKING:
    from cms.demo.demo_content import Desk

_KIND, _SCAM, _FAKE = Incident.Kind, "lua-dao-truc-tuyen", "y-te"
# (claim, kind, topic)
_CLAIMS = [
    ("Nhận cuộc gọi tự xưng cán bộ thuế, yêu cầu cài ứng dụng để được hoàn thuế.", _KIND.SCAM, _SCAM),
    ("Trang mạo danh Điện lực Ánh Dương thu tiền đặt cọc công tơ điện tử.", _KIND.IMPERSONATION, _SCAM),
    ("Tuyển cộng tác viên chốt đơn tại nhà, nạp tiền trước, hoàn hoa hồng trong ngày.", _KIND.SCAM, _SCAM),
    ("Uống nước lá ngải nấu muối chữa khỏi sốt xuất huyết trong một đêm.", _KIND.RUMOUR, _FAKE),
    ("Video bác sĩ Bệnh viện Ánh Dương quảng cáo thuốc xương khớp gia truyền.", _KIND.MANIPULATED, _FAKE),
    ("Ảnh sạt lở trên đường vào Suối Mơ được chia sẻ là chụp đêm qua.", _KIND.OUT_OF_CONTEXT, "thien-tai"),
    ("Hồ Xanh sắp vỡ đập, người dân hạ du phải sơ tán trong đêm.", _KIND.RUMOUR, "thien-tai"),
    ("Từ tháng sau mọi giấy chứng nhận đất ghi tên xã cũ đều hết hiệu lực.", _KIND.RUMOUR, "dat-dai"),
]
# (title, address part, claim, verdict, short answer, number of the claim above)
_ANSWERS = [
    ("Cơ quan thuế không gọi điện yêu cầu cài ứng dụng hoàn thuế", "thue-khong-goi-dien-yeu-cau-cai-ung-dung", "Cán bộ thuế gọi điện yêu cầu cài ứng dụng để hoàn thuế", Verdict.SCAM, "Đây là cuộc gọi lừa đảo. Cơ quan thuế không yêu cầu cài ứng dụng qua điện thoại.", 0),
    ("Nước lá ngải không chữa khỏi sốt xuất huyết", "nuoc-la-ngai-khong-chua-khoi-sot-xuat-huyet", "Uống nước lá ngải nấu muối chữa khỏi sốt xuất huyết trong một đêm", Verdict.FALSE, "Không có bài thuốc lá nào chữa khỏi sốt xuất huyết. Người bệnh cần đến cơ sở y tế.", 3),
    ("Ảnh sạt lở đường vào Suối Mơ chụp từ năm 2020", "anh-sat-lo-duong-vao-suoi-mo-chup-tu-nam-2020", "Đường vào Suối Mơ sạt lở đêm qua", Verdict.MISLEADING, "Ảnh chụp từ năm 2020 ở nơi khác. Đường vào xã Suối Mơ vẫn đi lại bình thường.", 5),
    ("Không có thông báo nào về nguy cơ vỡ đập Hồ Xanh", "khong-co-thong-bao-ve-nguy-co-vo-dap-ho-xanh", "Hồ Xanh sắp vỡ đập, phải sơ tán trong đêm", Verdict.FAKE, "Đập Hồ Xanh an toàn theo số liệu quan trắc trong ngày. Không có lệnh sơ tán nào.", 6),
]  # fmt: skip
_NOTE = "Nội dung hư cấu, chỉ để trình diễn."


def live_through(desk: Desk) -> None:
    """Fills the month before last with a little, the last one with more, and gives the office its letterhead."""
    chance = random.Random(8)  # noqa: S311 - the same invented months each time
    last = named("last_month")
    for period, how_many in ((last.before, 19), (last, 27)):
        made = [_incident(desk, period, chance, number) for number in range(how_many)]
        _send_in(made, period, chance)
    for number, words in enumerate(_ANSWERS):
        _answer(desk, words, last, chance, is_corrected=number == 2)
    ReportWording.objects.create(
        superior="UBND TỈNH ÁNH DƯƠNG",
        code="BC-TTKC",
        place_name="Ánh Dương",
        recipients="UBND tỉnh Ánh Dương (để báo cáo);\nLãnh đạo Trung tâm;\nLưu: VT.",
        signer_name="Người ký mẫu (hư cấu)",
    )


def _sometime(period: Period, chance: random.Random) -> datetime:
    """By day, and early enough for its answer to lie in the past."""
    days = min(period.days, (timezone.now() - period.start).days - 3)
    return period.start + timedelta(
        days=chance.randrange(days), hours=chance.randrange(7, 21), minutes=chance.randrange(60)
    )


def _incident(desk: Desk, period: Period, chance: random.Random, number: int, at: datetime | None = None) -> Incident:
    claim, kind, topic = _CLAIMS[number % len(_CLAIMS)]
    at = at or _sometime(period, chance)
    incident = Incident.objects.create(
        claim=f"{claim} (lần ghi nhận {number + 1}, hư cấu)",
        kind=kind,
        topic=desk.topics[topic],
        place=chance.choice(list(desk.places.values())),
        urgency=chance.choice([1, 2, 2, 3, 3, 3, 4]),
        origin=chance.choice(["own", "own", "public", "public", "partner", "import"]),
        note=_NOTE,
        first_seen_at=at - timedelta(hours=chance.randrange(1, 9)),
        registered_at=at,
    )
    log(instance=incident, action="wagtail.create", user=desk.who["bientap"], timestamp=at)
    Appearance.objects.create(incident=incident, platform=chance.choice(Appearance.Platform.values), seen_at=at)
    if number % 9 == 8:
        _note(incident, Incident.Status.CLOSED, at + timedelta(hours=30))
    else:
        noticed = at + timedelta(minutes=chance.randrange(20, 260))
        _note(
            incident, Incident.Status.ANSWERED, noticed + timedelta(hours=chance.randrange(0, 70)), noticed_at=noticed
        )
    return incident


def _note(incident: Incident, status: str, at: datetime, **values: Any) -> None:
    """Writes down that it came to ``status`` at ``at``, as if somebody had done it then."""
    if status == Incident.Status.ANSWERED:
        values["answered_at"] = at
    Incident.objects.filter(pk=incident.pk).update(status=status, **values)
    IncidentChange.objects.create(incident=incident, status=status, at=at)


def _send_in(incidents: list[Incident], period: Period, chance: random.Random) -> None:
    for number in range(len(incidents) // 2):
        at = _sometime(period, chance)
        Submission.objects.create(
            text=f"Xin kiểm tra giúp tin này ({_NOTE.lower().rstrip('.')}, số {number + 1}).",
            seen_on=chance.choice(["zalo", "facebook", "message", ""]),
            consent_at=at,
            received_at=at,
            incident=chance.choice(incidents) if number % 4 else None,
            phase=Submission.Phase.CHECKING if number % 4 else Submission.Phase.NOT_CHECKABLE,
        )


def _answer(desk: Desk, words: tuple[Any, ...], period: Period, chance: random.Random, *, is_corrected: bool) -> None:
    title, slug, claim, verdict, short_answer, of = words
    registered = _sometime(period, chance)
    incident = _incident(desk, period, chance, of, registered)
    page = desk.draft(
        Rebuttal(
            title=title,
            slug=slug,
            claim=claim,
            verdict=verdict,
            short_answer=short_answer,
            why_checked=f"Nhiều người gửi tin này đến Trung tâm. {_NOTE}",
            reach_attempt="Đã nhắn tin tới nơi đăng đầu tiên, chưa có trả lời.",
            topic=incident.topic,
            place=incident.place,
            body=[("paragraph", f"<p>{short_answer} {_NOTE}</p>")],
        ),
        [Evidence(title="Cơ quan chuyên môn tỉnh Ánh Dương (hư cấu): thông báo", kind=Evidence.Kind.PRIMARY, url=f"https://nguon.example.vn/{slug}")],
        [incident],
    )  # fmt: skip
    page = desk.publish(page)
    at = registered + timedelta(hours=chance.randrange(2, 20))
    first = page.live_revision_id
    changed_at = at + timedelta(hours=26)
    if is_corrected:
        # Before its posts are written down, so that nothing is planned for channels where it never was.
        page = desk.change(page, "correction", "Bản đầu ghi ảnh chụp năm 2019; đúng là năm 2020. Kết luận không đổi.")
        Correction.objects.filter(page=page).update(made_at=changed_at)
    _put_back(page, incident, at, changed_at if is_corrected else at)
    versions = {one.revision: one for one in StoryVersion.objects.filter(key=page.story_key)}
    channels = Channel.objects.filter(
        is_sandbox=True, kind__in=["facebook", "zalo", "telegram", "mastodon", "wordpress"]
    )
    for channel in channels:
        _sent(channel, versions[first], Action.POST, at + timedelta(minutes=chance.randrange(5, 90)), chance)
        if is_corrected:
            followed = changed_at + timedelta(minutes=chance.randrange(10, 300))
            _sent(channel, versions[page.live_revision_id], Action.CORRECT, followed, chance)


def _put_back(page: Answer, incident: Incident, at: datetime, changed_at: datetime) -> None:
    Page.objects.filter(pk=page.pk).update(first_published_at=at, last_published_at=changed_at)
    StoryVersion.objects.filter(key=page.story_key).update(made_at=at)
    Incident.objects.filter(pk=incident.pk).update(noticed_at=at, answered_at=at)


def _sent(channel: Channel, version: StoryVersion, action: Action, at: datetime, chance: random.Random) -> None:
    """Without an address at the channel: nobody finds it there, or asks for its figures."""
    made = Delivery.objects.create(
        channel=channel, version=version, story=version.key, action=action, state=State.SENT,
        scheduled_at=at, due_at=at, sent_at=at, made_at=at,
    )  # fmt: skip
    if action == Action.POST and channel.kind in {"facebook", "zalo"}:
        views = chance.randrange(300, 4000)
        told = {
            "views": views,
            "reach": views * 3 // 4,
            "reactions": views // 20,
            "comments": views // 90,
            "shares": views // 40,
        }
        Measurement.objects.create(delivery=made, at=min(timezone.now(), at + timedelta(days=2)), values=told)
