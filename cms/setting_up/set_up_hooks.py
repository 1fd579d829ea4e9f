"""Where setting up stands in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogFormatter

from cms.setting_up import desk
from cms.setting_up.first_words import WordsView
from cms.setting_up.inviting import PeopleView
from cms.setting_up.office import OfficeView
from cms.setting_up.steps import ALLOWED
from publishing.agencies import sees_all
from publishing.channels import adapters
from publishing.desk.base import ADD_CHANNELS
from publishing.wagtail_hooks import DeskMenuItem


class ChannelsStepView(desk.StepView):
    """Which kinds there are, and what each needs before it can be connected; adding one has its own page."""

    key = "channels"
    allowed = (ADD_CHANNELS,)
    page_title = _("Channels")
    template_name = "desk/set_up_channels.html"
    http_method_names = ["get"]

    def form(self) -> None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = []
        for kind, adapter in adapters().items():
            fields = adapter.Form.base_fields
            needs = [str(field.label) for field in fields.values() if field.required and field.label]
            kinds.append((kind, gettext(adapter.label), gettext(adapter.nature), needs, bool(adapter.consent)))
        return super().get_context_data(kinds=kinds, **kwargs)


def clocks(request: HttpRequest) -> HttpResponse:
    """They have a page of their own, which checks the permission."""
    return redirect("wagtailsettings:edit", "cms", "officeclocks")


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("set-up/", desk.SetUpView.as_view(), name="set_up"),
        path("set-up/office/", OfficeView.as_view(), name="set_up_office"),
        path("set-up/clocks/", clocks, name="set_up_clocks"),
        path("set-up/people/", PeopleView.as_view(), name="set_up_people"),
        path("set-up/words/", WordsView.as_view(), name="set_up_words"),
        path("set-up/channels/", ChannelsStepView.as_view(), name="set_up_channels"),
    ]


@hooks.register("register_settings_menu_item")
def menu_item() -> DeskMenuItem:
    return DeskMenuItem(
        _("Set up the office"), reverse_lazy("set_up"), name="set-up", icon_name="cog", order=1, permissions=(ALLOWED,)
    )


@hooks.register("construct_homepage_panels", order=1001)
def first(request: HttpRequest, panels: list[Component]) -> None:
    if sees_all(request.user) and (panel := desk.panel(request.user)):
        panels.insert(0, panel)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    @actions.register_action("cms.invite")
    class Invited(LogFormatter):
        label = _("Invited")
        message = _("A link to set the password was made")
