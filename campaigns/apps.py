"""Django's record of the app; tells the others what campaigns are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from cms.demo.demo_content import Desk


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.alerts import mails
        from campaigns.campaign import Campaign
        from campaigns.materials import following
        from publishing import subjects
        from publishing.signals import sweeping

        following.connect()
        subjects.kinds[str(Campaign._meta.model_name)] = Campaign._meta.verbose_name
        sweeping.connect(mails.sweep, dispatch_uid="alert-mails")

    def fill_demo(self, desk: Desk) -> None:
        """Called once by the demo, after its own content was written."""
        from campaigns import demo

        demo.fill(desk)
