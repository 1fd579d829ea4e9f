"""Evidence check and second person: the two steps of the workflow, and the guard that no path gets around.

An approval binds *content*: the digest of everything the reader will see. Whatever way a page goes live (the editor,
a bulk action, a schedule, a copy, a script), ``guard`` runs when the live page is saved, and lets it pass only with an
evidence check and an approval of exactly this content, both by people who did not write it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import pre_save
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import AbstractGroupApprovalTask, Page, Revision, TaskState

from cms.agencies import may_work_on
from cms.content_digest import NOT_CONTENT, digest
from cms.gate import reasons
from cms.pages.answer import Answer


class Refusal(Exception):
    """Publishing, or a step towards it, was refused. ``words`` are full sentences in the active language's msgids.

    Not a PermissionDenied: Wagtail would answer that with "no permission" and drop the reasons.
    """

    def __init__(self, page: Page, words: list[str | Promise]) -> None:
        super().__init__("; ".join(str(each) for each in words))
        self.page = page
        self.words = words


def authors(page: Answer) -> set[int]:
    """Ids of everybody who wrote any of what is not published yet, and of the page's owner while it never was.

    A revision that changes nothing makes nobody an author.
    """
    return authors_of([page])[page.pk]


def authors_of(pages: Iterable[Page]) -> dict[int, set[int]]:
    """The same of many pages, by page id. Two queries."""
    pages = list(pages)
    lives = Revision.objects.in_bulk([page.live_revision_id for page in pages if page.live and page.live_revision_id])
    made: dict[str, list[Revision]] = {str(page.pk): [] for page in pages}
    for revision in Revision.page_revisions.filter(object_id__in=made).order_by("created_at", "id"):
        made[revision.object_id].append(revision)
    return {page.pk: _authors(page, lives.get(page.live_revision_id), made[str(page.pk)]) for page in pages}


def ever_authors(page: Page) -> set[int]:
    """Ids of everybody who ever wrote any of it, published or not. One query, and every revision read."""
    return _authors(
        page, None, list(Revision.page_revisions.filter(object_id=str(page.pk)).order_by("created_at", "id"))
    )


def _authors(page: Page, live: Revision | None, revisions: list[Revision]) -> set[int]:
    live = live if page.live else None
    found: set[int] = {page.owner_id} if live is None and page.owner_id else set()
    before = digest(live.content) if live else ""
    for revision in revisions:
        if live and revision.created_at <= live.created_at:
            continue
        now = digest(revision.content)
        if now != before and revision.user_id:
            found.add(revision.user_id)
        before = now
    return found


# The record ---------------------------------------------------------------------------------------------------


class Approval(models.Model):
    """That somebody checked or approved exactly this content. Append-only, and protects its page from deletion."""

    class Step(models.TextChoices):
        EVIDENCE = "evidence", _("evidence checked")
        APPROVAL = "approval", _("approved")
        OVERRIDE = "override", _("published in an emergency without a second person")

    page = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="approvals")
    digest = models.CharField(max_length=64)
    revision_no = models.BigIntegerField()
    step = models.CharField(max_length=10, choices=Step.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    comment = models.TextField(blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["id"]
        indexes = [models.Index(fields=["page", "digest"], name="approval_content")]
        permissions = [("emergency_publish", _("Can publish alone in an emergency, where the settings allow it"))]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.page}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an approval is written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an approval is never deleted")


def is_approved(page: Answer, data: dict[str, Any] | None = None) -> bool:
    """Whether the content (of the latest revision unless given) has both approvals, or an emergency's record."""
    if page.pk is None:
        return False
    if data is None:
        # Asked of the database: an object made from a revision does not know which revision is the latest.
        latest = Revision.objects.filter(pk__in=Page.objects.filter(pk=page.pk).values("latest_revision")).first()
        if latest is None:
            return False
        data = latest.content
    steps = set(Approval.objects.filter(page_id=page.pk, digest=digest(data)).values_list("step", flat=True))
    return Approval.Step.OVERRIDE in steps or {Approval.Step.EVIDENCE, Approval.Step.APPROVAL} <= steps


def may_override(user: Any) -> bool:
    """Whether this person may publish alone, because the office allowed it in its settings."""
    return settings.EMERGENCY_OVERRIDE and user.is_active and user.has_perm("cms.emergency_publish")


def record_override(page: Answer, user: Any) -> None:
    """Notes, before publishing, that an emergency override is used. Raises Refusal where the gate itself refuses."""
    revision = page.get_latest_revision()
    if not may_override(user):
        raise Refusal(page, [NEEDS_TWO])
    if found := reasons(revision.as_object()):
        raise Refusal(page, [reason.words for reason in found])
    Approval.objects.create(
        page=page, digest=digest(revision.content), revision_no=revision.pk, step=Approval.Step.OVERRIDE, by=user
    )
    log(instance=page, action="cms.emergency_publish", user=user, revision=revision)


# The workflow -------------------------------------------------------------------------------------------------

NEEDS_TWO = _(
    "This text has not been checked and approved by a second person. Submit it; an edit afterwards needs approval again."
)
YOU_WROTE_IT = _("You wrote part of this text. Somebody else must check and approve it.")
EVIDENCE_FIRST = _("The text was changed after the evidence check. Request changes, so that it is checked again.")


def _answer_of(workflow_state: Any) -> Answer | None:
    # Wagtail hands out the plain Page here, whatever its type.
    page = workflow_state.content_object.specific
    return page if isinstance(page, Answer) else None


