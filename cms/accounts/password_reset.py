"""Asking for a link to a new password: Wagtail's page, with limits.

Each request counts, whether there is such an account or not, so that the answer tells nobody which addresses there are.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import ngettext_lazy
from wagtail.admin.views.account import PasswordResetView as WagtailPasswordResetView

from cms.accounts import throttle
from cms.public.limits import address_of_sender


class PasswordResetView(WagtailPasswordResetView):
    """No mail beyond the limits, and a page that says when it is worth asking again."""

    def form_valid(self, form: Any) -> HttpResponse:
        asked = throttle.begin(
            (throttle.OF_RESETS_TO, form.cleaned_data["email"].casefold()),
            (throttle.OF_RESETS_FROM, address_of_sender(self.request)),
        )
        if asked.wait:
            form.add_error("email", _too_many(asked))
            response: HttpResponse = self.form_invalid(form)
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            return response
        return super().form_valid(form)


def _too_many(asked: throttle.Try) -> ValidationError:
    words = ngettext_lazy(
        "Too many links were asked for. Wait %(minutes)d minute, then ask again.",
        "Too many links were asked for. Wait %(minutes)d minutes, then ask again.",
        "minutes",
    )
    return ValidationError(words, code="too_many", params={"minutes": asked.minutes})
