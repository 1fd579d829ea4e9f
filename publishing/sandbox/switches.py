"""The page of switches of a stand-in: press one, and the next call that would publish meets that fault.

For people who try the demo; programs use the JSON interface of sandbox.server. It is no part of what the stand-in looks
like. Words: (Vietnamese, English).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

GENERAL = ("drop_after", "drop_before", "html_500", "html_200", "slow")

WORDS: Mapping[str, tuple[str, str]] = {
    "drop_after": ("Nhận bài rồi ngắt kết nối, không trả lời", "Takes the post, then drops the connection"),
    "drop_before": ("Ngắt kết nối, không nhận bài", "Drops the connection and takes nothing"),
    "html_500": ("Trả về trang lỗi 500", "Answers with an error page, status 500"),
    "html_200": ("Trả về một trang web thay cho câu trả lời", "Answers with a web page, status 200"),
    "slow": ("Nhận bài, 30 giây sau mới trả lời", "Takes the post, and answers after 30 seconds"),
    "throttle": ("Quá nhiều lượt gọi: bắt chờ", "Too many calls: wait"),
    "quota": ("Hết hạn mức", "The quota is used up"),
    "upload_limit": ("Hết số video được tải lên trong ngày", "No more uploads today"),
    "expire_token": ("Quyền truy cập hết hạn", "The access token has expired"),
    "revoked": ("Quyền truy cập bị thu hồi", "The access was revoked"),
    "rotated": ("Khóa ký không còn khớp", "The signing secret no longer fits"),
    "scope": ("Thiếu quyền đăng bài", "The right to post is missing"),
    "role_lost": ("Tài khoản mất vai trò được đăng", "The user lost the role that may post"),
    "no_rights": ("Bot mất quyền đăng", "The bot may no longer post"),
    "kicked": ("Bot bị mời ra khỏi kênh", "The bot was removed from the channel"),
    "no_package": ("Gói của tài khoản không có API này", "The account's package lacks this API"),
    "not_linked": ("Ứng dụng không còn liên kết với tài khoản", "The app is no longer linked to the account"),
    "forbidden": ("Không được phép", "Forbidden"),
    "suspended": ("Kênh bị tạm khóa", "The channel is suspended"),
    "duplicate": ("Từ chối vì trùng bài trước", "Refuses the post as a duplicate"),
    "abusive": ("Từ chối vì vi phạm quy tắc", "Refuses the post as against the rules"),
    "unscrapable": ("Không đọc được trang của liên kết", "Cannot read the page behind the link"),
    "bad_markup": ("Từ chối định dạng của bài", "Refuses the markup"),
    "bad_metadata": ("Từ chối thông tin của video", "Refuses the film's details"),
    "media_failed": ("Không xử lý được bài", "Cannot process the post"),
    "invalid": ("Từ chối nội dung", "Refuses the content"),
    "refuse": ("Từ chối nội dung", "Refuses the content"),
    "refused": ("Từ chối thư", "Refuses the message"),
    "review": ("Giữ bài lại chờ duyệt", "Holds the post for review"),
    "server_error": ("Báo lỗi máy chủ, không nhận bài", "Reports a fault of its own and takes nothing"),
    "server_error_after": ("Nhận bài nhưng báo lỗi máy chủ", "Takes the post, and reports a fault of its own"),
    "backend_error": ("Lỗi máy chủ 503", "Server error 503"),
    "hiccup": ("Lỗi không rõ", "Unknown error"),
    "db_error": ("Lỗi cơ sở dữ liệu", "Database error"),
    "unavailable": ("Tạm ngừng phục vụ (503)", "Unavailable (503)"),
    "maintenance": ("Đang bảo trì", "Under maintenance"),
    "busy": ("Bận: hẹn lúc khác", "Busy: come back later"),
    "other_json": ("Trả lời không phải là bài đăng", "Answers with something that is no post"),
    "firewall": ("Tường lửa chặn", "A firewall refuses"),
    "redirect": ("Chuyển hướng sang địa chỉ khác", "Redirects to another address"),
    "moved": ("Địa chỉ đã chuyển", "The address has moved"),
    "session_gone": ("Mất phiên tải lên", "The upload's session is gone"),
    "wrong_login": ("Từ chối đăng nhập", "Refuses the login"),
    "no_permission": ("Không cho ghi vào thư mục", "The folder may not be written to"),
    "disk_full": ("Đĩa đầy", "The disk is full"),
    "drop_upload": ("Ngắt kết nối khi đang chuyển", "Drops the connection in the middle of the upload"),
    "drop_greeting": ("Ngắt kết nối ngay từ đầu", "Drops the connection before the greeting"),
    "drop_data": ("Ngắt kết nối trước khi nhận thư", "Drops the connection before the message"),
    "greylist": ("Hẹn gửi lại sau (450)", "Asks to try again later (450)"),
    "no_mailbox": ("Không có hộp thư này", "No such mailbox"),
    "full": ("Hộp thư đầy", "The mailbox is full"),
}

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.3rem;margin:.5rem 0}ul{list-style:none;padding:0}li{margin:.5rem 0}
button{font:inherit;width:100%;text-align:left;padding:.5rem .75rem;border:1px solid #767676;border-radius:.3rem;background:#f4f4f4;color:inherit}
button small{display:block;color:#555}.queue{border:2px solid #7a1f1f;padding:.5rem .75rem;margin:1rem 0}.queue button{width:auto}"""

LINK = (
    '<footer style="max-width:44rem;margin:3rem auto 1rem;padding:.75rem 1rem;border-top:1px dashed #767676;'
    'font:14px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff"><a href="/_sandbox/" style="color:#0b4f8a">'
    'Công tắc mô phỏng · <span lang="en">Stand-in switches</span></a></footer>'
)


def linked(shown: str) -> str:
    """A stand-in's page, with the way to its switches below everything that it imitates."""
    end = "</body>" if "</body>" in shown else "</html>"
    before, found, after = shown.rpartition(end)
    return f"{before}{LINK}{found}{after}" if found else shown


def page(switches: Sequence[str], waiting: Sequence[str]) -> str:
    """The switches, and those whose call has not come yet."""
    rows = "".join(f"<li>{_button(name)}</li>" for name in switches)
    queue = "<p>Không có lỗi nào đang chờ. <span lang='en'>No fault is waiting.</span></p>"
    if waiting:
        listed = "".join(f"<li>{_words(name)}</li>" for name in waiting)
        queue = (
            f'<div class="queue" role="status"><p>Đang chờ lần gọi tới · <span lang="en">Waiting for the next call</span></p>'
            f'<ul>{listed}</ul><form method="post"><button name="fault" value="">Bỏ hết · <span lang="en">Clear</span>'
            "</button></form></div>"
        )
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Công tắc mô phỏng · Stand-in switches</title><style>{_STYLE}</style></head>
<body><main><p><a href="/">Trang mô phỏng · <span lang="en">The stand-in</span></a></p>
<h1>Công tắc mô phỏng · <span lang="en">Stand-in switches</span></h1>
<p>Bấm một công tắc: lần đăng bài tới của kênh này sẽ gặp lỗi đó, một lần.
<span lang="en">Press one: the next post over this channel meets that fault, once.</span></p>{queue}
<form method="post"><ul>{rows}</ul></form></main></body></html>"""


def _words(name: str) -> str:
    vietnamese, english = WORDS.get(name, (name, name))
    return f'{html.escape(vietnamese)} <small lang="en">{html.escape(english)}</small>'


def _button(name: str) -> str:
    return f'<button name="fault" value="{html.escape(name)}">{_words(name)}</button>'
