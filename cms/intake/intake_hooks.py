"""Where the intake stands in Wagtail's admin: its addresses, its menu item, its words in the log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, re_path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from cms.incidents import Incident
from cms.intake import import_desk, merge_desk, partners_desk


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    return [
        path("intake/partners/", partners_desk.PartnersView.as_view(), name="intake_partners"),
        path("intake/import/", import_desk.ImportView.as_view(), name="intake_import"),
        path("intake/incidents/<int:pk>/merge/", merge_desk.MergeView.as_view(), name="intake_merge"),
        re_path(r"^intake/import/template\.(?P<form>xlsx|csv)$", import_desk.template_file, name="intake_template"),
    ]


@hooks.register("before_edit_snippet")
def a_pointer_is_not_edited(request: HttpRequest, instance: Any) -> HttpResponse | None:
    """Whoever opens an incident that was merged into another is shown that, and can undo it."""
    if isinstance(instance, Incident) and instance.merged_into_id:
        return redirect("intake_merge", instance.pk)
    return None


class PartnersMenuItem(MenuItem):
    """Shown to people who may see the partners."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(partners_desk.SEE))


@hooks.register("register_settings_menu_item")
def partners_item() -> MenuItem:
    url = reverse_lazy("intake_partners")
    return PartnersMenuItem(_("Partners (incidents)"), url, name="intake-partners", icon_name="group", order=750)


class ImportMenuItem(MenuItem):
    """Shown to people who may register incidents."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(import_desk.ADD))


def import_item() -> MenuItem:
    """For the menu of the register."""
    url = reverse_lazy("intake_import")
    return ImportMenuItem(_("Import incidents"), url, name="intake-import", icon_name="upload", order=900)


# {name of the deed: (label, message, which of the entry's data follow the message)}
LOGGED: dict[str, tuple[str | Promise, str | Promise, str]] = {
    "intake_handed_over": (_("Handed over"), _("Handed over by the system of a partner"), "partner"),
    "intake_seen": (_("Seen again"), _("Seen again, told by the system of a partner"), "partner"),
    "intake_imported": (_("Imported"), _("Taken over from an imported table"), "row"),
    "intake_seen_imported": (_("Seen again"), _("Seen again, taken over from an imported table"), "row"),
    "intake_key": (_("Key given"), _("Partner given a new key for handing over incidents"), "key"),
    "intake_key_revoked": (_("Key revoked"), _("A key for handing over incidents was revoked"), "key"),
    "incident_merge": (_("Merged"), _("Another incident was merged into this one"), "merged"),
    "incident_merged": (_("Merged"), _("Merged into another incident"), "kept"),
    "incident_part": (_("Merging undone"), _("An incident that was merged into this one is its own again"), "merged"),
    "incident_parted": (_("Merging undone"), _("It is an incident of its own again"), "kept"),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message, told) in LOGGED.items():
        formatter = type(f"Log{name.title()}", (_Deed,), {"label": label, "message": message, "told": told})
        actions.register_action(f"cms.{name}")(formatter)


class _Deed(LogFormatter):
    """A message, and which partner, incident or row it was."""

    told = ""

    def format_message(self, log_entry: Any) -> str:
        value = log_entry.data.get(self.told)
        return f"{self.message}: {value}" if value else str(self.message)
