"""What each kind of page says to search engines and other machines, as one JSON-LD document in its head."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from cms.about import AboutSite, about_site
from cms.page_cache.parts import shared
from cms.pages.answer import Answer
from cms.pages.home import AnswerList, CorrectionsLog, HomePage, InfoPage
from cms.schema_org import claimreview
from cms.schema_org.claimreview import Facts, Spread
from publishing.models import Channel, Organisation

# Signs that could end the script element or begin markup in it; the same text to every reader of JSON.
_ESCAPES = {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_KINDS: dict[str, str] = {
    InfoPage.Purpose.ABOUT: "AboutPage",
    InfoPage.Purpose.STAFF: "AboutPage",
    InfoPage.Purpose.CONTACT: "ContactPage",
}


def script(document: dict[str, Any]) -> SafeString:
    """The document as an element of a page's head. No text in it can end the element."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for sign, escape in _ESCAPES.items():  # str.translate looks at every letter, and takes thirty times as long
        body = body.replace(sign, escape)
    return mark_safe(f'<script type="application/ld+json">{body}</script>')  # noqa: S308 - every < and & is escaped


def describe(page: Any, around: Mapping[str, Any]) -> dict[str, Any] | None:
    """What ``page`` says of itself; None where there is nothing to say: no page, or a draft in the preview.

    around  the page's template context; what is in it (menu, results, request) is not asked for again
    """
    if not isinstance(page, Page) or not page.live or not page.full_url:
        return None
    language = page.locale.language_code
    with translation.override(language):
        if isinstance(page, Answer):
            facts = _facts(page, around)
            nodes: list[dict[str, Any] | None] = [
                claimreview.news_article(page, facts),
                claimreview.claim_review(page, facts.spread),
                *([] if page.is_retracted else page.more_for_machines()),
            ]
        elif isinstance(page, HomePage):
            nodes = [*_home(page, around)]
        elif isinstance(page, AnswerList):
            nodes = [_listing(page, around.get("answers", ()))]
        elif isinstance(page, CorrectionsLog):
            nodes = [_listing(page, (each.page for each in around.get("corrections", ())))]
        else:
            nodes = [_web_page(page, _KINDS.get(getattr(page, "purpose", ""), "WebPage"))]
        return claimreview.graph([*nodes, _breadcrumbs(page, around.get("menu"))])


def _policies(page: Page, around: Mapping[str, Any]) -> dict[str, str]:
    """Of the page's language. The menu has them, unless it is another language's: around a page that is not translated."""
    language = page.locale.language_code
    menu: Any = around.get("menu")
    home = getattr(menu, "home", None)
    is_known = home is not None and home.locale.language_code == language
    return shared(
        ("addresses of policies", language), lambda: claimreview.policies(language, menu.policies if is_known else None)
    )


def _facts(page: Answer, around: Mapping[str, Any]) -> Facts:
    spread = Spread()
    if page.claim_text and not page.is_retracted:
        spread = claimreview.spread_in(page.told_of_spread).get(page.pk, spread)
    return Facts(spread, _policies(page, around), image_of(page))


def image_of(page: Answer) -> str:
    """The absolute address of the picture that stands for an answer: its own, else the drawn share card."""
    if page.is_retracted:
        return ""
    if page.picture:
        try:
            return claimreview.absolute(page.picture.get_rendition("width-1200|format-jpeg").url)
        except SourceImageIOError:
            pass  # the file is gone: the card stands in
    return card_of(page)


def card_of(page: Answer) -> str:
    """The absolute address of the wide share card."""
    return page.public_cards[0].url


def the_office() -> tuple[Organisation | None, AboutSite | None]:
    """The office that runs the site, and how to reach it."""
    about = about_site()
    office = about.office if about and about.office else Organisation.objects.filter(is_office=True).first()
    return office, about


def _addresses_of(office: Organisation) -> list[str]:
    channels = Channel.objects.usable().filter(organisation=office, is_sandbox=False).exclude(public_url="")
    return sorted(channels.values_list("public_url", flat=True))


def _home(page: HomePage, around: Mapping[str, Any]) -> list[dict[str, Any]]:
    office, about = shared("the office", the_office)
    whole = claimreview.publisher(
        office,
        _policies(page, around),
        address=about.address if about else "",
        email=about.email if about else "",
        telephone=about.phone if about else "",
        sameAs=shared(("addresses of", office.pk), lambda: _addresses_of(office)) if office else [],
    )
    site: dict[str, Any] = {
        "@type": "WebSite",
        "@id": f"{page.full_url}#website",
        "url": page.full_url,
        "name": settings.WAGTAIL_SITE_NAME,
        "inLanguage": page.locale.language_code,
        "publisher": claimreview.signature(office),
    }
    if page.intro:
        site["description"] = page.intro
    with contextlib.suppress(NoReverseMatch):  # an installation without a search page
        site["potentialAction"] = {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": claimreview.absolute(reverse("search")) + "?q={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        }
    return [site, whole]


def _web_page(page: Page, kind: str) -> dict[str, Any]:
    told = {
        "@type": kind,
        "@id": page.full_url,
        "url": page.full_url,
        "name": page.title,
        "description": page.search_description,
        "inLanguage": page.locale.language_code,
        "datePublished": claimreview.moment(page.first_published_at),
        "dateModified": claimreview.moment(page.last_published_at),
        "isPartOf": {"@type": "WebSite", "url": f"{settings.BASE_URL}/", "name": settings.WAGTAIL_SITE_NAME},
    }
    return {name: value for name, value in told.items() if value}


def _listing(page: Page, shown: Iterable[Page]) -> dict[str, Any]:
    """A list, with what this page of it shows, each address once."""
    titles = {each.full_url: each.title for each in shown if each.full_url}
    entries = [
        {"@type": "ListItem", "position": position, "url": url, "name": title}
        for position, (url, title) in enumerate(titles.items(), 1)
    ]
    told = _web_page(page, "CollectionPage")
    return told | {"mainEntity": {"@type": "ItemList", "numberOfItems": len(entries), "itemListElement": entries}}


def _breadcrumbs(page: Page, menu: Any) -> dict[str, Any] | None:
    """The way from the home page here. Asks the database only if the menu does not know the way."""
    home = getattr(menu, "home", None)
    if page.depth < 3 or home is None:
        return None
    way: list[Page] = [each for each in menu.pages if page.path.startswith(each.path) and each.pk != page.pk]
    if len(way) != page.depth - home.depth - 1:
        way = [each for each in page.get_ancestors().select_related("locale") if each.depth > home.depth]
    steps = [home, *way, page]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": each.title,
                "item": {"@type": "WebPage", "@id": each.full_url},
            }
            for position, each in enumerate(steps, 1)
        ],
    }
