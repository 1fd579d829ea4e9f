"""The waves of a campaign: all of them, one with its steps as they stand, and what a person may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from campaigns import wave_deeds, wave_lock, wave_steps, wave_templates
from campaigns.campaign import Campaign
from campaigns.desk.base import CHANGE_WAVES, SEE_WAVES, CampaignDeskView, Part, parts
from campaigns.desk.effect import form_name
from campaigns.desk.wave_forms import MoveForm, NewWaveForm, PauseForm, ResumeForm, StepForm, StepTimeForm
from campaigns.second_person import Refused
from campaigns.wave_plan import Place, Standing, end_of
from campaigns.wave_stories import Teller
from campaigns.waves import Wave
from publishing.desk.base import SEE_DELIVERIES
from publishing.desk.timing import in_quiet_hours, quiet_end
from publishing.desk.words import Badge, behind, state_badge, why
from publishing.models import local_time

_STATES = {
    Wave.State.DRAFT: ("edit", "quiet"),
    Wave.State.ON: ("circle-check", "good"),
    Wave.State.PAUSED: ("lock", "care"),
    Wave.State.OVER: ("minus", "quiet"),
}
_STANDINGS: dict[Standing, tuple[str | Promise, str, str]] = {
    Standing.READY: (_("ready"), "time", "busy"),
    Standing.WAITS: (_("waits for its material"), "user", "care"),
    Standing.MISSED: (_("missed"), "warning", "bad"),
    Standing.AFTER_END: (_("after the campaign's last day"), "minus", "quiet"),
}
_WHY = {
    Standing.WAITS: _("It is planned as soon as its material is approved, or approved again after a correction."),
    Standing.MISSED: _("Its time had passed before there was anything approved to send. Nothing is sent late."),
}


def wave_badge(wave: Wave) -> Badge:
    icon, tone = _STATES[Wave.State(wave.state)]
    return Badge(str(wave.get_state_display()), icon, tone)


def _summary(campaign: Campaign) -> str:
    found = campaign.waves.aggregate(
        all=Count("pk"),
        on=Count("pk", filter=Q(state=Wave.State.ON)),
        paused=Count("pk", filter=Q(state=Wave.State.PAUSED)),
    )
    words = ngettext("%(count)d wave", "%(count)d waves", found["all"]) % {"count": found["all"]}
    more = [(gettext("%(count)d running"), found["on"]), (gettext("%(count)d paused"), found["paused"])]
    return ", ".join([words, *(each % {"count": count} for each, count in more if count)])


parts.append(Part(_("Waves"), "campaigns_waves", "calendar-alt", SEE_WAVES, _summary, order=60))


class WavesView(CampaignDeskView):
    """All waves, and a new one from a usual plan."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_WAVES,)
    page_title = _("Waves")
    header_icon = "calendar-alt"
    template_name = "campaigns/desk/waves.html"
    url_name = "campaigns_waves"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waves = self.campaign.waves.annotate(count=Count("steps"))
        if "form" not in kwargs:
            kwargs["form"] = NewWaveForm(initial={"plan": "launch", "at": _tomorrow_morning()})
        return super().get_context_data(
            waves=[(wave, wave_badge(wave)) for wave in waves],
            usual=wave_templates.USUAL.values(),
            may_change=self.may(CHANGE_WAVES),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may(CHANGE_WAVES):
            raise PermissionDenied
        form = NewWaveForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        asked = form.cleaned_data
        usual = wave_templates.USUAL.get(asked["plan"])
        wave = wave_templates.make(self.campaign, request.user, name=asked["name"], usual=usual, at=asked["at"])
        if usual and not wave.steps.exists():
            messages.warning(
                request, gettext("No material suits any channel yet. Approve materials, or choose the steps.")
            )
        return redirect("campaigns_wave", self.campaign.pk, wave.pk)


def _tomorrow_morning() -> datetime:
    return (timezone.localtime() + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Row:
    """A step as the page of its wave shows it."""

    place: Place
    name: str
    at: datetime
    badge: Badge
    why: str
    quiet: str
    may_move: bool
    may_remove: bool


def rows_of(wave: Wave, found: list[Place], now: datetime) -> list[Row]:
    """One query, however many steps."""
    waiting = behind([place.post for place in found if place.post])
    rows = []
    for place in found:
        standing = place.standing(now)
        is_open = standing not in {Standing.OUT, Standing.DROPPED} and wave.state != Wave.State.OVER
        end = quiet_end(place.step.channel, place.at) if is_open else None
        if place.post and standing in {Standing.OWED, Standing.OUT, Standing.DROPPED}:
            badge, words = state_badge(place.post), why(place.post, place.post.pk in waiting, now)
        else:
            text, icon, tone = _STANDINGS[standing]
            badge, words = Badge(str(text), icon, tone), str(_WHY.get(standing, ""))
        rows.append(
            Row(
                place,
                form_name(place.step.material.kind),
                place.at,
                badge,
                words,
                in_quiet_hours(end) if end else "",
                is_open,
                is_open or (standing == Standing.DROPPED and wave.state != Wave.State.OVER),
            )
        )
    return sorted(rows, key=lambda row: row.at)


class WaveView(CampaignDeskView):
    """One wave: its steps by time, each as it stands now, and the forms for what may be done."""

    allowed: ClassVar[tuple[str, ...]] = (SEE_WAVES,)
    page_title = _("Wave")
    header_icon = "calendar-alt"
    template_name = "campaigns/desk/wave.html"
    url_name = "campaigns_waves"

    @cached_property
    def wave(self) -> Wave:
        waves = Wave.objects.select_related("campaign", "paused_by", "made_by")
        return get_object_or_404(waves, pk=self.kwargs["wave_pk"], campaign=self.campaign)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wave, now = self.wave, timezone.now()
        teller = Teller(self.campaign) if self.campaign.live else None
        rows = rows_of(wave, wave_lock.places_of(wave, teller), now)
        until = end_of(self.campaign)
        may_change = self.may(CHANGE_WAVES) and wave.state != Wave.State.OVER
        return super().get_context_data(
            wave=wave,
            badge=wave_badge(wave),
            rows=rows,
            now=now,
            can_start=wave.state == Wave.State.DRAFT and self.campaign.live and not self.campaign.is_retracted and rows,
            has_last_day=until is not None,
            may_change=may_change,
            may_see_deliveries=self.may(SEE_DELIVERIES),
            move=MoveForm(initial={"starts_at": wave.starts_at, "seen": wave.starts_at.isoformat()}),
            pause=PauseForm(initial={"reason": gettext("Something is wrong and is being looked at.")}),
            resume=ResumeForm(initial={"dates": "keep", "missed": "leave"}),
            step=StepForm(self.campaign, self.request.user, initial={"at": max(wave.starts_at, now)}),
            here=reverse("campaigns_wave", args=[self.campaign.pk, wave.pk]),
            **kwargs,
        )


class WaveDeedView(WaveView):
    """What is asked for in the address is done, and the person is back on the wave's page. POST only."""

    allowed = (CHANGE_WAVES,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deed = getattr(self, f"_{self.kwargs['deed']}", None) if self.kwargs["deed"] in DEEDS else None
        if deed is None:
            raise PermissionDenied
        wave, where = self.wave, redirect("campaigns_wave", self.campaign.pk, self.wave.pk)
        try:
            told = deed(wave)
        except (Refused, _Unclear) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, told)
            if self.kwargs["deed"] == "discard":
                return redirect("campaigns_waves", self.campaign.pk)
        return where

    def _asked(self, form: Any) -> dict[str, Any]:
        if not form.is_valid():
            raise _Unclear(" ".join(str(words) for errors in form.errors.values() for words in errors))
        asked: dict[str, Any] = form.cleaned_data
        return asked

    def _step_asked(self) -> Any:
        return get_object_or_404(self.wave.steps, pk=self.request.POST.get("step") or 0)

    def _start(self, wave: Wave) -> str:
        made = wave_deeds.start(wave, self.request.user, now=bool(self.request.POST.get("now")))
        words = ngettext("Started: %(count)d post is planned.", "Started: %(count)d posts are planned.", len(made))
        return words % {"count": len(made)}

    def _move(self, wave: Wave) -> str:
        asked = self._asked(MoveForm(self.request.POST))
        seen = parse_datetime(asked["seen"]) if asked["seen"] else None
        if seen and seen != wave.starts_at:
            words = gettext("Somebody else has moved it to %(time)s meanwhile. Nothing was changed.")
            raise _Unclear(words % {"time": local_time(wave.starts_at)})
        wave_deeds.move(wave, self.request.user, starts_at=asked["starts_at"])
        return gettext("Moved: the wave now starts %(time)s.") % {"time": local_time(asked["starts_at"])}

    def _pause(self, wave: Wave) -> str:
        held = wave_deeds.pause(wave, self.request.user, reason=self._asked(PauseForm(self.request.POST))["reason"])
        words = ngettext("Paused: %(count)d post is held.", "Paused: %(count)d posts are held.", held)
        return words % {"count": held}

    def _resume(self, wave: Wave) -> str:
        asked = self._asked(ResumeForm(self.request.POST))
        gone_on = wave_deeds.resume(
            wave, self.request.user, shifts=asked["dates"] == "shift", sends_missed=asked["missed"] == "send"
        )
        words = ngettext(
            "The wave goes on with %(count)d post.", "The wave goes on with %(count)d posts.", gone_on.going
        )
        told = [words % {"count": gone_on.going}]
        if gone_on.left_out:
            words = ngettext("%(count)d was left out.", "%(count)d were left out.", gone_on.left_out)
            told.append(words % {"count": gone_on.left_out})
        return " ".join(told)

    def _end(self, wave: Wave) -> str:
        count = wave_deeds.end(wave, self.request.user)
        words = ngettext("Ended: %(count)d post was cancelled.", "Ended: %(count)d posts were cancelled.", count)
        return words % {"count": count}

    def _add(self, wave: Wave) -> str:
        asked = self._asked(StepForm(self.campaign, self.request.user, self.request.POST))
        wave_steps.add_step(wave, self.request.user, **asked)
        return gettext("The step was added.")

    def _change(self, wave: Wave) -> str:
        asked = self._asked(StepTimeForm(self.request.POST))
        wave_steps.change_step(self._step_asked(), self.request.user, at=asked["at"])
        return gettext("The step has its new time.")

    def _remove(self, wave: Wave) -> str:
        wave_steps.remove_step(self._step_asked(), self.request.user)
        return gettext("The step was taken out.")

    def _discard(self, wave: Wave) -> str:
        wave_deeds.discard(wave, self.request.user)
        return gettext("The wave was discarded.")


class _Unclear(Exception):
    """What was entered cannot be used."""


DEEDS = frozenset({"start", "move", "pause", "resume", "end", "add", "change", "remove", "discard"})
