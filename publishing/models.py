"""What the outbox stands on: who owns which channel, what was approved, what is owed, and what was tried."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from publishing import trace, vault
from publishing.channels import adapters, choices
from publishing.channels.base import Adapter, Outcome, Probe
from publishing.channels.http import CONNECT_SECONDS, Http
from publishing.pulse import Pulse as Pulse
from publishing.story import Action, Post, Receipt, Story

CANCELLED_BY_PERSON = gettext_noop("Cancelled by a person.")
# Held together with the others of its plan. Of what is being sent: that it is held as soon as this attempt is over, unless
# it got through, and that no further call begins.
PAUSED = gettext_noop("Paused with “%(plan)s” by %(person)s, %(time)s: %(reason)s")


def new_marker() -> str:
    """Ten characters that find one delivery again at a vendor: lower-case letters and digits, no look-alikes."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(10))


def in_words(words: str, values: dict[str, Any]) -> str:
    """A stored msgid in the active language, with its values."""
    if not words:
        return ""
    return gettext(words) % values if values else gettext(words)


class Organisation(models.Model):
    """A public body or news organisation. Every post goes out under the name of one of these."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    website = models.URLField(_("website"), blank=True)
    is_office = models.BooleanField(
        _("is our own office"), default=False, help_text=_("Answers are signed by an office of our own.")
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name or self.name


class Membership(models.Model):
    """That a person belongs to an organisation. Who belongs to none sees everything: see agencies.py."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["person", "organisation"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.person} – {self.organisation}"


