"""What we add to Wagtail's admin: the register of incidents, kept copies, and what the workflow needs there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import permission_required
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter, log
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet, SnippetCreateView
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms import approval
from cms.accounts import accounts_hooks as accounts_hooks  # logging in registers its own
from cms.admin_doors import without_above
from cms.audit import desk_hooks as audit_hooks  # the audit registers its own
from cms.complaints import complaints_hooks as complaints_hooks  # complaints register their own
from cms.desk import re_review_desk as re_review_desk  # the queue registers its own
from cms.desk.incident_list import DueColumn, IncidentFilterSet, IncidentIndexView
from cms.desk.incident_shown import IncidentInspectView
from cms.desk.today import only_today
from cms.desk.what_waits import SOURCES
from cms.guide import guide_hooks as guide_hooks  # the guide registers its own
from cms.incidents import Incident, Place, Topic
from cms.intake import intake_hooks as intake_hooks  # the intake registers its own
from cms.intake.merge_desk import SamePanel
from cms.keeping import desk as keeping_desk
from cms.kept import KeptCopy
from cms.notices import notices_hooks as notices_hooks  # notices register their own
from cms.page_cache import page_hooks as page_hooks  # pages from memory register their own
from cms.pages.answer import Answer
from cms.reports import desk_hooks as desk_hooks  # the report registers its own
from cms.sent_in import inbox_hooks as inbox_hooks  # the inbox registers its own
from cms.setting_up import set_up_hooks as set_up_hooks  # setting up registers its own
from cms.translation import listing_buttons
from cms.translation.names import NamedLayout, NamesForm, NamesPanel
from cms.watching import status_hooks as status_hooks  # the status page registers its own
from publishing.agencies import sees_all
from publishing.desk.waiting import add_sources

# The register -------------------------------------------------------------------------------------------------


class IncidentForm(WagtailAdminModelForm):
    """Merging has a page of its own: it is no status that somebody picks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        status.choices = [choice for choice in status.choices if choice[0] != Incident.Status.MERGED]


class NewestIncidents(ChooseView):
    ordering = "-pk"


class NewestIncidentsFound(ChooseResultsView):
    ordering = "-pk"


class IncidentChooserViewSet(SnippetChooserViewSet):
    """The newest first: an answer is mostly written right after its incident was registered."""

    choose_view_class = NewestIncidents
    choose_results_view_class = NewestIncidentsFound


class IncidentViewSet(SnippetViewSet):
    model = Incident
    icon = "warning"
    menu_label = _("Incidents")
    list_display = [
        "__str__",
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        "topic",
        "place",
        Column("urgency_word", label=_("Urgency"), sort_key="urgency"),
        Column("get_status_display", label=_("Status"), sort_key="status"),
        DueColumn("due_at", label=_("Time left"), sort_key="due_at"),
        "first_seen_at",
        Column("came_from", label=_("Came from"), sort_key="origin"),
    ]
    chooser_viewset_class = IncidentChooserViewSet
    filterset_class = IncidentFilterSet
    index_view_class = IncidentIndexView
    list_per_page = 50
    inspect_view_enabled = True
    copy_view_enabled = False
    edit_view_class = audit_hooks.IncidentEditView
    inspect_view_class = IncidentInspectView
    inspect_template_name = "desk/incident.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        return Incident.objects.select_related("topic", "place", "handed_over__partner")

    edit_handler = ObjectList(
        [
            FieldPanel("claim"),
            SamePanel(heading=_("Origin, and others like it")),
            MultiFieldPanel(
                [
                    FieldPanel("kind"),
                    # A plain list: an office has a dozen topics and a hundred places, and a list takes one keystroke.
                    FieldPanel("topic", widget=forms.Select),
                    FieldPanel("place", widget=forms.Select),
                    FieldPanel(
                        "urgency",
                        help_text=_("It decides by when people hear of it and by when the answer is due."),
                    ),
                    FieldPanel("first_seen_at"),
                    FieldPanel(
                        "status",
                        help_text=_(
                            "It follows the answers by itself. Change it when the claim spreads again, or to close it without an answer."
                        ),
                    ),
                ],
                heading=_("What and where"),
            ),
            InlinePanel("appearances", label=_("Appearance"), heading=_("Where it was seen")),
            keeping_desk.LinksPanel(heading=_("Kept copies")),
            FieldPanel("note"),
        ],
        base_form_class=IncidentForm,
    )


class DownloadColumn(Column):
    """A link that hands out the file."""

    cell_template_name = "desk/download_cell.html"


class KeepInPassingView(SnippetCreateView):
    """A copy that is kept from within another form; noted in the log, which Wagtail does only on a page of its own."""

    def save_form(self, form: Any) -> KeptCopy:
        kept: KeptCopy = super().save_form(form)
        log(instance=kept, action="wagtail.create", user=self.request.user)
        return kept


class KeptCopyChooserViewSet(SnippetChooserViewSet):
    """Chooses a kept copy, or keeps a new one without leaving the form."""

    create_view_class = KeepInPassingView
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

    def get_submenu_items(self) -> list[Any]:
        return [*super().get_submenu_items(), intake_hooks.import_item()]


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


listing_buttons.register()
add_sources(*SOURCES)


# The first thing one sees -------------------------------------------------------------------------------------


@hooks.register("construct_homepage_panels", order=1000)
def today(request: HttpRequest, panels: list[Component]) -> None:
    only_today(request, panels)


@hooks.register("construct_homepage_summary_items")
def no_counting_of_pages(request: HttpRequest, items: list[Component]) -> None:
    """How many pages and pictures there are tells nobody what to do."""
    items.clear()


@hooks.register("insert_global_admin_js")
def starts_widgets() -> str:
    return format_html('<script src="{}"></script>', versioned_static("cms/start.js"))


@hooks.register("insert_global_admin_css")
def fits_small_screens() -> str:
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("cms/admin.css"))


@hooks.register("construct_main_menu")
def only_what_is_used(request: HttpRequest, items: list[Any]) -> None:
    """Wagtail's help menu leads to foreign sites in English only: the office's own guide is in the menu."""
    items[:] = [item for item in items if item.name != "help"]


@hooks.register("construct_settings_menu")
@hooks.register("construct_reports_menu")
def only_what_a_member_may_open(request: HttpRequest, items: list[Any]) -> None:
    if not sees_all(request.user):
        items[:] = without_above(items)
