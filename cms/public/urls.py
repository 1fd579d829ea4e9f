"""Addresses of the public site that are not pages. Vietnamese words, translated where the address has a language."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext_lazy as _

from cms.public import browse, channels, complain, embed, feeds, incident, sitemaps, submit
from cms.public.api import urls as api
from cms.public.api.docs import api_docs
from cms.public.api.feed import claimreview_feed
from cms.public.cards import share_card
from cms.public.check import check
from cms.public.search import search, suggest
from cms.public.security_txt import security_txt

# With a language: below / in Vietnamese, below /en/ and so on elsewhere. Their words are translated.
in_a_language: list[URLPattern] = [
    path(_("search/"), search, name="search"),
    path(_("suggest/"), suggest, name="suggest"),
    path(_("check/"), check, name="check"),
    path(_("submit/"), submit.submit, name="submit"),
    path(_("submit/track/"), submit.track, name="track"),
    path(_("submit/<str:code>/"), submit.submission, name="submission"),
    path(_("complaints/"), complain.complain, name="complain"),
    path(_("complaints/<str:code>/"), complain.complaint, name="complaint"),
    path(_("topics/"), browse.topics, name="topics"),
    path(_("topics/<slug:slug>/"), browse.topic, name="topic"),
    path(_("places/"), browse.places, name="places"),
    path(_("places/<slug:slug>/"), browse.place, name="place"),
    path(_("incidents/<row:pk>/"), incident.incident, name="incident"),
    path(_("open-data/"), api_docs, name="api_docs"),
]

# The same for everybody: what machines read.
for_machines: list[URLPattern] = [
    *feeds.urls,
    *embed.urls,
    *sitemaps.urls,
    re_path(
        r"^chia-se/(?P<pk>\d{1,18})/(?P<shape>wide|square)-(?P<digest>[0-9a-f]{1,64})\.png$",
        share_card,
        name="share_card",
    ),
    path(".well-known/official-channels.json", channels.official_channels_json, name="official_channels"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("claimreview.json", claimreview_feed, name="claimreview_feed"),
    *api.addresses,
]
