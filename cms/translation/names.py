"""Names of topics and places in further languages: one plain field a language in the form of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList, Panel
from wagtail.models import Locale

from cms.translation.languages import name_of


class NamesForm(WagtailAdminModelForm):
    """Keeps ``Named.names``. A language that is not active keeps the name it had."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_fields = {
            f"name_{each.language_code}": each.language_code for each in Locale.objects.all() if not each.is_default
        }
        for field, code in self.name_fields.items():
            self.fields[field] = forms.CharField(
                label=_("Name in %(language)s") % {"language": name_of(code)},
                max_length=80,
                required=False,
                initial=self.instance.names.get(code, ""),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        given = {code: cleaned.get(field, "").strip() for field, code in self.name_fields.items()}
        self.instance.names = {code: name for code, name in {**self.instance.names, **given}.items() if name}
        return cleaned


class NamesPanel(Panel):
    """Shows the fields that ``NamesForm`` adds; nothing where the site has one language."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "desk/names_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and bool(self.form.name_fields)

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            fields = [self.form[name] for name in self.form.name_fields]
            return {**super().get_context_data(parent_context), "fields": fields}


class NamedLayout(ObjectList):
    """The form of something named. Wagtail would show the further names once more at its end: it knows no field of a
    form that is not a field of the model."""

    class BoundPanel(ObjectList.BoundPanel):
        def render_missing_fields(self) -> SafeString:
            known = {*self.panel.get_form_options().get("fields", []), *self.form.name_fields}
            return mark_safe("".join(str(self.form[name]) for name in self.form.fields if name not in known))  # noqa: S308
