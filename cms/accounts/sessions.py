"""Where a person is logged in, and ending that.

allauth's ``usersessions`` writes down each log-in with browser and address. That list is what is shown. What is *ended* is
looked for among all sessions there are, so that none is left because nobody wrote it down.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.signals import user_logged_in as logged_in_at_last
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from cms.accounts import throttle
from publishing.signals import sweeping

LISTED = "listed_as"  # in the session: the key under which it was written down
SEEN_EVERY = 600  # seconds; more often would be a write for each click


@dataclass(frozen=True)
class Place:
    """One session. ``device`` in words, in the active language."""

    pk: int
    device: str
    address: str
    since: datetime
    seen: datetime
    is_this: bool


def seen(request: HttpRequest, user: Any) -> None:
    """Writes down, every ten minutes in each process at most, that the session is in use, and that it goes by another key
    now: Django gives it one when the password changes. The session itself is left alone, or it would live for ever."""
    from allauth.usersessions.models import UserSession

    session = request.session
    listed = session.get(LISTED)
    if listed is None or (listed == session.session_key and not _is_due(listed)):
        return
    if listed != session.session_key:
        session[LISTED] = session.session_key
    UserSession.objects.filter(session_key=listed, user_id=user.pk).update(
        session_key=session.session_key, last_seen_at=timezone.now()
    )


def _is_due(key: str | None) -> bool:
    return cache.add(f"accounts:seen:{hashlib.sha256(str(key).encode()).hexdigest()[:32]}", 1, SEEN_EVERY)


def begins(sender: Any, request: HttpRequest, user: Any, **signal: Any) -> None:
    """allauth's signal after a log-in; it has written the session down already."""
    key = request.session.session_key
    request.session[LISTED] = key
    _is_due(key)


def tidy(sender: Any, **signal: Any) -> None:
    """Sessions that ended by themselves leave nothing behind: neither their list with addresses, nor what they held."""
    from allauth.usersessions.models import UserSession

    over = Session.objects.filter(expire_date__lt=timezone.now())
    if over.exists():
        over.delete()
    gone = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    if gone.exists():
        gone.delete()


def connect() -> None:
    logged_in_at_last.connect(begins, dispatch_uid="session-begins")
    sweeping.connect(tidy, dispatch_uid="sessions")
    sweeping.connect(throttle.tidy, dispatch_uid="counted-tries")


def places_of(user: Any, request: HttpRequest) -> list[Place]:
    """The newest first. Asks once a session, of which a person has a handful."""
    from allauth.usersessions.models import UserSession

    this = request.session.session_key
    if user.pk == request.user.pk and not UserSession.objects.filter(session_key=this).exists():
        UserSession.objects.create_from_request(request)  # from before there was a list
    found = [
        Place(
            one.pk,
            in_words(one.user_agent),
            one.ip,
            one.created_at,
            max(one.last_seen_at, one.created_at),
            one.session_key == this,
        )
        for one in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda place: (place.is_this, place.seen), reverse=True)


def end_one(user: Any, pk: int) -> bool:
    """False: this person has no such session (any more)."""
    from allauth.usersessions.models import UserSession

    found = UserSession.objects.filter(user=user, pk=pk).first()
    if found is None:
        return False
    found.end()
    return True


def end_all(user: Any, *, but: str | None = None) -> int:
    """Ends every session of this person except the one with the key ``but``. Returns how many there were."""
    from allauth.usersessions.models import UserSession

    keys = [key for key in _keys_of(user) if key != but]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).exclude(session_key=but or "").delete()
    return len(keys)


def _keys_of(user: Any) -> Iterable[str]:
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            yield session.session_key


# The order matters: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
_BROWSERS = (
    ("Cốc Cốc", r"coc_coc_browser"),
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def in_words(user_agent: str) -> str:
    """ "Chrome on Windows", from what a browser says of itself."""
    browser = next((name for name, sign in _BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Unknown device")
