"""A new campaign: the draft page with the starting texts of its scam form, or with those of an earlier campaign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext
from wagtail.log_actions import log
from wagtail.models import Page

from campaigns.campaign import Campaign, QuizQuestion, ReportingPlace
from campaigns.taxonomy import ScamForm, TargetGroup
from cms.finding.search import fold
from cms.incidents import Incident
from cms.models import AnsweredIncident, AnswerList
from cms.pages.answer import Change
from publishing.models import Organisation

_POINTS = ("how_it_works", "signs", "do_now", "if_paid")


def place_for_new(person: Any) -> AnswerList | None:
    """The list below which a campaign is written, in the office's own language; None if this person may not."""
    found = AnswerList.objects.filter(locale__language_code=settings.LANGUAGE_CODE).order_by("path").first()
    return found if found and found.permissions_for_user(person).can_add_subpage() else None


@transaction.atomic
def start(
    person: Any,
    *,
    scam_form: ScamForm,
    earlier: Campaign | None = None,
    title: str = "",
    incidents: Iterable[Incident] = (),
    target_groups: Iterable[TargetGroup] = (),
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Campaign:
    """The draft, written by ``person`` and saved with its first revision. Raises PermissionDenied.

    Texts come from ``earlier`` where it is given, else from the form. Evidence and reasons never do: they are this
    campaign's own. Topic and place are those of the first incident.
    """
    parent = place_for_new(person)
    if parent is None:
        raise PermissionDenied
    answered = list(incidents)
    with translation.override(settings.LANGUAGE_CODE):
        title = title or (earlier.title if earlier else gettext("Beware: %(form)s") % {"form": str(scam_form)})
    source: Any = earlier or scam_form
    page = Campaign(
        title=title,
        slug=_free_slug(parent, title),
        locale=parent.locale,
        owner=person,
        live=False,
        office=_office(earlier),
        scam_form=scam_form,
        starts_on=starts_on,
        ends_on=ends_on,
        short_answer=earlier.short_answer if earlier else scam_form.in_short or title,
        body=earlier.body if earlier else [],
        topic=answered[0].topic if answered else earlier.topic if earlier else None,
        place=answered[0].place if answered else earlier.place if earlier else None,
        **{name: getattr(source, name) for name in _POINTS},
    )
    page.answered = [AnsweredIncident(incident=incident) for incident in answered]
    page.target_groups = list(target_groups)
    page.report_to = [_copy(one, ReportingPlace) for one in _places_to_report(earlier)]
    if earlier:
        page.places = list(earlier.places.all())
        page.questions = [_copy(one, QuizQuestion) for one in earlier.questions.all()]
    parent.add_child(instance=page)
    page.save_revision(user=person)
    log(instance=page, action="wagtail.create", user=person, content_changed=True)
    return page


def standing_campaigns() -> Any:
    """The live campaigns in the office's language that were not retracted, newest first."""
    found = Campaign.objects.live().filter(locale__language_code=settings.LANGUAGE_CODE)
    return found.exclude(change_kind=Change.RETRACTION).order_by("-first_published_at", "-pk")


def _places_to_report(earlier: Campaign | None) -> list[ReportingPlace]:
    source = earlier or standing_campaigns().first()
    return list(source.report_to.all()) if source else []


def _office(earlier: Campaign | None) -> Organisation | None:
    if earlier and earlier.office:
        return earlier.office
    offices = list(Organisation.objects.filter(is_office=True)[:2])
    return offices[0] if len(offices) == 1 else None


def _copy(row: Any, model: type[Any]) -> Any:
    kept = {field.name: getattr(row, field.name) for field in model._meta.fields if field.name not in ("id", "page")}
    return model(**kept)


def _free_slug(parent: Page, title: str) -> str:
    base = slugify(fold(title))[:200] or "chien-dich"
    taken = set(parent.get_children().filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))] if slug not in taken
    )
