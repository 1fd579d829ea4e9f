"""Several organisations in one installation: what a person sees and may send of another's.

A person who belongs to no organisation sees everything: the office itself and its administrators, and everybody where there
is one office only. A member sees what concerns the own organisations:

- channels: the own, and those that another organisation lets them plan for (``PlanningGrant``);
- deliveries: all on own channels, and those of own stories on channels of others;
- stories: those signed by an own organisation.

Every view of the desk asks here, so that what this module says is all there is. The table is in docs/agencies.md.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from publishing.models import Channel, Delivery, Membership, Organisation, PlanningGrant, StoryVersion

Row = TypeVar("Row", bound=Model)


def organisations_of(user: Any) -> frozenset[int] | None:
    """Ids of those the person belongs to; None: the person sees everything. Asked once for each request."""
    if user.is_superuser:
        return None
    if not hasattr(user, "_organisation_ids"):
        user._organisation_ids = frozenset(
            Membership.objects.filter(person=user.pk).values_list("organisation", flat=True)
        )
    ids: frozenset[int] = user._organisation_ids
    return ids or None


def sees_all(user: Any) -> bool:
    """Of the office itself, or an administrator of the installation."""
    return organisations_of(user) is None


def _granted(own: Collection[int]) -> QuerySet[PlanningGrant, Any]:
    return PlanningGrant.objects.filter(organisation__in=own).order_by().values("channel")


def _names(own: Collection[int]) -> QuerySet[Organisation, Any]:
    return Organisation.objects.filter(pk__in=own).order_by().values("name")


def _visible(model: type[Model], own: frozenset[int]) -> Q:
    if model is Channel:
        return Q(organisation__in=own) | Q(pk__in=_granted(own))
    if model is Delivery:
        return Q(channel__organisation__in=own) | Q(channel__in=_granted(own), version__office__in=_names(own))
    if model is StoryVersion:
        return Q(office__in=_names(own))
    if model is Organisation:
        return Q(pk__in=own)
    raise TypeError(f"nothing is said about {model}")


def visible_to(user: Any, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of channels, deliveries, story versions or organisations those that the person may see."""
    own = organisations_of(user)
    return rows if own is None else rows.filter(_visible(rows.model, own))


def sendable_by(user: Any, channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """The channels that the person may plan for: own ones, and granted ones."""
    return visible_to(user, channels).filter(is_active=True)


def run_by(user: Any, channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """The channels of which the person may see and change the settings, and connect the account: own ones alone."""
    own = organisations_of(user)
    return channels if own is None else channels.filter(organisation__in=own)


def open_to(office: str, channels: QuerySet[Channel]) -> QuerySet[Channel]:
    """The channels that a story signed by ``office`` may go to without a person: of an organisation that has members
    the own and the granted ones; of the office itself all."""
    with_members = Organisation.objects.filter(name=office, pk__in=Membership.objects.values("organisation"))
    signs = with_members.values_list("pk", flat=True).first()
    return channels if signs is None else channels.filter(_visible(Channel, frozenset([signs])))


class Sight:
    """The same for many persons and one thing at a time, for notices. Three queries."""

    def __init__(self) -> None:
        self.own: dict[int, set[int]] = {}
        for person, organisation in Membership.objects.values_list("person", "organisation"):
            self.own.setdefault(person, set()).add(organisation)
        self.granted: dict[int, set[int]] = {}
        for channel, organisation in PlanningGrant.objects.values_list("channel", "organisation"):
            self.granted.setdefault(channel, set()).add(organisation)
        self.names = dict(Organisation.objects.values_list("name", "pk")) if self.own else {}

    def _of(self, people: Collection[int], organisations: Collection[int | None]) -> set[int]:
        wanted = set(organisations)
        return {one for one in people if one not in self.own or self.own[one] & wanted}

    def of_organisation(self, people: Collection[int], organisation: int) -> set[int]:
        """Who of them belongs to it, or sees everything."""
        return self._of(people, [organisation])

    def of_channel(self, people: Collection[int], channel: Channel) -> set[int]:
        """Who of them looks after the channel."""
        return self._of(people, [channel.organisation_id])

    def of_story(self, people: Collection[int], version: StoryVersion) -> set[int]:
        return self._of(people, [self.names.get(version.office)])

    def of_delivery(self, people: Collection[int], delivery: Delivery) -> set[int]:
        signs = self.names.get(delivery.version.office)
        may_plan = self.granted.get(delivery.channel_id, set())
        return self._of(people, [delivery.channel.organisation_id, *({signs} & may_plan)])
