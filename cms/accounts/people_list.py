"""Wagtail's list of people, with a column that says how each one's second factor stands."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import StatusTagColumn
from wagtail.users.views.users import IndexView as WagtailIndexView
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from cms.accounts.roles import those_who_must


class IndexView(WagtailIndexView):
    """What is missing stands out: who must have a second factor and has none can do nothing until it is set up."""

    @cached_property
    def columns(self) -> list[Any]:
        column = StatusTagColumn(
            "second_factor", accessor=self._standing, label=_("Second factor"), primary=self._is_missing, width="12%"
        )
        *usual, last_log_in = super().columns
        return [*usual, column, last_log_in]

    @cached_property
    def _have(self) -> set[Any]:
        real = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return set(real.values_list("user_id", flat=True))

    @cached_property
    def _must(self) -> set[Any]:
        return those_who_must(self.model.objects.all())

    def _is_missing(self, person: Any) -> bool:
        return person.pk in self._must and person.pk not in self._have

    def _standing(self, person: Any) -> Any:
        if person.pk in self._have:
            return _("set up")
        return _("missing") if self._is_missing(person) else _("not required")


class UserViewSet(WagtailUserViewSet):
    index_view_class = IndexView
