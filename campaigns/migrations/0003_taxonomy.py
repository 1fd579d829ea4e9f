"""The 24 forms of scam of the published list and the groups of people they aim at. What an office has made stays."""

from django.db import migrations
from django.db.models import Q

from campaigns.migrations._scam_forms import FORMS, TARGET_GROUPS


def write(apps, schema_editor):
    ScamForm, TargetGroup = apps.get_model("campaigns", "ScamForm"), apps.get_model("campaigns", "TargetGroup")
    for form in FORMS:
        if not ScamForm.objects.filter(Q(number=form.number) | Q(slug=form.slug) | Q(name=form.name)).exists():
            ScamForm.objects.create(
                number=form.number,
                group=form.group,
                slug=form.slug,
                name=form.name,
                names={"en": form.english},
                in_short=form.in_short,
                how_it_works="\n".join(form.how_it_works),
                signs="\n".join(form.signs),
                do_now="\n".join(form.do_now),
                if_paid="\n".join(form.if_paid),
            )
    for slug, name, english in TARGET_GROUPS:
        if not TargetGroup.objects.filter(Q(slug=slug) | Q(name=name)).exists():
            TargetGroup.objects.create(slug=slug, name=name, names={"en": english})


class Migration(migrations.Migration):

    dependencies = [("campaigns", "0002_roles")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
