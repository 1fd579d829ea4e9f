"""A database with very many published answers, made by copying one: what is measured is reading, not writing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page

from bench.copied_rows import copies
from cms.models import Answer, AnsweredIncident, Approval, Evidence, Incident, Rebuttal
from cms.page_cache import changes
from tests.make import make_rebuttal, publish, team


def make(total: int) -> str:
    """``total`` answers that are alike, each with its incident, its evidence and its approvals; the path of one of them."""
    editor, checker, approver = team()
    body = [
        ("paragraph", "<p>" + "Kết quả xét nghiệm 48 mẫu nước đều đạt chuẩn, không mẫu nào vượt ngưỡng. " * 6 + "</p>")
    ] * 4
    one = publish(make_rebuttal(owner=editor, body=body), editor, checker, approver)
    incident, parent = one.answered.first().incident, one.get_parent()
    first, now = 1_000_000, timezone.now()
    steps = parent.numconv_obj()

    def page(number: int) -> dict[str, Any]:
        slug = f"cau-tra-loi-{number}"
        return {
            "id": first + number, "path": parent.path + steps.int2str(number + 1000).zfill(4), "slug": slug,
            "title": f"Nước máy vẫn an toàn, lần kiểm tra {number}", "url_path": f"{parent.url_path}{slug}/",
            "translation_key": uuid.uuid4().hex if connection.vendor == "sqlite" else uuid.uuid4(),
            "first_published_at": now - timedelta(minutes=number), "latest_revision_id": None, "live_revision_id": None,
        }  # fmt: skip

    own = [
        (Page, "id", one.pk, page),
        (Answer, "page_ptr_id", one.pk, lambda n: {"page_ptr_id": first + n}),
        (Rebuttal, "answer_ptr_id", one.pk, lambda n: {"answer_ptr_id": first + n}),
        (Evidence, "page_id", one.pk, lambda n: {"id": first + n, "page_id": first + n}),
        (Incident, "id", incident.pk, lambda n: {"id": first + n}),
        (AnsweredIncident, "page_id", one.pk,
         lambda n: {"id": first + n, "page_id": first + n, "incident_id": first + n}),
    ]  # fmt: skip
    for approval in one.approvals.all():
        shift = first * approval.pk
        own.append((Approval, "id", approval.pk, lambda n, at=shift: {"id": at + n, "page_id": first + n}))
    changes.remove()
    with transaction.atomic():
        for model, column, key, differs in own:
            copies(model, column, key, total, differs)
        Page.objects.filter(pk=parent.pk).update(numchild=total + 1)
    changes.install()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return str(Rebuttal.objects.get(pk=first + total // 2).get_url())
