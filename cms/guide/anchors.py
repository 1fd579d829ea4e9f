"""Which part of the guide belongs to which page of the admin. A test holds both sides against what there is."""

from __future__ import annotations

from cms.guide.rendering import anchor_of

# Name of the address -> heading of the guide without its number.
CHAPTERS = {
    "own_sessions": "Đăng nhập có lớp xác thực thứ hai",
    "person_access": "Đăng nhập có lớp xác thực thứ hai",
    "notices": "Thông báo",
    "inbox": "Hộp thư: tin người dân gửi",
    "inbox_group": "Hộp thư: tin người dân gửi",
    "intake_import": "Sự việc từ nơi khác: hệ thống đối tác và bảng tính",
    "publishing_stories": "Gửi lên các kênh",
    "publishing_compose": "Gửi lên các kênh",
    "publishing_deliveries": "Gửi lên các kênh",
    "publishing_delivery": "Gửi lên các kênh",
    "publishing_calendar": "Lịch đăng",
    "publishing_figures": "Số liệu, tình trạng kênh và thư báo",
    "publishing_channels": "Số liệu, tình trạng kênh và thư báo",
    "office_status": "Số liệu, tình trạng kênh và thư báo",
    "publishing_corrections": "Đính chính còn nợ",
    "re_review": "Xem lại bài đã đăng",
    "audit_page": "Xem lại một tin đã được xử lý thế nào",
    "audit_incident": "Xem lại một tin đã được xử lý thế nào",
    "set_up": "Thiết lập cơ quan",
    "set_up_office": "Thiết lập cơ quan",
    "set_up_people": "Thiết lập cơ quan",
    "set_up_words": "Thiết lập cơ quan",
    "set_up_channels": "Thiết lập cơ quan",
    "campaigns_all": "Chiến dịch cảnh báo lừa đảo",
    "campaigns_new": "Chiến dịch cảnh báo lừa đảo",
    "campaigns_materials": "Tài liệu của chiến dịch",
}


def anchor_for(url_name: str) -> str:
    """Empty where the guide says nothing about the page."""
    heading = CHAPTERS.get(url_name, "")
    return anchor_of(heading) if heading else ""
