"""``manage.py import_claimreviews FILE…``: other people's fact checks as drafts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from cms.pages.home import AnswerList
from cms.people import User
from cms.schema_org.import_reading import Unreadable, records, text_of
from cms.schema_org.importing import End, Reading, is_here, keep, take


class Command(BaseCommand):
    help = (
        "Reads ClaimReviews (JSON-LD, DataFeed, JSON lines, or an HTML page with JSON-LD) and makes a draft of each. "
        "Nothing is published, and nothing is imported twice. docs/machines.md says what is taken and what is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE, help="below which list of answers")
        parser.add_argument("--owner", help="username of whoever is to work on the drafts")
        parser.add_argument("--dry-run", action="store_true", help="says what would be done and does nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        parent = AnswerList.objects.filter(locale__language_code=options["language"]).first()
        if parent is None:
            raise CommandError(_("There is no list of answers in “%(language)s”.") % {"language": options["language"]})
        owner = None
        if options["owner"] and not (owner := User.objects.filter(username=options["owner"]).first()):
            raise CommandError(_("Nobody is called “%(name)s”.") % {"name": options["owner"]})
        counted: Counter[str] = Counter()
        unread = 0
        self._dry = set() if options["dry_run"] else None  # keys of what would have been made
        for path in options["files"]:
            try:
                for number, record in enumerate(records(text_of(path)), 1):
                    end, words = self._one(record, parent, owner)
                    counted[end] += 1
                    self.stdout.write(f"{path.name} {number}: {words}")
            except Unreadable as why:
                unread += 1
                self.stderr.write(_("%(file)s was not read: %(why)s") % {"file": path.name, "why": why})
        total = _(
            "%(all)d records: %(imported)d imported, %(doubtful)d imported with doubts, %(known)d already here, %(refused)d refused."
        )
        self.stdout.write(total % {"all": counted.total(), **{end.value: counted[end] for end in End}})
        if self._dry is not None:
            self.stdout.write(_("Nothing was written: this was a rehearsal."))
        if unread:
            raise CommandError(_("Files that were not read: %(count)d") % {"count": unread})

    _dry: set[Any] | None = None

    def _one(self, record: dict[str, Any] | Unreadable, parent: AnswerList, owner: Any) -> tuple[End, str]:
        if isinstance(record, Unreadable):
            return End.REFUSED, _("refused: %(why)s") % {"why": record}
        try:
            if self._dry is not None:
                return take(record, parent, owner, is_here=self._would_be_here, keep=self._would_keep)
            return take(record, parent, owner, is_here=is_here, keep=keep)
        except (ValidationError, DatabaseError) as error:
            # One record that the database does not take stops none of the others.
            parent.refresh_from_db()
            return End.REFUSED, _("refused: %(why)s") % {"why": " ".join(str(error).split())[:200]}

    def _would_be_here(self, reading: Reading, parent: AnswerList) -> bool:
        return reading.key in (self._dry or ()) or is_here(reading, parent)

    def _would_keep(self, reading: Reading, parent: AnswerList, owner: Any) -> None:
        if self._dry is not None:
            self._dry.add(reading.key)