class PlanningGrant(models.Model):
    """That the people of an organisation may plan their own stories for a channel of another one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="grants")
    channel = models.ForeignKey("Channel", on_delete=models.CASCADE, related_name="grants")

    class Meta:
        verbose_name = _("permission to plan")
        verbose_name_plural = _("permissions to plan")
        constraints = [models.UniqueConstraint(fields=["organisation", "channel"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.organisation} → {self.channel}"


class ChannelQuerySet(models.QuerySet["Channel"]):
    def usable(self) -> Self:
        """Channels a publisher may choose now."""
        return self.filter(is_active=True)


class Channel(models.Model):
    """One configured official channel: a Page, a newspaper, a newsroom. Behaviour is in its adapter.

    config holds the non-secret settings; sealed the credentials, encrypted. stopped_at is set when the vendor refuses
    the credentials: nothing is sent, and the queue waits, until a person has connected it again. not_before is
    the vendor's own "wait until", or ours while the circuit is open.

    plan_kinds, plan_topics  kinds of answer and keys of topics it takes by default; empty: all
    plan_since               what was approved earlier is never planned by itself
    quiet_from, quiet_to     local time between which nothing that is not urgent is sent; may span midnight
    failures                 calls in a row that reached nobody; opened_at: since when the circuit is open
    expires_at               when the credentials run out, as far as the adapter knows, or as the vendor told the last test
    probed_at                when the connection was last tested; probe_outcome and probe_words (a msgid): how that ended
    probe_ok_at              the last time that such a test succeeded
    headroom                 share of the vendor's rate limit that is left, 0 to 1, as of headroom_at
    """

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="channels"
    )
    kind = models.CharField(_("kind"), max_length=40, choices=choices)
    name = models.CharField(_("name"), max_length=120, help_text=_("As people know it, e.g. the Page's name."))
    public_url = models.URLField(_("public address"), blank=True)
    config = models.JSONField(_("settings"), default=dict, blank=True)
    sealed = models.TextField(editable=False, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    is_sandbox = models.BooleanField(
        _("stand-in"),
        default=False,
        help_text=_("Posts go to a local stand-in for demonstration, not to the real channel."),
    )
    stopped_at = models.DateTimeField(editable=False, null=True)
    stopped_words = models.CharField(editable=False, max_length=300, blank=True)
    not_before = models.DateTimeField(editable=False, null=True)

    class Plan(models.TextChoices):
        BY_HAND = "by_hand", _("a publisher chooses it each time")
        PROPOSED = "proposed", _("ticked already when a publisher opens the story")
        AUTOMATIC = "automatic", _("planned by itself as soon as an answer is approved")

    plan = models.CharField(_("plan"), max_length=10, choices=Plan.choices, default=Plan.BY_HAND)
    plan_kinds = models.JSONField(_("kinds of answer"), default=list, blank=True)
    plan_topics = models.JSONField(_("topics"), default=list, blank=True)
    plan_since = models.DateTimeField(editable=False, default=timezone.now)
    plan_delay = models.PositiveIntegerField(_("delay in minutes"), default=0)
    takes_urgent = models.BooleanField(
        _("urgent answers at once"),
        default=False,
        help_text=_("An urgent answer is planned here by itself when it is approved, without delay and quiet hours."),
    )
    wording_needs_approval = models.BooleanField(_("a publisher's own wording needs approval"), default=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    notices_to = models.CharField(
        _("notices to"),
        max_length=400,
        blank=True,
        help_text=_("E-mail addresses of those who look after it, with commas."),
    )
    expires_at = models.DateTimeField(editable=False, null=True)
    probed_at = models.DateTimeField(editable=False, null=True)
    probe_outcome = models.CharField(editable=False, max_length=10, blank=True)
    probe_words = models.CharField(editable=False, max_length=300, blank=True)
    probe_ok_at = models.DateTimeField(editable=False, null=True)
    failures = models.PositiveIntegerField(editable=False, default=0)
    opened_at = models.DateTimeField(editable=False, null=True)
    headroom = models.FloatField(editable=False, null=True)
    headroom_at = models.DateTimeField(editable=False, null=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="channel_name_once")]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Channel {self.pk} {self.kind}>"

    @property
    def adapter_class(self) -> type[Adapter]:
        """The adapter of this kind. KeyError if its module is gone."""
        return adapters()[self.kind]

    def adapter(self) -> Adapter:
        """The adapter, configured. Raises vault.CannotDecrypt."""
        http = Http(connect=CONNECT_SECONDS, read=settings.DELIVERY_READ_SECONDS)
        return self.adapter_class(self.config, vault.unseal(self.sealed), self.organisation.name, http)

    def bare_adapter(self) -> Adapter:
        """The adapter without credentials: what a channel can do depends on its settings alone. KeyError as above."""
        return self.adapter_class(self.config, {}, self.organisation.name)

    @property
    def settle_seconds(self) -> float:
        """How long after a call a read-back that finds nothing is believed; a stand-in may settle faster."""
        return float(self.config.get("settle_seconds", self.adapter_class.settle_seconds))

    def set_secrets(self, values: dict[str, str]) -> None:
        """Replaces the given credentials and keeps the others; does not save."""
        kept = {}
        if self.sealed:
            try:
                kept = vault.unseal(self.sealed)
            except vault.CannotDecrypt:
                kept = {}  # unreadable under today's keys: what is entered now replaces it
        self.sealed = vault.seal(kept | {name: value for name, value in values.items() if value})

    def probe(self) -> Probe:
        """Tests the connection. Raises ChannelError or vault.CannotDecrypt."""
        return self.adapter().probe()

    @property
    def status(self) -> str:
        """One word for the badge: off, stopped, waiting or ready."""
        if not self.is_active:
            return "off"
        if self.stopped_at:
            return "stopped"
        if self.not_before and self.not_before > timezone.now():
            return "waiting"
        return "ready"

    def last_sent_at(self) -> datetime | None:
        """When something last went out over it; None if nothing ever did."""
        at: datetime | None = self.deliveries.filter(state=State.SENT).aggregate(at=models.Max("sent_at"))["at"]
        return at

    def probe_text(self) -> str:
        """How the last test of the connection ended, in the reader's language; empty if there was none."""
        return gettext(self.probe_words) if self.probe_words else ""

    def stopped_text(self) -> str:
        """Why nothing is sent, in the reader's language; empty if nothing stands in the way."""
        return gettext(self.stopped_words) if self.stopped_words else ""


class Notice(models.Model):
    """The last mail of its kind about a channel: so that nobody is told the same twice, or of anything all day long."""

    class Kinds(models.TextChoices):
        EXPIRY = "expiry", _("credentials run out")
        STOPPED = "stopped", _("channel stopped")
        SILENT = "silent", _("channel does not answer")
        WAITING = "waiting", _("deliveries wait for a person")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kinds.choices)
    about = models.CharField(max_length=60, blank=True)  # which event of its kind was told
    at = models.DateTimeField(null=True)  # None: none was sent yet

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["channel", "kind"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.kind} {self.about}"


