"""The compose board: one story, every channel beside the others, each post as it will look there."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.log_actions import log

from publishing import outbox
from publishing.agencies import visible_to
from publishing.desk.base import COMPOSE, SEE_DELIVERIES, DeskView
from publishing.desk.corrections import owed_by
from publishing.desk.figures import figures_by_channel
from publishing.desk.preview import Preview, automatic_wording, preview
from publishing.desk.stories import newest_of, standing
from publishing.desk.words import Badge, adapter_class, channel_badge, channel_why, state_badge, why
from publishing.figures import Figure
from publishing.models import Channel, Delivery, StoryVersion, local_time
from publishing.plan import Owed, after_quiet, takes
from publishing.story import Action, Story
from publishing.turn import UNPREPARED


class CardForm(forms.Form):
    """What a publisher decides about one channel. ``wording`` comes out without blanks around it, in composed letters."""

    chosen = forms.BooleanField(required=False, label=_("Send here"))
    wording = forms.CharField(required=False, widget=AdminAutoHeightTextInput(attrs={"rows": 4}))
    at = forms.DateTimeField(
        required=False,
        label=_("Time to send"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("This is not a time. Please enter day, month, year, hour and minute.")},
    )

    def clean_wording(self) -> str:
        return _normal(self.cleaned_data["wording"])

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        now = timezone.now()
        if at and at <= now:
            raise forms.ValidationError(
                gettext("%(at)s is in the past: it is %(now)s now. Enter a later time, or none to send at once.")
                % {"at": local_time(at), "now": local_time(now)}
            )
        return at


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


@dataclass
class Card:
    """One channel on the board: a form with a preview, or what became of the delivery that is there already."""

    channel: Channel
    delivery: Delivery | None = None
    form: CardForm | None = None
    automatic: str = ""
    shown: Preview | None = None
    figures: list[tuple[Any, Figure]] = field(default_factory=list)

    @property
    def channel_badge(self) -> Badge:
        return channel_badge(self.channel)

    @property
    def channel_why(self) -> str:
        return channel_why(self.channel)

    @property
    def state_badge(self) -> Badge | None:
        return state_badge(self.delivery) if self.delivery else None

    @property
    def why(self) -> str:
        return why(self.delivery, is_behind=False) if self.delivery else ""

    @property
    def nature(self) -> str:
        adapter = adapter_class(self.channel)
        return gettext(adapter.nature) if adapter else ""

    @property
    def own_wording(self) -> str:
        """The publisher's wording; empty if it is the automatic one."""
        if not self.form or not self.form.is_bound:
            return ""
        self.form.is_valid()
        wording: str = self.form.cleaned_data.get("wording", "")
        return "" if wording == _normal(self.automatic) else wording

    @property
    def is_chosen(self) -> bool:
        return bool(self.form and self.form["chosen"].value())

    @property
    def problems(self) -> tuple[str, ...]:
        return self.shown.problems if self.shown else (gettext(UNPREPARED),)

    @property
    def is_refused(self) -> bool:
        is_asked = bool(self.form and self.form.is_bound and self.is_chosen)
        return is_asked and (not self.form or not self.form.is_valid() or bool(self.problems))

    def owed(self, user: Any) -> Owed:
        assert self.form
        own = self.own_wording
        at = self.form.cleaned_data["at"] or timezone.now()
        return Owed(self.channel.pk, Action.POST, at, own, user.pk if own else None)


def make_cards(version: StoryVersion, user: Any, posted: Mapping[str, Any] | None = None) -> list[Card]:
    """A card for every usable channel that the person may plan for, and for others on which the story is already."""
    at = {channel_id: delivery for (_key, channel_id), delivery in standing([version.key]).items()}
    cards, told = [], figures_by_channel(version.key)
    for channel in visible_to(user, Channel.objects.select_related("organisation")):
        if delivery := at.get(channel.pk):
            cards.append(Card(channel, delivery, figures=told.get(channel.pk, [])))
        elif channel.is_active and adapter_class(channel):
            cards.append(_open_card(channel, version, posted))
    return cards


def _open_card(channel: Channel, version: StoryVersion, posted: Mapping[str, Any] | None) -> Card:
    prefix = f"c{channel.pk}"
    automatic = automatic_wording(channel, version.story)
    data = dict(posted.items()) if posted is not None else None
    if data is not None and (data.get("automatic") == str(channel.pk) or not data.get(f"{prefix}-wording", "").strip()):
        data[f"{prefix}-wording"] = automatic
    form = CardForm(data, prefix=prefix, initial={"wording": automatic, **_planned(channel, version.story)})
    adapter = channel.adapter_class
    form.fields["wording"].label = gettext(adapter.wording_label)
    card = Card(channel, form=form, automatic=automatic)
    card.shown = preview(channel, version.story, wording=card.own_wording)
    return card


