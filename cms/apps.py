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
        self._say_what_kinds_of_answer_there_are()
        corrections.connect()
        locales.connect()
        indexing.connect()
        submissions.connect()
        cards.connect()
        websub.connect()

    @staticmethod
    def _say_what_kinds_of_answer_there_are() -> None:
        from cms.incidents import Topic
        from cms.pages.rebuttal import Rebuttal
        from cms.pages.verified_fact import VerifiedFact
        from cms.standing import Standing, standings
        from publishing import subjects

        subjects.kinds.update(
            {str(kind._meta.model_name): kind._meta.verbose_name for kind in (Rebuttal, VerifiedFact)}
        )
        standings[str(VerifiedFact._meta.model_name)] = Standing("fact", _("Verified fact"), "✓")
        subjects.add_topics(lambda: [(topic.slug, str(topic)) for topic in Topic.objects.all()])
