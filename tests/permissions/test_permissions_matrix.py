"""Who may open and do what, for every address there is, held against the table in matrix.txt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from campaigns.desk import alerts, indicators, waves
from cms.models import Picture
from publishing.desk.deeds import DEEDS
from tests.permissions.addresses import Address, addresses
from tests.permissions.asking import ask
from tests.permissions.world import ROLES, World, build

MATRIX = Path(__file__).with_name("matrix.txt")
NOT_ASKED = "·"
# Who stands for all of them where asking everybody would say the same nine times, and take minutes.
PUBLIC = "-MK"  # elsewhere than in the admin nobody is asked who they are
STOCK = "-PMO"  # Wagtail's own views go by permissions alone
TWINS = "-"  # the second half of a list of Wagtail's, by the same view
OURS = (
    "publishing_", "campaigns_", "audit_", "complaint", "re_review", "guide", "intake_", "links_of", "notices", "report",
    "inbox", "submission_", "set_up", "kept_copy", "wagtailadmin_pages:", "wagtailadmin_api:pages", "wagtail_bulk_action",
    "wagtailsnippets_cms_incident:", "wagtailsnippets_cms_keptcopy:", "wagtailsnippetchoosers_cms_incident:",
    "wagtailsnippetchoosers_cms_keptcopy:",
)  # fmt: skip


def area(address: Address) -> str:
    """``public``, ``desk`` (ours, and what of Wagtail's decides about answers and the register) or ``wagtail``."""
    if not address.pattern.startswith("admin/"):
        return "public"
    return "desk" if address.name.startswith(OURS) else "wagtail"


def asked(address: Address) -> str:
    """The roles who are asked for."""
    if address.name.endswith("_results"):
        return TWINS
    return {"public": PUBLIC, "wagtail": STOCK, "desk": "-ECAPMWO"}[area(address)]


@dataclass(frozen=True)
class Row:
    """``with_``: what is put into the address (as a part of it, or behind ``?``) or posted, so that a deed is done; then GET is not asked."""

    name: str
    with_: tuple[tuple[str, str], ...]
    get: str
    post: str

    def __str__(self) -> str:
        return f"{' '.join([self.name, *map('='.join, self.with_)]):60} {self.get} {self.post}"


def rows() -> list[Row]:
    found = []
    for line in MATRIX.read_text().splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, *between, get, post = line.split()
            found.append(Row(name, tuple(tuple(one.split("=", 1)) for one in between), get, post))  # type: ignore[misc]
    return found


def measured(world: World, row: Row, address: Address) -> Row:
    given = dict(row.with_)
    in_address = {key: value for key, value in given.items() if f"{key}>" in address.pattern}
    filled = {key: value.format(**world.values) for key, value in given.items() if key not in in_address}
    query = urlencode({key[1:]: value for key, value in filled.items() if key.startswith("?")})
    posted = {key: value for key, value in filled.items() if not key.startswith("?")}
    path = address.path(world, in_address) + (f"?{query}" if query else "")
    cells = {}
    is_ours = area(address) == "desk" and ":" not in address.name
    for method in ("get", "post"):
        letters = ""
        for role in ROLES:
            if role not in asked(address) or (method == "get" and given):
                letters += NOT_ASKED
                continue
            draws = is_ours and "+" not in letters  # once is enough to see that it can be drawn
            letters += ask(world, role, address.name.partition("#")[0], path, method, posted, draws=draws)
        cells[method] = letters
        cache.clear()
    return Row(row.name, row.with_, **cells)


def test_every_address_has_a_row_and_every_row_an_address():
    known, there = {row.name for row in rows()}, {one.name for one in addresses()}
    assert not there - known, "new addresses: say in matrix.txt who may open them"
    assert not known - there, "rows of addresses that are gone"


def test_every_deed_of_our_desks_has_a_row():
    rows_of = {(row.name, *row.with_[0]) for row in rows() if row.with_}
    for name, field, deeds in (
        ("publishing_deed", "deed", {deed for deed in DEEDS if deed != "move"}),
        ("campaigns_wave_deed", "deed", waves.DEEDS),
        ("campaigns_alert", "do", set(alerts.DONE)),
        ("campaigns_indicator", "do", set(indicators.DONE)),
    ):
        assert {value for row, key, value in rows_of if (row, key) == (name, field)} == set(deeds), name


@pytest.mark.django_db
@pytest.mark.usefixtures("wagtails_indexes")
@pytest.mark.parametrize("part", ["public", "desk", "wagtail"])
def test_everybody_may_do_what_the_table_says_and_nothing_else(picture: Picture, part: str):
    world = build(picture)
    by_name = {one.name: one for one in addresses() if area(one) == part}
    wrong = []
    for row in rows():
        if row.name not in by_name:
            continue
        found = measured(world, row, by_name[row.name])
        if found != row:
            wrong.append(f"{row}\n{'measured:':60} {found.get} {found.post}")
    assert not wrong, "\n" + "\n".join(wrong)
