"""Where a person reads notices: the list, the number in the menu, and a part of the first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from cms.notices.kinds import kinds
from cms.notices.personal import PersonalNotice, number_unread
from cms.notices.what_happened import ACCESS_ADMIN
from publishing.desk.base import DeskView, paged
from publishing.desk.waiting import SHOWN, Row, Waiting


class NoticesView(DeskView):
    """Everything this person was told, the newest first. POST marks one, or all, as read."""

    allowed = (ACCESS_ADMIN,)
    page_title = _("Notices")
    header_icon = "mail"
    template_name = "desk/notices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = PersonalNotice.objects.shown_to(self.request.user)
        listing = paged(self, mine)
        return super().get_context_data(
            notices=[(one, kinds[one.kind].label) for one in listing["page_obj"]],
            unread=mine.unread().count(),
            here=self.request.get_full_path(),
            **listing,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unread = PersonalNotice.objects.filter(person=request.user.pk).unread()
        asked = request.POST.get("notice", "")
        if asked.isdecimal() and len(asked) < 19:
            unread = unread.filter(pk=int(asked))
        count = unread.update(read_at=timezone.now())
        if not asked:
            words = ngettext("%(count)d notice was marked as read.", "%(count)d notices were marked as read.", count)
            messages.success(request, words % {"count": count})
        return redirect(request.get_full_path())


class NoticesMenuItem(MenuItem):
    """With the number of those that are unread."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(ACCESS_ADMIN))

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        count = number_unread(request.user)
        label = f"{self.label} ({count})" if count else str(self.label)
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name, classname=self.classname)


def unread(user: Any) -> Waiting | None:
    """The part of the first page: what is new, below everything that has to be done."""
    mine = PersonalNotice.objects.shown_to(user).unread()
    found = list(mine[: SHOWN + 1])
    if not found:
        return None
    rows = tuple(Row(one.text(), one.url, gettext(str(kinds[one.kind].label))) for one in found[:SHOWN])
    count = mine.count() if len(found) > SHOWN else len(found)
    return Waiting("notices", _("New notices"), "mail", rows, count, reverse("notices"), 90)
