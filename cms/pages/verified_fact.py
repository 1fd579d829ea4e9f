"""The verified fact: what is so, with evidence, without a false claim to answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TitleFieldPanel

from cms.pages.answer import Answer


class VerifiedFact(Answer):
    """A checked statement that people need before a rumour starts."""

    is_creatable = True
    parent_page_types = ["cms.AnswerList"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("verified fact")
        verbose_name_plural = _("verified facts")

    edit_handler = Answer.tabs(
        [
            TitleFieldPanel("title"),
            FieldPanel("short_answer"),
            FieldPanel("body"),
            Answer.picture_panel,
            Answer.subject_panel,
        ]
    )
