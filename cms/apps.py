"""Django's record of the app; connects the signals that tie approval, corrections and publishing together."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Fact checks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import approval, corrections

        approval.connect()
        corrections.connect()
