"""The one stage between a right password (or single sign-on) and being logged in."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from cms.accounts.standing import has_factor, has_shown


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor that the account has, unless the identity provider has done so and the office relies on it."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        return user is not None and has_factor(user) and not has_shown(request, user)
