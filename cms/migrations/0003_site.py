"""The site's skeleton in both languages, the five roles, and the workflow of two steps."""

import uuid

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITOR, CHECKER, APPROVER, PUBLISHER, ADMINISTRATOR = (
    "Biên tập viên", "Người kiểm chứng", "Người duyệt", "Người phát hành", "Quản trị viên",
)

# (model, slug, title) below the home page, by language.
TREE = {
    "vi": ("trang-chu", "Trang chủ", [
        ("answerlist", "kiem-chung", "Kiểm chứng"),
        ("correctionslog", "dinh-chinh", "Nhật ký đính chính"),
    ]),
    "en": ("home-en", "Home", [
        ("answerlist", "fact-checks", "Fact checks"),
        ("correctionslog", "corrections", "Corrections log"),
    ]),
}
KEYS = {name: uuid.uuid5(uuid.NAMESPACE_URL, f"fact-check-publisher/{name}") for name in ("homepage", "answerlist", "correctionslog")}

READ_DESK = ["wagtailadmin.access_admin", "cms.view_incident", "cms.view_keptcopy"]
PERMISSIONS = {
    EDITOR: [
        *READ_DESK, "cms.add_incident", "cms.change_incident", "cms.add_keptcopy", "cms.view_topic", "cms.view_place",
    ],
    CHECKER: READ_DESK,
    APPROVER: [*READ_DESK, "publishing.approve_wording", "publishing.view_delivery"],
    PUBLISHER: [
        "wagtailadmin.access_admin", "publishing.view_delivery", "publishing.compose_delivery", "publishing.change_delivery",
        "publishing.view_channel",
    ],
    ADMINISTRATOR: [
        *READ_DESK, "cms.add_incident", "cms.change_incident", "cms.add_keptcopy",
        *(f"cms.{verb}_{model}" for model in ("topic", "place") for verb in ("add", "change", "delete", "view")),
        *(f"publishing.{verb}_{model}" for model in ("organisation", "channel") for verb in ("add", "change", "view")),
        "publishing.view_delivery", "publishing.change_delivery", "cms.emergency_publish",
        *(f"cms.{verb}_user" for verb in ("add", "change", "delete")),
        *(f"auth.{verb}_group" for verb in ("add", "change", "delete")),
        *(f"wagtailcore.{verb}_workflow" for verb in ("add", "change", "delete")),
        *(f"wagtailcore.{verb}_task" for verb in ("add", "change", "delete")),
        "wagtailcore.change_site", "wagtailcore.add_locale", "wagtailcore.change_locale",
        "wagtailredirects.add_redirect", "wagtailredirects.change_redirect", "wagtailredirects.delete_redirect",
    ],
}


def build(apps, schema_editor):
    get = apps.get_model
    ContentType = get("contenttypes", "ContentType")
    Page, Site, Locale = get("wagtailcore", "Page"), get("wagtailcore", "Site"), get("wagtailcore", "Locale")

    def content_type(app, model):
        return ContentType.objects.get_or_create(app_label=app, model=model)[0]

    # Wagtail's welcome page, its two groups and its workflow make room for ours.
    Page.objects.filter(depth=2).delete()
    get("auth", "Group").objects.filter(name__in=["Editors", "Moderators"]).delete()
    get("wagtailcore", "Workflow").objects.all().delete()
    get("wagtailcore", "Task").objects.all().delete()

    root = Page.objects.get(depth=1)
    lists = []
    for number, (language, (slug, title, children)) in enumerate(TREE.items(), start=1):
        locale, _ = Locale.objects.get_or_create(language_code=language)
        common = {"locale": locale, "live": True}
        home = get("cms", "HomePage").objects.create(
            title=title, draft_title=title, slug=slug, content_type=content_type("cms", "homepage"),
            path=f"{root.path}{number:04d}", depth=2, numchild=len(children), url_path=f"/{slug}/",
            translation_key=KEYS["homepage"], show_in_menus=False, **common,
        )
        for place, (model, child_slug, child_title) in enumerate(children, start=1):
            child = get("cms", model).objects.create(
                title=child_title, draft_title=child_title, slug=child_slug, content_type=content_type("cms", model),
                path=f"{home.path}{place:04d}", depth=3, numchild=0, url_path=f"/{slug}/{child_slug}/",
                translation_key=KEYS[model], show_in_menus=True, **common,
            )
            if model == "answerlist":
                lists.append(child)
        if language == "vi":
            Site.objects.all().delete()
            Site.objects.create(hostname="localhost", port=80, root_page_id=home.pk, is_default_site=True, site_name="")
    root.numchild = len(TREE)
    root.save(update_fields=["numchild"])

    groups = {name: get("auth", "Group").objects.get_or_create(name=name)[0] for name in PERMISSIONS}
    _give_permissions(apps, groups)
    _give_page_permissions(apps, groups, root, lists)
    _give_collection_permissions(apps, groups)
    _make_workflow(apps, groups, lists, content_type)


def _permission(apps, name):
    app, codename = name.split(".")
    return apps.get_model("auth", "Permission").objects.get(content_type__app_label=app, codename=codename)


def _give_permissions(apps, groups):
    # Permissions are otherwise made after all migrations have run.
    for label in ("auth", "cms", "publishing", "wagtailcore", "wagtailredirects", "wagtailimages", "wagtaildocs"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    for name, wanted in PERMISSIONS.items():
        groups[name].permissions.set([_permission(apps, one) for one in wanted])


def _give_page_permissions(apps, groups, root, lists):
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")

    def give(group, page, *verbs):
        for verb in verbs:
            GroupPagePermission.objects.get_or_create(
                group=groups[group], page_id=page.pk, permission=_permission(apps, f"wagtailcore.{verb}_page")
            )

    for answer_list in lists:
        give(EDITOR, answer_list, "add", "change")
        give(APPROVER, answer_list, "publish")
    give(ADMINISTRATOR, root, "add", "change", "publish", "lock", "unlock")


def _give_collection_permissions(apps, groups):
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    collection = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    wanted = {
        EDITOR: ["wagtailimages.add_image", "wagtailimages.choose_image", "wagtaildocs.add_document", "wagtaildocs.choose_document"],
        ADMINISTRATOR: [
            f"{app}.{verb}_{model}" for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document"))
            for verb in ("add", "change", "choose")
        ],
    }
    for group, names in wanted.items():
        for name in names:
            GroupCollectionPermission.objects.get_or_create(
                group=groups[group], collection=collection, permission=_permission(apps, name)
            )


def _make_workflow(apps, groups, lists, content_type):
    get = apps.get_model
    workflow = get("wagtailcore", "Workflow").objects.create(name="Kiểm chứng và duyệt", active=True)
    steps = [("EvidenceCheckTask", "Kiểm tra chứng cứ", CHECKER), ("ApprovalTask", "Người thứ hai duyệt", APPROVER)]
    for order, (model, name, group) in enumerate(steps):
        task = get("cms", model).objects.create(name=name, active=True, content_type=content_type("cms", model.lower()))
        task.groups.add(groups[group])
        get("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task_id=task.pk, sort_order=order)
    for answer_list in lists:
        get("wagtailcore", "WorkflowPage").objects.create(workflow=workflow, page_id=answer_list.pk)


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0002_content"),
        ("publishing", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailredirects", "0001_initial"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
