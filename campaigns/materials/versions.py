"""The life of materials: edited, submitted, approved by a second person, withdrawn.

What is approved stays offered until the next version is approved. Every verb is atomic, takes the person, writes the
log, and raises Refused with words that person can act on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from campaigns.campaign import Campaign
from campaigns.materials import files
from campaigns.materials.base import Content
from campaigns.materials.forms import forms
from campaigns.materials.ground import Ground, chain_of, form_of, ground_of, is_translation, not_by, problems, token
from campaigns.materials.models import Material, MaterialVersion
from campaigns.materials.renewal import add, put_away, renew_translation
from campaigns.second_person import Refused

State = MaterialVersion.State
APPROVE = "campaigns.approve_material"
YOU_WROTE_IT = _("You wrote or submitted part of this. Somebody else must approve it.")
CHANGED_MEANWHILE = _("Somebody else, or the campaign, changed this meanwhile. Look at it again before you save.")


def _locked(material: Material) -> MaterialVersion:
    """The newest version, with nobody else at work on this material until the transaction ends."""
    Material.objects.select_for_update().get(pk=material.pk)
    newest = material.versions.select_related("material__campaign", "sound").order_by("-number").first()
    if newest is None:
        raise Refused(_("There is no draft yet."))
    return newest


def tidy(text: str) -> str:
    """As it is stored: composed letters, one kind of line end, no blanks around."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


_SAME: Any = object()


@transaction.atomic
def edit(material: Material, content: Content, by: Any, *, based_on: str = "", sound: Any = _SAME) -> MaterialVersion:
    """Saves what a person wrote; fields not in ``content`` stay. The version it is in now: the person's own draft goes
    on, anything else is kept as it was and a new draft is made.

    based_on  token() of the version the person saw; empty: whatever is newest
    """
    latest = _locked(material)
    if based_on and based_on != token(latest):
        raise Refused(CHANGED_MEANWHILE)
    names = {field.name for field in form_of(material).fields}
    written = {**latest.content, **{name: tidy(text) for name, text in content.items() if name in names}}
    spoken: dict[str, Any] = {"sound": latest.sound, "sound_sha256": latest.sound_sha256}
    if sound is not _SAME:
        spoken = {"sound": sound, "sound_sha256": files.sound_digest(sound)}
    is_same_sound = all(getattr(latest, name) == value for name, value in spoken.items())
    if written == latest.content and is_same_sound and latest.state != State.WITHDRAWN:
        return latest
    if latest.state == State.DRAFT and latest.made_by_id == by.pk:
        latest.content, latest.made_at = written, timezone.now()
        latest.sound, latest.sound_sha256 = spoken["sound"], spoken["sound_sha256"]
        latest.save(update_fields=["content", "sound", "sound_sha256", "made_at"])
        version = latest
    else:
        version = add(
            material,
            by,
            content=written,
            **spoken,
            generated=latest.generated,
            drawn_from=latest.drawn_from,
            words=latest.words,
        )
    _log(version, "edit", by)
    return version


@transaction.atomic
def submit(version: MaterialVersion, by: Any, ground: Ground | None = None) -> None:
    """Asks for approval. The campaign itself need not be published yet."""
    latest = _still_newest(version, State.DRAFT)
    ground = ground or ground_of(latest.material.campaign)
    _refuse_unless_current(latest, ground)
    if found := problems(latest, ground):
        raise Refused(*found)
    latest.state, latest.submitted_by, latest.comment = State.SUBMITTED, by, ""
    latest.save(update_fields=["state", "submitted_by", "comment"])
    _log(latest, "submit", by)


@transaction.atomic
def approve(version: MaterialVersion, by: Any, ground: Ground | None = None) -> None:
    """From now on this version is what is offered and sent."""
    latest = _still_newest(version, State.SUBMITTED)
    ground = ground or ground_of(latest.material.campaign)
    if not by.has_perm(APPROVE):
        raise Refused(_("This step is for other people."))
    if by.pk in not_by(chain_of(latest.material)):
        raise Refused(YOU_WROTE_IT)
    if ground.campaign.is_retracted:
        raise Refused(_("The campaign was retracted."))
    if not ground.campaign.live:
        raise Refused(_("The campaign is not published yet. Its materials are approved after it."))
    _refuse_unless_current(latest, ground)
    if found := problems(latest, ground):
        raise Refused(*found)
    for before in latest.material.versions.filter(state=State.APPROVED):
        put_away(before, State.REPLACED)
    latest.state, latest.approved_by, latest.approved_at = State.APPROVED, by, timezone.now()
    latest.save(update_fields=["state", "approved_by", "approved_at"])
    transaction.on_commit(partial(files.keep_sound, latest), robust=True)
    _log(latest, "approve", by)
    if not is_translation(latest.material, ground):
        for material in ground.campaign.materials.filter(kind=latest.material.kind).exclude(pk=latest.material_id):
            renew_translation(material, ground)


