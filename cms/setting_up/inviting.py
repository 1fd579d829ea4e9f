"""People of the office: each is made without a password, and sets it over a link that works once.

Nobody ever gets a password from somebody else. The link is the one of Wagtail's "forgotten password": it ends after
PASSWORD_RESET_TIMEOUT, and as soon as a password was set with it. It is sent by mail, or shown to the administrator once.
"""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms.people import User
from cms.setting_up.desk import StepView

log_of_process = logging.getLogger("cms.setting_up")
MAY_INVITE = "cms.add_user"


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new person with at least one role."""

    by_mail = forms.BooleanField(
        label=_("Send the link by e-mail"),
        required=False,
        initial=True,
        help_text=_("Otherwise it is shown to you once, to hand it over."),
    )

    class Meta:
        model = User
        fields = ["last_name", "first_name", "username", "email", "groups"]
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("last_name", "first_name", "groups"):
            self.fields[name].required = True
        self.fields["username"].help_text = _("Letters without marks, digits, dots and dashes, e.g. lan.hoang.")
        groups: Any = self.fields["groups"]
        groups.label = _("Roles")
        groups.help_text = _("Who writes an answer never approves it, whatever roles that person has.")
        groups.queryset = Group.objects.order_by("pk")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("by_mail") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Without an e-mail address the link can only be shown to you."))
        return cleaned

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        user: User = super().save(commit)
        return user


def not_yet_in() -> QuerySet[User]:
    """Who was invited and has never set a password. Never somebody who has one: a link is a way into the account."""
    new = User.objects.filter(is_active=True, is_superuser=False, last_login__isnull=True)
    return new.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX).order_by("username")


def link_for(user: User) -> str:
    """Works once, and for PASSWORD_RESET_TIMEOUT."""
    parts = {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}
    return settings.WAGTAILADMIN_BASE_URL + reverse("wagtailadmin_password_reset_confirm", kwargs=parts)


def send(user: User, link: str) -> bool:
    """False: the mail could not be sent."""
    subject = gettext("Your access to %(site)s") % {"site": settings.WAGTAIL_SITE_NAME}
    text = "\n\n".join(
        [
            gettext("%(name)s, an account was made for you. Your user name: %(username)s")
            % {"name": str(user), "username": user.username},
            gettext("Open this page and choose a password that nobody else knows. The link works once, for three days:")
            + f"\n{link}",
            gettext("If you did not expect this, please tell the office."),
        ]
    )
    try:
        EmailMessage(subject, text, to=[user.email]).send()
    except Exception as error:
        log_of_process.warning("an invitation could not be sent: %s", type(error).__name__)
        return False
    return True


class PeopleView(StepView):
    """POST makes a person, or with ``again`` a new link for one who has not come in yet."""

    key = "people"
    allowed = (MAY_INVITE,)
    page_title = _("People")
    template_name = "desk/set_up_people.html"

    def form(self) -> InviteForm:
        return InviteForm(self.request.POST if self._makes_one() else None)

    def _makes_one(self) -> bool:
        return self.request.method == "POST" and "again" not in self.request.POST

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            waiting=list(not_yet_in().prefetch_related("groups")),
            people=list(User.objects.filter(is_active=True).exclude(pk__in=not_yet_in()).prefetch_related("groups")),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        again = request.POST.get("again", "")
        if not again:
            return super().post(request, *args, **kwargs)
        user = get_object_or_404(not_yet_in(), pk=int(again) if again.isdecimal() and len(again) < 19 else 0)
        return self._handed_over(user, by_mail=False)

    def saved(self, form: InviteForm) -> HttpResponse | None:
        with transaction.atomic():
            user = form.save()
            log(instance=user, action="wagtail.create", user=self.request.user)
        return self._handed_over(user, by_mail=form.cleaned_data["by_mail"])

    def _handed_over(self, user: User, *, by_mail: bool) -> HttpResponse:
        """Shown in the answer to the POST and nowhere else: neither in the session nor in an address."""
        link = link_for(user)
        log(instance=user, action="cms.invite", user=self.request.user)
        is_sent = by_mail and send(user, link)
        return self.render_to_response(
            self.get_context_data(
                form=InviteForm(), invited=user, link="" if is_sent else link, is_failed=by_mail and not is_sent
            )
        )
