"""Django's record of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Publishing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from publishing import copies, credentials, measuring, notices, probing
        from publishing.signals import restored, sweeping

        sweeping.connect(copies.sweep, dispatch_uid="copies")
        sweeping.connect(credentials.sweep, dispatch_uid="credentials")
        sweeping.connect(notices.sweep, dispatch_uid="notices")
        sweeping.connect(probing.sweep, dispatch_uid="probing")
        sweeping.connect(measuring.sweep, dispatch_uid="measuring")  # the last: everything else matters more
        restored.connect(copies.sweep, dispatch_uid="copies")
