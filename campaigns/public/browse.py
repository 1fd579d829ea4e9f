"""Scam warnings for readers: all that hold, by form of scam and by whom they aim at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Case, Max, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from campaigns.campaign import Campaign, shown_campaigns
from campaigns.taxonomy import ScamForm, TargetGroup
from cms.finding.search import fold
from cms.incidents import Named
from cms.lists import Listed
from cms.page_cache.marking import same_for_everybody
from cms.pages.home import A_PAGE, page_of
from cms.translation import languages
from cms.visible import visible


def listed() -> QuerySet[Any]:
    """The warnings a reader of the active language is shown: what holds now first, then newest first."""
    today = timezone.localdate()
    is_over = Q(ends_on__lt=today) | Q(starts_on__gt=today)
    rows = shown_campaigns(Campaign.objects.all()).select_related("office", "topic", "place")
    return rows.annotate(is_over=Case(When(is_over, then=Value(1)), default=Value(0))).order_by(
        "is_over", *rows.query.order_by
    )


@require_safe
@same_for_everybody
def warnings(request: HttpRequest) -> HttpResponse:
    """Everything on one page: what holds now, every form of scam, every target group, and what is over."""
    rows = list(listed().values_list("pk", "is_over", "scam_form"))
    per_form = Counter(form for _pk, _is_over, form in rows)
    shown = [pk for pk, is_over, _form in rows if not is_over][:A_PAGE]
    over = [pk for pk, is_over, _form in rows if is_over][:A_PAGE]
    pages = {page.pk: page for page in listed().filter(pk__in=[*shown, *over])}
    forms: dict[str, list[ScamForm]] = {}
    for form in ScamForm.objects.all():
        form.answers = per_form[form.pk]  # type: ignore[attr-defined]
        forms.setdefault(form.group, []).append(form)
    labels = dict(ScamForm.Group.choices)
    context = {
        "current": [pages[pk] for pk in shown if pk in pages],
        "over": [pages[pk] for pk in over if pk in pages],
        "forms": [(labels[group], forms[group]) for group in ScamForm.Group.values if group in forms],
        "groups": _groups([pk for pk, _is_over, _form in rows]),
        "heading": _("Scam warnings"),
        "description": _(
            "How scams go, how to see through them and what to do, by form of scam and by whom they aim at."
        ),
        "main_lang": languages.lang_attribute(settings.LANGUAGE_CODE),
        "address": settings.BASE_URL + request.path,
    }
    return render(request, "campaigns/public/warnings.html", context)


def _groups(campaigns: list[int]) -> list[Any]:
    """The target groups that have one of ``campaigns``, with how many, by name."""
    through = Campaign.target_groups.through.objects.filter(campaign__in=campaigns)  # type: ignore[attr-defined]
    counts = Counter(through.values_list("targetgroup", flat=True))
    named: list[Any] = [group for group in TargetGroup.objects.all() if counts[group.pk]]
    for group in named:
        group.answers = counts[group.pk]
    return sorted(named, key=lambda group: fold(str(group)))


@require_safe
@same_for_everybody
def scam_form(request: HttpRequest, slug: str) -> HttpResponse:
    """One form of scam: what it is in a sentence, and the warnings about it."""
    form = get_object_or_404(ScamForm, slug=slug)
    return _about(request, form, listed().filter(scam_form=form), lead=form.in_short)


@require_safe
@same_for_everybody
def target_group(request: HttpRequest, slug: str) -> HttpResponse:
    """The warnings for one group of people."""
    group = get_object_or_404(TargetGroup, slug=slug)
    return _about(request, group, listed().filter(target_groups=group))


def _about(request: HttpRequest, one: Named, rows: QuerySet[Any], lead: str = "") -> HttpResponse:
    results = page_of(request, rows)
    context = {
        "one": one,
        "heading": str(one),
        "lead": lead,
        "description": lead,
        "main_lang": languages.lang_attribute(settings.LANGUAGE_CODE),
        "results": results,
        "address": settings.BASE_URL + request.path,
        "address_suffix": f"?trang={results.number}" if results.number > 1 else "",
    }
    return render(request, "campaigns/public/warnings_about.html", context)


def in_the_sitemap(language: str) -> Iterator[Listed]:
    """The lists that have something in a language, with their newest change. Three queries."""
    live = visible(Campaign.objects.all()).filter(locale__language_code=language).exclude(change_kind="retraction")
    newest = live.aggregate(at=Max("last_published_at"))["at"]
    yield Listed(reverse("scam_warnings"), "scam_warnings", newest)
    yield Listed(reverse("quiz"), "quiz", newest)
    for name, field in (("scam_form", "scam_form__slug"), ("target_group", "target_groups__slug")):
        rows = live.order_by().exclude(**{field: None}).values_list(field).annotate(at=Max("last_published_at"))
        for slug, at in rows.order_by(field):
            yield Listed(reverse(name, args=[slug]), f"{name} {slug}", at)
