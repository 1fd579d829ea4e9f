"""Materials are made and renewed from their campaign: drafts of what there is none of, and of all that says other words.

What a person wrote stays as it is, and is marked where the campaign changed under it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from campaigns.campaign import Campaign
from campaigns.materials import files, history
from campaigns.materials.base import Content
from campaigns.materials.forms import forms
from campaigns.materials.ground import Ground, ground_of, is_translation
from campaigns.materials.models import Material, MaterialVersion
from campaigns.second_person import Refused
from campaigns.words import CampaignWords

State = MaterialVersion.State
OPEN = (State.DRAFT, State.SUBMITTED)


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
                made += renew_translation(material, ground)
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
        add(material, None, content=generated, generated=generated, drawn_from=drawn_from, words=words.to_json())
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
    same = {"sound": latest.sound, "sound_sha256": latest.sound_sha256} if content == latest.content else {}
    add(material, None, **same, **fresh)
    return True


def renew_translation(material: Material, ground: Ground) -> bool:
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


def add(material: Material, by: Any, **values: Any) -> MaterialVersion:
    """A new draft; what was open before is replaced by it."""
    newest = material.versions.order_by("-number").first()
    for open_one in material.versions.filter(state__in=OPEN):
        put_away(open_one, State.REPLACED)
    return MaterialVersion.objects.create(
        material=material, number=newest.number + 1 if newest else 1, made_by=by, **values
    )


def put_away(version: MaterialVersion, state: str) -> None:
    version.state = state
    version.save(update_fields=["state", "comment"])
    transaction.on_commit(partial(files.remove, version), robust=True)
