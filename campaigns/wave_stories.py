"""What a step of a wave tells its channel: an approved material as a Story of its own.

Its key is the step's, so that a step is one post on one channel whatever is corrected. Its revision is

    (revision of the campaign's page) * 10,000 + (number of the material's version)

and a change of the campaign that readers are told of is the version 0 of that revision. So it grows with every
approved version of the material and with every publication of the campaign; it needs no counter that two workers could
race for, because both parts are written once by others; and the same state of the tables always gives the same number,
which is what makes planning idempotent. A text that was approved after a correction comes after it: it owes nothing.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from campaigns.campaign import Campaign
from campaigns.materials import files
from campaigns.materials.forms import forms
from campaigns.materials.models import MaterialVersion
from campaigns.waves import WaveStep
from cms import corrections
from cms.corrections import Correction
from publishing.story import Image, Story

VERSIONS = 10_000  # room for the versions of one material


def revision_of(campaign_revision: int, number: int = 0) -> int:
    """``number`` is that of the material's version, 0 for a change of the campaign. Raises ValueError beyond the room."""
    if not 0 <= number < VERSIONS:
        raise ValueError(f"a material has no version {number}")
    return campaign_revision * VERSIONS + number


class Teller:
    """Makes the stories of one published campaign; reads it once, when the first story is asked for."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign: Campaign = Campaign.objects.select_related("locale", "office", "topic", "place").get(
            pk=campaign.pk
        )
        self.base = self.campaign.story()
        self.digest = self.campaign.words().digest
        self.last_change: Correction | None = self.campaign.corrections.first()

    @classmethod
    def ready(cls, campaign: Campaign) -> Teller:
        """For whoever plans: the change that the page carries is on record, whoever comes first after it was published."""
        corrections.record(Campaign.objects.select_related("locale", "office").get(pk=campaign.pk))
        return cls(campaign)

    def may_tell(self, version: MaterialVersion) -> bool:
        """Whether this approved version can be sent: its form exists, its recording is there, and no change that readers are told of came after
        its approval and made its text another one."""
        form = forms().get(version.material.kind)
        if form is None or not form.is_sent or version.number >= VERSIONS:
            return False
        if files.lacks_sound(version):
            return False  # what was approved is the text with its recording
        change = self.last_change
        is_older = change is not None and version.approved_at is not None and version.approved_at < change.made_at
        return not is_older or version.drawn_from == self.digest

    def revision(self, version: MaterialVersion) -> int:
        """Of the posts that are made from this version now."""
        return revision_of(self.base.revision, version.number)

    def first(self, step: WaveStep, version: MaterialVersion) -> Story:
        """The step's post, as its material was approved."""
        form = forms()[version.material.kind]
        # A field that came with a later release is empty in what was written before.
        content = {**{field.name: "" for field in form.fields}, **version.content}
        telling = form.telling(content, version.campaign_words)
        alts = [*telling.pictures_alt, *[""] * len(telling.pictures)]
        return replace(
            self.base,
            key=step.story_key,
            revision=self.revision(version),
            language=version.material.language,
            title=telling.title,
            short_answer=telling.short_answer,
            body_html=paragraphs(telling.body),
            body_text=telling.body,
            images=tuple(
                Image(files.public_url(version, name), alt) for name, alt in zip(telling.pictures, alts, strict=False)
            ),
            videos=(),
            cards=(),
            spoken=telling.spoken,
            audio=files.audio(version),
            change="",
            change_kind="",
            is_part=True,
        )

    def change(self, step: WaveStep, version: MaterialVersion | None = None) -> Story | None:
        """What copies of the step are told after the campaign's last change; None if there was none.

        In the campaign's own words, which were approved with the change: a material gets its new text later. A recording
        goes along if the approved ``version`` of the material has one that says what the campaign says now.
        """
        change = self.last_change
        if change is None:
            return None
        is_current = version is not None and version.drawn_from == self.digest and not self.base.is_retracted
        return replace(
            self.base,
            key=step.story_key,
            revision=revision_of(change.revision),
            change=change.note,
            change_kind=change.kind,
            cards=(),
            audio=files.audio(version) if version and is_current else None,
            is_part=True,
        )


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line begins a paragraph."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{html.escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block)
