"""Addresses of the public site that are not pages. Vietnamese words, translated where the address has a language."""

from __future__ import annotations

from django.urls import URLPattern

# With a language: below / in Vietnamese, below /en/ and so on elsewhere. Their words are translated.
in_a_language: list[URLPattern] = []

# The same for everybody: what machines read.
for_machines: list[URLPattern] = []
