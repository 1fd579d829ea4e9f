"""The editor's own panel: what still stands between this draft and the public."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.panels import Panel


class GatePanel(Panel):
    """Shows the publish gate's reasons for the saved draft, before anybody submits it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/gate_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            from cms.gate import notices, reasons

            found = {"reasons": reasons(self.instance), "notices": notices(self.instance)}
            return {**super().get_context_data(parent_context), **found}


class OriginalPanel(Panel):
    """Beside a translation: what it translates, and what became of the original meanwhile."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/original_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and getattr(self.form, "original", None) is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            from cms.translation.translating import original_for_editor

            return {**super().get_context_data(parent_context), "original": original_for_editor(self.instance)}


class LinksPanel(Panel):
    """How it stands with the links of the evidence: what is kept of them, and whether they live."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/links_panel.html"

        def is_shown(self) -> bool:
            from cms.keeping.desk import SEE

            return super().is_shown() and self.instance.pk is not None and self.request.user.has_perm(SEE)

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            from cms.keeping.standing import of_answer

            found = {"links": of_answer(self.instance), "links_url": reverse("links_of_page", args=[self.instance.pk])}
            return {**super().get_context_data(parent_context), **found}
