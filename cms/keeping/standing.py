"""How it stands with links, in words for editors: whether a copy is kept, when, of what, or why not; whether the link lives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.incidents import Incident
from cms.keeping.copies import Keeping
from cms.keeping.links import WatchedLink, links_of
from cms.kept import KeptCopy
from cms.pages.answer import Answer
from publishing.desk.words import Badge


@dataclass(frozen=True)
class Standing:
    """One address with what is known of it.

    chosen  the copy that the editor named in the form, besides or in the place of what was kept by itself
    """

    name: str
    url: str
    keeping: Keeping | None
    link: WatchedLink | None
    chosen: KeptCopy | None = None

    @property
    def copies(self) -> list[KeptCopy]:
        """The newest copy by itself or upload, and the chosen one, each once."""
        kept = [self.keeping.copy] if self.keeping and self.keeping.copy else []
        return kept + ([self.chosen] if self.chosen and self.chosen not in kept else [])

    @property
    def badge(self) -> Badge:
        if self.copies:
            return Badge(str(_("a copy is kept")), "circle-check", "good")
        if self.keeping and self.keeping.due_at is None:
            return Badge(str(_("no copy")), "warning", "bad")
        return Badge(str(_("no copy yet")), "time", "busy")

    @property
    def words(self) -> str | Promise:
        """What the last try for a copy met; empty where it is well or was not tried."""
        return self.keeping.get_problem_display() if self.keeping and self.keeping.problem else ""

    @property
    def again_at(self) -> Any:
        """When it is tried again, after a failure."""
        return self.keeping.due_at if self.keeping and self.keeping.problem else None

    @property
    def link_badge(self) -> Badge | None:
        """How the link itself stands; None where it is not watched."""
        link = self.link
        if link is None:
            return None
        if link.dead_at:
            return Badge(str(_("the link is dead")), "warning", "bad")
        if link.asked_at is None:
            return Badge(str(_("not asked yet")), "time", "quiet")
        if link.problem:
            return Badge(str(_("could not be asked")), "help", "care")
        return Badge(str(_("the link works")), "circle-check", "good")


def _standings(rows: Iterable[tuple[str, str, KeptCopy | None]]) -> list[Standing]:
    rows = list({url: (name, url, copy) for name, url, copy in rows}.values())
    urls = [url for _name, url, _copy in rows]
    keepings = {one.url: one for one in Keeping.objects.filter(url__in=urls).select_related("copy")}
    links = links_of(urls)
    return [Standing(name, url, keepings.get(url), links.get(url), copy) for name, url, copy in rows]


def of_answer(page: Answer) -> list[Standing]:
    """The links of the evidence in the newest draft, read as it is stored. A constant number of queries."""
    revision = page.latest_revision
    stored = revision.content.get("evidence", []) if revision else page.evidence.values("title", "url", "kept_copy")
    pieces: list[dict[str, Any]] = [piece for piece in stored if piece.get("url")]
    chosen = KeptCopy.objects.in_bulk([piece["kept_copy"] for piece in pieces if piece.get("kept_copy")])
    return _standings((piece["title"], piece["url"], chosen.get(piece.get("kept_copy"))) for piece in pieces)


def of_incident(incident: Incident) -> list[Standing]:
    """The addresses where it was seen."""
    rows = incident.appearances.exclude(url="").select_related("kept_copy")
    return _standings((one.get_platform_display(), one.url, one.kept_copy) for one in rows)
