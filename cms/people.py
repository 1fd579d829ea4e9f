"""Who works here, and what each role may do."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person of the office. Demo people are invented."""

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


# Names of the groups that the migration makes, in the language of the office. They are data: an office may rename a
# group, so code asks for permissions, never for a group's name; only the migration and the demo use these.
EDITOR = "Biên tập viên"
CHECKER = "Người kiểm chứng"
APPROVER = "Người duyệt"
PUBLISHER = "Người phát hành"
ADMINISTRATOR = "Quản trị viên"
