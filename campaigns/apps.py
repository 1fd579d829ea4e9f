"""Django's record of the app; tells the others what campaigns are."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.campaign import Campaign
        from publishing import subjects

        subjects.kinds[str(Campaign._meta.model_name)] = Campaign._meta.verbose_name
