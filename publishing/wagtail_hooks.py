"""What publishing adds to Wagtail's admin: its menu, its pages, its entries in the log, and its part of what waits today."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogFormatter
from wagtail.permissions import ModelPermissionPolicy

from publishing.agencies import sees_all
from publishing.desk.base import CHANGE_CHANNELS, COMPOSE, SEE_CHANNELS, SEE_DELIVERIES, may
from publishing.desk.channel_forms import AddressField
from publishing.desk.members import CHANGE_ORGANISATIONS
from publishing.desk.waiting import add_sources
from publishing.desk.what_waits import SOURCES
from publishing.models import Channel, Delivery, Organisation


class OrganisationPolicy(ModelPermissionPolicy):
    """A member of one organisation changes none, the own one neither: whose channels a name owns is decided above them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return sees_all(user) and bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return sees_all(user) and bool(super().user_has_any_permission(user, actions))


class OrganisationViewSet(ModelViewSet):
    model = Organisation
    permission_policy = OrganisationPolicy(Organisation)
    name = "publishing_organisations"
    url_prefix = "publishing/organisations"
    icon = "group"
    form_fields = ["name", "short_name", "website", "is_office"]
    list_display = ["name", "short_name", "website", "is_office"]
    search_fields = ["name", "short_name"]
    search_backend_name = None
    copy_view_enabled = False

    def formfield_for_dbfield(self, db_field: Any, **options: Any) -> Any:
        if isinstance(db_field, models.URLField):
            options.setdefault("form_class", AddressField)
        return super().formfield_for_dbfield(db_field, **options)


organisations = OrganisationViewSet()


@hooks.register("register_admin_viewset")
def organisation_viewset() -> ModelViewSet:
    return organisations


@hooks.register("register_admin_urls")
def desk_urls() -> list[Any]:
    return [path("publishing/", include("publishing.desk.urls"))]


class DeskMenuItem(MenuItem):
    """Shown to people with any of ``permissions``."""

    def __init__(self, *args: Any, permissions: tuple[str, ...], **kwargs: Any) -> None:
        self.permissions = permissions
        super().__init__(*args, **kwargs)

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request.user, *self.permissions)


class OfficeMenuItem(DeskMenuItem):
    """The same, for people who see all organisations."""

    def is_shown(self, request: HttpRequest) -> bool:
        return super().is_shown(request) and sees_all(request.user)


@hooks.register("register_admin_menu_item")
def menu() -> MenuItem:
    entries = [
        (_("Ready to send"), "publishing_stories", "mail", (COMPOSE,)),
        (_("Calendar"), "publishing_calendar", "calendar-alt", (SEE_DELIVERIES,)),
        (_("Deliveries"), "publishing_deliveries", "list-ul", (SEE_DELIVERIES,)),
        (_("Corrections owed"), "publishing_corrections", "edit", (SEE_DELIVERIES,)),
        (_("Figures"), "publishing_figures", "table", (SEE_DELIVERIES,)),
        (_("Channels"), "publishing_channels", "globe", (SEE_CHANNELS, CHANGE_CHANNELS)),
        (_("Who sees what"), "publishing_members", "group", (CHANGE_ORGANISATIONS,)),
        (
            _("Organisations"),
            "publishing_organisations:index",
            "group",
            tuple(f"publishing.{verb}_organisation" for verb in ("view", "add", "change")),
        ),
    ]
    above = {"publishing_organisations:index", "publishing_members"}
    items = [
        (OfficeMenuItem if url in above else DeskMenuItem)(
            label, reverse_lazy(url), name=url.partition(":")[0], icon_name=icon, order=order, permissions=needed
        )
        for order, (label, url, icon, needed) in enumerate(entries, start=1)
    ]
    return SubmenuMenuItem(_("Publishing"), Menu(items=items), name="publishing", icon_name="mail", order=160)


add_sources(*SOURCES)


# The log ------------------------------------------------------------------------------------------------------

LOGGED = {
    "plan": (_("Planned"), _("Planned for a channel")),
    "hold": (_("Held"), _("Held back")),
    "move": (_("Moved"), _("Planned for another time")),
    "retry": (_("Tried again"), _("Put into the queue again")),
    "cancel": (_("Cancelled"), _("Cancelled before it went out")),
    "settle": (_("Settled"), _("Settled after a look at the channel")),
    "approve_wording": (_("Wording approved"), _("The publisher's own wording was approved")),
    "refuse_wording": (_("Wording sent back"), _("The publisher's own wording was sent back with a reason")),
    "done_by_hand": (_("Done by hand"), _("A person did it on the channel by hand")),
    "owe_again": (_("Sent after all"), _("A correction that was cancelled is sent after all")),
    "channel_edit": (_("Channel changed"), _("Channel added or its settings changed")),
    "channel_rekey": (_("Key changed"), _("Credentials of the channel encrypted under the newest key")),
    "channel_restored": (_("Channel restored"), _("Stopped, because the installation was restored from a backup")),
    "agency": (_("Who sees what changed"), _("Who belongs to it, or what it may plan for, was changed")),
    "resume": (_("Channel resumed"), _("Connected again; its queue goes out")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in LOGGED.items():
        formatter = type(f"Log{name.title()}", (LogFormatter,), {"label": label, "message": message})
        actions.register_action(f"publishing.{name}")(formatter)


# The admin's history report leads to what was logged.


class DeliveryFinder(ModelAdminURLFinder):
    edit_url_name = "publishing_delivery"
    permission_policy = ModelPermissionPolicy(Delivery)


class ChannelFinder(ModelAdminURLFinder):
    edit_url_name = "publishing_channel"
    permission_policy = ModelPermissionPolicy(Channel)


register_admin_url_finder(Delivery, DeliveryFinder)
register_admin_url_finder(Channel, ChannelFinder)
