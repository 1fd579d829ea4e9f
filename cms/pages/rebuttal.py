"""The rebuttal: a false or misleading claim, its verdict, and what is true."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel

from cms.claims import Nature, Verdict
from cms.incidents import family
from cms.pages.answer import Answer, AnsweredIncident
from cms.translation import languages
from cms.visible import visible

VERDICT_HELP = _(
    "“Being verified” makes a holding notice, which needs no evidence yet. Every other verdict needs a primary source."
)


class Rebuttal(Answer):
    """An answer to one or more incidents, with one claim and one verdict."""

    claim = models.TextField(
        _("claim"),
        max_length=300,
        help_text=_(
            "The statement of fact that is judged, without words of judgement in it. Best under 75 characters."
        ),
    )
    nature = models.CharField(
        _("what was claimed is a"),
        max_length=12,
        choices=Nature.choices,
        default=Nature.FACT,
        help_text=_("Only statements of fact get a verdict; opinion, criticism and satire never do."),
    )
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices, blank=True)
    reach_attempt = models.TextField(
        _("attempt to reach the source of the claim"),
        max_length=600,
        blank=True,
        help_text=_(
            "How the office tried to hear whoever made the claim, and what came of it. No names of private persons."
        ),
    )

    is_creatable = True
    read_once = ("answered",)
    parent_page_types = ["cms.AnswerList"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("rebuttal")
        verbose_name_plural = _("rebuttals")

    edit_handler = Answer.tabs(
        [
            TitleFieldPanel("title"),
            InlinePanel("answered", label=_("Incident"), heading=_("Incidents this answers")),
            MultiFieldPanel(
                [FieldPanel("claim"), FieldPanel("nature"), FieldPanel("verdict", help_text=VERDICT_HELP)],
                heading=_("Claim and verdict"),
            ),
            FieldPanel("short_answer"),
            FieldPanel("body"),
            Answer.picture_panel,
            FieldPanel("reach_attempt"),
            Answer.subject_panel,
        ]
    )

    @property
    def claim_text(self) -> str:
        return self.claim

    @property
    def is_holding(self) -> bool:
        return self.verdict == Verdict.VERIFYING and not self.is_retracted

    @property
    def verdict_value(self) -> Verdict | None:
        return Verdict(self.verdict) if self.verdict else None

    @property
    def verdict_label(self) -> str:
        return str(Verdict(self.verdict).label) if self.verdict else ""

    def public_texts(self) -> list[str]:
        return [*super().public_texts(), self.claim, self.reach_attempt]

    @classmethod
    def answering(cls, incidents: models.QuerySet[Any, Any]) -> models.QuerySet[Rebuttal]:
        shown = languages.best_of(visible(Rebuttal.objects.all()), languages.active())
        return shown.filter(pk__in=AnsweredIncident.objects.filter(incident__in=incidents).values("page"))

    def other_answers(self) -> models.QuerySet[Rebuttal]:
        """What a reader of the active language is shown of the live answers to the same incidents, newest first."""
        incidents = family([answered.incident_id for answered in self.answered.all()])
        others = self.answering(incidents).exclude(translation_key=self.translation_key).select_related("locale")
        return others.order_by("-first_published_at", "-pk")
