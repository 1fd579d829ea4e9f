"""What readers are offered of a campaign: its approved materials, with their files. For pages, feeds and waves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise

from campaigns.campaign import Campaign
from campaigns.materials import files
from campaigns.materials.base import Content, Form
from campaigns.materials.forms import forms
from campaigns.materials.models import MaterialVersion
from cms.visible import visible


@dataclass(frozen=True)
class OfferedFile:
    """One file readers can fetch. ``url`` has no host."""

    name: str
    label: str | Promise
    url: str
    content_type: str
    is_picture: bool = False


@dataclass(frozen=True)
class Offered:
    """One approved material.

    content  the approved text of each field
    sound    the recording, where there is one; also among ``files``
    """

    form: Form
    material_id: int
    number: int
    language: str
    content: Content
    files: tuple[OfferedFile, ...]
    sound: OfferedFile | None = None

    @property
    def label(self) -> str | Promise:
        return self.form.label

    @property
    def group(self) -> str | Promise:
        return self.form.group

    @property
    def pictures(self) -> tuple[OfferedFile, ...]:
        return tuple(file for file in self.files if file.is_picture)


def approved_versions() -> QuerySet[MaterialVersion]:
    """Everything that may be shown or sent now: approved, of a campaign that is public and stands."""
    campaigns = visible(Campaign.objects.all()).exclude(change_kind="retraction")
    rows = MaterialVersion.objects.filter(state=MaterialVersion.State.APPROVED, material__campaign__in=campaigns)
    return rows.select_related("material__campaign__locale", "sound")


def offered(campaign: Campaign) -> list[Offered]:
    """In the order of the forms, the campaign's language first. One query."""
    order = list(forms())
    versions = [one for one in approved_versions().filter(material__campaign=campaign) if one.material.kind in order]

    def place(one: MaterialVersion) -> tuple[int, bool, str]:
        is_other = one.material.language != one.material.campaign.locale.language_code
        return order.index(one.material.kind), is_other, one.material.language

    versions.sort(key=place)
    return [_offered(version) for version in versions]


def _offered(version: MaterialVersion) -> Offered:
    found = tuple(
        OfferedFile(kind.name, kind.label, files.address(version, kind.name), kind.content_type, kind.is_picture)
        for kind in files.kinds_of(version)
        if kind.is_public
    )
    sound = None
    if name := files.sound_name(version):
        kind = files.sound_kind(name)
        sound = OfferedFile(name, kind.label, files.address(version, name), kind.content_type)
        found = (sound, *found)
    return Offered(
        form=forms()[version.material.kind],
        material_id=version.material_id,
        number=version.number,
        language=version.material.language,
        content=version.content,
        files=found,
        sound=sound,
    )
