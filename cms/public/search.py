"""The search page, and what is suggested while somebody types."""

from __future__ import annotations

from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.claims import Verdict
from cms.finding.search import SearchEntries, SearchEntry, fold
from cms.incidents import Place, Topic
from cms.pages.answer import Answer
from cms.pages.home import A_PAGE
from cms.public.limits import searches_at_most
from cms.standing import standings
from cms.translation import languages

MOST_SUGGESTED = 7
KEPT_SECONDS = 30
_DAYS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]


class SearchForm(forms.Form):
    """The words and the filters. A filter that cannot be read is left out and said; what was typed stays."""

    q = forms.CharField(label=pgettext_lazy("search", "Words"), max_length=200, required=False)
    ket_luan = forms.ChoiceField(label=gettext_lazy("Verdict"), required=False)
    chu_de = forms.ModelChoiceField(
        label=gettext_lazy("Topic"), queryset=Topic.objects.all(), to_field_name="slug", required=False
    )
    noi = forms.ModelChoiceField(
        label=gettext_lazy("Place"), queryset=Place.objects.all(), to_field_name="slug", required=False
    )
    tu = forms.DateField(label=pgettext_lazy("search", "From"), input_formats=_DAYS, required=False)
    den = forms.DateField(label=pgettext_lazy("search", "Until"), input_formats=_DAYS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdicts: Any = self.fields["ket_luan"]
        verdicts.choices = [
            ("", _("All verdicts")),
            *Verdict.choices,
            *((standing.key, standing.label) for standing in standings.values()),
        ]
        topics: Any = self.fields["chu_de"]
        places: Any = self.fields["noi"]
        topics.empty_label, places.empty_label = _("All topics"), _("All places")
        for name in ("ket_luan", "chu_de", "noi"):
            self.fields[name].error_messages["invalid_choice"] = _("There is no such choice; this filter was left out.")
        for name in ("tu", "den"):
            self.fields[name].error_messages["invalid"] = _(
                "This is not a date; the filter was left out. Write it as day/month/year."
            )

    def add_prefix(self, field_name: str) -> str:
        """The names of the address: as in the site's other lists, ``ket-luan`` and so on."""
        return super().add_prefix(field_name).replace("_", "-")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("tu") and cleaned.get("den") and cleaned["tu"] > cleaned["den"]:
            self.add_error("den", _("The end lies before the beginning; this filter was left out."))
        return cleaned

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set, or was meant to be."""
        return any(self.data.get(self.add_prefix(name)) for name in self.fields if name != "q")

    def day_as_typed(self, name: str) -> str:
        """A date in the form that a browser's date field takes, or what was typed if it is no date."""
        value = self.cleaned_data.get(name)
        return value.isoformat() if value else str(self.data.get(name, ""))

    def entries(self) -> SearchEntries:
        """What is found; everything where only filters are set, nothing where there is nothing to look for."""
        chosen = self.cleaned_data
        found: Any = SearchEntry.objects.for_language(languages.active())
        if words := str(chosen.get("q") or ""):
            found = found.with_words(words)
        elif self.is_filtered:
            found = found.order_by("-published_at", "-pk")
        else:
            return SearchEntry.objects.none()
        if verdict := chosen.get("ket_luan"):
            kinds = [kind for kind, standing in standings.items() if standing.key == verdict]
            found = found.filter(kind__in=kinds, is_retracted=False) if kinds else found.filter(verdict=verdict)
        if chosen.get("chu_de"):
            found = found.filter(topic=chosen["chu_de"])
        if chosen.get("noi"):
            found = found.filter(place=chosen["noi"])
        if chosen.get("tu"):
            found = found.filter(published_at__gte=_moment(chosen["tu"], time.min))
        if chosen.get("den"):
            found = found.filter(published_at__lte=_moment(chosen["den"], time.max))
        return found  # type: ignore[no-any-return]


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def answers_of(entries: list[SearchEntry]) -> list[Page]:
    """The specific pages of entries, in their order, in one query a kind of page. One gone meanwhile is left out."""
    keys = [entry.pk for entry in entries]
    pages: Any = Answer.objects.live().public().filter(pk__in=keys)
    with_all = pages.specific().select_related("office", "topic", "place", "locale", for_specific_subqueries=True)
    found = {page.pk: page for page in with_all}
    return [found[key] for key in keys if key in found]


@require_safe
@searches_at_most
def search(request: HttpRequest) -> HttpResponse:
    """``?q=`` and the filters; a GET form, so that a search can be bookmarked and passed on."""
    form = SearchForm(request.GET)
    form.is_valid()
    results = Paginator(form.entries(), A_PAGE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "results": results,
        "answers": answers_of(list(results)),
        "is_asked": bool(fold(str(request.GET.get("q", "")))) or form.is_filtered,
        "choices": [form[name] for name in ("ket_luan", "chu_de", "noi")],
        "days": [{"field": form[name], "value": form.day_as_typed(name)} for name in ("tu", "den")],
    }
    return render(request, "public/search.html", context)


@require_safe
@searches_at_most
def suggest(request: HttpRequest) -> HttpResponse:
    """``{"suggestions": [{"title", "url", "verdict"}, …]}`` for an unfinished query; kept for half a minute."""
    typed = fold(request.GET.get("q", "")[:200])
    key = "suggest:" + sha256(f"{languages.active()} {typed}".encode()).hexdigest()
    found = cache.get(key) if len(typed) > 1 else []
    if found is None:
        entries = list(SearchEntry.objects.for_language(languages.active()).beginning(typed)[:MOST_SUGGESTED])
        found = [
            {
                "title": page.title,
                "url": page.url,
                "verdict": _("Retracted") if page.is_retracted else page.verdict_label,
            }
            for page in answers_of(entries)
        ]
        cache.set(key, found, KEPT_SECONDS)
    answer = JsonResponse({"suggestions": found})
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer["X-Robots-Tag"] = "noindex"
    return answer
