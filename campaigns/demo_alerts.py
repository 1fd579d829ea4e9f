"""An invented warning and invented indicators for the demonstration, each let out by two people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns import indicator_deeds
from campaigns.alerts import deeds
from campaigns.models import Alert, Campaign, Indicator

_INDICATORS = (
    (Indicator.Kind.WEB, "https://dichvucong-anhduong.top/dinh-danh", "Trang giả do người dân gửi đến; trung tâm đã mở thử và lưu lại."),
    (Indicator.Kind.PHONE, "+84 900 000 000", "Số gọi đến đường dây của trung tâm và tự xưng là công an."),
    (Indicator.Kind.SENDER, "BO_CONGAN", "Tên người gửi trên ba tin nhắn mà người dân chụp lại."),
)  # fmt: skip


def write_alerts(who: dict[str, Any], page: Campaign) -> None:
    """One warning that holds now, and one of another day that was taken back."""
    writer, approver, now = who["bientap"], who["duyet"], timezone.now()
    wrong = Alert(
        campaign=page,
        headline="Cảnh báo tin nhắn đòi phí thu gom rác (hư cấu)",
        description="Có tin nhắn đòi nộp phí thu gom rác qua đường dẫn.",
        instruction="Không bấm vào đường dẫn. Hỏi tổ dân phố.",
        severity=Alert.Severity.MINOR,
        starts_at=now - timedelta(minutes=1),
        expires_at=now + timedelta(days=3),
    )
    for alert in (wrong, _now(page)):
        deeds.approve(deeds.submit(deeds.write(alert, writer), writer), approver)
    words = "Tin nhắn là của đơn vị thu gom rác, đơn vị đã xác nhận. Chúng tôi xin lỗi vì đã cảnh báo nhầm."
    deeds.approve(deeds.take_back(wrong, writer, words), approver)


def _now(page: Campaign) -> Alert:
    now = timezone.now()
    return Alert(
        campaign=page,
        headline="Đang có nhiều cuộc gọi giả danh công an ở xã Suối Mơ (hư cấu)",
        description=(
            "Từ sáng nay nhiều người ở xã Suối Mơ nhận được cuộc gọi tự xưng là công an, nói họ liên quan đến một vụ án"
            " và đòi chuyển tiền để “kiểm tra”.\n\nCông an không làm việc qua điện thoại và không yêu cầu chuyển tiền."
        ),
        instruction="Cúp máy ngay.\nKhông chuyển tiền, không đọc mã OTP.\nBáo công an xã nơi bạn ở.",
        severity=Alert.Severity.SEVERE,
        starts_at=now,
        expires_at=now + timedelta(days=7),
    )


def write_indicators(who: dict[str, Any], page: Campaign) -> None:
    """What the invented scam uses; the last one waits for approval."""
    writer, approver = who["bientap"], who["duyet"]
    for number, (kind, value, evidence) in enumerate(_INDICATORS):
        made = Indicator(
            campaign=page,
            kind=kind,
            value=value,
            evidence=evidence,
            evidence_url="https://kiemchung.example.vn/ghi-nhan",
            expires_on=timezone.localdate() + timedelta(days=90),
        )
        made = indicator_deeds.submit(indicator_deeds.write(made, writer), writer)
        if number < len(_INDICATORS) - 1:
            indicator_deeds.approve(made, approver)
