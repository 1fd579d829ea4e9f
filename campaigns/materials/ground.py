"""What a step of a material is judged by: what its campaign is now, who wrote which part, and what is wrong with a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.campaign import Campaign
from campaigns.materials import files, history
from campaigns.materials.base import Content, Form
from campaigns.materials.forms import forms
from campaigns.materials.models import Material, MaterialVersion
from campaigns.second_person import Refused
from campaigns.words import CampaignWords
from cms import personal_data

State = MaterialVersion.State


@dataclass(frozen=True)
class Ground:
    """What the campaign is now: asked once, for any number of its materials."""

    campaign: Campaign
    words: CampaignWords
    public: tuple[str, ...]  # what looks like personal data and may be said


def ground_of(campaign: Campaign) -> Ground:
    """Of a published campaign what is published, else what was last saved."""
    page = Campaign.objects.select_related("locale", "office", "scam_form").get(pk=campaign.pk)
    said: Campaign = page if page.live else page.get_latest_revision_as_object()
    public = [detail.text for detail in said.public_details.all() if detail.reason.strip()]
    return Ground(page, said.words(), (*public, *said.public_numbers()))


def form_of(material: Material) -> Form:
    """Raises Refused for a material of a form that this release no longer has."""
    if found := forms().get(material.kind):
        return found
    raise Refused(_("This form of material no longer exists."))


def chain_of(material: Material) -> list[MaterialVersion]:
    """All versions, newest first, with their people."""
    people = ("made_by", "submitted_by", "approved_by", "sound")
    return list(material.versions.select_related(*people).order_by("-number"))


def not_by(chain: history.Chain) -> set[int]:
    """Ids of the people who may not approve the newest version: who wrote any of it, and who asks for its approval."""
    submitted_by = chain[0].submitted_by_id
    return history.authors(chain) | ({submitted_by} if submitted_by else set())


def token(version: MaterialVersion) -> str:
    """What an editor's page says it was made from; another one: the page is out of date."""
    said = files.digest_of(version)
    return f"{version.number}-{said}-{version.state}"


def problems(version: MaterialVersion, ground: Ground) -> list[str | Promise]:
    """Why this version can be neither submitted nor approved."""
    form = form_of(version.material)
    content: Content = version.content
    found: list[str | Promise] = []
    for field in form.fields:
        text = content.get(field.name, "")
        if not text.strip() and not field.is_optional:
            found.append(_("“%(field)s” is empty.") % {"field": field.label})
        if len(text) > field.max_length:
            words = _("“%(field)s” has %(count)d characters; there is room for %(most)d.")
            found.append(words % {"field": field.label, "count": len(text), "most": field.max_length})
        if is_translation(version.material, ground) and not field.is_optional and _is_untranslated(version, field.name):
            found.append(_("“%(field)s” is still in the language of the original.") % {"field": field.label})
    if form.needs_sound and not version.sound:
        found.append(_("The recording is missing."))
    if version.sound and not files.sound_name(version):
        found.append(
            _("The recording is a file that not every phone plays. Choose an MP3, M4A, Ogg, Opus or WAV file.")
        )
    elif version.sound and files.sound_digest(version.sound) != version.sound_sha256:
        found.append(
            _("The file of the recording is another one than when it was chosen. Listen to it, and choose it again.")
        )
    if not found:
        found += form.faults(content, version.campaign_words)
    words = _("Personal data: %(label)s “%(text)s”. Remove it, or say in the campaign why it is public.")
    hits = personal_data.find("\n".join(content.values()), ground.public)
    return found + [words % {"label": hit.label, "text": hit.text} for hit in hits]


def is_translation(material: Material, ground: Ground) -> bool:
    """Whether it is a translation of this material alone."""
    return material.language != ground.words.language


def _is_untranslated(version: MaterialVersion, name: str) -> bool:
    text = version.content.get(name, "")
    says_something = any(letter.isalpha() for letter in re.sub(r"https?://\S+", "", text))
    return says_something and text == version.generated.get(name)
