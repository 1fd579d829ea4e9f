"""One material: its texts beside what becomes of them, what differs from what is approved, and its way to approval."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.validators import FileExtensionValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin import messages
from wagtailmedia.models import Media
from wagtailmedia.widgets import AdminAudioChooser

from campaigns.desk.base import APPROVE_MATERIALS, CHANGE_MATERIALS, SEE_MATERIALS, CampaignDeskView
from campaigns.desk.materials import badge, waits_for
from campaigns.materials import files, history, versions
from campaigns.materials.base import Content, Field, FileKind, Form
from campaigns.materials.drafts import marked
from campaigns.materials.models import Material, MaterialVersion
from campaigns.materials.versions import Ground
from campaigns.public.files import ranged
from campaigns.second_person import Refused
from cms.translation.languages import name_of
from publishing.desk.base import may

log = logging.getLogger("campaigns.desk.material")

State = MaterialVersion.State
PREFIX = "content-"
MOST_SOUND = 20 * 1024 * 1024  # bytes
SHOWN_VERSIONS = 15
READABLE = ("text/plain", "text/html", "text/vtt")  # what a person reads as it is


class SoundForm(django_forms.Form):
    """The recording: chosen among those there are, or uploaded here, which needs no JavaScript."""

    sound = django_forms.ModelChoiceField(
        Media.objects.filter(type="audio"), required=False, widget=AdminAudioChooser, label=_("Recording")
    )
    upload = django_forms.FileField(
        required=False,
        label=_("Upload a recording"),
        help_text=_("MP3 is played by every phone. At most 20 MB."),
        validators=[FileExtensionValidator([ending.removeprefix(".") for ending in files.SOUND_TYPES])],
        widget=django_forms.FileInput(attrs={"accept": "audio/*"}),
    )

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload and upload.size > MOST_SOUND:
            raise django_forms.ValidationError(_("The file is larger than 20 MB."))
        return upload


@dataclass(frozen=True)
class Shown:
    """What becomes of the texts: one file, as a picture, as text, as a page, or only to be downloaded."""

    kind: FileKind
    picture: str = ""
    text: str = ""
    page: str = ""


@dataclass(frozen=True)
class Text:
    """One field with everything an editor or approver compares."""

    field: Field
    text: str
    generated: str
    changed_before: str | None
    difference: list[history.Piece]

    @property
    def is_own(self) -> bool:
        return self.text != self.generated

    @property
    def length(self) -> int:
        return len(self.text)

    @property
    def is_over(self) -> bool:
        return self.length > self.field.max_length


@dataclass(frozen=True)
class Step:
    """One line of the history: a version, and what it changed of the one before."""

    version: MaterialVersion
    changes: list[tuple[str | Promise, list[history.Piece]]]

    @property
    def badge(self) -> Any:
        return badge(self.version)


def previewed(version: MaterialVersion, form: Form) -> list[Shown]:
    """Of every file what the page can show. Of a form of pictures the pictures; a text that cannot be drawn costs its
    preview only."""
    has_pictures = any(kind.is_picture for kind in form.files)
    found = []
    for kind in form.files:
        is_shown = kind.is_picture if has_pictures else kind.content_type.startswith(READABLE)
        if not is_shown:
            continue
        try:
            made = files.make(version, kind.name)
        except Exception:
            log.exception("%s of %s cannot be shown", kind.name, version)
            continue
        if kind.is_picture:
            found.append(Shown(kind, picture=f"data:{kind.content_type};base64,{base64.b64encode(made).decode()}"))
        elif kind.content_type.startswith("text/html"):
            found.append(Shown(kind, page=made.decode()))
        else:
            found.append(Shown(kind, text=made.decode().removeprefix("\ufeff")))
    return found


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
        found = versions.chain_of(self.material)
        for one in found:
            one.material = self.material
        if not found:
            raise Http404
        return found

    @cached_property
    def ground(self) -> Ground:
        return versions.ground_of(self.campaign)

    @cached_property
    def form(self) -> Form:
        try:
            return versions.form_of(self.material)
        except Refused as error:
            raise Http404 from error

    def get_context_data(self, typed: Content | None = None, sound_form: Any = None, **kwargs: Any) -> dict[str, Any]:
        newest, form = self.chain[0], self.form
        approved = next((one for one in self.chain if one.state == State.APPROVED), None)
        shown = self._as_typed(typed)
        is_translation = versions.is_translation(self.material, self.ground)
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
            texts=self._texts(shown.content, approved),
            token=self.request.POST.get("token") or versions.token(newest),
            is_translation=is_translation,
            language=name_of(self.material.language),
            is_stale=newest.drawn_from != self.ground.words.digest and not self.ground.campaign.is_retracted,
            may_change=may_change,
            may_submit=may_change and newest.state == State.DRAFT,
            is_waiting=newest.state == State.SUBMITTED,
            may_approve=self.may(APPROVE_MATERIALS) and newest.state == State.SUBMITTED,
            is_own=user.pk in versions.not_by(self.chain),
            may_withdraw=self.may(APPROVE_MATERIALS) and approved is not None,
            languages=self._languages(is_translation) if may_change else [],
            translations=[] if is_translation else self._translations(),
            sound_form=sound_form,
            sound_name=files.sound_name(newest),
            steps=self._steps(),
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
            "problems": versions.problems(version, self.ground),
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

    def _texts(self, content: Content, approved: MaterialVersion | None) -> list[Text]:
        newest = self.chain[0]
        changed = history.changed_here(self.chain)
        found = []
        for field in self.form.fields:
            text = content.get(field.name, "")
            before = str(approved.content.get(field.name, "")) if approved else text
            found.append(
                Text(
                    field=field,
                    text=text,
                    generated=newest.generated.get(field.name, ""),
                    changed_before=changed.get(field.name),
                    difference=history.difference(before, text) if before != text else [],
                )
            )
        return found

    def _steps(self) -> list[Step]:
        found = []
        for version, before in zip(self.chain[:SHOWN_VERSIONS], [*self.chain[1:], None], strict=False):
            changes = [
                (
                    field.label,
                    history.difference(before.content.get(field.name, ""), version.content.get(field.name, "")),
                )
                for field in self.form.fields
                if before and before.content.get(field.name, "") != version.content.get(field.name, "")
            ]
            found.append(Step(version, changes))
        return found

    def _translations(self) -> list[tuple[Material, str]]:
        rows = self.campaign.materials.filter(kind=self.material.kind).exclude(pk=self.material.pk)
        return [(one, name_of(one.language)) for one in rows.order_by("language")]

    def _languages(self, is_translation: bool) -> list[tuple[str, str]]:
        """Into what it can be translated still."""
        if is_translation:
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
        if deed in {"approve", "send_back"} and self.request.POST.get("token") != versions.token(newest):
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


class MaterialFileView(View):
    """A file of any version, for the desk. What is not approved says so, in its name and, where it can, on itself."""

    def get(self, request: HttpRequest, pk: int, material: int, number: int, name: str) -> HttpResponseBase:
        if not may(request.user, SEE_MATERIALS):
            raise PermissionDenied
        rows = MaterialVersion.objects.select_related("material__campaign__locale", "sound")
        version = get_object_or_404(rows, material__campaign=pk, material=material, number=number)
        if version.sound and name == files.sound_name(version):
            played = ranged(request, version.sound.file.open("rb"), version.sound.file.size)
            played["Content-Type"] = files.sound_kind(name).content_type
            return played
        kind = files.kind_of(version, name)
        if kind is None:
            raise Http404
        made = files.kept(version, name)
        download = "download" in request.GET
        title = files.download_name(version.material, name)
        if download and version.state != State.APPROVED:
            made, title = marked(made, kind), f"ban-nhap-{title}"
        answer = HttpResponse(made, content_type=kind.content_type)
        way = "attachment" if download or kind.content_type.startswith("text/html") else "inline"
        answer["Content-Disposition"] = f'{way}; filename="{title}"'
        answer["Cache-Control"] = "private, no-cache"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
