"""What people fill in about waves: a new one, its start, a pause, a step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from campaigns.desk.effect import form_name
from campaigns.materials.forms import forms as all_forms
from campaigns.materials.models import Material
from campaigns.wave_templates import USUAL
from publishing.agencies import sendable_by
from publishing.desk.move import MINUTE
from publishing.models import Channel

EMPTY = "empty"
NOT_A_TIME = {
    "invalid": _("This is not a time. Please enter day, month, year, hour and minute."),
    "required": _("Please enter the new time."),
}


def time_field(label: Any, **more: Any) -> forms.DateTimeField:
    """A minute, in the office's time zone."""
    widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, widget=widget, error_messages=NOT_A_TIME, **more)


class NewWaveForm(forms.Form):
    """A new wave, from a usual plan or empty."""

    name = forms.CharField(label=_("Name"), max_length=120)
    plan = forms.ChoiceField(label=_("Usual plan"), widget=forms.RadioSelect)
    at = time_field(
        _("Start"),
        help_text=_("Vietnamese time. For “Before a holiday” enter the holiday; the wave begins 7 days earlier."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            *((one.key, one.label) for one in USUAL.values()),
            (EMPTY, _("No steps yet: I choose them")),
        ]


class MoveForm(forms.Form):
    """``seen`` is the start that the person saw: if somebody else has moved it since, they are told."""

    starts_at = time_field(_("New start"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class PauseForm(forms.Form):
    """Filled in already, so that one click is enough when something is wrong."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class ResumeForm(forms.Form):
    """Which dates hold, and what becomes of that whose time has passed."""

    dates = forms.ChoiceField(
        label=_("Dates"),
        widget=forms.RadioSelect,
        choices=[
            ("keep", _("keep the dates")),
            ("shift", _("shift what is left by the length of the pause")),
        ],
    )
    missed = forms.ChoiceField(
        label=_("What should have gone out during the pause (if the dates are kept)"),
        widget=forms.RadioSelect,
        choices=[("leave", _("leave it out")), ("send", _("send it now"))],
    )


class MaterialField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Materials by the name of their form."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{form_name(obj.kind)} ({obj.language})"


class StepForm(forms.Form):
    """One material on one channel at one time."""

    material = MaterialField(Material.objects.none(), label=_("Material"), empty_label=None)
    channel = forms.ModelChoiceField(Channel.objects.none(), label=_("Channel"), empty_label=None)
    at = time_field(_("Time"))

    def __init__(self, campaign: Campaign, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = sendable_by(user, Channel.objects.all())  # type: ignore[attr-defined]
        sent = [key for key, form in all_forms().items() if form.is_sent]
        self.fields["material"].queryset = campaign.materials.filter(kind__in=sent)  # type: ignore[attr-defined]


class StepTimeForm(forms.Form):
    """Another time for one step."""

    at = time_field(_("Time"))