def _planned(channel: Channel, story: Story) -> dict[str, Any]:
    """What the channel's plan proposes: to be ticked, and not before its quiet hours end."""
    if channel.plan == Channel.Plan.BY_HAND or not takes(channel, story):
        return {}
    now = timezone.now()
    at = now if story.is_urgent and channel.takes_urgent else after_quiet(now, channel.quiet_from, channel.quiet_to)
    return {"chosen": True, "at": at if at > now else None}


class ComposeView(DeskView):
    """One story on all channels. "Update previews" and "Back to automatic" change nothing but the page; "Plan" plans."""

    allowed = (COMPOSE,)
    page_title = _("Compose")
    template_name = "publishing/compose.html"
    parents = ((_("Ready to send"), "publishing_stories"),)

    @cached_property
    def version(self) -> StoryVersion:
        version: StoryVersion = get_object_or_404(
            visible_to(self.request.user, StoryVersion.objects.all()), pk=self.kwargs["pk"]
        )
        return version

    @cached_property
    def newest(self) -> StoryVersion:
        return newest_of(self.version.key) or self.version

    def get_page_title(self) -> str:
        return self.version.title

    @property
    def refusal(self) -> str:
        """Why nothing of this version may be planned; empty if it may."""
        if self.newest.story.is_retracted:
            return gettext("This answer was retracted. It cannot be sent any more.")
        if self.newest != self.version:
            return gettext("There is a newer approved version of this answer. Please send that one.")
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cards = kwargs.pop("cards", None)
        if cards is None:
            cards = [] if self.refusal else make_cards(self.version, self.request.user)
        return super().get_context_data(
            version=self.version,
            story=self.version.story,
            newest=self.newest if self.newest != self.version and not self.newest.story.is_retracted else None,
            refusal=self.refusal,
            cards=cards,
            owed=owed_by(self.version.key, self.request.user),
            has_open=any(card.form for card in cards),
            has_settled=any(card.delivery for card in cards),
            may_see_deliveries=self.may(SEE_DELIVERIES),
            action_url=reverse("publishing_compose", args=[self.version.pk]),
            has_unsaved_changes=self.request.method == "POST",
            media=forms.Media(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.refusal:
            messages.error(request, self.refusal)
            return redirect("publishing_compose", self.newest.pk)
        cards = make_cards(self.version, request.user, request.POST)
        if request.POST.get("do") == "plan" and self._plan(cards):
            return redirect("publishing_compose", self.version.pk)
        return self.render_to_response(self.get_context_data(cards=cards))

    def _plan(self, cards: list[Card]) -> bool:
        """Plans every chosen card, or none if one of them is refused."""
        chosen = [card for card in cards if card.is_chosen]
        if not chosen:
            messages.error(self.request, gettext("Nothing was planned: tick the channels to send to."))
            return False
        if any(card.is_refused for card in chosen):
            messages.error(
                self.request,
                gettext("Nothing was planned yet: please mend the channels marked below, then plan again."),
            )
            return False
        user = self.request.user
        with transaction.atomic():
            outbox.lock_stories(self.version.key)
            if newest_of(self.version.key) != self.version:  # a correction came while this page was open
                messages.error(self.request, gettext("There is a newer approved version of this answer."))
                return True
            made = outbox.enqueue(self.version, [card.owed(user) for card in chosen], user)
            for delivery in made:
                log(instance=delivery, action="publishing.plan", user=user)
        self._tell(made, len(chosen))
        return True

    def _tell(self, made: list[Delivery], asked: int) -> None:
        pending = sum(delivery.is_wording_pending for delivery in made)
        if made:
            words = ngettext("Planned on %(count)d channel.", "Planned on %(count)d channels.", len(made))
            messages.success(self.request, words % {"count": len(made)})
        if pending:
            words = ngettext(
                "%(count)d of them has your own wording and waits until somebody else has approved it.",
                "%(count)d of them have your own wording and wait until somebody else has approved it.",
                pending,
            )
            messages.info(self.request, words % {"count": pending})
        if len(made) < asked:
            messages.warning(self.request, gettext("On some channels somebody else had planned this already."))
