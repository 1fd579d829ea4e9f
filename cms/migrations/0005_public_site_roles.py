"""What the five roles may do with submissions, translations and the site's own data."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITOR, CHECKER, APPROVER, ADMINISTRATOR = "Biên tập viên", "Người kiểm chứng", "Người duyệt", "Quản trị viên"
PERMISSIONS = {
    EDITOR: ["cms.view_submission", "cms.change_submission", "wagtail_localize.submit_translation"],
    CHECKER: ["cms.view_submission"],
    APPROVER: ["cms.view_submission"],
    ADMINISTRATOR: [
        "cms.view_submission", "cms.change_submission", "cms.delete_submission", "wagtail_localize.submit_translation",
        "cms.change_aboutsite",
    ],
}


def give(apps, schema_editor):
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    # Permissions are otherwise made after all migrations have run.
    for label in ("cms", "wagtail_localize"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    for role, names in PERMISSIONS.items():
        group = Group.objects.filter(name=role).first()  # an office may have renamed or removed it
        for name in names if group else []:
            app, codename = name.split(".")
            group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0004_public_site"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
