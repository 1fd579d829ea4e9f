"""The shapes of what partners hand over and are told. The machine-readable description is made from these classes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from cms.incidents import Appearance, Incident, Place, Topic
from cms.intake import privacy
from cms.public.api.base import MomentField
from cms.public.api.shapes import AnswerReference, LifeShape, PlaceShape, Shape, TopicShape
from cms.sent_in.receive import legible

MOST_APPEARANCES = 50
URGENCIES = {str(one.name).lower(): one.value for one in Incident.Urgency}
_CLOCK_SKEW = timedelta(minutes=5)


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know: a slip would be lost unseen, and who posted something must not come in at all."""

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, list[ErrorDetail]] = {}
        if isinstance(data, Mapping):
            known = ", ".join(self.fields)
            for name in sorted(set(data) - set(self.fields))[:10]:
                if privacy.asks_who(name):
                    told = ErrorDetail(privacy.who_words(), code=privacy.WHO)
                else:
                    words = gettext("There is no such field. These exist: %(names)s.")
                    told = ErrorDetail(words % {"names": known}, code="unknown_field")
                unknown[name[:60]] = [told]
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            raise ValidationError({**error.detail, **unknown}) from None
        if unknown:
            raise ValidationError(unknown)
        return values


# What comes in ------------------------------------------------------------------------------------------------


class WordsField(serializers.CharField):
    """A text without personal data, its letters composed."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = legible(super().to_internal_value(data))
        if why := privacy.of_text(text):
            raise ValidationError(why, code=privacy.PERSONAL)
        return text

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if text == "" and not self.allow_blank:  # nothing but letters that cannot be seen
            self.fail("blank")
        return text


class PostAddressField(serializers.URLField):
    """The address of a post on the web, never of an account."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        url = super().run_validation(data)
        if url:
            if not url.lower().startswith(("http://", "https://")):
                self.fail("invalid")
            reason, words = privacy.of_address(url)
            if reason:
                raise ValidationError(words, code=reason)
        return url


@extend_schema_field({"type": "string", "format": "date-time"})
class SeenAtField(MomentField):
    """A moment that is over. Clocks differ: what is a few minutes ahead is now."""

    def to_internal_value(self, value: Any) -> datetime:
        when, now = super().to_internal_value(value), timezone.now()
        if when > now + _CLOCK_SKEW:
            raise ValidationError(gettext("This time is in the future."), code="future")
        return min(when, now)


class SlugOf(serializers.SlugField):
    """The slug of a topic or a place. The value is the row."""

    def __init__(self, model: type[Topic] | type[Place], **kwargs: Any) -> None:
        self.model = model
        super().__init__(max_length=80, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        slug = super().run_validation(data)
        if slug is None or isinstance(slug, Topic | Place):
            return slug
        found = self.model._default_manager.filter(slug=slug).first()
        if found is None:
            raise ValidationError(gettext("There is none of this name. GET vocabulary/ lists all."), code="unknown")
        return found


class AppearanceIn(Strict):
    platform = serializers.ChoiceField(choices=Appearance.Platform.values)
    url = PostAddressField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text=_(
            "The address of the post, never of an account. Leave it out for what was heard or sent in a message."
        ),
    )
    seen_at = SeenAtField(help_text=_("When it was seen there, ISO 8601 with its offset."))
    reach = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None,
        help_text=_("Views or shares as shown at that time, if known."),
    )  # fmt: skip


class IncidentIn(Strict):
    reference = WordsField(
        max_length=120, help_text=_("What it is called in your system. The same reference is registered once only.")
    )
    claim = WordsField(
        max_length=2000,
        help_text=_("The claim word for word as it spread, without the name, account or number of anyone."),
    )
    kind = serializers.ChoiceField(choices=Incident.Kind.values, default=Incident.Kind.RUMOUR.value)
    topic = SlugOf(Topic, help_text=_("The slug of a topic, see vocabulary/."))
    place = SlugOf(
        Place, required=False, allow_null=True, default=None, help_text=_("The slug of a place, see vocabulary/.")
    )
    urgency = serializers.ChoiceField(choices=list(URGENCIES), default="normal")
    first_seen_at = SeenAtField(help_text=_("When you first saw it, ISO 8601 with its offset."))
    appearances = AppearanceIn(many=True, required=False, max_length=MOST_APPEARANCES, default=list)


class AppearancesIn(Strict):
    appearances = AppearanceIn(many=True, min_length=1, max_length=MOST_APPEARANCES)


# What is told -------------------------------------------------------------------------------------------------


class StandingShape(Shape):
    id = serializers.IntegerField()
    reference = serializers.CharField(help_text=_("What it is called in your system."))
    received_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Incident.Status.values)
    life = LifeShape(many=True)
    appearances = serializers.IntegerField(
        min_value=0, help_text=_("In how many places it was seen, as far as we know.")
    )
    page = serializers.URLField(allow_null=True, help_text=_("Its public page, once an answer is published."))
    answers = AnswerReference(many=True, help_text=_("The published answers, newest first."))
    similar = AnswerReference(
        many=True, help_text=_("While there is no answer: published answers to what may be the same claim.")
    )


class AddedShape(Shape):
    added = serializers.IntegerField(
        min_value=0, help_text=_("How many were new. What was there already is not doubled.")
    )
    appearances = serializers.IntegerField(min_value=0)


class CodeShape(Shape):
    code = serializers.CharField()
    label = serializers.CharField()


class VocabularyShape(Shape):
    topics = TopicShape(many=True)
    places = PlaceShape(many=True)
    kinds = CodeShape(many=True)
    urgencies = CodeShape(many=True)
    platforms = CodeShape(many=True)


class RefusalBody(Shape):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
    reasons = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class RefusalShape(Shape):
    error = RefusalBody()
