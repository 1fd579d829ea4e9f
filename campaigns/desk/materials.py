"""All materials of a campaign: where each stands, what waits for whom, and submitting or approving many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from campaigns.campaign import Campaign
from campaigns.desk.base import APPROVE_MATERIALS, CHANGE_MATERIALS, SEE_MATERIALS, CampaignDeskView, Part, parts
from campaigns.materials import files, history, renewal, versions
from campaigns.materials.base import FileKind, Form
from campaigns.materials.forms import forms
from campaigns.materials.ground import ground_of, not_by, token
from campaigns.materials.models import Material, MaterialVersion
from cms.translation.languages import name_of
from publishing.desk.words import Badge

State = MaterialVersion.State
BADGES = {
    State.DRAFT: ("draft", "quiet"),
    State.SUBMITTED: ("time", "busy"),
    State.APPROVED: ("circle-check", "good"),
    State.REPLACED: ("history", "quiet"),
    State.WITHDRAWN: ("circle-xmark", "bad"),
}


def badge(version: MaterialVersion) -> Badge:
    """Where a version stands, as a word and a sign."""
    icon, tone = BADGES[State(version.state)]
    return Badge(str(version.get_state_display()), icon, tone)


def _summary(campaign: Campaign) -> str:
    """How many there are and where they stand. One query."""
    rows = MaterialVersion.objects.filter(material__campaign=campaign).values_list("state").order_by("state")
    counts: dict[str, int] = dict(rows.annotate(Count("material", distinct=True)))
    if not counts:
        return gettext("Not made yet")
    approved, waiting = counts.get(State.APPROVED, 0), counts.get(State.SUBMITTED, 0)
    return gettext("%(approved)d approved, %(waiting)d waiting for approval, %(drafts)d drafts") % {
        "approved": approved,
        "waiting": waiting,
        "drafts": counts.get(State.DRAFT, 0),
    }


parts.append(Part(_("Materials"), "campaigns_materials", "doc-full", SEE_MATERIALS, _summary, order=10))


@dataclass(frozen=True)
class Row:
    """One material on the list. ``chosen``: the deed this person can do with it now, or empty."""

    material: Material
    form: Form
    chain: list[MaterialVersion]
    language: str
    deed: str
    waits_for: str | Promise
    token: str

    @property
    def newest(self) -> MaterialVersion:
        return self.chain[0]

    @property
    def badge(self) -> Badge:
        return badge(self.newest)

    @property
    def offered(self) -> MaterialVersion | None:
        """The approved version, where another one is being worked on."""
        return next((one for one in self.chain[1:] if one.state == State.APPROVED), None)

    @property
    def has_changed_here(self) -> bool:
        return bool(history.changed_here(self.chain))

    @property
    def picture(self) -> FileKind | None:
        return next((kind for kind in self.form.files if kind.is_picture), None)

    @property
    def digest(self) -> str:
        return files.digest_of(self.newest)

    @property
    def beginning(self) -> str:
        """Of a material of words, how it begins."""
        return " ".join(" ".join(self.newest.content.get(field.name, "") for field in self.form.fields).split())


def chains_of(campaign: Campaign) -> list[Material]:
    """The materials with all their versions, newest first, in two queries."""
    rows = MaterialVersion.objects.select_related("made_by", "submitted_by", "approved_by", "sound").order_by("-number")
    return list(campaign.materials.prefetch_related(Prefetch("versions", rows)))


def waits_for(chain: list[MaterialVersion]) -> str:
    """What happens next and who does it, in words."""
    newest = chain[0]
    if newest.state == State.SUBMITTED:
        people = _names(chain)
        return gettext("Waits for approval by somebody else than %(people)s.") % {"people": people}
    if newest.state == State.APPROVED:
        when = newest.approved_at.astimezone().strftime("%d/%m/%Y") if newest.approved_at else ""
        return gettext("Approved by %(person)s, %(day)s.") % {"person": newest.approved_by, "day": when}
    if newest.state == State.WITHDRAWN:
        return gettext("Withdrawn. Save it again to offer it anew.")
    if newest.comment:
        return gettext("Sent back: %(comment)s") % {"comment": newest.comment}
    return gettext("Waits for an editor to submit it.")


def _names(chain: list[MaterialVersion]) -> str:
    out = not_by(chain)
    people = {one.pk: str(one) for version in chain for one in (version.made_by, version.submitted_by) if one}
    return ", ".join(people[pk] for pk in sorted(out) if pk in people)


class MaterialsView(CampaignDeskView):
    """The list, and what is done to many at once."""

    allowed = (SEE_MATERIALS,)
    page_title = _("Materials")
    header_icon = "doc-full"
    template_name = "campaigns/desk/materials.html"
    url_name = "campaigns_materials"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ground = ground_of(self.campaign)
        rows = [
            self._row(material)
            for material in chains_of(self.campaign)
            if material.kind in forms() and material.versions.all()
        ]
        order = list(forms())
        rows.sort(
            key=lambda row: (
                order.index(row.form.key),
                row.material.language != ground.words.language,
                row.material.language,
            )
        )
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(str(row.form.group), []).append(row)
        stale = any(row.newest.drawn_from != ground.words.digest for row in rows) or len(
            {row.form.key for row in rows}
        ) < len(order)
        deeds = [row.deed for row in rows]
        return super().get_context_data(
            groups=groups,
            is_stale=stale and not ground.campaign.is_retracted,
            may_change=self.may(CHANGE_MATERIALS),
            may_approve=self.may(APPROVE_MATERIALS),
            to_submit=deeds.count("submit"),
            to_approve=deeds.count("approve"),
            **kwargs,
        )

    def _row(self, material: Material) -> Row:
        chain = list(material.versions.all())
        newest, deed = chain[0], ""
        for one in chain:
            one.material = material  # already here: no query for it
        lacks_sound = forms()[material.kind].needs_sound and newest.sound_id is None
        if newest.state == State.DRAFT and self.may(CHANGE_MATERIALS) and not lacks_sound:
            deed = "submit"
        if newest.state == State.SUBMITTED and self.may(APPROVE_MATERIALS):
            deed = "approve" if self.request.user.pk not in not_by(chain) else ""
        is_own = material.language == self.campaign.locale.language_code
        return Row(
            material=material,
            form=forms()[material.kind],
            chain=chain,
            language="" if is_own else name_of(material.language),
            deed=deed,
            waits_for=gettext("Waits for a recording.") if lacks_sound else waits_for(chain),
            token=token(newest),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deed = request.POST.get("deed", "")
        needed = {"renew": CHANGE_MATERIALS, "submit": CHANGE_MATERIALS, "approve": APPROVE_MATERIALS}
        if deed not in needed or not self.may(needed[deed]):
            raise PermissionDenied
        if deed == "renew":
            self._renew()
        else:
            self._do(deed, set(request.POST.getlist("chosen")))
        return redirect(self.url_name, self.campaign.pk)

    def _renew(self) -> None:
        made = renewal.refresh(self.campaign)
        said = ngettext("%(count)d material was made anew.", "%(count)d materials were made anew.", made)
        messages.success(self.request, said % {"count": made})

    def _do(self, deed: str, chosen: set[str]) -> None:
        """``chosen``: "<version>:<token>" of what the person saw and ticked."""
        numbers = [one.partition(":")[0] for one in chosen]
        rows = MaterialVersion.objects.filter(
            pk__in=[number for number in numbers if number.isdecimal()], material__campaign=self.campaign
        )
        found = list(rows.select_related("material", "sound").order_by("material__kind", "pk"))
        seen = [one for one in found if f"{one.pk}:{token(one)}" in chosen]
        verb = versions.submit if deed == "submit" else versions.approve
        done, refused = versions.each(verb, seen, self.request.user, self.campaign)
        if done and deed == "submit":
            said = ngettext("%(count)d material was submitted.", "%(count)d materials were submitted.", done)
            messages.success(self.request, said % {"count": done})
        elif done:
            said = ngettext("%(count)d material was approved.", "%(count)d materials were approved.", done)
            messages.success(self.request, said % {"count": done})
        for error in refused:
            messages.warning(self.request, str(error))
        if len(seen) < len(chosen):
            messages.warning(self.request, str(versions.CHANGED_MEANWHILE))
        if not chosen:
            messages.warning(self.request, gettext("Nothing was ticked."))
