"""Django's record of the app; connects the signals that tie approval, corrections and publishing together."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Fact checks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import admin_doors, approval, corrections, deadlines
        from cms.accounts import factor_log, factor_notices, sealed, sessions, standing
        from cms.audit import rights, sealing
        from cms.cards import cards
        from cms.complaints import complaint, letters
        from cms.desk import lighter_admin, rich_text_threads
        from cms.feeds import websub
        from cms.finding import indexing
        from cms.intake import partners
        from cms.keeping import aside
        from cms.notices import what_happened
        from cms.page_cache import changes
        from cms.sent_in import submissions
        from cms.setting_up import desk as setting_up
        from cms.site import follow_base_url
        from cms.translation import locales
        from publishing import vault

        post_migrate.connect(follow_base_url, sender=self)
        approval.connect()
        admin_doors.connect()
        lighter_admin.connect()
        rich_text_threads.connect()
        self._say_what_kinds_of_answer_there_are()
        corrections.connect()
        deadlines.connect()
        locales.connect()
        indexing.connect()
        submissions.connect()
        complaint.connect()
        letters.connect()
        cards.connect()
        partners.connect()
        websub.connect()
        what_happened.connect()
        user_logged_in.connect(setting_up.remember, dispatch_uid="setting-up")
        user_logged_in.connect(standing.note, dispatch_uid="second-factor")
        factor_log.connect()
        factor_notices.connect()
        sessions.connect()
        vault.others.append(sealed.anew)
        rights.connect()
        sealing.connect()
        aside.connect()
        changes.connect(sender=self)
        self._say_what_is_in_a_report()

    @staticmethod
    def _say_what_is_in_a_report() -> None:
        from cms.reports import answers, changes, incidents, posts
        from cms.reports.sections import add_section

        makers = (incidents.incidents, incidents.response, answers.answers, posts.posts, changes.changes)
        for order, maker in enumerate(makers, start=1):
            add_section(maker, order=10 * order)
        add_section(answers.submissions, order=70)

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
