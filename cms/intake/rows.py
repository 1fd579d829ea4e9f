"""From a row of a table to the fields of an incident and of where it was seen, or words for each cell that is wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext, override

from cms.finding.links import same_address
from cms.finding.search import fold
from cms.incidents import Appearance, Incident, Named, Place, Topic
from cms.intake import privacy
from cms.intake.columns import COLUMNS
from cms.intake.tables import Formula
from cms.sent_in.groups import platform_of
from cms.sent_in.receive import legible

_MOST = {"claim": 2000, "url": 600}
_VIETNAMESE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ ,]+(?:lúc )?(\d{1,2})[:hg](\d{2})?(?::(\d{2}))?)?")
_check_url = URLValidator(schemes=["http", "https"])


@dataclass
class Row:
    """One row of a table, read.

    incident, seen  fields of Incident and of Appearance, as JSON values: rows by id, moments in ISO 8601
    errors          {heading: what is wrong and what to do}; with any, the row is refused
    """

    number: int
    incident: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def claim(self) -> str:
        claim: str = self.incident.get("claim", "")
        return claim


class Reader:
    """Reads the rows of one table: knows the names of topics, places and choices in both languages."""

    def __init__(self) -> None:
        self._topics, self._places = _by_name(Topic.objects.all()), _by_name(Place.objects.all())
        self._kinds = _choices(Incident.Kind.choices)
        self._urgencies = _choices(Incident.Urgency.choices) | {
            fold(str(one.name)): one.value for one in Incident.Urgency
        }
        self._platforms = _choices(Appearance.Platform.choices)
        self._now = timezone.now()

    def read(self, number: int, cells: dict[str, Any]) -> Row:
        """The row of the cells of one line. Never raises."""
        row = Row(number)
        take = _Cells(cells, row)
        seen_at, first = take.moment("seen_at", self._now), take.moment("first_seen_at", self._now)
        if not (seen_at or first) and not {"seen_at", "first_seen_at"} & set(take.wrong):
            take.refuse("first_seen_at", gettext("Please say when it was first seen."))
        url = take.address("url")
        platform = take.choice("platform", self._platforms)
        row.incident = {
            "claim": take.words("claim"),
            "kind": take.choice("kind", self._kinds) or Incident.Kind.RUMOUR.value,
            "topic_id": take.choice("topic", self._topics, is_needed=True),
            "place_id": take.choice("place", self._places),
            "urgency": take.choice("urgency", self._urgencies) or Incident.Urgency.NORMAL.value,
            "first_seen_at": _iso(min((each for each in (first, seen_at) if each), default=None)),
        }
        row.seen = {
            "platform": platform or platform_of(url).value,
            "url": url,
            "seen_at": _iso(seen_at or first),
            "reach": take.number("reach"),
        }
        if row.errors:  # what is refused goes no further than this page
            row.incident = {"claim": row.claim} if str(COLUMNS["claim"]) not in row.errors else {}
            row.seen = {}
        return row


def _iso(when: datetime | None) -> str:
    return when.isoformat() if when else ""


class _Cells:
    """The cells of one row, taken one by one; what is wrong with each is written down in the row."""

    def __init__(self, cells: dict[str, Any], row: Row) -> None:
        self._cells, self._row = cells, row
        self.wrong: list[str] = []

    def refuse(self, name: str, words: str) -> None:
        self.wrong.append(name)
        self._row.errors[str(COLUMNS[name])] = words

    def _cell(self, name: str) -> Any:
        cell = self._cells.get(name, "")
        if isinstance(cell, Formula):
            self.refuse(name, gettext("This cell is a formula. Put its value there."))
            return ""
        return cell

    def words(self, name: str) -> str:
        cell = self._cell(name)
        text = legible(str(cell)) if cell != "" else ""
        if not text and name not in self.wrong:
            self.refuse(name, gettext("This is missing."))
        elif len(text) > _MOST[name]:
            self.refuse(name, gettext("This is longer than %(most)s letters.") % {"most": _MOST[name]})
        elif why := privacy.of_text(text):
            self.refuse(name, why)
        return text

    def choice(self, name: str, known: dict[str, Any], *, is_needed: bool = False) -> Any:
        cell = self._cell(name)
        text = str(cell).strip()
        found = known.get(text.casefold(), known.get(_folded(text))) if text else None
        if text and found is None:
            words = gettext("There is no “%(word)s”. The second sheet of the template lists what there is.")
            told = text if not privacy.of_text(text) else "…"
            self.refuse(name, words % {"word": told[:60]})
        elif is_needed and not text and name not in self.wrong:
            self.refuse(name, gettext("This is missing."))
        return found

    def number(self, name: str) -> int | None:
        cell = self._cell(name)
        if cell == "":
            return None
        # With groups of thousands, or without; "1,5" is no number of views.
        text = re.sub(r"[\s.,]", "", str(cell))
        if not re.fullmatch(r"[0-9]+|[0-9]{1,3}(?:[\s.,][0-9]{3})+", str(cell)) or len(text) > 9:
            self.refuse(name, gettext("This is no whole number."))
            return None
        return int(text)

    def address(self, name: str) -> str:
        cell = self._cell(name)
        url = str(cell).strip()
        if not url:
            return ""
        try:
            _check_url(url)
        except ValidationError:
            self.refuse(name, gettext("This is no web address. It begins with https://"))
            return ""
        _reason, words = privacy.of_address(url)
        if words or len(url) > _MOST[name]:
            self.refuse(name, words or gettext("This is longer than %(most)s letters.") % {"most": _MOST[name]})
        return url

    def moment(self, name: str, now: datetime) -> datetime | None:
        cell = self._cell(name)
        if cell == "":
            return None
        when = _moment(cell)
        if when is None or not 1970 <= when.year <= 2200:
            self.refuse(name, gettext("This is no date. Write 30/11/2026 or 30/11/2026 08:15, or 2026-11-30."))
            return None
        if when > now:
            self.refuse(name, gettext("This time is in the future."))
        return when


def _moment(cell: Any) -> datetime | None:
    """A cell as a moment of the office's clock; a bare day begins at midnight."""
    if isinstance(cell, datetime):
        return _ours(cell)
    if isinstance(cell, date):
        return _ours(datetime.combine(cell, time()))
    text = str(cell).strip()
    try:
        if found := _VIETNAMESE.fullmatch(text):
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return _ours(datetime(year, month, day, hour, minute, second))
        return _ours(datetime.fromisoformat(text)) if len(text) >= 10 else None
    except (ValueError, OverflowError):
        return None


def _ours(when: datetime) -> datetime:
    return when if timezone.is_aware(when) else timezone.make_aware(when, timezone.get_default_timezone())


def _by_name(rows: Iterable[Named]) -> dict[str, int]:
    """{name in any language, or slug: id}; folded too, where no other row has the same letters under its marks."""
    exact: dict[str, int] = {}
    folded: dict[str, set[int]] = defaultdict(set)
    for one in rows:
        for name in filter(None, (one.slug, *one.names.values(), one.name)):
            exact[name.casefold()] = one.pk
            folded[_folded(name)].add(one.pk)
    return {name: found.pop() for name, found in folded.items() if len(found) == 1} | exact


def _folded(name: str) -> str:
    return fold(name.replace("-", " ").replace("_", " "))


def _choices(choices: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """{folded code or label in both languages, whole or up to its colon: value}"""
    found: dict[str, Any] = {}
    for value, label in choices:
        for language in ("vi", "en"):
            with override(language):
                found |= {fold(str(label)): value, fold(str(label).split(":")[0]): value}
        found[_folded(str(value))] = value
    return found


def post_of(row: Row) -> str:
    """The one form of all addresses of the row's post, or an empty string."""
    return same_address(row.seen.get("url", "")) if row.seen else ""
