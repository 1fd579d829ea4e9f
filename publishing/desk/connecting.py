"""Connecting an account in the browser: off to the vendor, back with an answer, and which account it shall be."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from publishing import vault
from publishing.agencies import run_by
from publishing.channels.base import Account, Asking, ChannelError, Consent
from publishing.desk import consent as consents
from publishing.desk.base import CHANGE_CHANNELS, DeskView
from publishing.desk.connection import Tested, tell
from publishing.desk.words import adapter_class
from publishing.models import Channel
from publishing.probing import UNTESTED
from publishing.turn import UNREADABLE

log = logging.getLogger("publishing.desk")


def channel_or_404(pk: int, user: Any) -> Channel:
    channel: Channel = get_object_or_404(run_by(user, Channel.objects.select_related("organisation")), pk=pk)
    adapter = adapter_class(channel)
    if adapter is None or adapter.consent is None:
        raise Http404
    return channel


class ConnectView(DeskView):
    """Off to the vendor. POST only."""

    allowed = (CHANGE_CHANNELS,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        channel = channel_or_404(kwargs["pk"], request.user)
        try:
            consent = consents.consent_of(channel)
        except vault.CannotDecrypt:
            tell(request, channel, Tested(False, words=gettext(UNREADABLE)))
            return redirect("publishing_channel", channel.pk)
        if consent is None or not consents.is_ready(consent):
            messages.error(request, needed(channel))
            return redirect("publishing_channel", channel.pk)
        return HttpResponseRedirect(consents.ask(request, channel, consent))


class AnswerView(DeskView):
    """The vendor's answer. It is always followed by a redirect: its address, with the code in it, is no page's address."""

    allowed = (CHANGE_CHANNELS,)
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        told = request.GET.dict()
        try:
            channel, asking = consents.answered(request, str(told.get("state", "")))
        except consents.Stale:
            messages.error(request, gettext(consents.STALE))
            return redirect("publishing_channels")
        found, failed = self._found(channel, asking, {name: str(value) for name, value in told.items()})
        if failed is not None:
            tell(request, channel, failed)
        elif len(found) > 1:
            consents.keep(request, channel, found)
            return redirect("publishing_channel_choose", channel.pk)
        else:
            tell_connected(request, channel, found[0])
        return redirect("publishing_channel", channel.pk)

    @staticmethod
    def _found(channel: Channel, asking: Asking, told: dict[str, str]) -> tuple[list[Account], Tested | None]:
        try:
            consent = consents.consent_of(channel)
            if consent is None:
                return [], Tested(False, words=gettext(consents.STALE))
            return consents.accounts(channel, consent, asking, told), None
        except vault.CannotDecrypt:
            return [], Tested(False, words=gettext(UNREADABLE))
        except ChannelError as error:
            return [], consents.words(error)
        except Exception:
            log.exception("channel %s: the answer to a request for consent could not be read", channel.pk)
            return [], Tested(False, words=gettext(UNTESTED))


class ChooseView(DeskView):
    """Which of several accounts the channel shall be: by name, while their tokens stay on the server."""

    allowed = (CHANGE_CHANNELS,)
    header_icon = "globe"
    page_title = _("Choose the account")
    template_name = "publishing/choose_account.html"
    parents = ((_("Channels"), "publishing_channels"),)

    @cached_property
    def channel(self) -> Channel:
        return channel_or_404(self.kwargs["pk"], self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            accounts = consents.kept(request, self.channel)
        except consents.Stale:
            return self._stale()
        shown = [{"id": one.id, "name": one.name} for one in accounts]
        return self.render_to_response(self.get_context_data(channel=self.channel, accounts=shown))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            accounts = consents.kept(request, self.channel)
        except consents.Stale:
            return self._stale()
        chosen = next((one for one in accounts if one.id == request.POST.get("account")), None)
        if chosen is None:
            messages.error(request, gettext("Choose one of the accounts."))
            return redirect("publishing_channel_choose", self.channel.pk)
        tell_connected(request, self.channel, chosen)
        return redirect("publishing_channel", self.channel.pk)

    def _stale(self) -> HttpResponse:
        messages.error(self.request, gettext(consents.STALE))
        return redirect("publishing_channel", self.channel.pk)


def tell_connected(request: HttpRequest, channel: Channel, account: Account) -> None:
    """Connects, and says so."""
    tested = consents.connect(request, channel, account)
    messages.success(request, gettext("The account “%(name)s” was connected.") % {"name": account.name or channel.name})
    tell(request, channel, tested)


def needed(channel: Channel) -> str:
    """ "Enter and save first: App ID, App secret." """
    consent, form = channel.adapter_class.consent, channel.adapter_class.Form
    names = ", ".join(str(form.base_fields[name].label) for name in consent.needs) if consent else ""
    return gettext("To connect, first enter and save: %(names)s.") % {"names": names}


def offer(channel: Channel) -> dict[str, Any] | None:
    """What the channel's page says about connecting in the browser; None where the kind cannot."""
    kind: type[Consent] | None = channel.adapter_class.consent
    if kind is None:
        return None
    try:
        consent = consents.consent_of(channel) if channel.pk else None
    except vault.CannotDecrypt:
        consent = None
    is_ready = consent is not None and consents.is_ready(consent)
    return {
        "label": gettext(kind.label),
        "is_ready": is_ready,
        "is_missing": consent is not None and not consents.is_connected(consent),
        "needed": "" if is_ready else needed(channel),
        "redirect_uri": consents.redirect_uri(),
    }
