"""Indicators as CSV and JSON: the same columns for the public, who gets them covered, and for partners, who get them whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from campaigns.indicator_rules import shown
from campaigns.indicators import Indicator
from publishing.text import cell_text

PAGE_SIZE = 500
COLUMNS = (
    "id",
    "kind",
    "value",
    "is_whole",
    "campaign",
    "campaign_url",
    "evidence",
    "evidence_url",
    "seen_on",
    "expires_on",
)


def rows_of(indicators: Iterable[Indicator], *, whole: bool) -> Iterator[dict[str, Any]]:
    """One row for each, with the keys of COLUMNS. Without ``whole`` as the public sees it."""
    for one in indicators:
        yield {
            "id": one.pk,
            "kind": one.kind,
            "value": one.value if whole else shown(one.kind, one.value),
            "is_whole": whole,
            "campaign": one.campaign.title,
            "campaign_url": one.campaign.full_url or settings.BASE_URL + "/",
            "evidence": one.evidence,
            "evidence_url": one.evidence_url,
            "seen_on": one.seen_on.isoformat(),
            "expires_on": one.expires_on.isoformat(),
        }


def as_csv(rows: Iterable[dict[str, Any]]) -> str:
    """With a header, in UTF-8 with its mark, so that table programs read Vietnamese; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell_text(row[name]) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def as_json(rows: list[dict[str, Any]], following: str | None) -> str:
    """``next``: the address of the page after this one, or null."""
    return json.dumps({"next": following, "results": rows}, ensure_ascii=False)


def page(indicators: QuerySet[Indicator], after: int) -> tuple[list[Indicator], int | None]:
    """Those with a higher id than ``after``, and the last id if there are more. What comes and goes moves no page."""
    rows = indicators.filter(pk__gt=after).select_related("campaign__locale").order_by("pk")
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None