class SecondPersonTask(AbstractGroupApprovalTask):
    """A step that only somebody other than the authors can take, on content that passes the gate."""

    step: Approval.Step

    class Meta:
        abstract = True

    def start(self, workflow_state: Any, user: Any = None) -> Any:
        page = _answer_of(workflow_state)
        if page and (found := reasons(page.get_latest_revision_as_object())):
            raise Refusal(page, [reason.words for reason in found])
        return super().start(workflow_state, user=user)

    def user_can_access_editor(self, page: Page, user: Any) -> bool:
        answer = page.specific
        is_theirs = not isinstance(answer, Answer) or may_work_on(user, answer)
        return is_theirs and bool(super().user_can_access_editor(page, user))

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        actions = super().get_actions(obj, user)
        page = obj.specific
        if isinstance(page, Answer) and not may_work_on(user, page):
            return []
        if isinstance(page, Answer) and user.pk in authors(page):
            return [action for action in actions if action[0] != "approve"]
        return actions

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> Any:
        page = _answer_of(task_state.workflow_state)
        if action_name == "approve" and page:
            revision = page.get_latest_revision()
            self._refuse_unless_sound(page, revision, user)
            Approval.objects.create(
                page=page,
                digest=digest(revision.content),
                revision_no=revision.pk,
                step=self.step,
                by=user,
                comment=kwargs.get("comment", ""),
            )
        return super().on_action(task_state, user, action_name, **kwargs)

    def _refuse_unless_sound(self, page: Answer, revision: Revision, user: Any) -> None:
        if not self.user_can_access_editor(page, user):
            raise Refusal(page, [_("This step is for other people.")])
        if user.pk in authors(page):
            raise Refusal(page, [YOU_WROTE_IT])
        if found := reasons(revision.as_object()):
            raise Refusal(page, [reason.words for reason in found])


class EvidenceCheckTask(SecondPersonTask):
    """First step: somebody goes through the evidence."""

    step = Approval.Step.EVIDENCE

    class Meta:
        verbose_name = _("evidence check")
        verbose_name_plural = _("evidence checks")

    @classmethod
    def get_description(cls) -> str:
        return gettext("Somebody other than the author checks each piece of evidence")


class ApprovalTask(SecondPersonTask):
    """Second step: somebody with authority approves, and the answer is published."""

    step = Approval.Step.APPROVAL

    class Meta:
        verbose_name = _("approval by a second person")
        verbose_name_plural = _("approvals by a second person")

    @classmethod
    def get_description(cls) -> str:
        return gettext("Somebody other than the author approves; the answer is then published")

    def _refuse_unless_sound(self, page: Answer, revision: Revision, user: Any) -> None:
        super()._refuse_unless_sound(page, revision, user)
        checked = Approval.objects.filter(page=page, digest=digest(revision.content), step=Approval.Step.EVIDENCE)
        if not checked.exists():
            raise Refusal(page, [EVIDENCE_FIRST])


# The guard ----------------------------------------------------------------------------------------------------

# What a reader sees of the fields that every page has.
_CONTENT_OF_PAGE = ("title", "slug", "seo_title", "search_description")


def guard(sender: type[models.Model], instance: Page, raw: bool = False, **signal: Any) -> None:
    """Refuses any save that makes an answer live, changes it live, or takes it off, without the approvals it needs."""
    fields = signal.get("update_fields")
    is_bookkeeping = fields is not None and set(fields) <= NOT_CONTENT - {"live"}
    if raw or is_bookkeeping or (instance.pk is None and not instance.live):
        return
    before = Page.objects.filter(pk=instance.pk).values("live", "first_published_at", *_CONTENT_OF_PAGE).first()
    if not instance.live:
        # Wagtail hides a page that is first published later; one that was public is not silently withdrawn.
        if before and before["live"] and before["first_published_at"]:
            raise Refusal(
                instance, [_("A published answer is not taken off the site silently. Retract it, with a reason.")]
            )
        return
    if not isinstance(instance, Answer):
        # A plain Page instance of an answer, saved live: only bookkeeping may pass through here.
        if before and before["live"] and all(before[name] == getattr(instance, name) for name in _CONTENT_OF_PAGE):
            return
        raise Refusal(instance, [NEEDS_TWO])
    if instance.alias_of_id or not is_approved(instance, instance.serializable_data()):
        raise Refusal(instance, [NEEDS_TWO])


def _is_answer(page: Page) -> bool:
    return isinstance(page, Answer) or issubclass(page.specific_class or Page, Answer)


def _guard_if_answer(sender: type[models.Model], instance: Any, **signal: Any) -> None:
    if isinstance(instance, Page) and _is_answer(instance):
        guard(sender, instance, **signal)


def connect() -> None:
    """Puts the guard before every save. Connected to all models: a page may be saved as its base class."""
    pre_save.connect(_guard_if_answer, dispatch_uid="answer-guard")


class RefusalMiddleware:
    """Turns a refusal, wherever in the admin it was raised, into its reasons on the page's own edit view."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Handles Refusal only."""
        if not isinstance(exception, Refusal):
            return None
        page = exception.page
        where = reverse("wagtailadmin_pages:edit", args=[page.pk]) if page.pk else reverse("wagtailadmin_home")
        said = (
            gettext("“%(title)s” was saved, but not published or passed on:")
            if page.pk
            else gettext("“%(title)s” was not made:")
        )
        reasons = " ".join(str(each) for each in exception.words)
        messages.error(request, said % {"title": page.draft_title or page.title} + " " + reasons)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse({"step": "success", "redirect": where})
        return redirect(where)
