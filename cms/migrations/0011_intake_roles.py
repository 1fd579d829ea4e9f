"""Who may give partners keys for handing over incidents."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

PERMISSIONS = {"Quản trị viên": ["add_intakepartner", "change_intakepartner", "view_intakepartner"]}


def give(apps, schema_editor):
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    # Permissions are otherwise made after all migrations have run.
    config = apps.get_app_config("cms")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    for role, names in PERMISSIONS.items():
        group = Group.objects.filter(name=role).first()  # an office may have renamed or removed it
        for name in names if group else []:
            group.permissions.add(Permission.objects.get(content_type__app_label="cms", codename=name))


class Migration(migrations.Migration):

    dependencies = [("cms", "0010_intake")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
