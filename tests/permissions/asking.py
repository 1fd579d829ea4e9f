"""Asks for an address as somebody, and says in one letter what came of it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from unittest import mock

from django.contrib.messages import get_messages
from django.db import transaction
from django.template.response import SimpleTemplateResponse

from campaigns.second_person import NOT_ALLOWED
from tests.permissions.world import World

# What a browser always sends along with these forms of Wagtail's; without it they fall over instead of finding fault.
_ALWAYS = {
    "wagtailadmin_pages:copy": {"new_title": "x", "new_slug": "x", "new_parent_page": "{parent_page_id}"},
    "wagtailadmin_choose_page_external_link": {"external-link-chooser-url": "https://x.example/"},
}
_LETTERS = {400: "b", 401: "k", 403: ".", 404: "0", 405: "x", 429: "w"}


def outcome(answer: Any) -> str:
    """In one letter, as the head of matrix.txt explains them."""
    status = answer.status_code
    if status >= 500:
        return "!"
    if any(str(NOT_ALLOWED) in str(one) for one in get_messages(answer.wsgi_request)):
        return "."
    if 300 <= status < 400:
        to = answer["Location"]
        # Wagtail refuses by leading to its first page, with a message.
        return "L" if to.startswith("/admin/login/") else "." if to == "/admin/" else "+"
    return _LETTERS.get(status, "+")


def ask(
    world: World,
    role: str,
    name: str,
    path: str,
    method: str,
    data: dict[str, str] | None = None,
    *,
    draws: bool = True,
) -> str:
    """The outcome; whatever the request did is undone. ``draws``: the page is drawn too, which takes most of the time."""
    client = world.clients[role]
    kept = client.cookies.copy()
    posted = {key: value.format(**world.values) for key, value in _ALWAYS.get(name, {}).items()} | (data or {})
    plain = mock.patch.object(SimpleTemplateResponse, "rendered_content", "")
    with transaction.atomic(), nullcontext() if draws else plain:
        answer: Any = getattr(client, method)(
            path, posted if method == "post" else {}, headers=world.header(role, name)
        )
        if answer.streaming:
            list(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies = kept
    return outcome(answer)