class StoryVersion(models.Model):
    """One approved revision of one story, frozen as it was approved. Deliveries are made from it, never from the page.

    series  repeated from the payload because the desk filters and adds up by it; empty for most stories
    office  the organisation that signs it, by name, repeated from the payload because it decides who sees it
    """

    key = models.CharField(max_length=120)
    revision = models.BigIntegerField()
    title = models.CharField(max_length=300)
    series = models.CharField(max_length=120, blank=True)
    series_name = models.CharField(max_length=300, blank=True)
    office = models.CharField(max_length=200, blank=True)
    payload = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("approved version")
        verbose_name_plural = _("approved versions")
        ordering = ["-made_at"]
        constraints = [models.UniqueConstraint(fields=["key", "revision"], name="story_version_once")]
        indexes = [models.Index(fields=["series"], name="story_version_series", condition=~Q(series=""))]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def story(self) -> Story:
        return Story.from_json(self.payload)

    @classmethod
    def of(cls, story: Story) -> StoryVersion:
        """The row of this story and revision; the first one written wins."""
        version, _made = cls.objects.get_or_create(
            key=story.key,
            revision=story.revision,
            defaults={
                "title": story.title[:300],
                "payload": story.to_json(),
                "series": story.series,
                "series_name": story.series_name[:300],
                "office": story.office[:200],
            },
        )
        return version


class State(models.TextChoices):
    """Where a delivery stands."""

    PLANNED = "planned", _("waiting for approval")
    DUE = "due", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    HELD = "held", _("held")
    UNKNOWN = "unknown", _("unclear")
    CANCELLED = "cancelled", _("cancelled")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of_story(self, key: str) -> Self:
        return self.filter(story=key)

    def out(self) -> Self:
        """Copies that are public at their channel: sent posts."""
        return self.filter(action=Action.POST, state=State.SENT)

    def with_names(self) -> Self:
        return self.select_related("channel__organisation", "version", "wording_by", "wording_approved_by")


