"""Tags of the public site: its menu, its languages, its dates, and what an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms.about import AboutSite, about_site
from cms.approval import Approval
from cms.content_digest import digest_of
from cms.incidents import counted_platforms
from cms.lists import menu_views
from cms.page_cache.parts import shared
from cms.pages.answer import Answer, Change, Evidence
from cms.pages.home import CHANGE_NAMES, AnswerList, CorrectionsLog, HomePage, InfoPage, pages_by_purpose
from cms.translation import languages
from cms.visible import visible
from publishing.models import Organisation
from publishing.text import day_of

register = template.Library()

# Where a reader finds their way -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Menu:
    """The home page of the active language and what its menu shows. ``homes`` has every language's home page.

    policies  {InfoPage.Purpose: its page}, in the menu or not
    feeds     addresses of the feeds of all answers in this language, by form
    """

    home: HomePage | None
    pages: list[Page]
    homes: dict[str, HomePage]
    policies: dict[str, InfoPage]
    feeds: dict[str, str]

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
    """The menu in the active language: its pages, after them those that are not translated. Call it once a page."""
    return shared(("menu", languages.active()), lambda: _menu(languages.active()))


def _menu(language: str) -> Menu:
    homes = {home.locale.language_code: home for home in HomePage.objects.live().select_related("locale")}
    below = visible(Page.objects.all()).filter(depth=3).select_related("locale")
    pages = languages.best_of(below, language).in_menu().order_by("path") if language in homes else []
    in_order = sorted(pages, key=lambda page: page.locale.language_code != language)
    feeds = {form: reverse("answers_feed", kwargs={"language": language, "form": form}) for form in ("atom", "rss")}
    return Menu(homes.get(language), in_order, homes, pages_by_purpose(language), feeds)


@dataclass(frozen=True)
class Entry:
    """A line of the menu. ``current`` is the value of its aria-current: "page", "true" for its part of the site, or empty.

    lang  its lang attribute, where the title is in another language than the site's own texts
    """

    title: str | Promise
    url: str
    current: str
    lang: str


@register.simple_tag(takes_context=True)
def menu_entries(context: Context, menu: Menu) -> list[Entry]:
    """The menu's pages, and after the list of answers the lists and forms that are none."""
    request = context.get("request")
    path = request.path if request else ""
    entries: list[Entry] = shared(("menu entries", languages.active()), lambda: _menu_entries(menu))
    return [
        replace(entry, current="page" if path == entry.url else "true") if path.startswith(entry.url) else entry
        for entry in entries
    ]


def _menu_entries(menu: Menu) -> list[Entry]:
    """The same on every page, with nothing marked as current."""
    addresses, entries = languages.Addresses(languages.active()), []
    for page in menu.pages:
        entries.append(Entry(page.title, addresses.of(page), "", lang_of(page)))
        if page.specific_class is AnswerList:
            entries += [Entry(title, reverse(name), "", "") for name, title in menu_views]
    return entries


@register.simple_tag(name="about_site")
def about_this_site() -> AboutSite | None:
    """Who runs the site."""
    return about_site()


@register.simple_tag
def our_offices() -> list[Organisation]:
    """The offices of our own, where nobody has set yet which of them runs the site."""
    return shared("our offices", lambda: list(Organisation.objects.filter(is_office=True)[:3]))


@dataclass(frozen=True)
class Language:
    """Another language, in its own name, and where to read the same in it.

    is_same  what is read there says the same in that language; otherwise it is the original, or the home page
    """

    code: str
    name: str
    url: str
    is_same: bool


@register.simple_tag
def translations_of(page: Any) -> list[Page]:
    """The live translations of a page; none where there is no page, as on "not found"."""
    if not isinstance(page, Page) or page.pk is None:
        return []
    if isinstance(page, Answer):
        return page.public_translations
    found: list[Page] = shared(
        ("translations", page.pk), lambda: list(visible(page.get_translations()).select_related("locale"))
    )
    return found


@register.simple_tag(takes_context=True)
def other_languages(context: Context, menu: Menu, translations: list[Page]) -> list[Language]:
    """Each other language of the site, with the address of this page or view in it."""
    page, translated = context.get("page"), {each.locale.language_code: each for each in translations}
    page = page if isinstance(page, Page) and page.pk else None
    is_at_home = page is not None and page.locale.language_code == languages.active()
    found = []
    for code, _name in settings.LANGUAGES:
        if code == languages.active() or code not in menu.homes:
            continue
        if page is not None:
            there = languages.Addresses(code).of(translated.get(code, page))
            is_same = is_at_home and code in translated
        else:
            there = _same_view_in(code, context)
            is_same = bool(there)
        found.append(Language(code, languages.own_name_of(code), there or str(menu.homes[code].url), is_same))
    return found


