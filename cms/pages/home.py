"""The home page, the list of answers, the corrections log and plain information pages."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PagePermissionTester
from wagtail.url_routing import RouteResult

from cms import languages
from cms.pages.answer import Answer
from cms.pages.base import SitePage
from cms.pages.blocks import BodyBlock

A_PAGE = 20


def newest_answers(language: str) -> QuerySet[Page]:
    """What a reader of a language is shown of the live answers, newest first, ready to be listed without a query an
    entry: the answers in this language, and the originals of those that are not translated into it."""
    return (
        languages.best_of(Answer.objects.live().public(), language)
        .order_by("-first_published_at", "-pk")
        .specific()
        .select_related("office", "topic", "place", "locale", for_specific_subqueries=True)
    )


def page_of(request: HttpRequest, found: QuerySet[Any]) -> PageOfResults[Any]:
    """The page of results that ``?trang=`` asks for; the nearest one if that is not there."""
    return Paginator(found, A_PAGE).get_page(request.GET.get("trang"))


class HomePage(SitePage):
    """The front page: the newest answers, and where to go from there."""

    intro = models.TextField(_("introduction"), max_length=400, blank=True)

    parent_page_types = ["wagtailcore.Page"]
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """A language without a public home page is not one of this site's."""
        if self.locale.language_code != languages.active():
            raise Http404
        return super().route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        newest = newest_answers(languages.active())
        context["newest"] = newest[:9]
        context["urgent"] = newest.filter(is_urgent=True)[:3]
        context["answer_list"] = AnswerList.objects.child_of(self).live().first()
        return context


class AnswerListPermissionTester(PagePermissionTester):
    """Nothing is published from the "create" form: an answer goes through the workflow."""

    def can_publish_subpage(self) -> bool:
        return False


class AnswerList(SitePage):
    """All answers, newest first. Answers are made below this page, and its workflow is theirs."""

    intro = models.TextField(_("introduction"), max_length=400, blank=True)

    parent_page_types = ["cms.HomePage"]
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("list of answers")
        verbose_name_plural = _("lists of answers")

    def permissions_for_user(self, user: Any) -> AnswerListPermissionTester:
        return AnswerListPermissionTester(user, self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["answers"] = page_of(request, newest_answers(languages.active()))
        return context


class CorrectionsLog(SitePage):
    """Every correction, update and retraction, newest first, for everybody to see."""

    intro = models.TextField(_("introduction"), max_length=600, blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("corrections log")
        verbose_name_plural = _("corrections logs")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.corrections import Correction

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        shown = languages.best_of(Answer.objects.live().public(), languages.active())
        log = Correction.objects.filter(page__in=shown.values("pk")).select_related("page__locale", "office")
        context["corrections"] = page_of(request, log)
        return context


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

    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("purpose"), FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")
