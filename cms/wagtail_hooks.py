"""What we add to Wagtail's admin: the register of incidents, kept copies, and what the workflow needs there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import permission_required
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms import approval
from cms.incidents import Incident, Place, Topic
from cms.kept import KeptCopy
from cms.pages.answer import Answer
from cms.sent_in import inbox_hooks as inbox_hooks  # the inbox registers its own
from cms.translation.names import NamedLayout, NamesForm, NamesPanel

# The register -------------------------------------------------------------------------------------------------


class IncidentViewSet(SnippetViewSet):
    model = Incident
    icon = "warning"
    menu_label = _("Incidents")
    list_display = [
        "__str__",
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        "topic",
        "place",
        Column("get_urgency_display", label=_("Urgency"), sort_key="urgency"),
        Column("get_status_display", label=_("Status"), sort_key="status"),
        "first_seen_at",
    ]
    list_filter = ["status", "urgency", "kind", "topic", "place"]
    list_per_page = 50
    inspect_view_enabled = True
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("claim"),
            MultiFieldPanel(
                [
                    FieldPanel("kind"),
                    # A plain list: an office has a dozen topics and a hundred places, and a list takes one keystroke.
                    FieldPanel("topic", widget=forms.Select),
                    FieldPanel("place", widget=forms.Select),
                    FieldPanel("urgency"),
                    FieldPanel("first_seen_at"),
                    FieldPanel("status"),
                ],
                heading=_("What and where"),
            ),
            InlinePanel("appearances", label=_("Appearance"), heading=_("Where it was seen")),
            FieldPanel("note"),
        ]
    )


class DownloadColumn(Column):
    """A link that hands out the file."""

    cell_template_name = "desk/download_cell.html"


class KeptCopyChooserViewSet(SnippetChooserViewSet):
    """Chooses a kept copy, or keeps a new one without leaving the form."""

    form_fields = ["title", "file", "source_url"]
    creation_tab_label = _("Keep a new copy")
    create_action_label = _("Keep")


class KeptCopyViewSet(SnippetViewSet):
    model = KeptCopy
    chooser_viewset_class = KeptCopyChooserViewSet
    icon = "lock"
    menu_label = _("Kept copies")
    list_display = ["title", DownloadColumn("file", label=_("File")), "kept_at", "source_url"]
    inspect_view_enabled = True
    copy_view_enabled = False
    panels = [FieldPanel("title"), FieldPanel("file"), FieldPanel("source_url")]


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ["name", "slug"]
    edit_handler = NamedLayout(
        [FieldPanel("name"), NamesPanel(heading=_("Names in other languages")), FieldPanel("slug")],
        base_form_class=NamesForm,
    )


class PlaceViewSet(SnippetViewSet):
    model = Place
    icon = "site"
    menu_label = _("Places")
    list_display = ["name", Column("get_kind_display", label=_("Kind"), sort_key="kind")]
    list_filter = ["kind"]
    edit_handler = NamedLayout(
        [FieldPanel("name"), NamesPanel(heading=_("Names in other languages")), FieldPanel("slug"), FieldPanel("kind")],
        base_form_class=NamesForm,
    )


@register_snippet
class RegisterGroup(SnippetViewSetGroup):
    items = (IncidentViewSet, KeptCopyViewSet, TopicViewSet, PlaceViewSet)
    menu_label = _("Register")
    menu_icon = "warning"
    menu_order = 150
    add_to_admin_menu = True


@hooks.register("register_admin_urls")
def kept_copy_url() -> list[Any]:
    return [path("kept-copies/<int:pk>/file/", kept_copy, name="kept_copy")]


@permission_required("cms.view_keptcopy")
def kept_copy(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hands out a kept copy to be saved. Never shown in the browser: an archived page may carry scripts."""
    copy = get_object_or_404(KeptCopy, pk=pk)
    answer = FileResponse(copy.file.open("rb"), as_attachment=True, filename=f"kept-{copy.pk}.{copy.extension}")
    answer["Content-Security-Policy"] = "sandbox"
    return answer


# Approval in the admin ----------------------------------------------------------------------------------------


@hooks.register("before_publish_page")
def override_is_recorded(request: HttpRequest, page: Page) -> None:
    """The publish button of an answer that nobody approved is there in an emergency only; its use is written down."""
    answer = page.specific
    if isinstance(answer, Answer) and not approval.is_approved(answer):
        approval.record_override(answer, request.user)


@hooks.register("construct_page_action_menu")
def the_step_comes_first(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Whoever is asked to check or approve finds that as the button, not "save draft": a reviewer who edits becomes an
    author, and could not approve any more."""
    steps = [item for item in items if item.name == "approve"]
    if steps:
        items[:] = [steps[0], *(item for item in items if item is not steps[0] and item.name != "action-save-draft")]


@hooks.register("construct_page_action_menu")
def no_second_way_to_translate(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """A translated answer is written in this editor, and is never the alias of another page."""
    page = context.get("page")
    if page is not None and isinstance(page.specific, Answer):
        items[:] = [item for item in items if not item.name.startswith("localize-")]


@hooks.register("before_edit_page", order=-1)
def no_strings_apart(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The same for who asks for it without the menu: the editor of strings would overwrite the evidence."""
    if "localize-restart-translation" in request.POST and isinstance(page.specific, Answer):
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    @actions.register_action("cms.emergency_publish")
    class EmergencyPublish(LogFormatter):
        label = _("Published in an emergency")
        message = _("Published in an emergency, without a second person's approval")


@hooks.register("register_page_header_buttons")
def channels_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Any:
    """From a published answer to its place on the publishers' desk."""
    answer = page.specific
    if isinstance(answer, Answer) and answer.live and user.has_perm("publishing.compose_delivery"):
        yield Button(
            _("Send to channels"),
            reverse("publishing_compose_story", args=[answer.story_key]),
            icon_name="mail",
            priority=5,
        )


# The first thing one sees -------------------------------------------------------------------------------------


class UnansweredPanel(Component):
    """The most urgent incidents that nobody has answered yet."""

    name = "unanswered"
    template_name = "desk/unanswered.html"
    order = 220  # after what waits for this very person

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        open_states = [Incident.Status.REPORTED, Incident.Status.VERIFYING, Incident.Status.AGAIN]
        incidents = Incident.objects.filter(status__in=open_states).select_related("topic", "place")
        return {"incidents": incidents[:8], "may_edit": parent_context["request"].user.has_perm("cms.change_incident")}


@hooks.register("construct_homepage_panels")
def unanswered_first(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("cms.view_incident"):
        panels.append(UnansweredPanel())


@hooks.register("construct_main_menu")
def only_what_is_used(request: HttpRequest, items: list[Any]) -> None:
    """Wagtail's help menu leads to foreign sites in English only: the office's own guide is in docs/."""
    items[:] = [item for item in items if item.name != "help"]
