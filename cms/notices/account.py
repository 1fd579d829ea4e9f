"""In the account page: what a person is told of, and how."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.account import NotificationPreferencesForm
from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    NotificationsSettingsPanel,
    notifications_tab,
)

from cms.notices.kinds import How, kinds_for
from cms.notices.personal import NoticeWishes


class NoticeWishesForm(forms.ModelForm):  # type: ignore[type-arg]
    """One choice for each kind the person may be told of."""

    class Meta:
        model = NoticeWishes
        fields = ["digest_hour", "is_quiet_at_weekends"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds_for(self.instance.person)
        of_kinds: dict[str, forms.Field] = {
            f"how_{kind.key}": forms.ChoiceField(
                label=str(kind.label), choices=How.choices, initial=self.instance.how(kind.key)
            )
            for kind in self.kinds
        }
        hours = [(hour, f"{hour:02d}:00") for hour in range(24)]
        self.fields["digest_hour"] = forms.TypedChoiceField(
            label=self.fields["digest_hour"].label, choices=hours, coerce=int, initial=self.instance.digest_hour
        )
        self.fields = of_kinds | self.fields

    def save(self, commit: bool = True) -> NoticeWishes:
        for kind in self.kinds:
            # What is as delivered is not stored: a better default reaches whoever chose nothing else.
            chosen = self.cleaned_data[f"how_{kind.key}"]
            self.instance.hows.pop(kind.key, None)
            if chosen != kind.default:
                self.instance.hows[kind.key] = str(chosen)
        wishes: NoticeWishes = super().save(commit)
        return wishes


class NoticesPanel(BaseSettingsPanel):
    name = "notices"
    title = _("What you are told of")
    tab = notifications_tab
    order = 50
    form_class = NoticeWishesForm

    @cached_property
    def wishes(self) -> NoticeWishes:
        return NoticeWishes.objects.filter(person=self.user).first() or NoticeWishes(person=self.user)

    def get_form(self) -> NoticeWishesForm:
        posted = self.request.POST if self.request.method == "POST" else None
        return NoticeWishesForm(posted, instance=self.wishes, prefix=self.name)


class CommentsOnlyForm(NotificationPreferencesForm):
    """Wagtail's own mails, of which only those about comments are sent (see wagtail_admin.py)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name != "updated_comments_notifications"]:
            del self.fields[name]


class OwnAccountView(AccountView):
    """Wagtail's account page, with the choices that mean something here."""

    def get_panels(self) -> list[BaseSettingsPanel]:
        panels: list[BaseSettingsPanel] = super().get_panels()
        for panel in panels:
            if type(panel) is NotificationsSettingsPanel:
                panel.form_class = CommentsOnlyForm
                panel.title = _("Comments")
        return panels
