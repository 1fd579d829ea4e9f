"""``manage.py refresh_search``: makes the whole index anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cms.finding.indexing import findable, refresh
from cms.finding.postings import Posting, Term
from cms.finding.search import SearchEntry


class Command(BaseCommand):
    help = "Makes the index of the site's search and of “has this been answered?” anew from what is live."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for model in (Posting, Term, SearchEntry):
            model.objects.all().delete()
        number = 0
        for page in findable().specific().iterator(chunk_size=500):
            refresh(page)
            number += 1
        if options["verbosity"]:
            self.stdout.write(f"{number} answers can be found")
