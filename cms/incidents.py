"""The register of what is answered: what was claimed and where it was seen. Never who posted it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable
from wagtail.search import index

from cms.deadlines import DeadlineQuerySet, WithDeadlines
from cms.office_clocks import office_clocks


class Named(models.Model):
    """Something with a name in the office's language and, where somebody gave one, in others.

    names  {language code: name}; shown to readers of that language instead of ``name``
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    names = models.JSONField(_("names in other languages"), default=dict, blank=True)
    slug = models.SlugField(_("address part"), max_length=80, unique=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.names.get(get_language() or "") or self.name


class Topic(Named):
    """What an incident is about, e.g. health or land."""

    class Meta(Named.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Place(Named):
    """A commune, ward or special zone of the province, or the whole province."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("province")
        COMMUNE = "commune", _("commune")
        WARD = "ward", _("ward")
        ZONE = "zone", _("special zone")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.COMMUNE)

    class Meta(Named.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")


class Incident(index.Indexed, WithDeadlines, ClusterableModel):
    """One rumour or scam as it spread."""

    class Kind(models.TextChoices):
        RUMOUR = "rumour", _("rumour")
        SCAM = "scam", _("online scam")
        IMPERSONATION = "impersonation", _("impersonated body or brand")
        MANIPULATED = "manipulated", _("manipulated picture, sound or video")
        OUT_OF_CONTEXT = "out_of_context", _("real material out of context")

    class Urgency(models.IntegerChoices):
        CRITICAL = 1, _("critical: danger to life, health or public order")
        HIGH = 2, _("high: spreading fast or costing people money")
        NORMAL = 3, _("normal")
        LOW = 4, _("low")

    class Status(models.TextChoices):
        REPORTED = "reported", _("reported")
        VERIFYING = "verifying", _("being verified")
        ANSWERED = "answered", _("answered")
        AGAIN = "again", _("spreading again")
        CLOSED = "closed", _("closed")
        MERGED = "merged", _("merged into another")

    class Origin(models.TextChoices):
        OWN = "own", _("the office itself")
        PUBLIC = "public", _("sent in by the public")
        PARTNER = "partner", _("a partner's system")
        IMPORT = "import", _("imported table")

    claim = models.TextField(
        _("claim as it spread"),
        max_length=2000,
        help_text=_("Word for word, without the name, account or number of anyone who posted it."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.RUMOUR)
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="incidents")
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="incidents", null=True, blank=True
    )
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency.choices, default=Urgency.NORMAL)
    first_seen_at = models.DateTimeField(_("first seen"), default=timezone.now)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.REPORTED)
    note = models.TextField(_("internal note"), blank=True, help_text=_("Never public. No personal data here either."))
    registered_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    origin = models.CharField(_("came from"), max_length=8, choices=Origin.choices, default=Origin.OWN, editable=False)
    # Set while this one is no more than a pointer; always to one that is none, so that one step leads there.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )

    objects = DeadlineQuerySet.as_manager()

    search_fields = [index.SearchField("claim"), index.AutocompleteField("claim"), index.FilterField("status")]

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["urgency", "-first_seen_at"]
        constraints = [
            models.CheckConstraint(
                name="incident_merged_into_one",
                condition=models.Q(status="merged", merged_into__isnull=False)
                | (~models.Q(status="merged") & models.Q(merged_into__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="incident_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["registered_at"], name="incident_registered"),
            # Hardly any is merged with another: an index of all of them would be no use, and none would be used.
            models.Index(fields=["merged_into"], name="incident_merged", condition=models.Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.claim if len(self.claim) <= 90 else self.claim[:89].rstrip() + "…"

    @property
    def urgency_word(self) -> str:
        """Without what it means: “critical”."""
        return str(self.get_urgency_display()).partition(":")[0]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_deadlines(office_clocks().clocks())
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], *self.DEADLINES}
        super().save(*args, **kwargs)
        self.__dict__.pop("due_at", None)  # the database has a new one; it is read when somebody asks
        self.note_status()

    def note_status(self) -> None:
        """Writes down that the status is what it is now, if that is new: the incident's life, for its public page."""
        last = self.life.order_by("-at", "-id").first()
        if last is None:
            self.life.create(status=self.Status.REPORTED, at=self.registered_at)
            if self.status == self.Status.REPORTED:
                return
        elif last.status == self.status:
            return
        self.life.create(status=self.status)

    @property
    def came_from(self) -> str:
        """Where it came from in words: of a partner its name."""
        handed = getattr(self, "handed_over", None) if self.origin == self.Origin.PARTNER else None
        return handed.partner.name if handed else str(self.Origin(self.origin).label)

    def whole_life(self) -> models.QuerySet[IncidentChange]:
        """Its life together with that of what was merged into it, oldest first."""
        family = models.Q(incident=self) | models.Q(incident__merged_into=self)
        return IncidentChange.objects.filter(family).exclude(status=self.Status.MERGED)

    def clean(self) -> None:
        from cms.personal_data import find

        if self.first_seen_at and self.first_seen_at > timezone.now():
            raise ValidationError({"first_seen_at": _("This time is in the future.")})
        errors = {}
        for name in ("claim", "note"):
            if hits := find(getattr(self, name)):
                shown = ", ".join(f"{hit.label}: {hit.text}" for hit in hits)
                errors[name] = _("Personal data is not kept here. Please remove: %(found)s") % {"found": shown}
        if errors:
            raise ValidationError(errors)


# Path parts that only the address of a post has.
_POST_MARKS = frozenset(
    "posts permalink photo photos videos video watch reel reels groups events story status p s share shorts live".split()
)
_ACCOUNT_HOSTS = frozenset(
    "facebook.com fb.com tiktok.com x.com twitter.com instagram.com threads.net youtube.com".split()
)
# Here one path part is an account or a telephone number, and more are a post or a group.
_SHORT_HOSTS = frozenset("t.me zalo.me".split())


def names_an_account(url: str) -> bool:
    """Whether a social network's address points at a person's or page's account and not at one post."""
    try:
        parts = urlsplit(url)
        host = re.sub(r"^(www|m|mbasic|mobile|web)\.", "", parts.hostname or "")
    except ValueError:
        return False
    steps = [step for step in parts.path.split("/") if step]
    if host in _SHORT_HOSTS:
        return len(steps) == 1 and not steps[0].startswith("+")
    if host not in _ACCOUNT_HOSTS or not steps:
        return False
    if steps[0] == "profile.php":
        return True
    is_post = any(step in _POST_MARKS or step.endswith(".php") for step in steps) or "v=" in parts.query
    return not is_post


class Appearance(Orderable):
    """One place where the claim was seen. The address of the post, never of the account behind it."""

    class Platform(models.TextChoices):
        FACEBOOK = "facebook", "Facebook"
        ZALO = "zalo", "Zalo"
        TIKTOK = "tiktok", "TikTok"
        YOUTUBE = "youtube", "YouTube"
        TELEGRAM = "telegram", "Telegram"
        WEBSITE = "website", _("website")
        MESSAGE = "message", _("text message or call")
        SPOKEN = "spoken", _("word of mouth")
        OTHER = "other", _("other")

    incident = ParentalKey(Incident, on_delete=models.CASCADE, related_name="appearances")
    platform = models.CharField(_("platform"), max_length=12, choices=Platform.choices)
    url = models.URLField(_("address of the post"), max_length=600, blank=True)
    seen_at = models.DateTimeField(_("seen at"), default=timezone.now)
    reach = models.PositiveIntegerField(
        _("reach"), null=True, blank=True, help_text=_("Views or shares as shown at that time, if known.")
    )
    kept_copy = models.ForeignKey(
        "cms.KeptCopy", verbose_name=_("kept copy"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    archived_url = models.URLField(_("archived copy"), max_length=600, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.url}".strip()

    def clean(self) -> None:
        if self.url and names_an_account(self.url):
            raise ValidationError(
                {
                    "url": _(
                        "This is the address of an account. Please give the address of the post: nobody is registered here."
                    )
                }
            )


def times_seen(incidents: list[int]) -> list[tuple[str, int]]:
    """(platform, how often) for the public, most first. Never where exactly: that could lead to private people."""
    return counted_platforms(platforms_of(incidents))


def platforms_of(incidents: Iterable[int]) -> list[str]:
    """The platform of each time that incidents were seen."""
    return list(Appearance.objects.filter(incident__in=list(incidents)).values_list("platform", flat=True))


def counted_platforms(platforms: Iterable[str]) -> list[tuple[str, int]]:
    """(platform in words, how often) of platforms, most first."""
    counted = sorted(Counter(platforms).items(), key=lambda one: (-one[1], one[0]))
    return [(str(Appearance.Platform(platform).label), times) for platform, times in counted]


class IncidentChange(models.Model):
    """That an incident reached a status: one line of its life. Append-only."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="life")
    status = models.CharField(max_length=12, choices=Incident.Status.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of an incident")
        verbose_name_plural = _("changes of incidents")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.get_status_display()}"


# The ways from an incident to the pages that answer it: its own answers, and those of the incidents merged with it.
ANSWERED_BY = (
    "answers__page",
    "merged_into__answers__page",
    "merged__answers__page",
    "merged_into__merged__answers__page",
)


def told_of(pages: Iterable[int], *fields: str) -> models.QuerySet[Any, Any]:
    """(page, *fields) of every incident that each of the pages answers, of those merged with it too. One query.

    What an answer names was approved with it and never changes by a merging, so it is followed here.
    """
    ids = list(pages)
    found = [
        Incident.objects.filter(**{f"{path}__in": ids}).order_by().values_list(path, *fields) for path in ANSWERED_BY
    ]
    return found[0].union(*found[1:])


def family(incidents: Iterable[int]) -> models.QuerySet[Any, Any]:
    """The ids of incidents together with all that are merged with them: a subquery for ``…__in``."""
    known = list(incidents)
    near = models.Q(pk__in=known) | models.Q(merged_into__in=known) | models.Q(merged__in=known)
    return Incident.objects.filter(near | models.Q(merged_into__merged__in=known)).order_by().values("pk")


def mark_answered(page: Any, *, is_holding: bool = False) -> None:
    """Notes on the incidents of a published answer that they are answered, or, by a holding notice, being verified.

    The moment is that of the publication. Again does nothing: whoever publishes first is the first.
    """
    at = page.last_published_at or timezone.now()
    answered = {pk for _page, pk in told_of([page.pk], "pk")}
    for incident in Incident.objects.filter(pk__in=answered).exclude(status=Incident.Status.MERGED):
        if incident.take_answer(at, is_holding=is_holding):
            incident.save(update_fields=["status"])
