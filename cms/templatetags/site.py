"""Tags of the public site: its menu, its languages, its dates, and what an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms import approval
from cms.approval import Approval
from cms.incidents import Appearance
from cms.pages.answer import Answer, Change, Evidence
from cms.pages.home import AnswerList, CorrectionsLog, HomePage
from publishing.models import Organisation

register = template.Library()

# Where a reader finds their way -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Menu:
    """The home page of the active language and what its menu shows. ``homes`` has every language's home page."""

    home: HomePage | None
    pages: list[Page]
    homes: dict[str, HomePage]

    def _first(self, kind: type[Page]) -> Page | None:
        return next((page for page in self.pages if page.specific_class is kind), None)

    @property
    def answers(self) -> Page | None:
        return self._first(AnswerList)

    @property
    def corrections(self) -> Page | None:
        return self._first(CorrectionsLog)


@register.simple_tag
def site_menu() -> Menu:
    """The menu in the active language. Two queries: call it once a page."""
    homes = {home.locale.language_code: home for home in HomePage.objects.live().select_related("locale")}
    home = homes.get(get_language() or settings.LANGUAGE_CODE)
    return Menu(home, list(home.get_children().live().in_menu()) if home else [], homes)


@register.simple_tag
def our_offices() -> list[Organisation]:
    """The offices that run the site."""
    return list(Organisation.objects.filter(is_office=True)[:3])


@dataclass(frozen=True)
class Language:
    """Another language, in its own name, and the page to read in it: the translation, or else the home page."""

    code: str
    name: str
    page: Page


@register.simple_tag
def translations_of(page: Any) -> list[Page]:
    """The live translations of a page; none where there is no page, as on "not found"."""
    if not isinstance(page, Page):
        return []
    return list(page.get_translations().live().public().select_related("locale"))


@register.simple_tag
def other_languages(menu: Menu, translations: list[Page]) -> list[Language]:
    """Each other language of the site that has something to show."""
    by_code = {**menu.homes, **{page.locale.language_code: page for page in translations}}
    return [
        Language(code, capfirst(get_language_info(code)["name_local"]), by_code[code])
        for code, _name in settings.LANGUAGES
        if code != get_language() and code in by_code
    ]


@register.simple_tag
def address_of(answer: Page) -> str:
    """Where a reader of the active language reads ``answer``. Every list links with this, never with ``pageurl``."""
    return answer.url or ""


@register.filter
def og_locale(language: str) -> str:
    """The language as Open Graph writes it."""
    return {"vi": "vi_VN", "en": "en_GB"}.get(language, language)


@register.filter
def without(pages: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """``pages`` less ``others``."""
    left_out = {page.pk for page in others}
    return [page for page in pages if page.pk not in left_out]


# Dates --------------------------------------------------------------------------------------------------------


def _time_tag(when: date, form: str) -> str:
    local = timezone.localtime(when).replace(microsecond=0) if isinstance(when, datetime) else when
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), local.strftime(form))


@register.filter
def day(when: date | None) -> str:
    """dd/mm/yyyy in the site's time zone, readable by machines too."""
    return _time_tag(when, "%d/%m/%Y") if when else ""


@register.filter
def moment(when: datetime | None) -> str:
    """dd/mm/yyyy HH:MM in the site's time zone, readable by machines too."""
    return _time_tag(when, "%d/%m/%Y %H:%M") if when else ""


# What an answer rests on --------------------------------------------------------------------------------------

_STANCES: dict[str, str | Promise] = {
    Evidence.Stance.AGAINST: _("Against the claim"),
    Evidence.Stance.FOR: _("For the claim"),
    Evidence.Stance.CONTEXT: _("Context"),
}
_CHANGES: dict[str, str | Promise] = {
    Change.CORRECTION: _("Correction"),
    Change.UPDATE: _("Update"),
    Change.RETRACTION: _("Retraction"),
    Change.VERDICT: _("Verdict"),
}


@register.filter
def evidence_in_order(page: Answer) -> list[Evidence]:
    """The evidence with its documents, primary sources first, otherwise as the editor ordered it."""
    pieces = page.evidence.all().select_related("document")
    return sorted(pieces, key=lambda piece: piece.kind != Evidence.Kind.PRIMARY)


@register.filter
def evidence_by_stance(page: Answer) -> list[tuple[str | Promise, list[Evidence]]]:
    """The same, grouped: what speaks against the claim, what speaks for it, and the context."""
    pieces = evidence_in_order(page)
    groups = [(words, [piece for piece in pieces if piece.stance == stance]) for stance, words in _STANCES.items()]
    return [(words, group) for words, group in groups if group]


@register.filter
def seen_on(page: Any) -> list[tuple[str, int]]:
    """On which platforms the claim was seen and how often. Never where exactly: that could lead to private people."""
    incidents = [answered.incident_id for answered in page.answered.all()]
    counted = Appearance.objects.filter(incident__in=incidents).values_list("platform").annotate(times=Count("pk"))
    return [
        (str(Appearance.Platform(platform).label), times) for platform, times in counted.order_by("-times", "platform")
    ]


@register.filter
def approvals_of_content(page: Answer) -> dict[str, Approval]:
    """Who let exactly this content pass, by step, the latest of each; only ``override`` where that came last."""
    if page.pk is None:
        return {}
    found = list(page.approvals.filter(digest=approval.digest(page.serializable_data())))
    if found and found[-1].step == Approval.Step.OVERRIDE:
        return {"override": found[-1]}
    return {each.step: each for each in found if each.step != Approval.Step.OVERRIDE}


@register.filter
def retraction(page: Answer) -> Any:
    """The record of why a retracted page was retracted; None before it is written."""
    told = {each.kind: each for each in reversed(page.public_corrections)}
    return told.get(Change.RETRACTION)


@register.filter
def change_name(kind: str) -> str | Promise:
    """One word for a kind of change."""
    return _CHANGES.get(kind, kind)


@register.filter
def domain(url: str) -> str:
    """The host of an address, so that a reader knows where a link leads."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
