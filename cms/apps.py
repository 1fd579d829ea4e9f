"""Django's record of the app; connects the signals that tie approval, corrections and publishing together."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Fact checks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import approval, corrections
        from cms.cards import cards
        from cms.feeds import websub
        from cms.finding import indexing
        from cms.sent_in import submissions
        from cms.site import follow_base_url
        from cms.translation import locales

        post_migrate.connect(follow_base_url, sender=self)
        approval.connect()
        corrections.connect()
        locales.connect()
        indexing.connect()
        submissions.connect()
        cards.connect()
        websub.connect()
