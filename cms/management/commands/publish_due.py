"""``manage.py publish_due``: publishes what is scheduled, each page in its own transaction."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page, Revision

from cms.approval import Refusal

log = logging.getLogger("cms.publish_due")


class Command(BaseCommand):
    help = (
        "Publishes every revision whose time has come. Unlike Wagtail's publish_scheduled, which this replaces, a page that "
        "cannot be published does not stop the others."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        published = refused = 0
        due = Revision.objects.filter(approved_go_live_at__lte=timezone.now()).order_by("approved_go_live_at")
        for revision in due:
            try:
                with transaction.atomic():
                    revision.publish(user=revision.user, skip_permission_checks=True)
                published += 1
            except Refusal as refusal:
                refused += 1
                # It would be refused again each time: the schedule is taken off, and the page says why in its history.
                Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
                log.warning("page %s was due and refused: %s", revision.object_id, refusal)
            except Exception:
                log.exception("page %s was due and could not be published", revision.object_id)
        for page in Page.objects.live().filter(expire_at__lte=timezone.now()).specific():
            if isinstance(page, DraftStateMixin):
                try:
                    with transaction.atomic():
                        page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
                except Refusal as refusal:
                    type(page).objects.filter(pk=page.pk).update(expire_at=None)
                    log.warning("page %s was due to expire and refused: %s", page.pk, refusal)
        if options["verbosity"]:
            self.stdout.write(f"published {published}, refused {refused}")
