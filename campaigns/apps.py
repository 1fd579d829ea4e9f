"""Django's record of the app; tells the others what campaigns are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from cms.demo.demo_content import Desk


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns import audited, wave_notices, wave_sweep
        from campaigns.alerts import mails
        from campaigns.alerts.models import next_change
        from campaigns.campaign import Campaign
        from campaigns.materials import following
        from campaigns.public import browse
        from campaigns.report import campaigns
        from cms.lists import for_sitemap, menu_views
        from cms.page_cache.watch import moments
        from cms.reports.sections import add_section
        from cms.standing import Standing, standings
        from publishing import subjects
        from publishing.signals import restored, sweeping

        audited.connect()
        add_section(campaigns, order=60)
        following.connect()
        wave_sweep.connect()
        wave_notices.connect()
        sweeping.connect(mails.sweep, dispatch_uid="alert-mails")
        restored.connect(mails.end_owed, dispatch_uid="alert-mails")
        name = str(Campaign._meta.model_name)
        subjects.kinds[name] = Campaign._meta.verbose_name
        meaning = _("How a scam goes, how to see through it and what to do. It is a warning, not a verdict on a claim.")
        menu_views.insert(0, ("scam_warnings", pgettext_lazy("menu", "Scams")))
        moments.append(next_change)
        for_sitemap.append(browse.in_the_sitemap)
        standings[name] = Standing("warning", _("Scam warning"), "!", meaning)

    def fill_demo(self, desk: Desk) -> None:
        """Called once by the demo, after its own content was written."""
        from campaigns import demo

        demo.fill(desk)