@transaction.atomic
def send_back(version: MaterialVersion, by: Any, comment: str) -> None:
    """Back to whoever writes it, with what should be different."""
    latest = _still_newest(version, State.SUBMITTED)
    if not by.has_perm(APPROVE):
        raise Refused(_("This step is for other people."))
    if not comment.strip():
        raise Refused(_("Say what should be different."))
    latest.state, latest.comment = State.DRAFT, tidy(comment)
    latest.save(update_fields=["state", "comment"])
    _log(latest, "send_back", by, comment=latest.comment)


@transaction.atomic
def withdraw(version: MaterialVersion, by: Any, comment: str = "") -> None:
    """Takes an approved version from readers. ``by``: None where its campaign was retracted."""
    Material.objects.select_for_update().get(pk=version.material_id)
    version = MaterialVersion.objects.select_related("material").get(pk=version.pk)
    if version.state != State.APPROVED:
        raise Refused(_("Only what is approved can be withdrawn."))
    if by is not None and not comment.strip():
        raise Refused(_("Say why it is withdrawn."))
    version.comment = tidy(comment)
    put_away(version, State.WITHDRAWN)
    _log(version, "withdraw", by, comment=version.comment)


def withdraw_all(campaign: Campaign) -> int:
    """Of a retracted campaign. How many were withdrawn."""
    rows = MaterialVersion.objects.filter(material__campaign=campaign, state=State.APPROVED)
    for version in (found := list(rows)):
        withdraw(version, None, _told(_("The campaign was retracted.")))
    return len(found)


@transaction.atomic
def translate(material: Material, language: str, by: Any) -> Material:
    """A translation of this material alone: it begins with the original's text, and is approved by itself."""
    campaign = material.campaign
    ground = ground_of(campaign)
    if language not in dict(settings.LANGUAGES) or is_translation(material, ground):
        raise Refused(_("This cannot be translated into that language."))
    if campaign.materials.filter(kind=material.kind, language=language).exists() or language == material.language:
        raise Refused(_("There is a version in that language already."))
    made = Material.objects.create(campaign=campaign, kind=material.kind, language=language)
    renew_translation(made, ground)
    log(instance=made, action="campaigns.material_translate", user=by)
    return made


def _still_newest(version: MaterialVersion, state: str) -> MaterialVersion:
    """The newest version of its material, if it is this one, says what the person saw, and is in this state."""
    latest = _locked(version.material)
    is_same = latest.pk == version.pk and files.digest_of(latest) == files.digest_of(version)
    if not is_same or latest.state != state:
        raise Refused(CHANGED_MEANWHILE)
    return latest


def _refuse_unless_current(version: MaterialVersion, ground: Ground) -> None:
    if version.drawn_from != ground.words.digest:
        raise Refused(_("The campaign says something else by now. Renew the materials first."))


def _told(words: str | Promise) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return str(words)


def _log(version: MaterialVersion, what: str, by: Any, **more: str) -> None:
    log(
        instance=version.material,
        action=f"campaigns.material_{what}",
        user=by,
        data={"version": version.number, **more},
    )


def each(verb: Any, versions: Iterable[MaterialVersion], by: Any, campaign: Campaign) -> tuple[int, list[Refused]]:
    """``verb`` (submit or approve) for all of them: how many it was done for, and every refusal, with its material named."""
    ground = ground_of(campaign)
    done, refused = 0, []
    for version in versions:
        try:
            verb(version, by, ground)
            done += 1
        except Refused as error:
            label = str(forms()[version.material.kind].label) if version.material.kind in forms() else ""
            refused.append(Refused(f"{label}: " + " ".join(str(words) for words in error.words)))
    return done, refused