class Delivery(models.Model):
    """One thing owed to one channel. This table is the only truth of what goes out, and ``due_at`` is its schedule.

    story         the story's key, repeated from ``version`` because claiming asks for it
    scheduled_at  when the publisher wants it out; due_at is when it is tried next, and moves with waits
    attempt_no    how often it was claimed; with ``state`` it fences out a worker that lost its lease
    marker        what is planted in the post so that it can be found again
    wording       the publisher's own wording; empty means automatic. A changed wording needs its own approval
    words         msgid of why it is where it is; words_values fills its placeholders
    """

    class Actions(models.TextChoices):
        POST = Action.POST, _("post")
        CORRECT = Action.CORRECT, _("correction")
        RETRACT = Action.RETRACT, _("retraction")

    channel = models.ForeignKey(  # its index is the one of delivery_order
        Channel, verbose_name=_("channel"), on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    version = models.ForeignKey(StoryVersion, on_delete=models.PROTECT, related_name="deliveries")
    story = models.CharField(max_length=120)
    action = models.CharField(_("action"), max_length=10, choices=Actions.choices, default=Actions.POST)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DUE)
    scheduled_at = models.DateTimeField(_("planned time"), default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempt_no = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    marker = models.CharField(max_length=20, unique=True, default=new_marker)

    wording = models.TextField(_("own wording"), blank=True)
    wording_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("worded by")
    )
    wording_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    wording_approved_at = models.DateTimeField(null=True)

    words = models.CharField(max_length=300, blank=True)
    words_values = models.JSONField(default=dict, blank=True)
    tried_at = models.DateTimeField(null=True)  # when the last call that creates something began
    doubts = models.PositiveSmallIntegerField(default=0)  # calls in a row after which nobody knows whether it is out
    sent_at = models.DateTimeField(_("sent"), null=True)
    remote_id = models.CharField(max_length=300, blank=True)
    permalink = models.URLField(_("address"), max_length=600, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    trace = models.CharField(
        max_length=trace.LONGEST, blank=True, default=""
    )  # of the last click that sent it on its way
    measured_at = models.DateTimeField(null=True)  # when its figures were last asked for

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-scheduled_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "version", "action"], name="delivery_once"),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(lease_until__isnull=False), name="delivery_sending_has_lease"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENT) | Q(sent_at__isnull=False), name="delivery_sent_has_time"
            ),
            models.CheckConstraint(
                # Wording a publisher changed never goes out before somebody approved it.
                condition=~Q(state__in=[State.DUE, State.SENDING])
                | Q(wording="")
                | Q(wording_approved_at__isnull=False),
                name="delivery_wording_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=Q(state=State.DUE)),
            models.Index(fields=["channel", "due_at", "id"], name="delivery_queue", condition=Q(state=State.DUE)),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=Q(state=State.SENDING)),
            models.Index(fields=["channel", "story", "id"], name="delivery_order"),
            models.Index(fields=["state", "-scheduled_at"], name="delivery_board"),
        ]
        permissions = [
            ("compose_delivery", _("Can plan deliveries and write their wording")),
            ("approve_wording", _("Can approve wording")),
        ]

    def __str__(self) -> str:
        return f"{self.version} → {self.channel}"

    def post(self, adapter: Adapter) -> Post:
        """What this delivery shows on its channel."""
        return adapter.render(self.version.story, Action(self.action), self.marker, self.wording)

    def receipt(self) -> Receipt:
        return Receipt(self.remote_id, self.permalink)

    def original(self) -> Delivery | None:
        """The sent post that a correction or retraction is about."""
        return (
            Delivery.objects.out()
            .filter(channel_id=self.channel_id, story=self.story, id__lt=self.id)
            .order_by("-id")
            .first()
        )

    def earlier(self) -> tuple[str, ...]:
        """The channel's numbers of all that went out of this story before this, in their order."""
        rows = Delivery.objects.filter(channel_id=self.channel_id, story=self.story, id__lt=self.id, state=State.SENT)
        return tuple(rows.exclude(remote_id="").order_by("id").values_list("remote_id", flat=True))

    @property
    def is_perhaps_out(self) -> bool:
        """A reader may see it, or may soon: sent, on its way, or nobody knows."""
        return self.state in {State.SENT, State.SENDING, State.UNKNOWN} or self.doubts > 0

    @property
    def is_unclear(self) -> bool:
        """Nobody knows whether it is out, and nothing will find out by itself: a person must look."""
        return self.state == State.UNKNOWN or (self.state in {State.FAILED, State.HELD} and self.doubts > 0)

    @property
    def is_left(self) -> bool:
        """A correction or retraction that a person decided not to send: the copy stays as it is."""
        return self.state == State.CANCELLED and self.action != Action.POST and self.words == CANCELLED_BY_PERSON

    @property
    def is_wording_open(self) -> bool:
        """It has the publisher's own wording, and nobody has approved that."""
        return bool(self.wording) and self.wording_approved_at is None

    @property
    def is_wording_pending(self) -> bool:
        return self.state == State.PLANNED and self.is_wording_open

    def words_text(self) -> str:
        """Why it is where it is, in the reader's language."""
        return in_words(self.words, self.words_values)


class Attempt(models.Model):
    """One try, written once when it ended. Append-only: save() of an existing row and delete() are refused.

    words is a msgid an editor can act on; vendor_words the vendor's own text, scrubbed of secrets.
    """

    class Steps(models.TextChoices):
        SEND = "send", _("sent")
        EDIT = "edit", _("changed")
        DELETE = "delete", _("removed")
        FIND = "find", _("looked for it")
        PERSON = "person", _("decided by a person")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=10, choices=Steps.choices)
    outcome = models.CharField(max_length=10, choices=[(outcome.value, outcome.value) for outcome in Outcome])
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(default=timezone.now)
    http_status = models.PositiveSmallIntegerField(default=0)
    vendor_code = models.CharField(max_length=80, blank=True)
    vendor_words = models.CharField(max_length=500, blank=True)
    words = models.CharField(max_length=300, blank=True)
    words_values = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number} {self.step} {self.outcome}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an attempt is written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an attempt is never deleted")

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()

    def words_text(self) -> str:
        return in_words(self.words, self.words_values)


class Measurement(models.Model):
    """How a post did at one time: {"views": …, "reach": …, "reactions": …, "comments": …, "shares": …}, what is known.

    null: the channel told it earlier, and no longer does.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="measurements")
    at = models.DateTimeField(default=timezone.now)
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["delivery", "at"], name="measured_when")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.at:%Y-%m-%d}"


def local_time(moment: datetime) -> str:
    """dd/mm/yyyy HH:MM in the site's time zone, for messages."""
    return timezone.localtime(moment).strftime("%d/%m/%Y %H:%M")
