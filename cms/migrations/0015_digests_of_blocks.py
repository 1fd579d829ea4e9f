"""Approvals know the same content by a digest that no longer depends on the order in which a database keeps members."""

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations

# As cms/approval.py had it when the approvals were written.
_NOT_CONTENT = frozenset(
    "pk id page page_ptr answer_ptr path depth numchild url_path draft_title live has_unpublished_changes owner content_type"
    " first_published_at last_published_at latest_revision_created_at live_revision latest_revision locked locked_at"
    " locked_by expired go_live_at expire_at alias_of wagtail_admin_comments index_entries sort_order".split()
)


def _blocks(text):
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return text


def _content(data, blocks):
    if isinstance(data, dict):
        kept = {name: _content(value, blocks) for name, value in data.items() if name not in _NOT_CONTENT}
        return {name: value for name, value in kept.items() if value not in (None, "", False, [], {})}
    if isinstance(data, list):
        return [_content(value, blocks) for value in data]
    if isinstance(data, str) and data.startswith("[{"):
        return blocks(data)
    return data


def _digest(data, blocks):
    body = json.dumps(_content(data, blocks), cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def renew(apps, schema_editor):
    """Only where the revision still is what was approved: what was written over since stays unapproved."""
    Approval, Revision = apps.get_model("cms", "Approval"), apps.get_model("wagtailcore", "Revision")
    for approval in Approval.objects.iterator():
        revision = Revision.objects.filter(pk=approval.revision_no).first()
        if revision and _digest(revision.content, lambda text: text) == approval.digest:
            Approval.objects.filter(pk=approval.pk).update(digest=_digest(revision.content, _blocks))


class Migration(migrations.Migration):

    dependencies = [("cms", "0014_second_looks"), ("wagtailcore", "0077_alter_revision_user")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
