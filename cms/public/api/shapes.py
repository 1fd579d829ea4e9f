"""The shapes of what is given out. These classes are what the machine-readable description is made from."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cms.claims import Verdict
from cms.incidents import Appearance, Incident, Place
from cms.pages.answer import Change, Evidence
from publishing import subjects

LANGUAGES = [code for code, _name in settings.LANGUAGES]
KINDS = sorted(subjects.kinds)


class Shape(serializers.Serializer[Any]):
    """A dict with these keys, always all of them. Texts that are not there are empty, objects null."""


class VerdictShape(Shape):
    code = serializers.ChoiceField(choices=Verdict.values, help_text=_("The same in every language."))
    label = serializers.CharField(help_text=_("In the answer's language."))
    rating = serializers.IntegerField(
        min_value=1, max_value=5, allow_null=True, help_text=_("1 is worst, 5 is best; null where none is given.")
    )


class NamedShape(Shape):
    slug = serializers.CharField()
    name = serializers.CharField()


class OfficeShape(Shape):
    name = serializers.CharField()
    url = serializers.CharField(allow_blank=True)


class ImageShape(Shape):
    url = serializers.URLField()
    alt = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    credit = serializers.CharField(allow_blank=True)


class EvidenceShape(Shape):
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Evidence.Kind.values)
    stance = serializers.ChoiceField(choices=Evidence.Stance.values)
    url = serializers.CharField(allow_blank=True)
    quotation = serializers.CharField(allow_blank=True)
    accessed_on = serializers.DateField()


class ChangeShape(Shape):
    kind = serializers.ChoiceField(choices=Change.values)
    note = serializers.CharField(
        allow_blank=True, help_text=_("What was wrong or new. Empty where it would repeat what was withdrawn.")
    )
    made_at = serializers.DateTimeField()


class TranslationShape(Shape):
    id = serializers.IntegerField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    url = serializers.URLField()


class AnswerShape(Shape):
    id = serializers.IntegerField()
    key = serializers.CharField(help_text=_("The same for the life of the answer in this language."))
    kind = serializers.ChoiceField(choices=KINDS)
    language = serializers.ChoiceField(choices=LANGUAGES)
    url = serializers.URLField(help_text=_("The public page."))
    title = serializers.CharField()
    claim = serializers.CharField(allow_blank=True, help_text=_("The statement of fact that was checked."))
    verdict = VerdictShape(allow_null=True)
    short_answer = serializers.CharField(allow_blank=True)
    body_html = serializers.CharField(allow_blank=True, help_text=_("Clean HTML without scripts and styles."))
    topic = NamedShape(allow_null=True)
    place = NamedShape(allow_null=True)
    office = OfficeShape(allow_null=True, help_text=_("Who answers."))
    published_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    is_holding = serializers.BooleanField(help_text=_("Still being verified; the verdict follows at this address."))
    is_retracted = serializers.BooleanField(
        help_text=_("The answer does not stand. Nothing of what it said is given out; corrections say why.")
    )
    evidence = EvidenceShape(many=True)
    corrections = ChangeShape(many=True, help_text=_("What was changed after publication, newest first."))
    translations = TranslationShape(many=True)
    image = ImageShape(allow_null=True)


class AnswerPage(Shape):
    next = serializers.URLField(allow_null=True, help_text=_("The address of the next page; null on the last."))
    results = AnswerShape(many=True)


class AnswerReference(Shape):
    id = serializers.IntegerField()
    key = serializers.CharField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    url = serializers.URLField()
    title = serializers.CharField()
    is_retracted = serializers.BooleanField()


class CorrectionShape(ChangeShape):
    id = serializers.IntegerField()
    office = OfficeShape(allow_null=True)
    answer = AnswerReference()


class CorrectionPage(Shape):
    next = serializers.URLField(allow_null=True)
    results = CorrectionShape(many=True)


class LifeShape(Shape):
    status = serializers.ChoiceField(choices=Incident.Status.values)
    at = serializers.DateTimeField()


class SeenShape(Shape):
    platform = serializers.ChoiceField(choices=Appearance.Platform.values)
    times = serializers.IntegerField(min_value=1)


class IncidentShape(Shape):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Incident.Kind.values)
    status = serializers.ChoiceField(choices=Incident.Status.values)
    topic = NamedShape()
    place = NamedShape(allow_null=True)
    first_seen_on = serializers.DateField()
    seen_on = SeenShape(many=True, help_text=_("On which platforms and how often. Never where exactly, never by whom."))
    life = LifeShape(many=True)
    answers = AnswerReference(many=True)


class TopicShape(Shape):
    slug = serializers.CharField()
    name = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField(), help_text=_("By language."))


class PlaceShape(TopicShape):
    kind = serializers.ChoiceField(choices=Place.Kind.values)


class VerdictInfo(Shape):
    code = serializers.ChoiceField(choices=Verdict.values)
    rating = serializers.IntegerField(min_value=1, max_value=5, allow_null=True)
    labels = serializers.DictField(child=serializers.CharField(), help_text=_("By language."))


class TopicList(Shape):
    results = TopicShape(many=True)


class PlaceList(Shape):
    results = PlaceShape(many=True)


class VerdictList(Shape):
    results = VerdictInfo(many=True)


class CheckQuestion(Shape):
    text = serializers.CharField(
        max_length=5000, trim_whitespace=True, help_text=_("The message as it was received, at most 5,000 characters.")
    )
    language = serializers.ChoiceField(
        choices=LANGUAGES, default=settings.LANGUAGE_CODE, help_text=_("In which language answers are wanted.")
    )


class MatchShape(Shape):
    likeness = serializers.FloatField(
        min_value=0, help_text=_("How much of the message is about the same. Only for putting matches in order.")
    )
    answer = AnswerShape()


class MatchList(Shape):
    results = MatchShape(many=True)


class ErrorBody(Shape):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


class ErrorShape(Shape):
    error = ErrorBody()
