"""What every answer has, whatever its form: a short answer, a body, evidence, an office that signs it.

Rebuttal, VerifiedFact and the campaign (of another app) are kinds of Answer. What makes an answer publishable is in
gate.py, who must have seen it in approval.py, and what happened to it afterwards in corrections.py.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import model_to_dict
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import StreamField
from wagtail.images.models import SourceImageIOError
from wagtail.models import Orderable, Page, PagePermissionTester
from wagtail.search import index
from wagtail_localize.fields import BaseTranslatableField

from cms.agencies import may_work_on
from cms.cards import cards
from cms.fields import TodayField
from cms.incidents import platforms_of, told_of
from cms.page_cache.parts import are_shared
from cms.pages.base import SitePage
from cms.pages.blocks import BodyBlock
from cms.pages.panels import GatePanel, LinksPanel, OriginalPanel
from cms.standing import Standing, standings
from cms.translation import languages
from cms.visible import visible
from publishing.agencies import sees_all, visible_to
from publishing.models import Organisation
from publishing.story import Image, Source, Story
from publishing.text import clean_html, plain_text


class Change(models.TextChoices):
    """Why a published answer is changed. Empty: nothing a reader needs to know, such as a slip of the pen."""

    CORRECTION = "correction", _("correction: something was wrong")
    UPDATE = "update", _("update: something new is known")
    RETRACTION = "retraction", _("retraction: the answer does not stand")
    # Never chosen by an editor: what a holding notice tells when the check is finished.
    VERDICT = "verdict", _("verdict: the check is finished")

    @classmethod
    def for_editors(cls) -> list[tuple[str, Any]]:
        """What an editor may choose."""
        return [choice for choice in cls.choices if choice[0] != cls.VERDICT]


# What was judged: a translation has it from its original and cannot have it otherwise.
JUDGED = ("verdict", "nature")


class AnswerForm(WagtailAdminPageForm):
    """The editor's form. A change note that was already published is not offered as the note of the next change; what a
    translation has from its original is shown and cannot be changed."""

    def _offer_offices(self) -> None:
        """A member of an organisation writes under the name of the own one; where there is one only it is chosen already."""
        offices = Organisation.objects.filter(is_office=True)
        if self.for_user is not None:
            offices = visible_to(self.for_user, offices)
        field: Any = self.fields.get("office")
        if field is not None:
            field.queryset = offices
            field.required = field.required or (self.for_user is not None and not sees_all(self.for_user))
        if not self.instance.pk and offices.count() == 1:
            self.initial["office"] = offices.get().pk

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = self.instance
        self._offer_offices()
        is_told = answer.pk and answer.change_kind and answer.corrections.filter(note=answer.change_note).exists()
        if is_told and answer.change_kind != Change.RETRACTION:
            self.initial["change_kind"] = self.initial["change_note"] = ""
        self.original = languages.original_of(answer)
        if (original := self.original) is not None:
            for name, value in model_to_dict(original.specific, [*JUDGED, "topic", "place", "is_urgent"]).items():
                if name in self.fields:
                    self.initial[name], self.fields[name].disabled = value, True
                    self.fields[name].help_text = _("Taken from the original.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("change_kind") and not (cleaned.get("change_note") or "").strip():
            self.add_error("change_note", _("Say in one or two sentences what was wrong or new, and what holds now."))
        return cleaned


class AnswerPermissionTester(PagePermissionTester):
    """Publishing is the end of the workflow, and going back is a retraction: buttons that lead elsewhere are not shown.

    These are the buttons; what enforces the rule is ``approval.guard``, on every save.
    """

    def can_edit(self) -> bool:
        return may_work_on(self.user, self.page) and super().can_edit()

    def can_publish(self) -> bool:
        from cms import approval

        if not (may_work_on(self.user, self.page) and super().can_publish()):
            return False
        return approval.is_approved(self.page.specific) or approval.may_override(self.user)

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and self.page.first_published_at is None

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        # Whatever was checked or public once stays: its approvals, corrections and deliveries refer to it.
        may = super().can_delete(ignore_bulk) and self.page.first_published_at is None
        return may and not self.page.specific.approvals.exists()


class Answer(SitePage):
    """A published check of something. Never created as such: create a Rebuttal or a VerifiedFact."""

    short_answer = models.TextField(
        _("short answer"),
        max_length=400,
        help_text=_("The first thing a reader sees: what is true, in one or two plain sentences."),
    )
    picture = models.ForeignKey(
        "cms.Picture", verbose_name=_("picture"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    picture_alt = models.CharField(
        _("description of the picture"),
        max_length=250,
        blank=True,
        help_text=_("What the picture shows, for people who do not see it."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)
    why_checked = models.TextField(_("why this was checked"), max_length=600, blank=True)
    office = models.ForeignKey(
        Organisation,
        verbose_name=_("office that answers"),
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"is_office": True},
        null=True,
        blank=True,
    )
    topic = models.ForeignKey(
        "cms.Topic", verbose_name=_("topic"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    place = models.ForeignKey(
        "cms.Place", verbose_name=_("place"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    is_urgent = models.BooleanField(_("urgent"), default=False)
    change_kind = models.CharField(_("kind of change"), max_length=12, choices=Change.for_editors(), blank=True)
    change_note = models.TextField(
        _("what changed"),
        max_length=800,
        blank=True,
        help_text=_("For the public corrections log and for every channel: what was wrong, and what holds now."),
    )

    base_form_class = AnswerForm
    is_creatable = False
    # A translation is an answer like any other: one editor, one workflow. Its strings are not kept apart.
    localize_default_translation_mode = "simple"
    # What was told of the original's changes is not told again of its copies and translations.
    exclude_fields_in_copy = ["change_kind", "change_note"]
    override_translatable_fields = [BaseTranslatableField("change_kind"), BaseTranslatableField("change_note")]
    # Children that several parts of the public page ask for: read once for all of them.
    read_once: tuple[str, ...] = ()
    # What a kind of answer names besides, and its page shows: read with it.
    read_with: tuple[str, ...] = ()
    template = "pages/answer.html"
    search_fields = [*SitePage.search_fields, index.SearchField("short_answer"), index.SearchField("body")]

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        # The few that go first on the home page are found without looking at all others.
        indexes = [models.Index(fields=["is_urgent"], name="answer_urgent", condition=models.Q(is_urgent=True))]

    evidence_panels = [
        HelpPanel(
            content=_(
                "At least one primary source is needed: a document, record or statement by whoever knows first-hand."
            )
        ),
        InlinePanel("evidence", label=_("Evidence"), heading=_("Evidence")),
        LinksPanel(heading=_("Links and copies")),
        FieldPanel("why_checked", help_text=_("One sentence for readers: who asked, or how far it had spread.")),
    ]
    public_detail_panels = [
        HelpPanel(
            content=_(
                "Numbers and accounts in the text that are public for a good reason, such as a published hotline. Everything else that looks like personal data must be removed."
            )
        ),
        InlinePanel("public_details", label=_("Public detail"), heading=_("Public details")),
    ]
    change_panels = [
        HelpPanel(
            content=_(
                "Only when a published answer is changed. A correction or retraction goes into the public log and to every channel the answer went to."
            )
        ),
        MultiFieldPanel([FieldPanel("change_kind"), FieldPanel("change_note")], heading=_("Change")),
        InlinePanel("replies", label=_("Reply"), heading=_("Replies of those concerned")),
    ]
    subject_panel = MultiFieldPanel(
        [
            FieldPanel("office", help_text=_("The answer and every post of it stand under this name.")),
            FieldPanel("topic", widget=forms.Select),
            FieldPanel("place", widget=forms.Select),
            FieldPanel(
                "is_urgent",
                help_text=_(
                    "It goes first on the home page, and out at once on the channels that take urgent answers."
                ),
            ),
        ],
        heading=_("Subject"),
    )
    picture_panel = MultiFieldPanel([FieldPanel("picture"), FieldPanel("picture_alt")], heading=_("Picture"))

    @classmethod
    def tabs(cls, content: list[Any]) -> TabbedInterface:
        """The editor's tabs, the same for every kind of answer, around its own content panels."""
        return TabbedInterface(
            [
                ObjectList([OriginalPanel(), GatePanel(), *content], heading=_("Answer")),
                ObjectList(cls.evidence_panels, heading=_("Evidence")),
                ObjectList(cls.public_detail_panels, heading=_("Personal data")),
                ObjectList(cls.change_panels, heading=_("Correction")),
                ObjectList(cls.promote_panels, heading=_("Address")),
                ObjectList(cls.settings_panels, heading=_("Schedule")),
            ]
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.pages import together
        from cms.translation import translating

        if are_shared():
            together.read_around(self)
        for name in self.read_once:
            getattr(self, name).get_object_list()
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["behind"] = translating.behind(self)
        return context

    def permissions_for_user(self, user: Any) -> AnswerPermissionTester:
        return AnswerPermissionTester(user, self)

    # What it says ---------------------------------------------------------------------------------------------

    @property
    def kind_name(self) -> str:
        """Machine name of the kind of answer, for stories and feeds."""
        return str(self._meta.model_name)

    @property
    def claim_text(self) -> str:
        """What was claimed; empty where nothing false was."""
        return ""

    @property
    def verdict_label(self) -> str:
        """The verdict in the active language; empty where there is none."""
        return ""

    @property
    def standing(self) -> Standing | None:
        """What stands in the place of a verdict, for kinds of answer that never have one."""
        return standings.get(self.kind_name)

    @property
    def is_retracted(self) -> bool:
        return self.change_kind == Change.RETRACTION

    @property
    def is_holding(self) -> bool:
        """It only says that the claim is being verified; the verdict follows at the same address."""
        return False

    @cached_property
    def public_corrections(self) -> list[Any]:
        """What was corrected, newest first."""
        return list(self.corrections.all())

    @cached_property
    def told_elsewhere(self) -> list[Any]:
        """What was corrected in its other languages, newest first."""
        from cms.corrections import Correction

        same = Correction.objects.filter(page__translation_key=self.translation_key).exclude(page=self.pk)
        return list(same) if self.pk else []

    @cached_property
    def public_evidence(self) -> list[Evidence]:
        """The evidence with its documents, as the editor ordered it. Asked once, for readers and for machines."""
        return list(self.evidence.all().select_related("document"))

    @cached_property
    def public_replies(self) -> list[Any]:
        """What those concerned reply, as the editor ordered it."""
        return list(self.replies.all())

    @cached_property
    def public_approvals(self) -> list[Any]:
        """Who let which content pass, in order."""
        return list(self.approvals.all())

    @cached_property
    def public_cards(self) -> tuple[Image, ...]:
        """Its share cards, wide first, for the head and the foot of its page and for machines."""
        return cards.images(self)

    @cached_property
    def platforms_seen(self) -> list[str]:
        """The platform of each time that what it answers was seen."""
        return platforms_of([answered.incident_id for answered in self.answered.all()])

    @cached_property
    def told_of_spread(self) -> list[Any]:
        """(this page, when first seen, platform or None) of every incident it answers, of those merged with it too."""
        return list(told_of([self.pk], "first_seen_at", "appearances__platform"))

    @cached_property
    def all_translations(self) -> list[Page]:
        """Its translations, public or not, in the order in which they were made."""
        return list(self.get_translations().select_related("locale").order_by("pk")) if self.pk else []

    @cached_property
    def public_translations(self) -> list[Page]:
        """Those of them that anybody may read."""
        return list(visible(self.get_translations()).select_related("locale")) if self.pk else []

    @classmethod
    def answering(cls, incidents: models.QuerySet[Any, Any]) -> models.QuerySet[Any] | None:
        """What a reader of the active language is shown of the live answers to ``incidents``; None for kinds that do not
        name each other."""
        return None

    def other_answers(self) -> models.QuerySet[Any]:
        """The live answers to the same incidents, newest first."""
        return Page.objects.none()

    @cached_property
    def public_others(self) -> list[Page]:
        """The same, read once."""
        return list(self.other_answers())

    def own_reasons(self) -> list[tuple[str, str | Promise]]:
        """(code, words) of what this kind of answer still lacks, besides what the gate asks of every answer."""
        return []

    def public_numbers(self) -> list[str]:
        """What looks like personal data in this kind of answer and is there to be public, such as a hotline's number."""
        return []

    def public_texts(self) -> list[str]:
        """Every text of this page that the public will read, for the gate's search for personal data."""
        texts = [
            self.title,
            self.short_answer,
            self.why_checked,
            self.change_note,
            self.picture_alt,
            self.search_description,
        ]
        texts.append(plain_text(str(self.body)))
        for piece in self.evidence.all():
            texts += [piece.title, piece.quotation, piece.url]
        for reply in self.replies.all():
            texts += [reply.by, reply.text]
        return texts

    def body_markup(self) -> str:
        """Everything below the short answer, as HTML, for channels, feeds and the index."""
        return str(self.body)

    def told_in_posts(self) -> str:
        """The same as text for posts that may be cut anywhere: what matters most comes first."""
        return plain_text(clean_html(self.body_markup()))

    def more_for_machines(self) -> list[dict[str, Any]]:
        """Nodes of schema.org that this kind of answer adds to those of every answer, in the active language."""
        return []

    # How it gets out ------------------------------------------------------------------------------------------

    @property
    def series(self) -> tuple[str, str]:
        """(key, name) of what this answer is told in several posts of; empty where it is one by itself."""
        return "", ""

    @property
    def story_key(self) -> str:
        """The same for the life of this answer in this language."""
        return f"{self.kind_name}-{self.translation_key}-{self.locale.language_code}"

    def story(self) -> Story:
        """The live revision as channels get it. Call it on a live page only."""
        language = self.locale.language_code
        with translation.override(language):
            body = _absolute(clean_html(self.body_markup())) if not self.is_retracted else ""
            change = self.corrections.filter(revision=self.live_revision_id).first()
            series, series_name = self.series
            return Story(
                key=self.story_key,
                revision=self.live_revision_id or 0,
                kind=self.kind_name,
                language=language,
                url=self.full_url or "",
                slug=self.slug,
                title=self.title,
                short_answer=self.short_answer if not self.is_retracted else "",
                office=str(self.office.name) if self.office else "",
                published_at=self.first_published_at or timezone.now(),
                modified_at=self.last_published_at or timezone.now(),
                claim=self.claim_text,
                verdict=self.verdict_label if not self.is_retracted else "",
                is_judged=self.standing is None,
                body_html=body,
                body_text=self.told_in_posts() if not self.is_retracted else "",
                topics=(str(self.topic),) if self.topic else (),
                topic_keys=(self.topic.slug,) if self.topic else (),
                place=str(self.place) if self.place else "",
                images=self._story_images(),
                sources=tuple(
                    Source(piece.title, piece.public_url, piece.get_kind_display()) for piece in self.evidence.all()
                )
                if not self.is_retracted
                else (),
                is_urgent=self.is_urgent,
                is_retracted=self.is_retracted,
                is_holding=self.is_holding,
                change_kind=change.kind if change else "",
                change=change.note if change else "",
                cards=cards.images(self),
                series=series,
                series_name=series_name,
            )

    def _story_images(self) -> tuple[Image, ...]:
        if not self.picture or self.is_retracted:
            return ()
        try:
            rendition = self.picture.get_rendition("max-1600x1600|format-jpeg")
        except SourceImageIOError:  # its file was lost after approval: the words go out all the same
            return ()
        return (Image(rendition.full_url, self.picture_alt, rendition.width, rendition.height, self.picture.credit),)


def _absolute(markup: str) -> str:
    """Addresses of our own site made whole: the markup is read on other sites."""
    return re.sub(r'(href|src)="/(?!/)', rf'\1="{settings.BASE_URL}/', markup)


class Evidence(Orderable):
    """One piece of evidence, for or against, with where it can be seen."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("primary source")
        SECONDARY = "secondary", _("secondary source")
        OWN = "own", _("our own agency")
        EXPERT = "expert", _("expert")

    class Stance(models.TextChoices):
        AGAINST = "against", _("speaks against the claim")
        FOR = "for", _("speaks for the claim")
        CONTEXT = "context", _("context")

    page = ParentalKey(Answer, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(
        _("source"),
        max_length=250,
        help_text=_("Who says so, and in what, e.g. “Department of Health, notice 12/TB-SYT”."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PRIMARY)
    stance = models.CharField(_("stance"), max_length=10, choices=Stance.choices, default=Stance.AGAINST)
    url = models.URLField(_("link"), max_length=600, blank=True)
    document = models.ForeignKey(
        "wagtaildocs.Document",
        verbose_name=_("public document"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    quotation = models.TextField(_("quotation"), max_length=1500, blank=True)
    accessed_on = TodayField(_("accessed on"), default=timezone.localdate)
    kept_copy = models.ForeignKey(
        "cms.KeptCopy",
        verbose_name=_("kept copy"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Stays private, for the day the link dies."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return self.title

    @property
    def public_url(self) -> str:
        """Where the public can see it; empty if only the quotation is public."""
        if self.url:
            return self.url
        return settings.BASE_URL + self.document.url if self.document else ""

    def clean(self) -> None:
        if not (self.url or self.document or self.quotation.strip() or self.kept_copy):
            raise ValidationError(
                {"url": _("Give a link, a document, a quotation or a kept copy: evidence must be visible.")}
            )


class PublicDetail(Orderable):
    """Something that looks like personal data and is public for a stated reason."""

    page = ParentalKey(Answer, on_delete=models.CASCADE, related_name="public_details")
    text = models.CharField(_("text"), max_length=120, help_text=_("Exactly as it stands in the answer."))
    reason = models.CharField(_("why it is public"), max_length=250)

    class Meta(Orderable.Meta):
        verbose_name = _("public detail")
        verbose_name_plural = _("public details")

    def __str__(self) -> str:
        return self.text


class AnsweredIncident(Orderable):
    """That a rebuttal or a campaign answers an incident."""

    page = ParentalKey(Answer, on_delete=models.CASCADE, related_name="answered")
    incident = models.ForeignKey(
        "cms.Incident", verbose_name=_("incident"), on_delete=models.PROTECT, related_name="answers"
    )

    panels = [FieldPanel("incident")]

    class Meta(Orderable.Meta):
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [models.UniqueConstraint(fields=["page", "incident"], name="incident_answered_once")]

    def __str__(self) -> str:
        return str(self.incident)
