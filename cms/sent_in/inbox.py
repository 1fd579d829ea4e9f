"""The editors' inbox: what the public sent in, one row for each group that says the same, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.models import ModelLogEntry
from wagtail.snippets.widgets import AdminSnippetChooser

from cms.incidents import Appearance, Incident, Place
from cms.sent_in import groups
from cms.sent_in.receive import like_groups, likely_incidents
from cms.sent_in.submissions import Submission, new_code, normal_code
from publishing.desk.base import DeskView, contains, paged

SEE = "cms.view_submission"
CHANGE = "cms.change_submission"
DELETE = "cms.delete_submission"
ADD_INCIDENT = "cms.add_incident"
SHOWN_OF_A_GROUP = 50
OF_ANOTHER = _("It belongs to another incident, so it was left as it is.")
NOT_NOW = _("Somebody else has decided this in the meantime. Please look at it again.")


def new_groups() -> int:
    """How many groups nobody has decided about. It stands in the menu of every page, and to build a query set takes ten
    times as long as the answer."""
    with connection.cursor() as cursor:
        asked = f"SELECT COUNT(*) FROM {Submission._meta.db_table} WHERE same_as_id IS NULL AND phase = %s"  # noqa: S608
        cursor.execute(asked, [Submission.Phase.RECEIVED])
        return int(cursor.fetchone()[0])


# The list -----------------------------------------------------------------------------------------------------


class FilterForm(forms.Form):
    """What to show: the new ones, unless something else is asked for."""

    ALL = "all"
    MOST_SENT = "times"

    q = forms.CharField(required=False, label=_("Words or code"), widget=forms.TextInput(attrs={"type": "search"}))
    phase = forms.ChoiceField(required=False, label=_("Phase"))
    place = forms.ModelChoiceField(Place.objects.all(), required=False, label=_("Place"), empty_label=_("All"))
    seen_on = forms.ChoiceField(
        required=False, label=_("Platform"), choices=[("", _("All")), *Appearance.Platform.choices]
    )
    order = forms.ChoiceField(
        required=False, label=_("Order"), choices=[("", _("Newest first")), (MOST_SENT, _("Most often sent first"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phases = [(value, label) for value, label in Submission.Phase.choices if value != Submission.Phase.RECEIVED]
        phase = self.fields["phase"]
        assert isinstance(phase, forms.ChoiceField)
        phase.choices = [("", _("New")), *phases, (self.ALL, _("All"))]

    def rows(self) -> QuerySet[Submission]:
        """The first of each group of which any is asked for, with ``times`` and ``latest``."""
        self.is_valid()
        asked = self.cleaned_data
        found = Submission.objects.all()
        text = asked.get("q") or ""
        if len(normal_code(text)) == len(new_code()):
            found = found.filter(code=normal_code(text))
        elif text:
            found = found.filter(contains(text, ["text", "url"]))
        if place := asked.get("place"):
            found = found.filter(place=place)
        if platform := asked.get("seen_on"):
            found = found.filter(seen_on=platform)
        firsts = Submission.objects.firsts()
        if text or place or platform:
            firsts = firsts.filter(pk__in=found.annotate(root=Coalesce("same_as_id", "pk")).values("root"))
        phase = asked.get("phase") or ("" if text else Submission.Phase.RECEIVED)  # whoever looks for one looks in all
        rows = firsts.in_phase(phase) if phase and phase != self.ALL else firsts.with_phase()
        latest = Greatest(Coalesce(Max("repeats__received_at"), F("received_at")), F("received_at"))
        rows = rows.annotate(times=Count("repeats") + 1, latest=latest).select_related("place", "incident")
        newest = ("-latest", "-pk")
        order = ("-times", *newest) if asked.get("order") == self.MOST_SENT else newest
        return rows.order_by(*order)


class InboxView(DeskView):
    """The groups, and what can be done with several at once."""

    allowed = (SEE,)
    page_title = _("Inbox")
    header_icon = "mail"
    template_name = "desk/inbox.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FilterForm(self.request.GET)
        listing = paged(self, form.rows())
        return super().get_context_data(
            rows=list(listing["page_obj"]),
            form=form,
            is_filtering=any(form.cleaned_data.values()),
            may_change=self.may(CHANGE),
            here=self.request.get_full_path(),
            **listing,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """With those ticked: no answer, or all of them are the same."""
        if not self.may(CHANGE):
            raise PermissionDenied
        ticked = [int(pk) for pk in request.POST.getlist("group") if pk.isdecimal() and len(pk) < 19][:200]
        chosen = list(Submission.objects.firsts().filter(pk__in=ticked).order_by("pk"))
        do = request.POST.get("do", "")
        done = 0
        if do == "join":
            # Into the one that has an incident, so that it keeps it; else into the earliest.
            chosen.sort(key=lambda one: (one.incident_id is None, one.pk))
            for submission in chosen[1:]:
                try:
                    groups.join_by_hand(submission, chosen[0], request.user)
                    done += 1
                except groups.OfAnother:
                    messages.warning(request, f"{submission.said or submission.code}: {OF_ANOTHER}")
        elif do in ENDINGS:
            for submission in chosen:
                try:
                    groups.end(submission, do, request.user)
                    done += 1
                except groups.Taken:
                    messages.warning(request, f"{submission.said or submission.code}: {NOT_NOW}")
        if done:
            messages.success(request, ngettext("%(number)d changed.", "%(number)d changed.", done) % {"number": done})
        elif len(chosen) < (2 if do == "join" else 1):
            messages.warning(request, gettext("Please tick the entries first, to join them at least two."))
        return redirect(request.get_full_path())


# One group ----------------------------------------------------------------------------------------------------

ENDINGS = {Submission.Phase.NOT_CHECKABLE.value, Submission.Phase.CLOSED.value}


class IncidentForm(forms.ModelForm[Incident]):
    """The one small form that makes an incident of a group. The model's own check for personal data applies."""

    class Meta:
        model = Incident
        fields = ["claim", "topic", "kind", "place", "urgency"]
        widgets = {"claim": forms.Textarea(attrs={"rows": 4})}