def _same_view_in(code: str, context: Context) -> str:
    """This address in another language, where it is a list or a form and not a page of Wagtail's; empty otherwise."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if request is None or match is None or match.url_name in (None, "wagtail_serve") or "exception" in context:
        return ""
    here = request.get_full_path() if request.method == "GET" else request.path
    there = translate_url(here, code)
    return there if there != here else ""


@register.simple_tag(takes_context=True)
def address_of(context: Context, page: Page) -> str:
    """Where a reader of the active language reads ``page``. Every list links with this, never with ``pageurl``."""
    return languages.addresses(context.get("request")).of(page)


@register.simple_tag(takes_context=True)
def frame(context: Context, template_name: str) -> SafeString:
    """The header or the footer: the same on all pages of a language but for what is marked as current and the addresses
    of this page in other languages. Needs ``menu``, ``entries`` and ``others``."""
    menu, entries, others = context["menu"], context["entries"], context["others"]
    page = context.get("page")
    is_home = isinstance(page, Page) and menu.home is not None and page.pk == menu.home.pk
    marks = {other.code: f"--address-in-{other.code}--" for other in others}
    around: dict[str, Any] = {
        "menu": menu,
        "entries": entries,
        "others": [replace(other, url=marks[other.code]) for other in others],
        "page": page if is_home else None,
        **{name: context.get(name) for name in ("submit_url", "site_name", "base_url", "is_demo")},
    }
    name = (template_name, languages.active(), is_home, tuple(each.current for each in entries), tuple(marks))
    made: str = shared(name, lambda: render_to_string(template_name, around))
    for other in others:
        made = made.replace(marks[other.code], escape(other.url))
    return mark_safe(made)  # noqa: S308 - made by a template of ours


@register.simple_tag
def interface_language() -> str:
    """The language of the site's own texts on this page, for ``<html lang>``."""
    return languages.of_interface()


@register.filter
def lang_of(page: Page) -> str:
    """`` lang="…"`` for text of ``page``, where it is in another language than the site's own texts."""
    return languages.lang_attribute(page.locale.language_code)


@register.filter
def language_name(code: str) -> str:
    """A language's name in the active language."""
    return languages.name_of(code)


@register.filter
def written_in(page: Page) -> str:
    """The name of the language of ``page``, where it is not the one in which the reader came; empty otherwise."""
    code = page.locale.language_code
    return languages.name_of(code) if code != languages.active() else ""


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


def _local(when: Any) -> Any:
    return timezone.localtime(when).replace(microsecond=0) if isinstance(when, datetime) else when


def _time_tag(machines: str, people: str) -> SafeString:
    return mark_safe(f'<time datetime="{machines}">{people}</time>')  # noqa: S308 - digits and signs between them


@register.filter
def day(when: date | None) -> str:
    """dd/mm/yyyy in the site's time zone, readable by machines too."""
    if not when:
        return ""
    local = _local(when)
    return _time_tag(local.isoformat(), day_of(local))


@register.filter
def moment(when: datetime | None) -> str:
    """dd/mm/yyyy HH:MM in the site's time zone, readable by machines too."""
    if not when:
        return ""
    local = _local(when)
    return _time_tag(local.isoformat(), f"{day_of(local)} {local.hour:02}:{local.minute:02}")


# What an answer rests on --------------------------------------------------------------------------------------

_STANCES: dict[str, str | Promise] = {
    Evidence.Stance.AGAINST: _("Against the claim"),
    Evidence.Stance.FOR: _("For the claim"),
    Evidence.Stance.CONTEXT: _("Context"),
}


@register.filter
def evidence_in_order(page: Answer) -> list[Evidence]:
    """The evidence with its documents, primary sources first, otherwise as the editor ordered it."""
    return sorted(page.public_evidence, key=lambda piece: piece.kind != Evidence.Kind.PRIMARY)


@register.filter
def evidence_by_stance(page: Answer) -> list[tuple[str | Promise, list[Evidence]]]:
    """The same, grouped: what speaks against the claim, what speaks for it, and the context."""
    pieces = evidence_in_order(page)
    groups = [(words, [piece for piece in pieces if piece.stance == stance]) for stance, words in _STANCES.items()]
    return [(words, group) for words, group in groups if group]


@register.filter
def seen_on(page: Any) -> list[tuple[str, int]]:
    """On which platforms the claim was seen and how often."""
    return counted_platforms(page.platforms_seen)


@register.filter
def approvals_of_content(page: Answer) -> dict[str, Approval]:
    """Who let exactly this content pass, by step, the latest of each; only ``override`` where that came last."""
    if page.pk is None:
        return {}
    passed = page.public_approvals
    digest = digest_of(page) if passed else ""
    found = [each for each in passed if each.digest == digest]
    if found and found[-1].step == Approval.Step.OVERRIDE:
        return {"override": found[-1]}
    return {each.step: each for each in found if each.step != Approval.Step.OVERRIDE}


@register.filter
def retraction(page: Answer) -> Any:
    """The record of why a retracted page was retracted; None before it is written."""
    told = {each.kind: each for each in reversed(page.public_corrections)}
    return told.get(Change.RETRACTION)


@register.filter
def began_as_notice(page: Answer) -> bool:
    """Whether it was first published as a holding notice."""
    return page.is_holding or Change.VERDICT in [each.kind for each in page.public_corrections]


@register.filter
def change_name(kind: str) -> str | Promise:
    """One word for a kind of change."""
    return CHANGE_NAMES.get(kind, kind)


@register.filter
def domain(url: str) -> str:
    """The host of an address, so that a reader knows where a link leads."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
