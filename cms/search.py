"""Vietnamese folding and the search index: one row for each live answer, the same on both databases."""

from __future__ import annotations

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from cms.claims import Verdict
from cms.pages.answer import Answer

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case, đ as d, no marks, everything else than letters and digits a single blank.

    "Lừa ĐẢO", "lua dao" and either in decomposed letters all become "lua dao".
    """
    split = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    bare = "".join(letter for letter in split if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", bare).strip()


class SearchEntry(index.Indexed, models.Model):
    """What can be found of one live answer, denormalised so that a search is one query. Made anew by ``refresh()``.

    title_folded, text_folded  through ``fold()``: these are what the search library indexes
    """

    page = models.OneToOneField(Answer, on_delete=models.CASCADE, primary_key=True, related_name="search_entry")
    translation_key = models.UUIDField(db_index=True)
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True)
    topic = models.ForeignKey("cms.Topic", on_delete=models.CASCADE, null=True, related_name="+")
    place = models.ForeignKey("cms.Place", on_delete=models.CASCADE, null=True, related_name="+")
    title = models.CharField(max_length=255)
    claim = models.TextField(blank=True)
    short_answer = models.TextField(blank=True)
    title_folded = models.CharField(max_length=400)
    text_folded = models.TextField()
    is_retracted = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    search_fields = [
        index.SearchField("title_folded", boost=3),
        index.SearchField("text_folded"),
        index.AutocompleteField("title_folded"),
        index.FilterField("page_id"),
        index.FilterField("language"),
        index.FilterField("translation_key"),
        index.FilterField("verdict"),
        index.FilterField("kind"),
        index.FilterField("topic_id"),
        index.FilterField("place_id"),
        index.FilterField("is_retracted"),
        index.FilterField("published_at"),
    ]

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [models.Index(fields=["language", "-published_at"], name="search_newest")]

    def __str__(self) -> str:
        return self.title
