"""One number that is another after every change of anything readers may see, whoever made it and however.

The database itself says so, by triggers: what a migration, a bulk update or somebody at the SQL prompt changes counts
like what an editor saves, and a change that is rolled back does not. Every table counts unless it is left out below, so
that a new one is never forgotten; the price of one too many is pages made anew.

On SQLite there is one row with a random stamp. On PostgreSQL each transaction adds a row of its own, so that no writer
ever waits for another; the number is that of all rows which can be seen, and a transaction's row is seen exactly when
its changes are. Stamps are random, not counted: a database that was restored from a copy never repeats a number.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Model
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from publishing.signals import sweeping

# Rows of transactions that are kept on PostgreSQL; the sweep removes the others, and pages are made anew once.
KEPT = 500

# Apps of which nothing is shown, or only what a row of ours must be changed to show.
_PRIVATE_APPS = frozenset(
    "admin auth account mfa socialaccount usersessions contenttypes sessions taggit wagtailadmin wagtailembeds"
    " wagtailsearch wagtailusers wagtail_localize".split()
)
# Of Wagtail's own tables these alone reach readers: the others are of the editors' desk.
_WAGTAILS = frozenset("page site locale pageviewrestriction pageviewrestriction_groups".split())
# Ours that no reader sees, by app: the work of the desk, what the public sends in, what is derived, who was told what.
# ``tests/cms/test_page_cache.py`` opens the public pages and fails when one reads a table that is named here.
_PRIVATE = {
    "cms": frozenset(
        "publicchange approvaltask approvaltask_groups evidencechecktask evidencechecktask_groups auditentry auditmark complaintletter hubping searchentry term posting"
        " intakepartner intakekey handedover intakereply keeping watchedlink keptcopy noticewishes personalnotice"
        " officeclocks secondlook reportwording settingup submission submissionchange user user_groups user_user_permissions countedtry".split()
    ),
    "publishing": frozenset("membership planninggrant notice storyversion delivery attempt measurement pulse".split()),
    "campaigns": frozenset(
        "subscriber alertmail downloadcount quizcount partner wave wavestep alert_writers indicator_writers".split()
    ),
}
# Columns that change without anything to see: drafts, locks, and what a channel's last calls were like.
_UNSEEN = {
    "wagtailcore_page": frozenset(
        "latest_revision_id latest_revision_created_at has_unpublished_changes draft_title numchild locked locked_at"
        " locked_by_id".split()
    ),
    "publishing_channel": frozenset(
        "sealed stopped_at stopped_words not_before expires_at probed_at probe_outcome probe_words probe_ok_at failures"
        " opened_at headroom headroom_at".split()
    ),
}


class PublicChange(models.Model):
    """One row on SQLite; on PostgreSQL one for each of the last transactions that changed anything public."""

    number = models.BigIntegerField(primary_key=True)
    stamp = models.BigIntegerField()

    class Meta:
        verbose_name = _("public change")
        verbose_name_plural = _("public changes")

    def __str__(self) -> str:
        return f"{self.number}: {self.stamp}"


_DEEDS = ("INSERT", "UPDATE", "DELETE")
# The third column: whether this very transaction has changed something. On SQLite each of its changes makes another stamp.
_READ = {
    "sqlite": "SELECT COUNT(*), SUM(stamp), FALSE FROM cms_publicchange",
    "postgresql": "SELECT COUNT(*), SUM(stamp), BOOL_OR(number = txid_current_if_assigned()) FROM cms_publicchange",
}


def version() -> str:
    """What is public now, as far as this connection can see. Empty where that has no name: during a migration nobody
    watches, and within a transaction that is changing things they are not yet what they will be.

    One query. Raises django.db.Error.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ[connection.vendor])
        rows, total, is_changing = cursor.fetchone()
    return f"{rows}:{total}" if rows and not is_changing else ""


def watched() -> list[type[Model]]:
    """The models whose tables count."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        app, name = model._meta.app_label, str(model._meta.model_name)
        is_left_out = (
            app in _PRIVATE_APPS
            or (app == "wagtailcore" and name not in _WAGTAILS)
            or name in _PRIVATE.get(app, ())
            or name.endswith("rendition")  # made of a picture, often when the first reader comes
        )
        if model._meta.managed and not model._meta.proxy and not is_left_out:
            found.append(model)
    return found


def _name(table: str, deed: str) -> str:
    return f"public_{table}_{deed.lower()}"


def _trigger(model: type[Model], deed: str) -> str:
    """What makes one trigger of a table."""
    table, when = model._meta.db_table, ""
    if deed == "UPDATE":
        unseen = _UNSEEN.get(table, frozenset())
        columns = [f'"{field.column}"' for field in model._meta.local_concrete_fields if field.column not in unseen]
        differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        when = "WHEN (" + " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns) + ")"
    does = (
        "BEGIN UPDATE cms_publicchange SET stamp = random(); END"
        if connection.vendor == "sqlite"
        else "EXECUTE FUNCTION public_change()"
    )
    return f'CREATE TRIGGER "{_name(table, deed)}" AFTER {deed} ON "{table}" FOR EACH ROW {when} {does}'


_FUNCTION = """
CREATE OR REPLACE FUNCTION public_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cms_publicchange (number, stamp)
    VALUES (txid_current(), (random() * 9000000000000000)::bigint) ON CONFLICT (number) DO NOTHING;
    RETURN NULL;
END $$
"""


_FIRST = {
    "sqlite": "INSERT INTO cms_publicchange (number, stamp) VALUES (0, random())",
    "postgresql": "INSERT INTO cms_publicchange (number, stamp) VALUES (0, (random() * 9000000000000000)::bigint)",
}


def _tables() -> set[str]:
    return set(connection.introspection.table_names())


def remove(**signal: Any) -> None:
    """Before a migrate: a column that a trigger compares can be neither changed nor dropped. Until it has ended nobody
    watches, and ``version`` says so."""
    there = _tables()
    if PublicChange._meta.db_table not in there:
        return
    PublicChange.objects.all().delete()
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in watched()):
            for deed in _DEEDS:
                if table in there:
                    on = f'ON "{table}"' if connection.vendor == "postgresql" else ""
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(table, deed)}" {on}')


def install(**signal: Any) -> None:
    """After a migrate: makes the triggers."""
    there = _tables()
    if PublicChange._meta.db_table not in there:
        return  # migrated back to before it was there
    remove()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for model in watched():
            if model._meta.db_table in there:
                for deed in _DEEDS:
                    cursor.execute(_trigger(model, deed))
        cursor.execute(_FIRST[connection.vendor])


def tidy(**signal: Any) -> None:
    """Removes what many transactions have left. Another number comes of it, and that is all."""
    newest = list(PublicChange.objects.order_by("-number").values_list("number", flat=True)[: 2 * KEPT])
    if len(newest) == 2 * KEPT:
        PublicChange.objects.filter(number__lt=newest[KEPT]).delete()


def connect(sender: Any) -> None:
    """Connects to Django's signals around a migrate, once for ``sender``, an app, and to the sweep."""
    pre_migrate.connect(remove, sender=sender, dispatch_uid="public-changes")
    post_migrate.connect(install, sender=sender, dispatch_uid="public-changes")
    sweeping.connect(tidy, dispatch_uid="public-changes")
