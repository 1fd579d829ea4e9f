"""The admin's log-in page: Wagtail's, with allauth's stages behind it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpResponse
from wagtail.admin.views.account import LoginView as WagtailLoginView


class LoginView(WagtailLoginView):
    """A right password leads to the second factor where the account has one; nobody is logged in before that."""

    def form_valid(self, form: Any) -> HttpResponse:
        request, user = self.request, form.get_user()
        if SESSION_KEY in request.session:
            logout(request)  # somebody else's session, or one that never showed its second factor
        # As Wagtail's own view has it; it stays with the session through the stages.
        request.session.set_expiry(settings.SESSION_COOKIE_AGE if form.cleaned_data.get("remember") else 0)
        login = Login(user=user, redirect_url=self.get_success_url())
        return perform_password_login(request, {"username": user.get_username()}, login)

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        if form.is_throttled:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sign_on_name=settings.OIDC_NAME if settings.OIDC_SERVER else "", **kwargs)
