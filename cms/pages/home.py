"""The home page, the list of answers, the corrections log and plain information pages."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PagePermissionTester
from wagtail_localize.fields import SynchronizedField

from cms.incidents import Named, Place, Topic
from cms.page_cache.parts import shared
from cms.pages.answer import Answer, Change
from cms.pages.base import SitePage
from cms.pages.blocks import BodyBlock
from cms.pages.filters import by_verdict, narrowing, suffix
from cms.pages.newest import EveryAnswer, newest_answers, urgent_answers
from cms.translation import languages
from cms.visible import visible

A_PAGE = 20
ALL = "all"

# One word for a kind of change, as readers see it.
CHANGE_NAMES: dict[str, str | Promise] = {
    Change.CORRECTION: _("Correction"),
    Change.UPDATE: _("Update"),
    Change.RETRACTION: _("Retraction"),
    Change.VERDICT: _("Verdict after a check"),
}


def with_counts(kind: type[Named], answers: QuerySet[Page]) -> list[Any]:
    """Every topic (or place) by name, each with ``answers``: how many of ``answers`` are about it."""
    from cms.finding.search import fold

    counts = dict(answers.order_by().values_list(str(kind._meta.model_name)).annotate(models.Count("pk")))
    named: list[Any] = list(kind._default_manager.all())
    for one in named:
        one.answers = counts.get(one.pk, 0)
    return sorted(named, key=lambda one: fold(str(one)))  # a database would put Đ after Y


def page_of(request: HttpRequest, found: QuerySet[Any] | EveryAnswer, count: int | None = None) -> PageOfResults[Any]:
    """The page of results that ``?trang=`` asks for; the nearest one if that is not there.

    count  how many are found in all, where that is known already
    """
    pages: Paginator[Any] = Paginator(found, A_PAGE)  # type: ignore[arg-type]
    if count is not None:
        pages.count = count  # type: ignore[misc]
    return pages.get_page(request.GET.get("trang"))


def list_of_answers(request: HttpRequest, answers: QuerySet[Page], name: Hashable) -> dict[str, Any]:
    """What ``components/answers.html`` shows: one page of ``answers``, narrowed as the request asks.

    name  tells this list from others; ALL for the list of every answer
    """
    shown, wanted = by_verdict(request, answers, name)
    is_whole = name == ALL and not wanted.chosen
    results = page_of(request, EveryAnswer(languages.active()) if is_whole else shown, wanted.count)
    return {"answers": results, "chips": wanted.chips, "address_suffix": suffix(wanted.kept, results.number)}


class HomePage(SitePage):
    """The front page: the newest answers, and where to go from there."""

    intro = models.TextField(_("introduction"), max_length=400, blank=True)

    is_fixed = True
    parent_page_types = ["wagtailcore.Page"]
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        language = languages.active()
        newest = newest_answers(language)
        context["newest"] = EveryAnswer(language)[:9]
        context["urgent"] = urgent_answers(language)
        for name, kind in (("topics", Topic), ("places", Place)):
            counted = shared((name, language), partial(with_counts, kind, newest))
            context[name] = [one for one in counted if one.answers]
        return context


class AnswerListPermissionTester(PagePermissionTester):
    """Nothing is published from the "create" form: an answer goes through the workflow."""

    def can_publish_subpage(self) -> bool:
        return False


class AnswerList(SitePage):
    """All answers, newest first. Answers are made below this page, and its workflow is theirs."""

    intro = models.TextField(_("introduction"), max_length=400, blank=True)

    is_fixed = True
    parent_page_types = ["cms.HomePage"]
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("list of answers")
        verbose_name_plural = _("lists of answers")

    def permissions_for_user(self, user: Any) -> AnswerListPermissionTester:
        return AnswerListPermissionTester(user, self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context.update(list_of_answers(request, newest_answers(languages.active()), ALL))
        return context


class CorrectionsLog(SitePage):
    """Every correction, update and retraction, newest first, for everybody to see."""

    intro = models.TextField(_("introduction"), max_length=600, blank=True)

    is_fixed = True
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("corrections log")
        verbose_name_plural = _("corrections logs")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.corrections import Correction

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        answers = languages.best_of(visible(Answer.objects.all()), languages.active())
        log = Correction.objects.filter(page__in=answers.values("pk"))
        counts = dict(log.order_by().values_list("kind").annotate(models.Count("pk")))
        wanted = narrowing(request, "loai", CHANGE_NAMES, counts)
        shown = log.filter(kind=wanted.chosen) if wanted.chosen else log
        counted = models.Count("complaints", filter=models.Q(complaints__may_be_counted=True))
        results = page_of(
            request,
            shown.select_related("page__locale", "office").annotate(complained=counted).order_by("-made_at", "-pk"),
        )
        context.update(corrections=results, chips=wanted.chips, address_suffix=suffix(wanted.kept, results.number))
        return context


class InfoPageForm(WagtailAdminPageForm):
    """The editor's form. Not ``InfoPage.clean``: Wagtail cleans copies too, and a copy would end in a server error."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        purpose = cleaned.get("purpose")
        same = InfoPage.objects.filter(purpose=purpose, locale_id=self.instance.locale_id).exclude(pk=self.instance.pk)
        if purpose and (other := same.first()):
            words = _("“%(title)s” has this purpose already. Change that page, or take the purpose from it first.")
            self.add_error("purpose", words % {"title": other.title})
        return cleaned


class InfoPage(SitePage):
    """Methodology, who we are, policies: text that the office keeps up to date."""

    class Purpose(models.TextChoices):
        """What the page is for: machines are told its address, and some pages show a part made from the code."""

        METHOD = "method", _("methodology")
        ABOUT = "about", _("who we are, who owns and funds this")
        STAFF = "staff", _("roles and who decides")
        CORRECTIONS = "corrections", _("corrections policy")
        PRIVACY = "privacy", _("privacy policy")
        CONTACT = "contact", _("contact and complaint")

    purpose = models.CharField(
        _("purpose"),
        max_length=12,
        choices=Purpose.choices,
        blank=True,
        help_text=_("One page a purpose in each language. Search engines and other machines are told where it is."),
    )
    intro = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link"])
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    base_form_class = InfoPageForm
    override_translatable_fields = [SynchronizedField("purpose", overridable=False)]
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("purpose"), FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.pages import particulars

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context.update(particulars.of(self))
        return context


def pages_by_purpose(language: str) -> dict[str, InfoPage]:
    """{purpose: the live page that serves it for readers of a language}: in this language, or else the original."""
    pages = languages.best_of(visible(InfoPage.objects.all()), language).exclude(purpose="").select_related("locale")
    found: dict[str, InfoPage] = {}
    for page in sorted(pages, key=lambda page: (page.locale.language_code != language, page.path)):
        found.setdefault(page.purpose, page)
    return found


def page_for(purpose: str, language: str) -> InfoPage | None:
    """The live page that serves a purpose (``InfoPage.Purpose``) in a language, for machines that ask for its address."""
    return pages_by_purpose(language).get(purpose)
