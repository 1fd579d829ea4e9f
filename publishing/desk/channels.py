"""Channels: what they are, whether they work, and how they are connected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.widgets import HeaderButton
from wagtail.log_actions import log

from publishing.agencies import run_by, visible_to
from publishing.channels import adapters
from publishing.channels.base import Adapter
from publishing.desk.base import ADD_CHANNELS, CHANGE_CHANNELS, SEE_CHANNELS, SEE_DELIVERIES, DeskView
from publishing.desk.channel_forms import NOT_CONNECTED, ChannelForms
from publishing.desk.connecting import offer
from publishing.desk.connection import resume_if_it_works, tell, test
from publishing.desk.health import Health, health_of
from publishing.desk.words import Badge, adapter_class, channel_badge, channel_why
from publishing.models import Channel, State


def kind_label(channel: Channel) -> str:
    """ "Facebook Page, social network"."""
    adapter = adapter_class(channel)
    return f"{gettext(adapter.label)}, {gettext(adapter.nature)}" if adapter else channel.kind


@dataclass(frozen=True)
class Row:
    channel: Channel
    kind: str
    badge: Badge
    why: str
    queue: int
    last_sent: datetime | None
    health: Health


class ChannelsView(DeskView):
    """The list."""

    allowed = (SEE_CHANNELS, CHANGE_CHANNELS)
    page_title = _("Channels")
    header_icon = "globe"
    template_name = "publishing/channels.html"

    @property
    def header_buttons(self) -> list[Any]:
        if not self.may(ADD_CHANNELS):
            return []
        return [HeaderButton(gettext("Add a channel"), url=reverse("publishing_channel_new"), icon_name="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        channels = visible_to(self.request.user, Channel.objects.select_related("organisation")).annotate(
            queue=Count("deliveries", filter=Q(deliveries__state=State.DUE)), last_sent=Max("deliveries__sent_at")
        )
        at = health_of(channels)
        rows = [
            Row(one, kind_label(one), channel_badge(one), channel_why(one), one.queue, one.last_sent, at[one.pk])  # type: ignore[attr-defined]
            for one in channels
        ]
        return super().get_context_data(
            rows=rows,
            may_change=self.may(CHANGE_CHANNELS),
            own=set(run_by(self.request.user, Channel.objects.all()).values_list("pk", flat=True)),
            may_add=self.may(ADD_CHANNELS),
            may_see_deliveries=self.may(SEE_DELIVERIES),
            **kwargs,
        )


class KindsView(DeskView):
    """First question about a new channel: of which kind it is."""

    allowed = (ADD_CHANNELS,)
    page_title = _("Add a channel")
    header_icon = "globe"
    template_name = "publishing/kinds.html"
    parents = ((_("Channels"), "publishing_channels"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = [
            {"label": gettext(adapter.label), "nature": gettext(adapter.nature), "kind": kind}
            for kind, adapter in adapters().items()
        ]
        return super().get_context_data(kinds=kinds, **kwargs)


class FormView(DeskView):
    """What creating and editing share."""

    header_icon = "globe"
    template_name = "publishing/channel_form.html"
    parents = ((_("Channels"), "publishing_channels"),)

    @cached_property
    def channel(self) -> Channel:
        raise NotImplementedError

    @cached_property
    def adapter_class(self) -> type[Adapter]:
        adapter = adapter_class(self.channel)
        if adapter is None:
            raise Http404
        return adapter

    @property
    def heading(self) -> str:
        """Above the form; ``about`` stands below it."""
        return str(gettext(self.adapter_class.label))

    @property
    def about(self) -> list[str]:
        return [gettext(self.adapter_class.nature)]

    def forms_of(self, posted: Any = None) -> ChannelForms:
        """Of the organisations the person's own alone."""
        forms = ChannelForms(self.channel, posted)
        offered: Any = forms.common.fields["organisation"]
        offered.queryset = visible_to(self.request.user, offered.queryset)
        return forms

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        forms = kwargs.pop("forms", None) or self.forms_of()
        return super().get_context_data(
            forms=forms,
            channel=self.channel,
            heading=self.heading,
            about=", ".join(self.about),
            consent=offer(self.channel),
            action_url=self.request.path,
            submit_button_label=gettext("Save"),
            submit_button_active_label=gettext("Saving and testing…"),
            has_unsaved_changes=self.request.method == "POST",
            media=forms.media if isinstance(forms.media, Media) else Media(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _known = self.adapter_class  # 404 where the kind is gone
        forms = self.forms_of(request.POST)
        if not forms.is_valid():
            messages.error(request, gettext("The channel was not saved: please mend what is marked below."))
            return self.render_to_response(self.get_context_data(forms=forms))
        channel = forms.save()
        log(instance=channel, action="publishing.channel_edit", user=request.user)
        self.saved(channel, forms)
        return redirect("publishing_channel", channel.pk)

    def saved(self, channel: Channel, forms: ChannelForms) -> None:
        raise NotImplementedError


class NewChannelView(FormView):
    """A new channel; its connection is tested as soon as it is saved."""

    allowed = (ADD_CHANNELS,)
    page_title = _("New channel")

    @cached_property
    def channel(self) -> Channel:
        if self.kwargs["kind"] not in adapters():
            raise Http404
        return Channel(kind=self.kwargs["kind"])

    def saved(self, channel: Channel, forms: ChannelForms) -> None:
        messages.success(self.request, gettext("The channel was added."))
        if forms.is_unconnected:
            messages.warning(self.request, gettext(NOT_CONNECTED))
            return
        tell(self.request, channel, test(channel))


class ChannelView(FormView):
    """An existing channel: its status, and its settings for those who may change them."""

    allowed = (CHANGE_CHANNELS,)
    page_title = _("Channel")

    @cached_property
    def channel(self) -> Channel:
        channel: Channel = get_object_or_404(
            run_by(self.request.user, Channel.objects.select_related("organisation")), pk=self.kwargs["pk"]
        )
        return channel

    @cached_property
    def title(self) -> str:
        return str(self.channel)  # before a refused form changes it in memory

    def get_page_title(self) -> str:
        return self.title

    @property
    def heading(self) -> str:
        return self.title

    @property
    def about(self) -> list[str]:
        return [gettext(self.adapter_class.label), gettext(self.adapter_class.nature)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            badge=channel_badge(self.channel),
            why=channel_why(self.channel),
            health=health_of([self.channel])[self.channel.pk],
            queue=self.channel.deliveries.filter(state=State.DUE).count(),
            may_see_deliveries=self.may(SEE_DELIVERIES),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _title = self.title
        return super().post(request, *args, **kwargs)

    def saved(self, channel: Channel, forms: ChannelForms) -> None:
        messages.success(self.request, gettext("Saved."))
        if forms.is_unconnected:
            messages.warning(self.request, gettext(NOT_CONNECTED))
            return
        if not forms.is_connection_changed or not channel.is_active:
            return
        if channel.stopped_at:
            tell(self.request, channel, resume_if_it_works(channel, self.request.user))
        else:
            tell(self.request, channel, test(channel))


class ConnectionView(DeskView):
    """Tests a channel, or tests and resumes it. POST only."""

    allowed = (CHANGE_CHANNELS,)
    http_method_names = ["post"]
    resumes = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        channel = get_object_or_404(
            run_by(request.user, Channel.objects.select_related("organisation")), pk=kwargs["pk"]
        )
        if adapter_class(channel) is None:
            raise Http404
        tell(request, channel, resume_if_it_works(channel, request.user) if self.resumes else test(channel))
        return redirect("publishing_channel", channel.pk)
