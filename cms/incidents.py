"""The register of what is answered: what was claimed and where it was seen. Never who posted it."""

from __future__ import annotations

import re
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


class Incident(index.Indexed, ClusterableModel):
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

    search_fields = [index.SearchField("claim"), index.AutocompleteField("claim"), index.FilterField("status")]

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["urgency", "-first_seen_at"]

    def __str__(self) -> str:
        return self.claim if len(self.claim) <= 90 else self.claim[:89].rstrip() + "…"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
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
    counted = (
        Appearance.objects.filter(incident__in=incidents).values_list("platform").annotate(times=models.Count("pk"))
    )
    return [
        (str(Appearance.Platform(platform).label), times) for platform, times in counted.order_by("-times", "platform")
    ]


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


def mark_answered(page: models.Model, *, is_holding: bool = False) -> None:
    """Notes on the incidents of a published rebuttal that they are answered, or, by a holding notice, being verified.

    Later states are left as they are.
    """
    waiting = [Incident.Status.REPORTED] if is_holding else [Incident.Status.REPORTED, Incident.Status.VERIFYING]
    for incident in Incident.objects.filter(answers__page=page.pk, status__in=waiting).distinct():
        incident.status = Incident.Status.VERIFYING if is_holding else Incident.Status.ANSWERED
        incident.save(update_fields=["status"])
