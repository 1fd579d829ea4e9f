"""What of a campaign belongs to its history, and where the audit's entries about it are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cms.audit.history import Scope


def belonging(scope: Scope) -> dict[str, Iterable[int]]:
    """Materials, warnings and indicators of the campaigns in it. Three queries."""
    from campaigns.models import Alert, Indicator, Material

    pages = [page.pk for page in scope.pages]
    return {
        model._meta.label_lower: model._default_manager.filter(campaign__in=pages).values_list("pk", flat=True)
        for model in (Material, Alert, Indicator)
    }


def connect() -> None:
    """Tells the audit."""
    from cms.audit import desk, history

    history.belonging.append(belonging)
    desk.pages_of.update({"campaigns.alert": "campaigns_alert", "campaigns.indicator": "campaigns_indicator"})
