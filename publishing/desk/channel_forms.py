"""The form of a channel: what every channel has, and what its kind asks for, with credentials that are only ever written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from publishing import subjects, vault
from publishing.channels.base import ChannelForm
from publishing.credentials import known_expiry
from publishing.models import Channel

NOT_CONNECTED = gettext_noop("The channel has no account yet. Connect one, or enter its credentials by hand.")


class AddressField(forms.URLField):
    """An address that is https unless it says otherwise."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"assume_scheme": "https", **options})


class CommonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose channel it is, and what people call it."""

    class Meta:
        model = Channel
        fields = ["organisation", "name", "public_url", "is_active", "is_sandbox"]
        field_classes = {"public_url": AddressField}


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the channel takes by itself, when it is quiet, and who is told about it."""

    plan_kinds = forms.MultipleChoiceField(
        label=_("Kinds of answer"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    plan_topics = forms.MultipleChoiceField(
        label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: all.")
    )

    class Meta:
        model = Channel
        fields = [
            "plan",
            "plan_kinds",
            "plan_topics",
            "plan_delay",
            "takes_urgent",
            "quiet_from",
            "quiet_to",
            "wording_needs_approval",
            "notices_to",
        ]
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_to": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = subjects.topics()
        # A topic that is gone stays visible, so that it can be unticked.
        known = {key for key, _name in topics}
        topics += [(key, key) for key in self.instance.plan_topics if key not in known]
        self.fields["plan_kinds"].choices = list(subjects.kinds.items())  # type: ignore[attr-defined]
        self.fields["plan_topics"].choices = topics  # type: ignore[attr-defined]
        self.plan_before = self._plan()

    def _plan(self) -> tuple[Any, ...]:
        channel = self.instance
        return (channel.plan, channel.takes_urgent, tuple(channel.plan_kinds), tuple(channel.plan_topics))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_to") is None):
            self.add_error("quiet_to", gettext("Give both the beginning and the end of the quiet hours, or neither."))
        return cleaned

    def clean_notices_to(self) -> str:
        addresses = [one.strip() for one in self.cleaned_data["notices_to"].split(",") if one.strip()]
        for address in addresses:
            validate_email(address)
        return ", ".join(addresses)

    def save(self, commit: bool = True) -> Any:
        if self._plan() != self.plan_before:
            self.instance.plan_since = timezone.now()  # what was approved before is not planned afterwards
        return super().save(commit)


class ChannelForms:
    """The forms of one channel as one. ``channel`` is unsaved for a new one; its ``kind`` is set."""

    def __init__(self, channel: Channel, data: Any = None) -> None:
        self.channel = channel
        self.adapter_class = channel.adapter_class
        self.stored, self.is_unreadable = _stored(channel)
        self.config_before = dict(channel.config)
        self.common = CommonForm(data, instance=channel)
        self.plan = PlanForm(data, instance=channel, prefix="plan")
        self.own: ChannelForm = self.adapter_class.Form(data, prefix="own", initial=dict(channel.config))
        self.given = self.adapter_class.consent.gives if self.adapter_class.consent else ()
        self.needed = self.adapter_class.consent.needs if self.adapter_class.consent else ()
        self.removable = [
            name for name in self.adapter_class.secrets if name in self.stored and not self.own.fields[name].required
        ]
        for name in self.given:
            self.own.fields[name].required = False  # unless nothing can be connected either: see is_valid()
        for name in self.adapter_class.secrets:
            self._write_only(self.own.fields[name], name in self.stored)
        for name in self.removable:
            label = gettext("Remove what is stored: %(name)s") % {"name": self.own.fields[name].label}
            self.own.fields[f"remove_{name}"] = forms.BooleanField(required=False, label=label)
        names = [name for name in self.own.fields if not name.startswith("remove_")]
        self.own.order_fields([one for name in names for one in (name, f"remove_{name}")])

    @staticmethod
    def _write_only(field: forms.Field, is_stored: bool) -> None:
        # Whatever widget an adapter chose: what was typed, and what is stored, is never sent to the browser.
        field.widget.format_value = lambda value: ""  # type: ignore[method-assign]
        field.widget.attrs["autocomplete"] = "new-password"
        field.initial = None
        if is_stored:
            field.required = False
            kept = gettext("Stored. Leave empty to keep it.")
            field.help_text = f"{field.help_text} {kept}".strip()

    @property
    def media(self) -> forms.Media:
        return self.common.media + self.plan.media + self.own.media

    @property
    def entered(self) -> dict[str, str]:
        """Credentials typed in now."""
        values = {name: self.own.cleaned_data.get(name, "") for name in self.adapter_class.secrets}
        return {name: value for name, value in values.items() if value}

    @property
    def removed(self) -> set[str]:
        return {name for name in self.removable if self.own.cleaned_data.get(f"remove_{name}")} - self.entered.keys()

    def is_valid(self) -> bool:
        are_valid = [self.common.is_valid(), self.plan.is_valid(), self.own.is_valid()]
        if not all(are_valid):
            return False
        if self.is_unreadable and not self.entered:
            self.own.add_error(None, gettext("The stored credentials cannot be read. Please enter them again."))
            return False
        if self.given and self.is_unconnected and not all(self._has(name) for name in self.needed):
            names = ", ".join(str(self.own.fields[name].label) for name in self.needed)
            words = gettext("Fill this in, or enter what connecting needs: %(names)s.") % {"names": names}
            for name in self.given:
                if not self._has(name):
                    self.own.add_error(name, words)
            return False
        return True

    def _has(self, name: str) -> bool:
        """Whether the setting or credential will be there once this is saved."""
        is_kept = name in self.stored and name not in self.removed
        return bool(self.own.cleaned_data.get(name)) or (name in self.adapter_class.secrets and is_kept)

    @property
    def is_unconnected(self) -> bool:
        """Whether what was entered waits for an account to be connected."""
        return not all(self._has(name) for name in self.given)

    @property
    def is_connection_changed(self) -> bool:
        """Whether what was entered may make a difference to the connection."""
        return bool(self.entered or self.removed or self.channel.config != self.config_before)

    @transaction.atomic
    def save(self) -> Channel:
        """Saves all. Settings that the form does not know are kept, and credentials renewed since it was opened too."""
        channel: Channel = self.common.save(commit=False)
        self.plan.save(commit=False)
        if channel.pk:
            channel.sealed = Channel.objects.select_for_update().values_list("sealed", flat=True).get(pk=channel.pk)
        known = {name for name in self.own.cleaned_data if not name.startswith("remove_")}
        settings = {name: self.own.cleaned_data[name] for name in known - set(self.adapter_class.secrets)}
        channel.config = channel.config | settings
        if removed := self.removed:
            kept = vault.unseal(channel.sealed)
            channel.sealed = vault.seal({name: value for name, value in kept.items() if name not in removed})
        if entered := self.entered:
            channel.set_secrets(entered)
        if self.is_unconnected and not channel.stopped_at:
            channel.stopped_at, channel.stopped_words = timezone.now(), NOT_CONNECTED  # its queue waits meanwhile
        if self.is_connection_changed:
            channel.expires_at = known_expiry(channel)  # what was told is about what was stored before
        channel.save()
        return channel


def _stored(channel: Channel) -> tuple[set[str], bool]:
    """(names of the credentials that are stored, whether they cannot be read)"""
    try:
        return {name for name, value in vault.unseal(channel.sealed).items() if value}, False
    except vault.CannotDecrypt:
        return set(), True
