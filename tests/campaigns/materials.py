"""What tests of materials share: a published campaign, its people, and the way of one material to approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.materials import versions
from campaigns.materials.models import Material, MaterialVersion
from campaigns.models import Campaign
from cms.models import User
from tests.make import make_campaign, publish, team


@dataclass
class Scene:
    """A live campaign with its materials, just drafted, and the people around it."""

    campaign: Campaign
    editor: User
    checker: User
    approver: User

    def material(self, kind: str = "zalo", language: str = "vi") -> Material:
        return Material.objects.get(campaign=self.campaign, kind=kind, language=language)

    def newest(self, kind: str = "zalo", language: str = "vi") -> MaterialVersion:
        return self.material(kind, language).versions.order_by("-number")[0]

    def approve(self, kind: str = "zalo", language: str = "vi", **content: str) -> MaterialVersion:
        """Edited by the editor (if there is content), submitted by the editor, approved by the approver."""
        if content:
            versions.edit(self.material(kind, language), content, self.editor)
        versions.submit(self.newest(kind, language), self.editor)
        versions.approve(self.newest(kind, language), self.approver)
        return self.newest(kind, language)

    def change(self, **fields: Any) -> None:
        """The campaign is changed and published again by its team."""
        from cms.pages.answer import Change

        page = Campaign.objects.get(pk=self.campaign.pk)
        for name, value in {"change_kind": Change.UPDATE, "change_note": f"Cập nhật {fields}", **fields}.items():
            setattr(page, name, value)
        page.save_revision(user=self.editor)
        self.campaign = publish(page, self.editor, self.checker, self.approver)


def scene(**fields: Any) -> Scene:
    editor, checker, approver = team()
    page = publish(make_campaign(owner=editor, **fields), editor, checker, approver)
    return Scene(page, editor, checker, approver)
