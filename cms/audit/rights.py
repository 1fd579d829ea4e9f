"""Log-ins and changes of who may do what leave an entry in the log. Django and Wagtail write most of them nowhere.

Only that it happened: no password, no address, and of a log-in that failed only whose account it was, once a minute at most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import GroupCollectionPermission, GroupPagePermission, ModelLogEntry

from cms.approval import ApprovalTask, EvidenceCheckTask

# What of an account says what somebody may do; of the password only that it is another.
_FIELDS = ("is_active", "is_superuser", "is_staff", "password", "username")


def _logged_in(sender: Any, user: Any, **signal: Any) -> None:
    log(instance=user, action="cms.login", user=user)


def _logged_out(sender: Any, user: Any, **signal: Any) -> None:
    if user is not None:
        log(instance=user, action="cms.logout", user=user)


def _login_failed(sender: Any, credentials: dict[str, Any], **signal: Any) -> None:
    # What was typed may be a password in the wrong field: only an account that exists is named.
    model = get_user_model()
    user = model.objects.filter(**{model.USERNAME_FIELD: str(credentials.get(model.USERNAME_FIELD) or "")}).first()
    if user is not None:
        login_failed(user)


def login_failed(user: Any) -> None:
    """Of this account, by a wrong password or a wrong second factor."""
    since = timezone.now() - timedelta(minutes=1)
    told = ModelLogEntry.objects.for_instance(user).filter(action="cms.login_failed", timestamp__gte=since)
    if not told.exists():
        log(instance=user, action="cms.login_failed")


def _account_before(sender: Any, instance: Any, raw: bool = False, **signal: Any) -> None:
    fields = signal.get("update_fields")
    if raw or instance.pk is None or (fields is not None and not set(fields) & set(_FIELDS)):
        instance._rights_before = None  # a log-in saves when it was, and nothing else
        return
    instance._rights_before = sender.objects.filter(pk=instance.pk).values(*_FIELDS).first()


def _account_after(sender: Any, instance: Any, created: bool, raw: bool = False, **signal: Any) -> None:
    if raw:
        return
    if created:
        if instance.is_superuser:
            log(instance=instance, action="cms.account", data={"changed": "is_superuser"})
        return
    before = getattr(instance, "_rights_before", None) or {}
    if changed := [name for name in _FIELDS if name in before and before[name] != getattr(instance, name)]:
        log(instance=instance, action="cms.account", data={"changed": ", ".join(changed)})


_VERBS = {"post_add": "given", "post_remove": "taken", "pre_clear": "taken"}


def _rights_changed(
    sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: Any, **signal: Any
) -> None:
    """Groups of a person, permissions of a person or a group, groups that may take a step of the workflow."""
    verb = _VERBS.get(action)
    if verb is None:
        return
    if reverse:
        # Asked from the other side, e.g. group.user_set.add(user): told of each person.
        field = next(one for one in model._meta.many_to_many if one.remote_field.through is sender)
        holders = model.objects.filter(**({"pk__in": pk_set} if pk_set else {field.name: instance}))
        names = _name(instance)
        for holder in holders:
            log(instance=holder, action="cms.rights", data={verb: names})
        return
    if action == "pre_clear":
        field = next(one for one in instance._meta.many_to_many if one.remote_field.through is sender)
        changed = getattr(instance, field.name).all()
    else:
        changed = model.objects.filter(pk__in=pk_set)
    if names := ", ".join(sorted(_name(one) for one in changed)):
        log(instance=instance, action="cms.rights", data={verb: names})


def _name(one: Model) -> str:
    return one.codename if isinstance(one, Permission) else str(one)


def _pages_given(sender: Any, instance: Any, raw: bool = False, created: bool = True, **signal: Any) -> None:
    if not raw:
        _say_of_group(instance, "given")


def _pages_taken(sender: Any, instance: Any, **signal: Any) -> None:
    _say_of_group(instance, "taken")


def _say_of_group(instance: Any, verb: str) -> None:
    group = Group.objects.filter(pk=instance.group_id).first()
    permission = Permission.objects.filter(pk=instance.permission_id).first()
    if group and permission:
        log(instance=group, action="cms.rights", data={verb: permission.codename})


def connect() -> None:
    """Connects to Django's signals. Migrations and loaded files (``raw``) are nobody's deeds."""
    user = get_user_model()
    user_logged_in.connect(_logged_in, dispatch_uid="audit-login")
    user_logged_out.connect(_logged_out, dispatch_uid="audit-logout")
    user_login_failed.connect(_login_failed, dispatch_uid="audit-login-failed")
    pre_save.connect(_account_before, sender=user, dispatch_uid="audit-account-before")
    post_save.connect(_account_after, sender=user, dispatch_uid="audit-account-after")
    for through in (
        user.groups.through,
        user.user_permissions.through,
        Group.permissions.through,
        EvidenceCheckTask.groups.through,
        ApprovalTask.groups.through,
    ):
        m2m_changed.connect(_rights_changed, sender=through, dispatch_uid=f"audit-rights-{through.__name__}")
    for model in (GroupPagePermission, GroupCollectionPermission):
        post_save.connect(_pages_given, sender=model, dispatch_uid=f"audit-given-{model.__name__}")
        post_delete.connect(_pages_taken, sender=model, dispatch_uid=f"audit-taken-{model.__name__}")
