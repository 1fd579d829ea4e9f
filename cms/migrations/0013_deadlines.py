"""Incidents that were registered earlier get their deadlines, and when they were met as far as the tables know."""

from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.models import Min
from django.utils import timezone

from cms import clocks

ADMINISTRATOR = "Quản trị viên"


def _clocks(settings):
    """Those of the defaults, which are all there can be by now."""
    urgencies = ("critical", "high", "normal", "low")
    hours = {
        urgency: clocks.Hours(*(getattr(settings, f"{name}_{part}") for part in ("notice", "answer", "working")))
        for urgency, name in enumerate(urgencies, start=1)
    }
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    calendar = clocks.WorkingCalendar(
        zone=timezone.get_default_timezone(),
        weekdays=frozenset(number for number, day in enumerate(week) if getattr(settings, day)),
        parts=((settings.morning_from, settings.morning_to), (settings.afternoon_from, settings.afternoon_to)),
        off=clocks.Days.read(settings.holidays),
    )
    return clocks.Clocks(hours, calendar)


def fill(apps, schema_editor):
    Incident, Answered, Change = (
        apps.get_model("cms", name) for name in ("Incident", "AnsweredIncident", "IncidentChange")
    )
    office = _clocks(apps.get_model("cms", "OfficeClocks")())
    public = Answered.objects.filter(page__first_published_at__isnull=False).order_by()
    noticed = dict(public.values_list("incident").annotate(at=Min("page__first_published_at")))
    given = public.exclude(page__rebuttal__verdict="verifying")
    answered = dict(given.values_list("incident").annotate(at=Min("page__first_published_at")))
    reached = Change.objects.order_by()
    # A holding notice becomes the answer at the same address: then the incident's life says when.
    by_life = dict(reached.filter(status="answered").values_list("incident").annotate(at=Min("at")))
    again = dict(reached.filter(status="again").values_list("incident").annotate(at=Min("at")))
    changed = []
    names = ["notice_due_at", "noticed_at", "answer_due_at", "answered_at", "again_at", "again_due_at"]
    for incident in Incident.objects.only("pk", "status", "urgency", "registered_at").iterator(chunk_size=1000):
        start, urgency = incident.registered_at, incident.urgency
        incident.notice_due_at = office.notice_due(start, urgency)
        incident.answer_due_at = office.answer_due(start, urgency)
        incident.noticed_at = incident.answered_at = incident.again_at = incident.again_due_at = None
        if incident.pk in noticed:
            incident.noticed_at = max(start, noticed[incident.pk])
        if incident.pk in answered:
            at = max(answered[incident.pk], by_life.get(incident.pk, answered[incident.pk]))
            incident.answered_at = max(start, at)
        if incident.status == "again":
            incident.again_at = again.get(incident.pk) or timezone.now()
            incident.again_due_at = office.notice_due(incident.again_at, urgency)
        changed.append(incident)
    Incident.objects.bulk_update(changed, names, batch_size=500)


def give(apps, schema_editor):
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    config = apps.get_app_config("cms")  # permissions are otherwise made after all migrations have run
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    if group := Group.objects.filter(name=ADMINISTRATOR).first():  # an office may have renamed or removed it
        group.permissions.add(Permission.objects.get(content_type__app_label="cms", codename="change_officeclocks"))


class Migration(migrations.Migration):

    dependencies = [("cms", "0012_clocks")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
