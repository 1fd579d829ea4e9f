"""Corrections owed: every story that changed after it went out, and how far each of its copies has followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing import copies
from publishing.agencies import sees_all, visible_to
from publishing.by_hand import DONE_BY_HAND
from publishing.copies import Copy, Standing
from publishing.desk import deeds
from publishing.desk.base import COMPOSE, SEE_DELIVERIES, DeskView, paged
from publishing.desk.words import Badge, adapter_class, channel_badge, channel_why, state_badge, why
from publishing.models import CANCELLED_BY_PERSON, Attempt, Delivery, State, StoryVersion, local_time
from publishing.outbox import hindrance
from publishing.story import Action, Way

# What a change is called, as in the public log.
KINDS: dict[str, Promise] = {
    "correction": _("Correction"),
    "update": _("Update"),
    "verdict": _("Verdict"),
    "retraction": _("Retraction"),
}
_DONE = {
    Way.EDIT: _("Changed in place, %(time)s."),
    Way.DELETE: _("Removed from the channel, %(time)s."),
    Way.SEND: _("Told in a message of its own, %(time)s."),
}


def _way(delivery: Delivery) -> Way:
    known = adapter_class(delivery.channel)
    return delivery.channel.bare_adapter().way(Action(delivery.action)) if known else Way.NONE


@dataclass(frozen=True)
class Line:
    """One copy in words. ``person`` is who decided or did it by hand, if anybody did."""

    copy: Copy
    owes: Promise
    person: str
    user: Any

    @property
    def channel_badge(self) -> Badge | None:
        """Only where something stands in the way there."""
        return channel_badge(self.copy.channel) if self.copy.channel.status != "ready" else None

    @property
    def shows(self) -> str:
        """What a reader finds on the channel now."""
        one, post = self.copy.shown, self.copy.post
        if one is None:
            is_lost = post.state == State.UNKNOWN or post.doubts
            return gettext("Nobody knows whether this post is out.") if is_lost else gettext("It is being sent now.")
        values = {"approved": local_time(one.version.made_at), "since": _sent(one), "first": _sent(post)}
        if one.action != Action.POST:
            if one.words == DONE_BY_HAND:
                return gettext("What a person left there by hand, %(since)s.") % values
            way = _way(one)
            if way == Way.DELETE:
                return gettext("Nothing: removed %(since)s.") % values
            if way == Way.SEND:
                words = gettext(
                    "The post of %(first)s, and after it the message of %(since)s about the version approved %(approved)s."
                )
                return words % values
        return gettext("The version approved %(approved)s, since %(since)s.") % values

    @property
    def url(self) -> str:
        """Where the copy is; empty where it is unknown or removed."""
        one = self.copy.shown
        if one and one.action != Action.POST and _way(one) == Way.DELETE and one.words != DONE_BY_HAND:
            return ""
        return (one.permalink if one else "") or self.copy.post.permalink

    @property
    def badge(self) -> Badge:
        follow = self.copy.follow
        match self.copy.standing:
            case Standing.NOTHING:
                return Badge(gettext("up to date"), "circle-check", "good")
            case Standing.DONE:
                return Badge(gettext("done"), "circle-check", "good")
            case Standing.LEFT:
                return Badge(gettext("left as it is"), "minus", "quiet")
            case Standing.FORGOTTEN:
                return Badge(gettext("not planned yet"), "warning", "bad")
        assert follow
        if follow.state == State.HELD and follow.words == hindrance(follow.channel, Action(follow.action)):
            return Badge(gettext("not possible from here"), "warning", "care")
        return state_badge(follow)

    @property
    def why(self) -> str:
        """Where it stands: when, by whom, or what it waits for."""
        follow = self.copy.follow
        match self.copy.standing:
            case Standing.NOTHING:
                return gettext("It went out after the change.")
            case Standing.FORGOTTEN:
                return gettext(
                    "The system plans it within a minute. If this stays, please tell the administrator: the worker may be stopped."
                )
        assert follow
        values = {"person": self.person or gettext("Somebody"), "time": _sent(follow)}
        match self.copy.standing:
            case Standing.LEFT:
                return gettext("%(person)s decided this, %(time)s.") % values
            case Standing.DONE if follow.words == DONE_BY_HAND:
                return gettext("By hand: %(person)s, %(time)s.") % values
            case Standing.DONE:
                return _DONE.get(_way(follow), _DONE[Way.SEND]) % values
        planned = gettext("Planned for %(time)s.") % {"time": local_time(follow.scheduled_at)}
        return " ".join(filter(None, [planned if follow.state == State.DUE else "", self._waits(follow)]))

    def _waits(self, follow: Delivery) -> str:
        words = why(follow, self.copy.blocker is not None)
        channel_says = channel_why(follow.channel)
        is_said = follow.state == State.DUE or not channel_says or follow.channel.status == "waiting"
        return words if is_said else f"{words} {channel_says}".strip()

    @property
    def may_do_by_hand(self) -> bool:
        follow = self.copy.follow
        return self.copy.is_open and bool(follow) and self._may(deeds.DONE_BY_HAND)

    @property
    def may_owe_again(self) -> bool:
        return self.copy.standing == Standing.LEFT and self._may(deeds.OWE_AGAIN)

    def _may(self, deed: deeds.Deed) -> bool:
        follow = self.copy.follow
        return follow is not None and deed.is_possible(follow) and deed.may(self.user)


def _sent(delivery: Delivery) -> str:
    """When it went out; for one that was cancelled, when that was decided."""
    decided_at = getattr(delivery, "decided_at", None)
    moment = delivery.sent_at or decided_at or delivery.scheduled_at
    return local_time(moment)


@dataclass(frozen=True)
class Row:
    """A changed story with its copies, those that owe something first."""

    change: StoryVersion
    kind: Promise
    lines: list[Line]

    @property
    def note(self) -> str:
        return str(self.change.payload["change"])

    @property
    def open_lines(self) -> list[Line]:
        return [line for line in self.lines if line.copy.is_open]


def make_rows(changes: Iterable[StoryVersion], user: Any) -> list[Row]:
    """Two queries, however many stories."""
    changes = list(changes)
    keys = [change.key for change in changes]
    deliveries: dict[str, list[Delivery]] = {key: [] for key in keys}
    seen = visible_to(user, Delivery.objects.with_names().defer("version__payload"))
    for one in seen.filter(version__key__in=keys):
        deliveries[one.story].append(one)
    found = {change.key: copies.copies_of(change, deliveries[change.key]) for change in changes}
    decided = _decided([copy.follow for each in found.values() for copy in each if copy.follow])
    rows = []
    for change in changes:
        kind = _kind(change)
        lines = [
            Line(copy, kind, decided.get(copy.follow.pk, "") if copy.follow else "", user)
            for copy in sorted(found[change.key], key=lambda copy: not copy.is_open)
        ]
        rows.append(Row(change, kind, lines))
    return rows


def _kind(change: StoryVersion) -> Promise:
    usual = "retraction" if change.payload["is_retracted"] else "correction"
    return KINDS.get(change.payload.get("change_kind") or usual, KINDS[usual])


def _decided(follows: list[Delivery]) -> dict[int, str]:
    """Who left the copy as it is, or did it by hand, by delivery id; when goes onto the delivery. One query."""
    by_id = {one.pk: one for one in follows if one.is_left or one.words == DONE_BY_HAND}
    attempts = Attempt.objects.filter(
        delivery__in=by_id, step=Attempt.Steps.PERSON, words__in=[CANCELLED_BY_PERSON, DONE_BY_HAND]
    )
    names = {}
    for attempt in attempts.select_related("by").order_by("id"):
        names[attempt.delivery_id] = str(attempt.by or "")
        by_id[attempt.delivery_id].decided_at = attempt.ended_at  # type: ignore[attr-defined]
    return names


def owed_by(key: str, user: Any) -> Row | None:
    """The story's row if one of its copies owes something. One query for most stories."""
    change = copies.changes().filter(key=key).first()
    [row] = make_rows([change], user) if change else [None]
    return row if row and row.open_lines else None


class CorrectionsView(DeskView):
    """What is owed. ``?show=all`` lists settled stories too."""

    allowed = (SEE_DELIVERIES,)
    page_title = _("Corrections owed")
    header_icon = "edit"
    template_name = "publishing/corrections.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shows_all = self.request.GET.get("show") == "all"
        user = self.request.user
        seen = visible_to(user, Delivery.objects.all() if shows_all else copies.open_posts())
        is_all = shows_all and sees_all(user)
        keys = seen.filter(action=Action.POST).values_list("story", flat=True)
        listing = paged(self, copies.changes() if is_all else copies.changes().filter(key__in=set(keys)))
        return super().get_context_data(
            rows=make_rows(listing["page_obj"], self.request.user),
            shows_all=shows_all,
            may_compose=self.may(COMPOSE),
            may_see_deliveries=True,
            here=self.request.get_full_path(),
            **listing,
            **kwargs,
        )
