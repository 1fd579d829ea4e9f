"""The campaign: one answer to a scam, with what people need to see through it and what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.models import Orderable
from wagtail.search import index

from campaigns.lines import LinesField, lines
from campaigns.words import CampaignWords, Question, ReportTo
from cms.pages.answer import Answer
from cms.translation import languages
from publishing.text import clean_html, plain_text


class Campaign(Answer):
    """A scam-awareness campaign. Its materials, waves, indicators and alerts hang on it and are approved by themselves."""

    scam_form = models.ForeignKey(
        "campaigns.ScamForm",
        verbose_name=_("scam form"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
    )
    target_groups = ParentalManyToManyField(
        "campaigns.TargetGroup", verbose_name=_("target groups"), blank=True, related_name="campaigns"
    )
    places = ParentalManyToManyField(
        "cms.Place",
        verbose_name=_("places"),
        blank=True,
        related_name="+",
        help_text=_("Where the scam goes round. None: the whole province."),
    )
    goal = models.TextField(
        _("goal"),
        max_length=400,
        blank=True,
        help_text=_("For the desk only: what should be different afterwards, and how it will be seen."),
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(
        _("ends on"), null=True, blank=True, help_text=_("From the day after nothing more of it is sent.")
    )
    how_it_works = LinesField(_("how it works"), blank=True)
    signs = LinesField(_("signs"), blank=True)
    do_now = LinesField(_("what to do now"), blank=True)
    if_paid = LinesField(_("what to do if you have paid"), blank=True)

    is_creatable = True
    read_once = ("answered", "report_to", "questions")
    read_with = ("scam_form",)
    parent_page_types = ["cms.AnswerList"]
    subpage_types: list[str] = []
    search_fields = [
        *Answer.search_fields,
        index.SearchField("how_it_works"),
        index.SearchField("signs"),
        index.SearchField("do_now"),
        index.SearchField("if_paid"),
    ]

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    edit_handler = Answer.tabs(
        [
            TitleFieldPanel("title"),
            MultiFieldPanel(
                [
                    FieldPanel("scam_form", widget=forms.Select),
                    FieldPanel("target_groups", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("places", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("goal"),
                    FieldPanel("starts_on"),
                    FieldPanel("ends_on"),
                ],
                heading=_("Campaign"),
            ),
            InlinePanel("answered", label=_("Incident"), heading=_("Incidents this answers")),
            FieldPanel("short_answer"),
            MultiFieldPanel(
                [
                    FieldPanel("how_it_works"),
                    FieldPanel("signs"),
                    FieldPanel("do_now"),
                    FieldPanel("if_paid"),
                ],
                heading=_("What people need"),
            ),
            InlinePanel("report_to", label=_("Place to report"), heading=_("Where to report")),
            FieldPanel("body"),
            InlinePanel("questions", label=_("Message"), heading=_("Quiz: is this message a scam?")),
            Answer.picture_panel,
            Answer.subject_panel,
        ]
    )

    @property
    def verdict_label(self) -> str:
        """What stands where a rebuttal has its verdict. It judges no claim, and no ClaimReview is made of it."""
        return gettext("Scam warning")

    @property
    def series(self) -> tuple[str, str]:
        """All posts of a campaign, in whatever language and form, belong together."""
        return f"campaign-{self.translation_key}", self.title

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        """The lists with their headings in the active language, in the order in which people need them."""
        return [
            (gettext("How it works"), lines(self.how_it_works)),
            (gettext("Signs"), lines(self.signs)),
            (gettext("What to do now"), lines(self.do_now)),
            (gettext("If you have paid"), lines(self.if_paid)),
        ]

    def body_markup(self) -> str:
        """With the lists and the places to report before the body: elsewhere they are all that people see of them."""
        with translation.override(self.locale.language_code):
            told = [(heading, points) for heading, points in self.sections() if points]
            if places := tuple(one.in_a_line for one in self.report_to.all()):
                told.append((gettext("Where to report"), places))
            made = format_html_join(
                "",
                "<h2>{}</h2><ul>{}</ul>",
                ((head, format_html_join("", "<li>{}</li>", ((point,) for point in points))) for head, points in told),
            )
        return made + str(self.body)

    def told_in_posts(self) -> str:
        """What to do comes first: a post is cut after a few lines, and who reads it may be on the telephone with them."""
        with translation.override(self.locale.language_code):
            how, signs, do_now, if_paid = self.sections()
            report_to = (gettext("Where to report"), tuple(one.in_a_line for one in self.report_to.all()))
            told = [
                "\n".join([f"{heading}:", *(f"• {point}" for point in points)])
                for heading, points in (do_now, report_to, signs, how, if_paid)
                if points
            ]
        return "\n\n".join([*told, plain_text(clean_html(str(self.body)))]).strip()

    def more_for_machines(self) -> list[dict[str, Any]]:
        """Two instructions: what to do now, and what to do after paying. Never a ClaimReview: no claim is judged."""
        address = self.full_url
        return [
            {
                "@type": "HowTo",
                "@id": f"{address}#{anchor}",
                "name": f"{heading}: {self.title}",
                "inLanguage": self.locale.language_code,
                "step": [
                    {"@type": "HowToStep", "position": position, "text": point}
                    for position, point in enumerate(points, 1)
                ],
            }
            for anchor, (heading, points) in zip(("do-now", "if-paid"), self.sections()[2:], strict=True)
            if points
        ]

    def words(self) -> CampaignWords:
        """What materials are made of, in the language of this page."""
        return CampaignWords(
            language=self.locale.language_code,
            title=self.title,
            short_answer=self.short_answer,
            how_it_works=lines(self.how_it_works),
            signs=lines(self.signs),
            do_now=lines(self.do_now),
            if_paid=lines(self.if_paid),
            report_to=tuple(ReportTo(one.name, one.phone, one.url, one.hours) for one in self.report_to.all()),
            questions=tuple(Question(one.message, one.is_scam, one.why) for one in self.questions.all()),
            office=self.office.name if self.office else "",
            url=self.full_url or "",
            scam_form=str(self.scam_form) if self.scam_form else "",
            target_groups=tuple(str(group) for group in self.target_groups.all()),
            places=tuple(str(place) for place in self.places.all()),
        ).composed()

    def own_reasons(self) -> list[tuple[str, str | Promise]]:
        found: list[tuple[str, str | Promise]] = []
        if self.scam_form is None:
            found.append(("no_scam_form", _("The scam form is missing.")))
        if not self.answered.all():
            found.append(("no_incident", _("No incident is chosen that this answers.")))
        for name in ("how_it_works", "signs", "do_now", "if_paid"):
            if not lines(getattr(self, name)):
                words = _("“%(field)s” is empty.")
                found.append((f"no_{name}", words % {"field": self._meta.get_field(name).verbose_name}))
        if not self.report_to.all():
            found.append(("no_report_to", _("No place is named where people can report the scam.")))
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            found.append(("ends_before_start", _("The campaign ends before it starts.")))
        return found

    def public_numbers(self) -> list[str]:
        return [one.phone for one in self.report_to.all() if one.phone]

    def public_texts(self) -> list[str]:
        texts = [*super().public_texts(), self.how_it_works, self.signs, self.do_now, self.if_paid]
        for one in self.report_to.all():
            texts += [one.name, one.phone, one.hours]
        for question in self.questions.all():
            texts += [question.message, question.why]
        return texts


class ReportingPlace(Orderable):
    """Where people can report the scam or get help: a body with a published number or address."""

    page = ParentalKey(Campaign, on_delete=models.CASCADE, related_name="report_to")
    name = models.CharField(_("body"), max_length=120)
    phone = models.CharField(_("published number"), max_length=40, blank=True)
    url = models.URLField(_("address on the web"), max_length=300, blank=True)
    hours = models.CharField(_("hours"), max_length=80, blank=True, help_text=_("E.g. “24 hours a day”."))

    @property
    def in_a_line(self) -> str:
        """Name, number and hours, for text without markup."""
        how = ", ".join(filter(None, [self.phone or self.url, self.hours]))
        return f"{self.name}: {how}" if how else self.name

    class Meta(Orderable.Meta):
        verbose_name = _("place to report")
        verbose_name_plural = _("places to report")

    def __str__(self) -> str:
        return self.name


class QuizQuestion(Orderable):
    """An invented message for the quiz, and how one sees whether it is a scam."""

    page = ParentalKey(Campaign, on_delete=models.CASCADE, related_name="questions")
    message = models.TextField(
        _("message"), max_length=400, help_text=_("Invented, as such messages go. No real names, numbers or addresses.")
    )
    is_scam = models.BooleanField(_("is a scam"), default=True)
    why = models.TextField(_("how one sees it"), max_length=300)

    class Meta(Orderable.Meta):
        verbose_name = _("quiz question")
        verbose_name_plural = _("quiz questions")

    def __str__(self) -> str:
        return self.message


def shown_campaigns(rows: Any) -> Any:
    """What a reader of the active language is shown of ``rows``: own language first, newest first, nothing retracted."""
    from cms.visible import visible

    shown = languages.best_of(visible(rows), languages.active()).exclude(change_kind="retraction")
    return shown.select_related("scam_form", "locale").order_by("-first_published_at", "-pk")
