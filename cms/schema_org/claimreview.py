"""What an answer says to machines in the words of schema.org: NewsArticle, ClaimReview and the feed of all reviews.

Pure functions over a page and the few facts around it; nothing here asks the database except through the page that
was handed over (``facts_about`` and ``policies`` are the two that do). How it gets into a page is in structured.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.translation import pgettext

from cms.claims import Verdict
from cms.incidents import Appearance, told_of
from cms.page_cache.parts import shared
from cms.pages.answer import Answer, Change
from cms.pages.home import InfoPage, pages_by_purpose
from publishing.models import Organisation
from publishing.text import clip

CONTEXT = "https://schema.org"
WORST, BEST = 1, 5
MOST_CLAIM, MOST_HEADLINE, MOST_LABEL = 300, 110, 40

_SOCIAL = {
    Appearance.Platform.FACEBOOK,
    Appearance.Platform.ZALO,
    Appearance.Platform.TIKTOK,
    Appearance.Platform.YOUTUBE,
    Appearance.Platform.TELEGRAM,
}
# Which property of the organisation tells machines where a page of ours is.
_POLICIES = {
    InfoPage.Purpose.METHOD: ("verificationFactCheckingPolicy", "publishingPrinciples"),
    InfoPage.Purpose.CORRECTIONS: ("correctionsPolicy",),
    InfoPage.Purpose.ABOUT: ("ownershipFundingInfo",),
    InfoPage.Purpose.CONTACT: ("actionableFeedbackPolicy",),
    InfoPage.Purpose.STAFF: ("masthead",),
}


@dataclass(frozen=True)
class Spread:
    """When and where a claim was first seen, as far as it may be told: a day and kinds of places, never an address."""

    first_seen_on: date | None = None
    platforms: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """What is said around an answer.

    policies  {purpose of an information page: its address}
    image     absolute address of the picture that stands for the answer
    """

    spread: Spread = field(default_factory=Spread)
    policies: dict[str, str] = field(default_factory=dict)
    image: str = ""


# What is asked of the database --------------------------------------------------------------------------------


def policies(language: str, known: Mapping[str, InfoPage] | None = None) -> dict[str, str]:
    """The addresses of the information pages of a language, by their purpose. One query, unless they are ``known``."""
    pages = pages_by_purpose(language) if known is None else known
    return {purpose: page.full_url or "" for purpose, page in pages.items()}


def spread_of(pages: Iterable[Any]) -> dict[int, Spread]:
    """Of each rebuttal among ``pages`` (by its id) when and where its incidents were first seen. One query."""
    return spread_in(told_of([page.pk for page in pages], "first_seen_at", "appearances__platform"))


def spread_in(rows: Iterable[tuple[int, datetime, str | None]]) -> dict[int, Spread]:
    """The same from rows that were read already: (page, when first seen, platform or None)."""
    found: dict[int, Spread] = {}
    for page_id, first_seen_at, platform in rows:
        before = found.get(page_id, Spread())
        day = timezone.localdate(first_seen_at)
        found[page_id] = Spread(
            min(day, before.first_seen_on or day), before.platforms | ({platform} if platform else set())
        )
    return found


# Pieces -------------------------------------------------------------------------------------------------------


def moment(when: datetime | None) -> str:
    """ISO 8601 in the site's time zone, to the second; empty for none."""
    return timezone.localtime(when).replace(microsecond=0).isoformat() if when else ""


def office_id(office: Organisation) -> str:
    """The name of an office among machines: the same on every page."""
    return f"{settings.BASE_URL}/#office-{office.pk}"


def signature(office: Organisation | None) -> dict[str, Any]:
    """Who answers, in short: what a reader of one review needs."""
    if office is None:
        return {"@type": "Organization", "name": settings.WAGTAIL_SITE_NAME, "url": f"{settings.BASE_URL}/"}
    return {
        "@type": "Organization",
        "@id": office_id(office),
        "name": office.name,
        "url": office.website or f"{settings.BASE_URL}/",
    }


def publisher(office: Organisation | None, found: dict[str, str], **more: Any) -> dict[str, Any]:
    """The office in full, with its policies. A state body says so in its type; it is also one that publishes news."""
    told = signature(office)
    if office is not None:
        told["@type"] = ["GovernmentOrganization", "NewsMediaOrganization"]
        if office.short_name and office.short_name != office.name:
            told["alternateName"] = office.short_name
        for purpose, names in _POLICIES.items():
            if found.get(purpose):
                told |= dict.fromkeys(names, found[purpose])
    told["logo"] = {"@type": "ImageObject", "url": shared("logo", lambda: absolute(static("site/mark.svg")))}
    return told | {name: value for name, value in more.items() if value}


def absolute(address: str) -> str:
    """An address of ours made whole."""
    return settings.BASE_URL + address if address.startswith("/") else address


