"""One material: its texts beside what becomes of them, what differs from what is approved, and its way to approval."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtailmedia.models import Media

from campaigns.desk.base import APPROVE_MATERIALS, CHANGE_MATERIALS, SEE_MATERIALS, CampaignDeskView
from campaigns.desk.material_shown import SHOWN_VERSIONS, previewed, steps, texts
from campaigns.desk.materials import badge, waits_for
from campaigns.desk.sound_form import SoundForm
from campaigns.materials import files, versions
from campaigns.materials.base import Content, Form
from campaigns.materials.ground import Ground, chain_of, form_of, ground_of, is_translation, not_by, problems, token
from campaigns.materials.models import Material, MaterialVersion
from campaigns.second_person import Refused
from cms.translation.languages import name_of

State = MaterialVersion.State
PREFIX = "content-"


class MaterialView(CampaignDeskView):
    """One material of a campaign."""

    allowed = (SEE_MATERIALS,)
    page_title = _("Material")
    header_icon = "doc-full"
    template_name = "campaigns/desk/material.html"
    url_name = "campaigns_materials"  # the tab it stands under

    @cached_property
    def material(self) -> Material:
        rows = Material.objects.filter(campaign=self.campaign)
        found = get_object_or_404(rows, pk=self.kwargs["material"])
        found.campaign = self.campaign
        return found

    @cached_property
    def chain(self) -> list[MaterialVersion]:
        found = chain_of(self.material)
        for one in found:
            one.material = self.material
        if not found:
            raise Http404
        return found

    @cached_property
    def ground(self) -> Ground:
        return ground_of(self.campaign)

    @cached_property
    def form(self) -> Form:
        try:
            return form_of(self.material)
        except Refused as error:
            raise Http404 from error

    def get_context_data(self, typed: Content | None = None, sound_form: Any = None, **kwargs: Any) -> dict[str, Any]:
        newest, form = self.chain[0], self.form
        approved = next((one for one in self.chain if one.state == State.APPROVED), None)
        shown = self._as_typed(typed)
        translates = is_translation(self.material, self.ground)
        user = self.request.user
        may_change = self.may(CHANGE_MATERIALS)
        if form.has_sound and may_change and sound_form is None:
            sound_form = SoundForm(initial={"sound": newest.sound_id})
        context = super().get_context_data(**kwargs)
        context.update(
            material=self.material,
            form=form,
            newest=newest,
            badge=badge(newest),
            waits_for=waits_for(self.chain),
            approved=approved if approved != newest else None,
            texts=texts(form, self.chain, shown.content, approved),
            token=self.request.POST.get("token") or token(newest),
            is_translation=translates,
            language=name_of(self.material.language),
            is_stale=newest.drawn_from != self.ground.words.digest and not self.ground.campaign.is_retracted,
            may_change=may_change,
            may_submit=may_change and newest.state == State.DRAFT,
            is_waiting=newest.state == State.SUBMITTED,
            may_approve=self.may(APPROVE_MATERIALS) and newest.state == State.SUBMITTED,
            is_own=user.pk in not_by(self.chain),
            may_withdraw=self.may(APPROVE_MATERIALS) and approved is not None,
            languages=self._languages(translates) if may_change else [],
            translations=[] if translates else self._translations(),
            sound_form=sound_form,
            sound_name=files.sound_name(newest),
            steps=steps(form, self.chain),
            has_more_steps=len(self.chain) > SHOWN_VERSIONS,
            downloads=form.files,
            **self.preview(shown),
        )
        return context

    def preview(self, version: MaterialVersion) -> dict[str, Any]:
        """What the preview's own template needs."""
        return {
            "shown": previewed(version, self.form),
            "counts": self.form.counts(version.content, version.campaign_words),
            "problems": problems(version, self.ground),
            "lang": self.material.language,
        }

    def _as_typed(self, typed: Content | None) -> MaterialVersion:
        """The newest version, with what a person typed and has not saved."""
        newest = self.chain[0]
        if typed is None:
            return newest
        content = {**newest.content, **{name: versions.tidy(text) for name, text in typed.items()}}
        return MaterialVersion(
            material=self.material,
            number=newest.number,
            content=content,
            generated=newest.generated,
            words=newest.words,
            drawn_from=newest.drawn_from,
            sound=newest.sound,
        )

    def _translations(self) -> list[tuple[Material, str]]:
        rows = self.campaign.materials.filter(kind=self.material.kind).exclude(pk=self.material.pk)
        return [(one, name_of(one.language)) for one in rows.order_by("language")]

    def _languages(self, translates: bool) -> list[tuple[str, str]]:
        """Into what it can be translated still."""
        if translates:
            return []
        taken = set(self.campaign.materials.filter(kind=self.material.kind).values_list("language", flat=True))
        return [(code, str(name)) for code, name in settings.LANGUAGES if code not in taken]

    # What is done here -----------------------------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deed = "take" if "take" in request.POST else request.POST.get("deed", "")
        needed = APPROVE_MATERIALS if deed in {"approve", "send_back", "withdraw"} else CHANGE_MATERIALS
        if not self.may(needed):
            raise PermissionDenied
        typed: Content = {
            name.removeprefix(PREFIX): str(text) for name, text in request.POST.items() if name.startswith(PREFIX)
        }
        if deed == "preview":
            return self._show(typed)
        try:
            return self._do(deed, typed)
        except Refused as error:
            for words in error.words:
                messages.error(request, str(words))
            if not typed:  # nothing to lose: the page as it is now
                return redirect("campaigns_material", self.campaign.pk, self.material.pk)
            # What was typed and not saved stays on the screen, beside what is saved by now.
            self.__dict__.pop("chain", None)
            return self.render_to_response(self.get_context_data(typed=typed))

    def _show(self, typed: Content) -> HttpResponse:
        if self.request.headers.get("X-Requested-With") == "XMLHttpRequest":
            context = {**self.preview(self._as_typed(typed)), "form": self.form}
            return TemplateResponse(self.request, "campaigns/desk/material_preview.html", context)
        return self.render_to_response(self.get_context_data(typed=typed))

    def _do(self, deed: str, typed: Content) -> HttpResponse:
        user, newest = self.request.user, self.chain[0]
        if deed in {"save", "submit", "take"}:
            sound: dict[str, Any] = {}
            if self.form.has_sound:
                sound_form = SoundForm(self.request.POST, self.request.FILES)
                if not sound_form.is_valid():
                    return self.render_to_response(self.get_context_data(typed=typed, sound_form=sound_form))
                sound = {"sound": self._sound(sound_form)}
            if deed == "take":
                name = self.request.POST["take"]
                typed[name] = newest.generated.get(name, "")
            saved = versions.edit(self.material, typed, user, based_on=self.request.POST.get("token", "-"), **sound)
            if deed == "submit":
                self._submit(saved)
            else:
                messages.success(self.request, gettext("Saved as a draft."))
        else:
            self._decide(deed, newest)
        return redirect("campaigns_material", self.campaign.pk, self.material.pk)

    def _submit(self, saved: MaterialVersion) -> None:
        try:
            versions.submit(saved, self.request.user)
        except Refused as error:
            messages.warning(self.request, gettext("Saved, but not submitted:"))
            for words in error.words:
                messages.warning(self.request, str(words))
        else:
            messages.success(self.request, gettext("Submitted. Somebody else approves it."))

    def _decide(self, deed: str, newest: MaterialVersion) -> None:
        user, comment = self.request.user, self.request.POST.get("comment", "")
        if deed in {"approve", "send_back"} and self.request.POST.get("token") != token(newest):
            raise Refused(versions.CHANGED_MEANWHILE)
        if deed == "approve":
            versions.approve(newest, user)
            messages.success(self.request, gettext("Approved. Readers are offered it now."))
        elif deed == "send_back":
            versions.send_back(newest, user, comment)
            messages.success(self.request, gettext("Sent back with your comment."))
        elif deed == "withdraw":
            approved = next((one for one in self.chain if one.state == State.APPROVED), newest)
            versions.withdraw(approved, user, comment)
            messages.success(self.request, gettext("Withdrawn. Its files are no longer there."))
        elif deed == "translate":
            made = versions.translate(self.material, self.request.POST.get("language", ""), user)
            where = reverse("campaigns_material", args=[self.campaign.pk, made.pk])
            button = messages.button(where, gettext("Translate it"))
            messages.success(self.request, gettext("The translation begins with the original's text."), [button])
        else:
            raise Refused(_("There is no such step."))

    def _sound(self, form: SoundForm) -> Media | None:
        upload = form.cleaned_data["upload"]
        if not upload:
            found: Media | None = form.cleaned_data["sound"]
            return found
        title = f"{self.campaign.title}: {self.form.label}"[:255]
        return Media.objects.create(title=title, type="audio", file=upload, uploaded_by_user=self.request.user)
