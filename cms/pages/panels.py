"""The editor's own panel: what still stands between this draft and the public."""

from __future__ import annotations

from typing import Any

from wagtail.admin.panels import Panel

from cms.translation import languages


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
            return super().is_shown() and languages.original_of(self.instance) is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            from cms.translation.translating import original_for_editor

            return {**super().get_context_data(parent_context), "original": original_for_editor(self.instance)}
