"""What campaigns add to Wagtail's admin: their menu, their desk, and the lists they are sorted by."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from campaigns.campaign import Campaign
from campaigns.desk import material_hooks as material_hooks  # the materials register their own
from campaigns.desk import wave_hooks as wave_hooks  # and the waves
from campaigns.desk.base import SEE, SEE_ALERTS, SEE_INDICATORS
from campaigns.desk.what_waits import SOURCES
from campaigns.taxonomy import ScamForm, TargetGroup
from cms.translation.names import NamedLayout, NamesForm, NamesPanel
from publishing.desk.base import may
from publishing.desk.waiting import add_sources
from publishing.wagtail_hooks import DeskMenuItem


@hooks.register("register_admin_urls")
def desk_urls() -> list[Any]:
    return [path("campaigns/", include("campaigns.desk.urls"))]


@hooks.register("register_admin_menu_item")
def menu() -> MenuItem:
    return DeskMenuItem(
        _("Campaigns"),
        reverse_lazy("campaigns_all"),
        name="campaigns",
        icon_name="bullhorn",
        order=155,
        permissions=SEE,
    )


@hooks.register("register_admin_menu_item")
def warnings_menu() -> MenuItem:
    return DeskMenuItem(
        _("Warnings"),
        reverse_lazy("campaigns_alerts_all"),
        name="campaign-alerts",
        icon_name="warning",
        order=157,
        permissions=(SEE_ALERTS,),
    )


@hooks.register("register_admin_menu_item")
def indicators_menu() -> MenuItem:
    return DeskMenuItem(
        _("Indicators"),
        reverse_lazy("campaigns_indicators_all"),
        name="campaign-indicators",
        icon_name="list-ul",
        order=158,
        permissions=(SEE_INDICATORS,),
    )


@hooks.register("register_icons")
def icons(found: list[str]) -> list[str]:
    return [*found, "campaigns/icons/bullhorn.svg"]


@hooks.register("register_page_header_buttons")
def desk_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Any:
    """From a campaign's page to its desk."""
    if isinstance(page.specific, Campaign) and may(user, *SEE):
        yield Button(_("Materials and waves"), reverse_lazy("campaigns_one", args=[page.pk]), icon_name="bullhorn")


class ScamFormViewSet(SnippetViewSet):
    model = ScamForm
    icon = "warning"
    menu_label = _("Scam forms")
    list_display = ["name", "number", Column("get_group_display", label=_("Group"), sort_key="group")]
    list_filter = ["group"]
    list_per_page = 50
    edit_handler = NamedLayout(
        [
            FieldPanel("name"),
            NamesPanel(heading=_("Names in other languages")),
            FieldPanel("slug"),
            FieldPanel("group"),
            FieldPanel("number"),
            FieldPanel("in_short"),
            MultiFieldPanel(
                [FieldPanel("how_it_works"), FieldPanel("signs"), FieldPanel("do_now"), FieldPanel("if_paid")],
                heading=_("What a new campaign starts from"),
            ),
        ],
        base_form_class=NamesForm,
    )


class TargetGroupViewSet(SnippetViewSet):
    model = TargetGroup
    icon = "group"
    menu_label = _("Target groups")
    list_display = ["name", "slug"]
    edit_handler = NamedLayout(
        [FieldPanel("name"), NamesPanel(heading=_("Names in other languages")), FieldPanel("slug")],
        base_form_class=NamesForm,
    )


@register_snippet
class TaxonomyGroup(SnippetViewSetGroup):
    items = (ScamFormViewSet, TargetGroupViewSet)
    menu_label = _("Scam forms and groups")
    menu_icon = "bullhorn"
    menu_order = 156
    add_to_admin_menu = True


add_sources(*SOURCES)

# (what is done, in the list of the log; what was done, on one line of it)
LOGGED = {
    "alert_write": (_("Written"), _("Warning written")),
    "alert_submit": (_("Submitted"), _("Warning passed on for approval")),
    "alert_send_back": (_("Sent back"), _("Warning sent back")),
    "alert_approve": (_("Approved"), _("Warning approved by a second person")),
    "alert_drop_change": (_("Dropped"), _("Draft of a changed warning dropped, to take the warning back")),
    "partner_key": (_("Key given"), _("Partner given a new key to whole indicators")),
    "partner_stop": (_("Stopped"), _("Partner may not read whole indicators any more")),
    "partner_let": (_("Let in"), _("Partner may read whole indicators again")),
    "indicator_write": (_("Written"), _("Indicator written")),
    "indicator_submit": (_("Submitted"), _("Indicator passed on for approval")),
    "indicator_approve": (_("Approved"), _("Indicator approved by a second person")),
    "indicator_send_back": (_("Sent back"), _("Indicator sent back")),
    "indicator_hide": (_("Hidden"), _("Indicator taken off the list")),
    "indicator_look_again": (_("Looked at again"), _("Indicator seen once more; waits for approval")),
    "indicator_complaint": (_("Complaint decided"), _("Complaint about an indicator decided")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"Log_{name}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"campaigns.{name}")(formatter)