def _who_said(platforms: frozenset[str]) -> str:
    """Where a claim came from, as generally as can be: never a person, a page or a group. Empty if not known."""
    if platforms & _SOCIAL:
        return pgettext("who made the claim", "Social media")
    if platforms == {Appearance.Platform.MESSAGE}:
        return pgettext("who made the claim", "Text messages and calls")
    if platforms == {Appearance.Platform.WEBSITE}:
        return pgettext("who made the claim", "Websites")
    if platforms == {Appearance.Platform.SPOKEN}:
        return pgettext("who made the claim", "Word of mouth")
    return ""


def told_changes(page: Answer) -> list[Any]:
    """The changes of an answer that readers still see on it, newest first: of a retracted one only the retraction."""
    changes: list[Any] = page.public_corrections
    return [change for change in changes if Change(change.kind) is Change.RETRACTION] if page.is_retracted else changes


def judged_at(page: Answer) -> datetime | None:
    """When the verdict came: the answer's first publication, or the day a holding notice became the answer."""
    verdicts = [change.made_at for change in page.public_corrections if Change(change.kind) is Change.VERDICT]
    return min(verdicts, default=page.first_published_at)


# An answer ----------------------------------------------------------------------------------------------------


def claim_review(page: Answer, spread: Spread) -> dict[str, Any] | None:
    """The review of a claim that has a rating; None for everything else.

    No rating, no review: a holding notice, "not enough evidence", a verified fact, a retracted answer. The claim has
    no ``appearance`` and no author but a generic one: both would lead to people (docs/machines.md).
    """
    verdict = getattr(page, "verdict_value", None)
    if page.is_retracted or not isinstance(verdict, Verdict) or verdict.rating is None:
        return None
    reviewed_at = judged_at(page)
    claim: dict[str, Any] = {"@type": "Claim", "text": page.claim_text}
    with translation.override(page.locale.language_code):
        label, said_by = str(verdict.label), _who_said(spread.platforms)
    if said_by:
        claim["author"] = {"@type": "Organization", "name": said_by}
    # A later incident may have been added to an older answer: a claim is not younger than its review.
    if spread.first_seen_on and reviewed_at and spread.first_seen_on <= timezone.localdate(reviewed_at):
        claim["datePublished"] = spread.first_seen_on.isoformat()
    return {
        "@type": "ClaimReview",
        "@id": f"{page.full_url}#claimreview",
        "url": page.full_url,
        "claimReviewed": clip(page.claim_text, MOST_CLAIM),
        "datePublished": moment(reviewed_at),
        "dateModified": moment(page.last_published_at),
        "author": signature(page.office),
        "itemReviewed": claim,
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": verdict.rating,
            "bestRating": BEST,
            "worstRating": WORST,
            "alternateName": clip(label, MOST_LABEL),
        },
        "inLanguage": page.locale.language_code,
        "isAccessibleForFree": True,
    }


def news_article(page: Answer, facts: Facts) -> dict[str, Any]:
    """The answer as an article. Of a retracted one only what its page still shows: title, reason, office."""
    told: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": f"{page.full_url}#article",
        "url": page.full_url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": page.full_url},
        "headline": clip(page.title, MOST_HEADLINE),
        "datePublished": moment(page.first_published_at),
        "dateModified": moment(page.last_published_at),
        "author": signature(page.office),
        "publisher": publisher(page.office, facts.policies),
        "inLanguage": page.locale.language_code,
        "isAccessibleForFree": True,
    }
    # An update or a verdict corrects nothing that was wrong; only what does is called a correction.
    corrections = [
        {"@type": "CorrectionComment", "text": change.public_note, "datePublished": moment(change.made_at)}
        for change in told_changes(page)
        if change.kind in {Change.CORRECTION, Change.RETRACTION} and change.public_note
    ]
    if page.is_retracted:
        told["creativeWorkStatus"] = "Retracted"
    else:
        told |= {
            "description": page.short_answer,
            "backstory": page.why_checked,
            "image": facts.image,
            "articleSection": str(page.topic) if page.topic else "",
            "contentLocation": {"@type": "Place", "name": str(page.place)} if page.place else {},
            "citation": _citations(page),
        }
    told["correction"] = corrections
    return {name: value for name, value in told.items() if value not in ("", {}, [])}


def _citations(page: Answer) -> list[dict[str, str]]:
    cited = []
    for piece in page.public_evidence:
        one = {"@type": "CreativeWork", "name": piece.title}
        if piece.public_url:
            one["url"] = piece.public_url
        cited.append(one)
    return cited


# The feed of all reviews --------------------------------------------------------------------------------------


def feed_entry(page: Answer, spread: Spread) -> dict[str, Any] | None:
    """One answer in the feed; None if it has no review."""
    review = claim_review(page, spread)
    if review is None:
        return None
    return {
        "@type": "DataFeedItem",
        "dateCreated": moment(page.first_published_at),
        "dateModified": moment(page.last_published_at),
        "url": page.full_url,
        "item": [review],
    }


def graph(nodes: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """Several things said of one page, as one JSON-LD document."""
    return {"@context": CONTEXT, "@graph": [node for node in nodes if node]}
