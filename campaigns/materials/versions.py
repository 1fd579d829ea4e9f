"""The life of materials: made and renewed from their campaign, edited, submitted, approved by a second person, withdrawn.

What is approved stays offered until the next version is approved. Every verb is atomic, takes the person, writes the
log, and raises Refused with words that person can act on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import Page

from campaigns.campaign import Campaign
from campaigns.materials import files, history
from campaigns.materials.base import Content, Form
from campaigns.materials.forms import forms
from campaigns.materials.models import Material, MaterialVersion
from campaigns.second_person import Refused
from campaigns.words import CampaignWords
from cms import personal_data

State = MaterialVersion.State
OPEN = (State.DRAFT, State.SUBMITTED)
APPROVE = "campaigns.approve_material"

YOU_WROTE_IT = _("You wrote or submitted part of this. Somebody else must approve it.")
CHANGED_MEANWHILE = _("Somebody else, or the campaign, changed this meanwhile. Look at it again before you save.")


# What a step is judged by --------------------------------------------------------------------------------------


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
    if form.has_sound and not version.sound:
        found.append(_("The recording is missing."))
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


# Made and renewed from the campaign ----------------------------------------------------------------------------


def refresh(campaign: Campaign) -> int:
    """Makes what the campaign has no draft of yet, and a new draft of all that was drawn from other words than the
    campaign says now. How many were made; 0 if nothing changed. Nothing is made of a retracted campaign."""
    ground = ground_of(campaign)
    if ground.campaign.is_retracted or _is_fresh(ground):
        return 0
    made = 0
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=campaign.pk)  # two at once would make everything twice
        rows = {(one.kind, one.language): one for one in ground.campaign.materials.all()}
        for kind, form in forms().items():
            with translation.override(ground.words.language):
                generated = form.draft(ground.words)
            material = rows.pop((kind, ground.words.language), None)
            if material is None:
                material = Material.objects.create(campaign=ground.campaign, kind=kind, language=ground.words.language)
            made += _renew_unless_fresh(material, generated, ground.words)
        for material in rows.values():
            if material.kind in forms() and is_translation(material, ground):
                made += _renew_translation(material, ground)
    return made


def _is_fresh(ground: Ground) -> bool:
    """Whether every form has a version drawn from these words; spares the sweep its locks."""
    newest = MaterialVersion.objects.filter(material=OuterRef("pk")).order_by("-number").values("drawn_from")[:1]
    rows = ground.campaign.materials.filter(kind__in=list(forms())).annotate(drawn_from=Subquery(newest))
    found = {(kind, language): drawn for kind, language, drawn in rows.values_list("kind", "language", "drawn_from")}
    has_all = all((kind, ground.words.language) in found for kind in forms())
    return has_all and set(found.values()) <= {ground.words.digest}


def _renew_unless_fresh(material: Material, generated: Content, words: CampaignWords) -> bool:
    latest = material.versions.order_by("-number").values_list("drawn_from", flat=True).first()
    return latest != words.digest and _renew(material, generated, words, words.digest)


def _renew(material: Material, generated: Content, words: CampaignWords, drawn_from: str) -> bool:
    latest = material.versions.order_by("-number").first()
    if latest is None:
        _add(material, None, content=generated, generated=generated, drawn_from=drawn_from, words=words.to_json())
        return True
    content = history.merged(latest.content, latest.generated, generated)
    fresh = {"content": content, "generated": generated, "drawn_from": drawn_from, "words": words.to_json()}
    if latest.state == State.DRAFT and latest.made_by_id is None and latest.content == latest.generated:
        # Nobody has touched it: no version worth keeping.
        for name, value in fresh.items():
            setattr(latest, name, value)
        latest.save()
        return True
    # What was recorded says the old words.
    _add(material, None, sound=latest.sound if content == latest.content else None, **fresh)
    return True


def _renew_translation(material: Material, ground: Ground) -> bool:
    """A translation follows the text of its original that is approved, or the newest if none is yet."""
    original = ground.campaign.materials.filter(kind=material.kind, language=ground.words.language).first()
    if original is None:
        return False
    source = source_of(original).content
    latest = material.versions.order_by("-number").first()
    if latest and (latest.drawn_from, latest.generated) == (ground.words.digest, source):
        return False
    words = replace(ground.words, language=material.language)
    return _renew(material, source, words, ground.words.digest)


def source_of(original: Material) -> MaterialVersion:
    """The version that is translated: the approved one, else the newest."""
    found = original.versions.filter(state=State.APPROVED).first() or original.versions.order_by("-number").first()
    if found is None:
        raise Refused(_("There is nothing to translate yet."))
    return found


def _add(material: Material, by: Any, **values: Any) -> MaterialVersion:
    """A new draft; what was open before is replaced by it."""
    newest = material.versions.order_by("-number").first()
    for open_one in material.versions.filter(state__in=OPEN):
        _put_away(open_one, State.REPLACED)
    return MaterialVersion.objects.create(
        material=material, number=newest.number + 1 if newest else 1, made_by=by, **values
    )


# What people do ------------------------------------------------------------------------------------------------


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
    spoken = latest.sound if sound is _SAME else sound
    if written == latest.content and spoken == latest.sound and latest.state != State.WITHDRAWN:
        return latest
    if latest.state == State.DRAFT and latest.made_by_id == by.pk:
        latest.content, latest.sound, latest.made_at = written, spoken, timezone.now()
        latest.save(update_fields=["content", "sound", "made_at"])
        version = latest
    else:
        version = _add(
            material,
            by,
            content=written,
            sound=spoken,
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
        _put_away(before, State.REPLACED)
    latest.state, latest.approved_by, latest.approved_at = State.APPROVED, by, timezone.now()
    latest.save(update_fields=["state", "approved_by", "approved_at"])
    _log(latest, "approve", by)
    if not is_translation(latest.material, ground):
        for material in ground.campaign.materials.filter(kind=latest.material.kind).exclude(pk=latest.material_id):
            _renew_translation(material, ground)


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
    _put_away(version, State.WITHDRAWN)
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
    _renew_translation(made, ground)
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


def _put_away(version: MaterialVersion, state: str) -> None:
    version.state = state
    version.save(update_fields=["state", "comment"])
    transaction.on_commit(partial(files.remove, version), robust=True)


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


# Many at once --------------------------------------------------------------------------------------------------


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
