"""The page that explains to people what is open to their programs, made from the machine-readable description."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cms.page_cache.marking import same_for_everybody
from cms.public.api.description import description


@dataclass(frozen=True)
class Part:
    """One parameter of an address, or one field of an answer."""

    name: str
    kind: str
    words: str
    values: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Address:
    method: str
    path: str
    name: str
    summary: str
    words: str
    parameters: list[Part]
    fields: list[Part]


_LANGUAGE = "the reader's"
# What else machines may read here: (name of the address, its arguments, what it is). Shown where it exists.
_OTHERS: list[tuple[str, list[Any], str | Promise]] = [
    ("claimreview_feed", [], _("All reviews as a DataFeed of ClaimReview (schema.org)")),
    ("answers_feed", [_LANGUAGE, "rss"], _("RSS feed of the newest answers")),
    ("answers_feed", [_LANGUAGE, "atom"], _("Atom feed of the newest answers")),
    ("answers_feed", [_LANGUAGE, "json"], _("JSON feed of the newest answers")),
    ("corrections_feed", [_LANGUAGE, "atom"], _("Atom feed of the corrections")),
    ("oembed", [], _("oEmbed: how to show an answer on another site")),
    ("official_channels", [], _("The official channels, for programs")),
    ("sitemap", [], _("Every page of this site")),
]


def _resolved(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A schema without reference and without "or null" around it."""
    for name in ("allOf", "oneOf", "anyOf"):
        if name in schema:
            rest = {key: value for key, value in schema.items() if key != name}
            kept = [each for each in schema[name] if each.get("type") != "null"]
            return {**_resolved(kept[0], whole), **rest}
    if "$ref" in schema:
        found: dict[str, Any] = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _part(name: str, schema: dict[str, Any], whole: dict[str, Any], words: str = "") -> Part:
    schema = _resolved(schema, whole)
    types = schema.get("type", "")
    form = next((one for one in types if one != "null"), "") if isinstance(types, list) else types
    inner = schema
    if form == "array":
        inner = _resolved(schema.get("items", {}), whole)
        form = f"{inner.get('type', 'object')}[]"
    parts = [_part(each, one, whole) for each, one in inner.get("properties", {}).items()]
    form = {"date-time": "date-time", "date": "date", "uri": "url"}.get(schema.get("format", ""), form)
    values = [str(each) for each in inner.get("enum", []) if each is not None]
    return Part(name, form, words or schema.get("description", ""), values, parts)


@lru_cache(maxsize=len(settings.LANGUAGES))
def addresses(language: str) -> list[Address]:
    """Every address of the interface, in the words of ``language``."""
    whole = description(language)
    found = []
    for path, methods in whole["paths"].items():
        [(method, told)] = methods.items()
        shown = _part("", told["responses"]["200"]["content"]["application/json"]["schema"], whole)
        parameters = [
            _part(each["name"], each["schema"], whole, each.get("description", ""))
            for each in told.get("parameters", [])
        ]
        if asked := told.get("requestBody"):
            parameters += _part("", asked["content"]["application/json"]["schema"], whole).parts
        found.append(
            Address(
                method.upper(), path, told["operationId"], told["summary"], told["description"], parameters, shown.parts
            )
        )
    return found


@same_for_everybody
def api_docs(request: HttpRequest) -> HttpResponse:
    """/du-lieu-mo/, in English /en/open-data/."""
    files = []
    for name, arguments, words in _OTHERS:
        try:
            filled = [get_language() if each == _LANGUAGE else each for each in arguments]
            files.append((settings.BASE_URL + reverse(name, args=filled), words))
        except NoReverseMatch:
            continue  # not part of this installation
    context = {
        "addresses": addresses(get_language() or settings.LANGUAGE_CODE),
        "files": files,
        "description": settings.BASE_URL + reverse("api_openapi"),
        "rate": settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["anon"].split("/")[0],
        "address": settings.BASE_URL + request.path,
    }
    return render(request, "public/api_docs.html", context)
