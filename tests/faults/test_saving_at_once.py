"""Editors who save at the same moment: no draft is refused, and what they saved is found."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.faults.installation import Installation
from tests.servers.databases import postgres

# Titles of one length are the worst case: each save then wants the rows of all of them in the index of Wagtail's search.
AT_ONCE = """
import threading
from collections import Counter
from django.db import connection, transaction
from wagtail.models import Page
from cms import people
from cms.models import Rebuttal
from tests.make import make_rebuttal, make_user
person = make_user(people.EDITOR)
pages = [make_rebuttal(owner=person).pk for _number in range(3)]
gate, met = threading.Barrier(len(pages)), Counter()

def save(pk):
    for turn in range(5):
        gate.wait()
        try:
            with transaction.atomic():  # as Wagtail's form does
                page = Rebuttal.objects.get(pk=pk)
                page.title = f"Nước máy an toàn lần{turn}trang{pk}"
                page.save(clean=False)
                page.save_revision(user=person)
            met["saved"] += 1
        except Exception as error:
            met[type(error).__name__] += 1
    connection.close()

threads = [threading.Thread(target=save, args=[pk]) for pk in pages]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
found = [[one.pk for one in Page.objects.search(f"lần4trang{pk}")] for pk in pages]
print(json.dumps([met, pages, found]))
"""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def test_three_editors_who_save_at_once_lose_no_draft_and_find_what_they_saved(tmp_path, database):
    with ExitStack() as servers:
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if database == "postgres" else {}
        met, pages, found = Installation(tmp_path, **settings).run(AT_ONCE)
    assert met == {"saved": 15}
    assert found == [[pk] for pk in pages]
