"""The partners that hand over incidents: their keys, when each was used; a new one beside the old, and none any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.log_actions import log

from cms.intake.partners import IntakeKey, IntakePartner
from publishing.desk.base import DeskView, paged

SEE, ADD, CHANGE = "cms.view_intakepartner", "cms.add_intakepartner", "cms.change_intakepartner"
ONCE = gettext_noop("The key of %(name)s. It is shown this once only, and not kept: please pass it on safely now.")
MOST_DAYS = 90


class KeyForm(forms.Form):
    """What a new key may do, and how long the ones before it go on."""

    scopes = forms.MultipleChoiceField(
        label=_("The key may"),
        choices=IntakeKey.Scope.choices,
        initial=IntakeKey.Scope.values,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Empty: until it is revoked."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return day

    def new_key(self, partner: IntakePartner, user: Any) -> str:
        """Makes the key and returns it whole."""
        day = self.cleaned_data["expires_on"]
        ends = (
            timezone.localtime().replace(year=day.year, month=day.month, day=day.day, hour=23, minute=59)
            if day
            else None
        )
        key = IntakeKey(partner=partner, scopes=self.cleaned_data["scopes"], made_by=user, expires_at=ends)
        return key.new_key()


class PartnerForm(KeyForm):
    """A new partner with its first key."""

    name = forms.CharField(
        label=_("Organisation"), max_length=200, help_text=_("An agency, never a person."), widget=forms.TextInput
    )
    field_order = ["name", "scopes", "expires_on"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if IntakePartner.objects.filter(name=name).exists():
            raise forms.ValidationError(_("This partner is there already: give it a new key below."))
        return name


class RotationForm(KeyForm):
    """A new key beside those that are there."""

    days = forms.IntegerField(
        label=_("The keys before it end in … days"),
        min_value=0,
        max_value=MOST_DAYS,
        initial=7,
        help_text=_("Until then both work, so that the partner can change its system without a gap."),
    )

    def end_the_old(self, partner: IntakePartner) -> None:
        """Every valid key ends after the days, unless it ends sooner."""
        until = timezone.now() + timedelta(days=self.cleaned_data["days"])
        for key in partner.keys.valid():  # type: ignore[attr-defined]
            if key.expires_at is None or key.expires_at > until:
                key.expires_at = until
                key.save(update_fields=["expires_at"])


class PartnersView(DeskView):
    """All partners. POST adds one (``do=add``), gives a new key (``rotate``), or revokes one (``revoke``)."""

    allowed = (SEE,)
    header_icon = "group"
    page_title = _("Partners that hand over incidents")
    template_name = "desk/intake_partners.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("do", "")
        if not self.may(ADD if verb == "add" else CHANGE):
            raise PermissionDenied
        shown: dict[str, Any] = {}
        if verb == "add":
            form = PartnerForm(request.POST)
            if form.is_valid():
                partner = IntakePartner.objects.create(name=form.cleaned_data["name"])
                shown = self._given(partner, form)
            else:
                shown = {"form": form}
        elif verb == "rotate":
            partner = get_object_or_404(IntakePartner, pk=_number(request.POST.get("partner", "")))
            rotation = RotationForm(request.POST, auto_id=f"id_{partner.pk}_%s")
            if rotation.is_valid():
                rotation.end_the_old(partner)
                shown = self._given(partner, rotation)
            else:
                shown = {"rotation": rotation, "rotated": partner.pk}
        elif verb == "revoke":
            key = get_object_or_404(IntakeKey, pk=_number(request.POST.get("key", "")), revoked_at__isnull=True)
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
            log(instance=key.partner, action="cms.intake_key_revoked", user=request.user, data={"key": key.prefix})
            messages.success(request, gettext("Revoked: this key opens nothing any more."))
        else:
            raise PermissionDenied
        answer = self.render_to_response(self.get_context_data(**shown))
        answer["Cache-Control"] = "private, no-store"  # a key must not come back with the browser's "back"
        return answer

    def _given(self, partner: IntakePartner, form: KeyForm) -> dict[str, Any]:
        whole = form.new_key(partner, self.request.user)
        prefix = whole.partition(".")[0]
        log(instance=partner, action="cms.intake_key", user=self.request.user, data={"key": prefix})
        return {"key": whole, "told": gettext(ONCE) % {"name": partner.name}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", PartnerForm())
        refused, of = kwargs.pop("rotation", None), kwargs.get("rotated")
        listing = paged(self, IntakePartner.objects.prefetch_related("keys__made_by"))
        for one in listing["page_obj"]:  # each with ids of its own, so that each label has one field
            one.rotation = refused if refused and one.pk == of else RotationForm(auto_id=f"id_{one.pk}_%s")
        return super().get_context_data(may_add=self.may(ADD), may_change=self.may(CHANGE), **listing, **kwargs)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
