"""Topics and places, one a line: quicker than a form for each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms.finding.search import fold
from cms.incidents import Place, Topic
from cms.setting_up.desk import StepView

LONGEST = 80
MOST = 300

# What the name of a place begins with says what it is.
_BEGINNINGS = {"tỉnh": Place.Kind.PROVINCE, "phường": Place.Kind.WARD, "đặc khu": Place.Kind.ZONE}


def kind_of(name: str) -> str:
    """ "Phường Hoa Nắng" is a ward."""
    lower = name.lower()
    return next((kind for word, kind in _BEGINNINGS.items() if lower.startswith(word)), Place.Kind.COMMUNE)


class WordsForm(forms.Form):
    """Names that exist already are left as they are."""

    topics = forms.CharField(
        label=_("Topics"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One a line, ten or so: Health, Land, Weather and storms, Prices …"),
    )
    places = forms.CharField(
        label=_("Places"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One a line: the province, its communes, wards and special zones. The first word says which it is."
        ),
    )

    def _lines(self, field: str) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data[field].splitlines()]
        names = list(dict.fromkeys(line for line in lines if line))
        if too_long := [name for name in names if len(name) > LONGEST]:
            raise forms.ValidationError(
                _("This name is too long, please shorten it to 80 letters: %(name)s") % {"name": too_long[0]}
            )
        if len(names) > MOST:
            raise forms.ValidationError(_("No more than 300 at a time, please."))
        return names

    def clean_topics(self) -> list[str]:
        return self._lines("topics")

    def clean_places(self) -> list[str]:
        return self._lines("places")


def missing(model: type[Topic] | type[Place], names: list[str]) -> list[tuple[str, str]]:
    """(name, address part) of those that are not there yet; address parts are not taken twice."""
    known = {name.casefold() for name in model.objects.values_list("name", flat=True)}  # type: ignore[union-attr]
    taken = set(model.objects.values_list("slug", flat=True))  # type: ignore[union-attr]
    found = []
    for name in names:
        if name.casefold() in known:
            continue
        base = slugify(fold(name))[:70] or "ten"
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        known.add(name.casefold())
        taken.add(slug)
        found.append((name, slug))
    return found


class WordsView(StepView):
    key = "words"
    allowed = ("cms.add_topic",)
    page_title = _("Topics and places")
    template_name = "desk/set_up_words.html"

    def form(self) -> WordsForm:
        return WordsForm(self.request.POST if self.request.method == "POST" else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            topics=list(Topic.objects.values_list("name", flat=True)),
            places=list(Place.objects.values_list("name", flat=True)),
            **kwargs,
        )

    @transaction.atomic
    def saved(self, form: WordsForm) -> HttpResponse | None:
        made: list[Topic | Place] = []
        for name, slug in missing(Topic, form.cleaned_data["topics"]):
            made.append(Topic.objects.create(name=name, slug=slug))
        if self.may("cms.add_place"):
            for name, slug in missing(Place, form.cleaned_data["places"]):
                made.append(Place.objects.create(name=name, slug=slug, kind=kind_of(name)))
        for one in made:
            log(instance=one, action="wagtail.create", user=self.request.user)
        return None
