"""Who belongs to which organisation, and which organisation may plan for a channel of another one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.log_actions import log

from publishing.agencies import sees_all
from publishing.desk.base import DeskView
from publishing.models import Channel, Membership, Organisation, PlanningGrant

CHANGE_ORGANISATIONS = "publishing.change_organisation"


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ["person", "organisation"]
        labels = {"person": _("Member"), "organisation": _("belongs to")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = get_user_model().objects.filter(is_active=True, is_superuser=False).order_by("username")


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = PlanningGrant
        fields = ["organisation", "channel"]
        labels = {"organisation": _("People of"), "channel": _("may plan for")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel: Any = self.fields["channel"]
        channel.queryset = Channel.objects.select_related("organisation").order_by("organisation__name", "name")
        channel.label_from_instance = lambda one: f"{one.organisation}: {one.name}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        channel, organisation = cleaned.get("channel"), cleaned.get("organisation")
        if channel and organisation and channel.organisation_id == organisation.pk:
            self.add_error("channel", _("This is a channel of its own: its people may plan for it anyway."))
        return cleaned


class MembersView(DeskView):
    """POST ``add`` = member or grant with its form, ``remove`` = member or grant with ``pk``."""

    allowed = (CHANGE_ORGANISATIONS,)
    page_title = _("Who sees what")
    header_icon = "group"
    template_name = "publishing/members.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sees_all(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = Membership.objects.select_related("person", "organisation")
        grants = PlanningGrant.objects.select_related("organisation", "channel__organisation")
        of: dict[int, tuple[list[Any], list[Any]]] = {}
        for member in members.order_by("person__username"):
            of.setdefault(member.organisation_id, ([], []))[0].append(member)
        for grant in grants.order_by("channel__name"):
            of.setdefault(grant.organisation_id, ([], []))[1].append(grant)
        organisations = Organisation.objects.prefetch_related("channels")
        context = {"member": MemberForm(prefix="member"), "grant": GrantForm(prefix="grant"), **kwargs}
        rows = [(one, *of.get(one.pk, ([], []))) for one in organisations]
        return super().get_context_data(rows=rows, **context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if what := request.POST.get("remove"):
            self._remove(Membership if what == "member" else PlanningGrant, request.POST.get("pk", ""))
            return redirect("publishing_members")
        what = "grant" if request.POST.get("add") == "grant" else "member"
        form = (GrantForm if what == "grant" else MemberForm)(request.POST, prefix=what)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(**{what: form}))
        try:
            with transaction.atomic():
                made = form.save()
        except IntegrityError:  # two people at a time
            return redirect("publishing_members")
        self._note(made, "added")
        messages.success(request, gettext("Saved."))
        return redirect("publishing_members")

    def _remove(self, model: type[Membership] | type[PlanningGrant], pk: str) -> None:
        found = model.objects.filter(pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0).first()  # type: ignore[union-attr]
        if found is not None:
            self._note(found, "removed")
            found.delete()
            messages.success(self.request, gettext("Saved."))

    def _note(self, one: Any, what: str) -> None:
        about = {"channel": one.channel_id} if isinstance(one, PlanningGrant) else {"person": one.person_id}
        data = {"what": what, **about}
        log(instance=one.organisation, action="publishing.agency", user=self.request.user, data=data)
