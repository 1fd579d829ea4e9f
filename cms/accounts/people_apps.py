"""Wagtail's people, with our list of them."""

from __future__ import annotations

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleWithFactors(WagtailUsersAppConfig):
    """Stands in INSTALLED_APPS in the place of ``wagtail.users``."""

    user_viewset = "cms.accounts.people_list.UserViewSet"
