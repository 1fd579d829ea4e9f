"""Which questions the quiz asks: those of live campaigns, at most ten, chosen anew each day and the same for everybody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from campaigns.campaign import Campaign, QuizQuestion, shown_campaigns
from cms.translation import languages

MOST = 10


@dataclass(frozen=True)
class Asked:
    """One question with the campaign it is from. ``lang`` is the attribute for texts in another language than the page's."""

    message: str
    is_scam: bool
    why: str
    campaign: Campaign
    lang: str


def of_campaign(campaign: Campaign) -> list[Asked]:
    """The questions of one campaign, as its editor ordered them."""
    return _asked({campaign.pk: campaign}, list(campaign.questions.all())[:MOST])


def of_day(day: date) -> list[Asked]:
    """Questions of all live campaigns for a reader of the active language. Two queries.

    Those written in this language, or, where there are none, those that are shown instead.
    """
    campaigns = {page.pk: page for page in shown_campaigns(Campaign.objects.all())}
    own = {pk: page for pk, page in campaigns.items() if page.locale.language_code == languages.active()}
    campaigns = own or campaigns
    rows = list(QuizQuestion.objects.filter(page__in=campaigns))
    rows.sort(key=lambda row: hashlib.sha256(f"{day.isoformat()} {row.pk}".encode()).digest())
    return _asked(campaigns, rows[:MOST])


def _asked(campaigns: dict[int, Campaign], rows: list[QuizQuestion]) -> list[Asked]:
    found = []
    for row in rows:
        page = campaigns[row.page_id]
        lang = languages.lang_attribute(page.locale.language_code)
        found.append(Asked(row.message, row.is_scam, row.why, page, lang))
    return found
