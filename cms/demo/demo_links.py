"""Copies, links and complaints of the demo. Its addresses are invented, so nothing is fetched: what a fetch would have
brought is written down here, and says that it is invented."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from cms.complaints import deciding
from cms.complaints.complaint import Complaint, receive
from cms.corrections import Correction
from cms.incidents import Appearance
from cms.keeping.archive import packed
from cms.keeping.copies import Keeping, title_of
from cms.keeping.fetching import Fetched, Problem
from cms.keeping.links import WatchedLink, watched
from cms.kept import KeptCopy
from cms.pages.answer import Answer, Evidence
from cms.people import User

_PAGE = "<html><head><title>Trang hư cấu</title></head><body><p>Nội dung hư cấu của bản dùng thử.</p></body></html>"


def keep() -> None:
    """Every link of evidence has a copy but the last, which is dead; what was seen on social networks has none."""
    now = timezone.now()
    urls = list(Evidence.objects.exclude(url="").order_by("pk").values_list("url", flat=True).distinct())
    dead = watched().order_by("-pk").values_list("url", flat=True).first()
    for url in dict.fromkeys(urls):
        if url == dead:
            Keeping.objects.create(url=url, due_at=None, tried_at=now, tries=7, problem=Problem.GONE)
            continue
        found = Fetched(url, 200, {"content-type": "text/html; charset=utf-8"}, _PAGE.encode())
        body = packed(url, found, now)
        copy = KeptCopy(title=title_of(url, now), source_url=url, kept_at=now, sha256=hashlib.sha256(body).hexdigest())
        storage: Any = KeptCopy._meta.get_field("file")
        copy.file.name = storage.storage.save(f"kept/{now:%Y/%m}/demo.zip", ContentFile(body))
        copy.save()
        Keeping.objects.create(url=url, copy=copy, due_at=None, tried_at=now)
    seen = set(Appearance.objects.exclude(url="").values_list("url", flat=True)) - set(urls)
    Keeping.objects.bulk_create(
        Keeping(url=url, due_at=None, tried_at=now, tries=1, problem=Problem.REFUSED) for url in sorted(seen)
    )
    for url in set(watched().values_list("url", flat=True)):
        link = WatchedLink(url=url, asked_at=now - timedelta(days=1), due_at=now + timedelta(days=6))
        if url == dead:
            link.problem, link.fails = Problem.GONE, 4
            link.failing_since, link.dead_at = now - timedelta(days=6), now - timedelta(days=2)
        link.save()


def complain(approver: User, water: Answer) -> None:
    """One complaint is overdue, one is a reply, and one led to a correction."""
    now = timezone.now()
    error = receive(
        kind=Complaint.Kind.ERROR,
        page=water,
        text="Bài viết 48 điểm lấy mẫu nhưng bảng trong thông báo của nhà máy nước chỉ có 47 dòng. Đề nghị kiểm tra lại. (hư cấu)",
        contact="ban.doc@example.vn",
        may_be_counted=True,
    )
    Complaint.objects.filter(pk=error.pk).update(received_at=now - timedelta(days=8), due_at=now - timedelta(days=1))
    receive(
        kind=Complaint.Kind.REPLY,
        page=water,
        text="Nhà máy nước đã công bố toàn bộ kết quả xét nghiệm tại trụ sở và sẵn sàng tiếp người dân đến xem. (hư cấu)",
        replier="Ban giám đốc nhà máy nước Hồ Xanh (hư cấu)",
    )
    correction = Correction.objects.filter(kind="correction").order_by("pk").first()
    if correction is not None:
        right = receive(
            kind=Complaint.Kind.ERROR,
            page=correction.page,
            text="Con số trong câu đầu không khớp với văn bản được dẫn. (hư cấu)",
            may_be_counted=True,
        )
        reason = "Góp ý đúng. Bài đã được đính chính theo văn bản gốc."
        deciding.decide(right, approver, Complaint.Outcome.UPHELD, reason, correction)
