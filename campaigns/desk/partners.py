"""Partners with a key to whole indicators: who they are, when the key was last used, a new key, and no key any more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.log_actions import log

from campaigns.indicators import Partner
from publishing.desk.base import DeskView, paged

SEE, ADD, CHANGE = "campaigns.view_partner", "campaigns.add_partner", "campaigns.change_partner"
ONCE = gettext_noop("The key of %(name)s. It is shown this once only, and not kept: please pass it on safely now.")


class PartnerForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Partner
        fields = ["name"]


class PartnersView(DeskView):
    """All partners. POST adds one (``do=add``), gives a new key, or takes the right to read away and back."""

    allowed = (SEE,)
    header_icon = "group"
    page_title = _("Partners")
    template_name = "campaigns/desk/partners.html"
    parents = ((_("Campaigns"), "campaigns_all"), (_("Indicators"), "campaigns_indicators_all"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("do", "")
        if not self.may(ADD if verb == "add" else CHANGE):
            raise PermissionDenied
        form, key, partner = PartnerForm(), "", None
        if verb == "add":
            form = PartnerForm(request.POST)
            if form.is_valid():
                partner = form.instance
                key, form = partner.new_key(), PartnerForm()
                log(instance=partner, action="campaigns.partner_key", user=request.user)
        else:
            asked = request.POST.get("partner", "")
            partner = get_object_or_404(Partner, pk=int(asked) if asked.isdecimal() else 0)
            if verb == "key":
                key = partner.new_key()
                log(instance=partner, action="campaigns.partner_key", user=request.user)
            elif verb in ("stop", "let"):
                partner.is_active = verb == "let"
                partner.save(update_fields=["is_active"])
                log(instance=partner, action=f"campaigns.partner_{verb}", user=request.user)
                messages.success(request, gettext("Saved."))
            else:
                raise PermissionDenied
        told = gettext(ONCE) % {"name": partner.name} if key and partner else ""
        answer = self.render_to_response(self.get_context_data(form=form, key=key, told=told))
        answer["Cache-Control"] = "private, no-store"  # a key must not come back with the browser's "back"
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", PartnerForm())
        listing = paged(self, Partner.objects.all())
        return super().get_context_data(may_add=self.may(ADD), may_change=self.may(CHANGE), **listing, **kwargs)
