"""What a person hears of their own account: by mail too, because whoever took it over would not tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.models import ModelLogEntry

from cms.notices.kinds import How, Kind, News, add_kinds, add_sources

ACCOUNT = Kind("account", _("How I log in was changed"), ("wagtailadmin.access_admin",), How.ONCE, order=200)
MOST = 100  # events told of in one turn

_WORDS = {
    "cms.second_factor_added": gettext_noop(
        "A second factor was set up for your account. If it was not you, change your password and tell an administrator."
    ),
    "cms.second_factor_removed": gettext_noop(
        "A second factor of your account was removed. If it was not you, change your password and tell an administrator."
    ),
    "cms.second_factor_reset": gettext_noop(
        "The second factor of your account was reset. If you did not ask for that, tell an administrator."
    ),
    "cms.recovery_codes_made": gettext_noop(
        "New recovery codes were made for your account. If it was not you, change your password and tell an administrator."
    ),
    "cms.sign_on_bound": gettext_noop(
        "Your account was used with single sign-on for the first time. If it was not you, tell an administrator."
    ),
}


def changes(since: datetime) -> Iterator[News]:
    """To whom the account belongs, whoever did it."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(get_user_model()), action__in=_WORDS, timestamp__gte=since
    )
    for pk, action, person in entries.order_by("-pk").values_list("pk", "action", "object_id")[:MOST]:
        yield News(ACCOUNT.key, str(pk), {int(person)}, _WORDS[action], reverse("mfa_index"))


def connect() -> None:
    add_kinds(ACCOUNT)
    add_sources(changes)
