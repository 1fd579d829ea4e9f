"""Vietnamese folding and the search index: one row for each live answer, found alike on both databases."""

from __future__ import annotations

import re
import unicodedata
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _
from wagtail.search import index
from wagtail.search.backends import get_search_backend
from wagtail.search.query import PlainText

from cms.claims import Verdict
from cms.pages.answer import Answer
from cms.translation import languages

_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Typed for đ by people whose keyboard has no better: the letters of Iceland and of West Africa.
_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d"})
MOST_WORDS = 20
LONGEST_WORD = 100  # a word of two thousand letters makes PostgreSQL raise


def fold(text: str) -> str:
    """Lower case, đ as d, no marks, everything else than letters and digits a single blank.

    "Lừa ĐẢO", "lua dao", either in decomposed, full-width or "mathematical" letters, or with invisible characters in
    it, all become "lua dao".
    """
    split = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    # Once more, because folding the case can bring marks back ("İ"); M are all marks, Cf what is there and not seen.
    split = unicodedata.normalize("NFKD", split)
    bare = "".join(sign for sign in split if unicodedata.category(sign) not in {"Mn", "Mc", "Me", "Cf"})
    return _NOT_WORD.sub(" ", bare).strip()


def _words_asked(text: str) -> list[str]:
    """The folded words of a query; none where one of them can be no word."""
    words = fold(text).split()[:MOST_WORDS]
    return words if all(len(word) <= LONGEST_WORD for word in words) else []


class SearchEntries(models.QuerySet["SearchEntry"]):
    """What can be asked of the index."""

    def for_language(self, code: str) -> Self:
        """The entries a reader of ``code`` is shown: those of that language, and originals not translated into it."""
        return self.filter(languages.shown_in(code, SearchEntry.objects.all(), by="language"))

    def with_words(self, text: str) -> Self:
        """Entries with all words of ``text``, best first: the words together in the title, all in the title, the rest;
        newer ones before older ones. Never raises, whatever the text; a text without a word finds nothing."""
        words = _words_asked(text)
        if not words:
            return self.none()
        asked = PlainText(" ".join(words), operator="and")
        found = get_search_backend().search(asked, SearchEntry.objects.all(), order_by_relevance=False)
        all_in_title = Q()
        for word in words:
            all_in_title &= Q(title_folded__contains=word)
        place = Case(
            When(title_folded__contains=" ".join(words), then=Value(2)),
            When(all_in_title, then=Value(1)),
            default=Value(0),
            output_field=models.SmallIntegerField(),
        )
        # The library's own order differs between the databases, so it only says what is found.
        within = found.get_queryset().order_by().values("pk")
        return self.filter(pk__in=within).annotate(where=place).order_by("-where", "-published_at", "-pk")

    def beginning(self, text: str) -> Self:
        """Entries whose title has all words of ``text``, the last of which may be unfinished; newest first."""
        words = _words_asked(text)
        if not words:
            return self.none()
        asked = PlainText(" ".join(words), operator="and")
        found = get_search_backend().autocomplete(asked, SearchEntry.objects.all(), order_by_relevance=False)
        within = found.get_queryset().order_by().values("pk")
        return self.filter(pk__in=within).order_by("-published_at", "-pk")


class SearchEntry(index.Indexed, models.Model):
    """What can be found of one live answer, denormalised so that a search is one query. ``indexing`` keeps it true.

    title_folded, text_folded  through ``fold()``. A retracted answer has its title and no more.
    changed_at                 when the version it tells was published
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

    objects = SearchEntries.as_manager()

    search_fields = [
        index.SearchField("title_folded"),
        index.SearchField("text_folded"),
        index.AutocompleteField("title_folded"),
    ]

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [models.Index(fields=["language", "-published_at"], name="search_newest")]

    def __str__(self) -> str:
        return self.title
