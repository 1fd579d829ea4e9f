"""A large office's year, written in bulk: 10,000 incidents, 5,000 stories, 50,000 deliveries, and what hangs on them.

For the benches only. Needs ``django.setup()``, and a database that is migrated and otherwise empty.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone
from wagtail.models import Page

from cms.corrections import Correction
from cms.incidents import Incident, IncidentChange, Place, Topic
from cms.office_clocks import office_clocks
from cms.sent_in.submissions import Submission
from publishing.models import Channel, Delivery, Measurement, Organisation, State, StoryVersion
from publishing.story import Action
from tests.make import make_rebuttal
from tests.publishing.stories import make_story

CHANNELS = 10
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=364)
chance = random.Random(30)


def sometime(since: datetime = BEGIN, within: timedelta = YEAR) -> datetime:
    return since + within * chance.random()


def register(incidents: int) -> None:
    """Incidents of the year with what became of them, nine of ten answered; as many submissions."""
    topics = [Topic.objects.create(name=f"Chủ đề {n}", slug=f"t{n}") for n in range(12)]
    places = [Place.objects.create(name=f"Xã {n}", slug=f"x{n}") for n in range(100)]
    clocks, made = office_clocks().clocks(), []
    for number in range(incidents):
        at = sometime()
        one = Incident(
            claim=f"Tin đồn thử nghiệm số {number}. " * 5,
            kind=chance.choice(Incident.Kind.values),
            topic=chance.choice(topics),
            place=chance.choice([*places, None]),
            urgency=chance.choice([1, 2, 3, 4]),
            origin=chance.choice(Incident.Origin.values),
            registered_at=at,
        )
        one.set_deadlines(clocks)
        if chance.random() < 0.9:
            one.noticed_at = at + timedelta(hours=50 * chance.random())
            one.answered_at = one.noticed_at + timedelta(hours=50 * chance.random())
            one.status = Incident.Status.ANSWERED
        made.append(one)
    made = Incident.objects.bulk_create(made)
    gone = made[:: incidents // 300]
    for one, kept in zip(gone, made[1:], strict=False):
        Incident.objects.filter(pk=one.pk).update(status=Incident.Status.MERGED, merged_into=kept)
    IncidentChange.objects.bulk_create(
        IncidentChange(incident=one, status=status, at=at)
        for one in made
        for status, at in (
            (Incident.Status.REPORTED, one.registered_at),
            (one.status, one.answered_at or one.registered_at),
        )
    )
    Submission.objects.bulk_create(
        Submission(text="?", consent_at=BEGIN, received_at=sometime(), incident=chance.choice([None, *made[:50]]))
        for _number in range(incidents)
    )


def publish(stories: int) -> list[Page]:
    """Live answers. Pages are copied from one: tables that inherit cannot be filled in bulk."""
    model = make_rebuttal(slug="mau")
    parent = model.get_parent()
    pages = [
        Page(
            title=f"Trả lời {number}",
            draft_title=f"Trả lời {number}",
            slug=f"tra-loi-{number}",
            content_type_id=model.content_type_id,
            locale_id=model.locale_id,
            path=f"{parent.path}{number + 100:04d}",
            depth=model.depth,
            url_path=f"{parent.url_path}tra-loi-{number}/",
            first_published_at=sometime(),
        )
        for number in range(stories)
    ]
    made = Page.objects.bulk_create(pages)
    with connection.cursor() as cursor:
        for table, key in (("cms_answer", "page_ptr_id"), ("cms_rebuttal", "answer_ptr_id")):
            columns = [c.name for c in connection.introspection.get_table_description(cursor, table) if c.name != key]
            names = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(
                f"INSERT INTO {table} ({key}, {names}) SELECT page.id, {', '.join(f'one.{chr(34)}{n}{chr(34)}' for n in columns)}"  # noqa: S608
                f" FROM wagtailcore_page page, {table} one WHERE one.{key} = %s AND page.id >= %s AND page.id <> %s",
                [model.pk, made[0].pk, model.pk],
            )
    return made


def send(pages: list[Page]) -> None:
    """Each answer on ten channels, every eighth with a correction; three measurements a post. What is in trouble, and what
    is planned, are the newest ones."""
    office = Organisation.objects.create(name="Cơ quan thử nghiệm")
    channels = [Channel.objects.create(organisation=office, kind="facebook", name=f"Kênh {n}") for n in range(CHANNELS)]
    versions, corrections = [], []
    for page in pages:
        story = replace(
            make_story(
                key=f"rebuttal-{page.translation_key}-vi", revision=page.pk * 10, title=page.title, slug=page.slug
            ),
            body_html="<p>Nội dung thử nghiệm.</p>" * 60,
            body_text="Nội dung thử nghiệm.\n" * 60,
            published_at=page.first_published_at,
            modified_at=page.first_published_at,
        )
        told = [(story, page.first_published_at)]
        if page.pk % 8 == 0:
            at = page.first_published_at + timedelta(days=1)
            told.append((replace(story, revision=story.revision + 1, change="Sửa.", change_kind="correction"), at))
            corrections.append(
                Correction(
                    page_id=page.pk,
                    revision=story.revision + 1,
                    kind="correction",
                    note="Sửa.",
                    title=page.title,
                    made_at=at,
                )
            )
        versions += [
            StoryVersion(key=one.key, revision=one.revision, title=one.title, payload=one.to_json(), made_at=at)
            for one, at in told
        ]
    Correction.objects.bulk_create(corrections)
    deliveries = []
    for one in StoryVersion.objects.bulk_create(versions):
        for channel in channels:
            deliveries.append(
                Delivery(
                    channel=channel,
                    version=one,
                    story=one.key,
                    action=Action.CORRECT if one.payload["change"] else Action.POST,
                    state=State.SENT,
                    sent_at=one.made_at + timedelta(hours=chance.random()),
                    wording="",
                )
            )
    soon = timezone.now() + timedelta(days=1)
    for number, one in enumerate(deliveries[-1000:]):
        one.state = (State.FAILED, State.HELD, State.UNKNOWN, State.DUE, State.PLANNED)[number % 5]
        one.sent_at, one.words = None, "Thử nghiệm."
        one.scheduled_at = one.due_at = soon + timedelta(minutes=number)
    deliveries = Delivery.objects.bulk_create(deliveries, batch_size=2000)
    Measurement.objects.bulk_create(
        (
            Measurement(
                delivery=one,
                at=one.sent_at + timedelta(days=day),
                values={"views": 100 * day + 1, "reach": 90, "reactions": 5, "comments": None, "shares": 1},
            )
            for one in deliveries
            if one.action == Action.POST and one.sent_at
            for day in range(3)
        ),
        batch_size=5000,
    )
