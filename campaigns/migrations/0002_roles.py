"""What the five roles may do with campaigns."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITOR, CHECKER, APPROVER, PUBLISHER, ADMINISTRATOR = (
    "Biên tập viên", "Người kiểm chứng", "Người duyệt", "Người phát hành", "Quản trị viên",
)
READ = [f"campaigns.view_{model}" for model in ("material", "indicator", "alert", "wave", "scamform", "targetgroup")]
PERMISSIONS = {
    EDITOR: [
        *READ, *(f"campaigns.{verb}_{model}" for model in ("material", "indicator", "alert") for verb in ("add", "change")),
    ],
    CHECKER: READ,
    APPROVER: [*READ, *(f"campaigns.approve_{model}" for model in ("material", "indicator", "alert"))],
    PUBLISHER: [*READ, "campaigns.add_wave", "campaigns.change_wave"],
    ADMINISTRATOR: [
        *READ,
        *(f"campaigns.{verb}_{model}" for model in ("material", "indicator", "alert", "wave") for verb in ("add", "change")),
        *(f"campaigns.{verb}_{model}" for model in ("scamform", "targetgroup") for verb in ("add", "change", "delete")),
        *(f"campaigns.{verb}_partner" for verb in ("add", "change", "view")),
    ],
}
SOUNDS = {EDITOR: ("add",), ADMINISTRATOR: ("add", "change")}


def give(apps, schema_editor):
    Permission, Group = apps.get_model("auth", "Permission"), apps.get_model("auth", "Group")
    # Permissions are otherwise made after all migrations have run.
    for label in ("campaigns", "wagtailmedia"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    for role, names in PERMISSIONS.items():
        group = Group.objects.filter(name=role).first()  # an office may have renamed or removed it
        for name in names if group else []:
            app, codename = name.split(".")
            group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    root = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    for role, verbs in SOUNDS.items():
        group = Group.objects.filter(name=role).first()
        for verb in verbs if group else []:
            permission = Permission.objects.get(content_type__app_label="wagtailmedia", codename=f"{verb}_media")
            apps.get_model("wagtailcore", "GroupCollectionPermission").objects.get_or_create(
                group=group, collection=root, permission=permission
            )


class Migration(migrations.Migration):

    dependencies = [
        ("campaigns", "0001_models"),
        ("cms", "0008_answered_by_any_answer"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