class BelongsForm(forms.Form):
    incident = forms.ModelChoiceField(
        Incident.objects.all(), label=_("Incident"), widget=AdminSnippetChooser(Incident, icon="warning")
    )


@dataclass(frozen=True)
class Done:
    """One line of what was done with the group."""

    words: str
    who: str
    at: Any


class GroupView(DeskView):
    """Everything of one group. Its forms post here, with ``do`` saying which."""

    allowed = (SEE,)
    page_title = _("What was sent in")
    header_icon = "mail"
    template_name = "desk/inbox_group.html"
    parents = ((_("Inbox"), "inbox"),)

    @cached_property
    def submission(self) -> Submission:
        found: Submission = get_object_or_404(
            Submission.objects.with_phase().select_related("place", "incident", "same_as"), pk=self.kwargs["pk"]
        )
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.submission.same_as_id:
            return redirect("inbox_group", self.submission.same_as_id)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        first = self.submission
        group = Submission.objects.group_of(first).select_related("place").order_by("pk")
        may_change = self.may(CHANGE)
        is_open = not first.incident_id and first.phase == Submission.Phase.RECEIVED
        # Read only where it is offered: each compares with hundreds.
        offers = {"incidents": [], "alike": []} if not (is_open and may_change) else self._offers(first)
        context = {
            "first": first,
            "group": list(group[:SHOWN_OF_A_GROUP]),
            "times": group.count(),
            "may_change": may_change,
            "may_delete": self.may(DELETE),
            "may_register": is_open and may_change and self.may(ADD_INCIDENT),
            "may_edit_incident": self.may("cms.change_incident"),
            "is_open": is_open and may_change,
            "make": self._make_form(first),
            "belongs": BelongsForm(),
            "done": self._done(first),
            **offers,
            **kwargs,
        }
        return super().get_context_data(**context)

    @staticmethod
    def _offers(first: Submission) -> dict[str, list[Any]]:
        return {"incidents": likely_incidents(first), "alike": like_groups(first)}

    @staticmethod
    def _make_form(first: Submission, data: Any = None) -> IncidentForm:
        return IncidentForm(data, initial={"claim": first.text[:2000], "place": first.place_id})

    @staticmethod
    def _done(first: Submission) -> list[Done]:
        codes = [str(pk) for pk in Submission.objects.group_of(first).values_list("pk", flat=True)]
        kind = ContentType.objects.get_for_model(Submission)
        entries = ModelLogEntry.objects.filter(content_type=kind, object_id__in=codes).select_related("user")
        return [
            Done(str(entry.message), entry.user_display_name, entry.timestamp)
            for entry in entries.order_by("-timestamp")[:30]
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        do = request.POST.get("do", "")
        deed = {
            "register": self.register,
            "assign": self.assign,
            "join": self.join,
            "part": self.part,
            "again": self.again,
            "delete": self.delete_one,
        }.get(do, self.end if do in ENDINGS else None)
        if deed is None:
            raise Http404
        needed = {"delete": [DELETE], "register": [CHANGE, ADD_INCIDENT]}.get(do, [CHANGE])
        if not all(self.may(permission) for permission in needed):
            raise PermissionDenied
        try:
            return deed()
        except groups.Taken:
            messages.error(request, NOT_NOW)
        except groups.OfAnother:
            messages.error(request, OF_ANOTHER)
        return self._here()

    def register(self) -> HttpResponse:
        form = self._make_form(self.submission, self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(make=form))
        incident = groups.register(self.submission, form.save(commit=False), self.request.user)
        messages.success(
            self.request,
            gettext("The incident is registered. Everybody who sent this sees that it is being verified."),
            buttons=[messages.button(reverse("wagtailsnippets_cms_incident:edit", args=[incident.pk]), _("Open it"))],
        )
        return self._here()

    def assign(self) -> HttpResponse:
        form = BelongsForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(belongs=form))
        groups.assign(self.submission, form.cleaned_data["incident"], self.request.user)
        messages.success(self.request, gettext("Everybody who sent this now follows that incident."))
        return self._here()

    def join(self) -> HttpResponse:
        other = get_object_or_404(Submission, pk=self._chosen())
        groups.join_by_hand(self.submission, other, self.request.user)
        messages.success(self.request, gettext("Both are one group now."))
        return redirect("inbox_group", self.submission.first.pk)

    def part(self) -> HttpResponse:
        one = get_object_or_404(Submission.objects.group_of(self.submission), pk=self._chosen())
        groups.part_by_hand(one, self.request.user)
        messages.success(self.request, gettext("It stands alone now, among the new ones."))
        return redirect("inbox_group", one.pk) if one.pk != self.submission.pk else redirect("inbox")

    def again(self) -> HttpResponse:
        groups.take_up_again(self.submission, self.request.user)
        messages.success(self.request, gettext("It is among the new ones again."))
        return self._here()

    def end(self) -> HttpResponse:
        groups.end(self.submission, self.request.POST["do"], self.request.user)
        messages.success(self.request, gettext("Decided. The tracking page says so."))
        return redirect("inbox")

    def delete_one(self) -> HttpResponse:
        one = get_object_or_404(Submission.objects.group_of(self.submission), pk=self._chosen())
        if not self.request.POST.get("sure"):
            messages.warning(self.request, gettext("Please tick that it shall be deleted for good."))
            return self._here()
        groups.remove(one, self.request.user)
        messages.success(self.request, gettext("Deleted for good, with its picture."))
        return redirect("inbox")

    def _chosen(self) -> int:
        pk = self.request.POST.get("one", "")
        if not pk.isdecimal() or len(pk) > 18:
            raise Http404
        return int(pk)

    def _here(self) -> HttpResponse:
        return redirect("inbox_group", self.submission.first.pk)


@permission_required(SEE)
def picture(request: HttpRequest, pk: int) -> FileResponse:
    """The picture of a submission. It was written anew by us as JPEG, so it may be shown and not only downloaded."""
    kept = get_object_or_404(Submission.objects.exclude(picture=""), pk=pk).picture
    try:
        answer = FileResponse(kept.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
