"""Share cards: pictures with the verdict, for networks that show a link as a picture, and for publishers to download.

What a card says follows from the page alone, and so does its address: a digest of all that is drawn. A correction
gives a new address, so that networks fetch anew. Drawn in the background after publishing, or when first asked for;
never in the request that publishes.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from wagtail.signals import page_published

from cms.cards.card_drawing import VERSION, Card, Shape, draw
from publishing.signals import sweeping
from publishing.story import Image
from publishing.text import day_of

if TYPE_CHECKING:
    from cms.pages.answer import Answer

log = logging.getLogger("cms.cards.cards")

FOLDER = "images/cards"


def label_of(page: Answer) -> str:
    """The word that stands for what ``page`` found, in the page's language."""
    with translation.override(page.locale.language_code):
        return _label_of(page)


def _label_of(page: Answer) -> str:
    if page.is_retracted:
        return gettext("Retracted")
    return page.verdict_label or (str(page.standing.label) if page.standing else "")


def card_of(page: Answer) -> Card:
    """What the card of ``page`` says, in the page's language. No query if office and locale are at hand."""
    with translation.override(page.locale.language_code):
        first, last = (
            day_of(timezone.localtime(at or timezone.now())) for at in (page.first_published_at, page.last_published_at)
        )
        dated = first if first == last else gettext("Last changed") + " " + last
        common = {"office": page.office.name if page.office else "", "site": settings.WAGTAIL_SITE_NAME, "dated": dated}
        if page.is_retracted:
            return Card(
                standing="retracted",
                label=_label_of(page),
                passed_on_label=gettext("What was retracted"),
                passed_on=page.title,
                headline="",
                checked=gettext("This answer does not stand.") + " " + page.change_note,
                **common,
            )
        return Card(
            standing=getattr(page, "verdict", "") or (page.standing.key if page.standing else ""),
            label=_label_of(page),
            passed_on_label=gettext("What was spread"),
            passed_on=page.claim_text,
            headline="" if page.claim_text else page.title,
            checked=page.short_answer,
            **common,
        )


def digest_of(card: Card) -> str:
    """Twelve hexadecimal digits for all that is drawn."""
    drawn = json.dumps([VERSION, asdict(card)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(drawn.encode()).hexdigest()[:12]


def address(page: Answer, shape: Shape, digest: str = "") -> str:
    """Where the card is, without the host."""
    return reverse("share_card", args=[page.pk, shape.value, digest or digest_of(card_of(page))])


def images(page: Answer) -> tuple[Image, ...]:
    """The cards of a live page, wide first, with absolute addresses and what they say. Draws nothing."""
    card = card_of(page)
    digest = digest_of(card)
    alt = f"{card.label}. {card.passed_on or card.headline}"
    return tuple(
        Image(settings.BASE_URL + address(page, shape, digest), alt, *shape.size, credit=card.office) for shape in Shape
    )


def name_of(page: Answer, shape: Shape, digest: str) -> str:
    """The name of the file in the default storage."""
    return f"{FOLDER}/{page.pk}/{shape.value}-{digest}.png"


def picture_of(page: Answer, shape: Shape) -> bytes:
    """The card as it is now, from the storage or drawn and stored. A storage that fails costs a drawing, no card."""
    card = card_of(page)
    name = name_of(page, shape, digest_of(card))
    try:
        if default_storage.exists(name):
            with default_storage.open(name) as file:
                return bytes(file.read())
    except OSError:
        log.exception("the card %s could not be read", name)
    drawn = draw(card, shape)
    try:
        stored = default_storage.save(name, ContentFile(drawn))
        if stored != name:  # another process was faster
            default_storage.delete(stored)
        _remove_older(name)
    except OSError:
        log.exception("the card %s could not be stored", name)
    return drawn


def _remove_older(name: str) -> None:
    """Removes what earlier content of the page left, above all a verdict that was withdrawn. Its address leads here."""
    path = PurePosixPath(name)
    shape = path.name.split("-")[0]
    for other in default_storage.listdir(str(path.parent))[1]:
        if other != path.name and other.startswith(f"{shape}-"):
            default_storage.delete(f"{path.parent}/{other}")


def make(page: Answer) -> None:
    """Draws both cards of a live page, unless they are there."""
    for shape in Shape:
        if not default_storage.exists(name_of(page, shape, digest_of(card_of(page)))):
            picture_of(page, shape)


def sweep(**signal: Any) -> None:
    """Draws what is missing of the answers published in the last days; older ones are drawn when asked for."""
    from cms.pages.answer import Answer

    since = timezone.now() - timedelta(days=7)
    pages = Answer.objects.live().public().filter(last_published_at__gte=since)
    for page in pages.specific().select_related("office", "locale", for_specific_subqueries=True):
        try:
            make(page)
        except Exception:
            log.exception("the cards of page %s could not be made", page.pk)


def on_published(sender: type[Any], instance: Any, **signal: Any) -> None:
    """Asks a Celery worker to draw at once. Only a hint: without Celery, or where it fails, the sweep draws."""
    from cms.pages.answer import Answer
    from cms.tasks import make_cards

    if not settings.CELERY_BROKER_URL or not isinstance(instance, Answer):
        return
    try:
        make_cards.apply_async([instance.pk], expires=300, retry=False)
    except Exception as error:  # a broker that is down must not fail the editor's click
        log.warning("could not ask for cards: %s", type(error).__name__)


def connect() -> None:
    """Connects to Wagtail's publishing and to the worker's sweep."""
    page_published.connect(on_published, dispatch_uid="cards")
    sweeping.connect(sweep, dispatch_uid="cards")
