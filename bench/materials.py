"""How long each file of each printed and drawn material takes to make, and its draft.

    .venv/bin/python bench/materials.py [ROUNDS]

Two campaigns: an ordinary one, and the longest that the editor accepts. A file is made from its fields as it is for the
first who asks for it; every round has a headline of its own, because the layout engine remembers what it has measured.
Medians of ROUNDS (default 5) by the clock, in milliseconds; wanted: at most 2 s for a file. The process that draws is started
anew before each round, as for the first who asks after a pause. The peer in the same run is the share card of an answer,
drawn with Pillow.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

import django  # noqa: E402

django.setup()

from campaigns.materials import drawing  # noqa: E402
from campaigns.materials.forms import forms  # noqa: E402
from campaigns.materials.printed import Printed  # noqa: E402
from cms.cards.card_drawing import Card, Shape, draw  # noqa: E402
from tests.campaigns.words import HUGE, ORDINARY  # noqa: E402


def timed(rounds: int, made: Callable[[int], object]) -> float:
    """The median in milliseconds by the clock, the start of the process that draws included."""
    took = []
    for number in range(rounds):
        drawing.start_anew()
        clock = time.perf_counter()
        made(number)
        took.append((time.perf_counter() - clock) * 1000)
    return statistics.median(took)


def main() -> None:
    """Prints one line a file."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"{'':<28}{'ordinary':>9}{'longest':>9}{'KB':>9}{'KB':>9}")
    for form in (one for one in forms().values() if isinstance(one, Printed)):
        drafts = [timed(rounds, lambda n, w=words: form.draft(replace(w, title=f"{n} {w.title}"[:255])))  # noqa: B023
                  for words in (ORDINARY, HUGE)]  # fmt: skip
        print(f"{form.key + ': draft':<28}" + "".join(f"{ms:>9.0f}" for ms in drafts))
        for file in form.files:
            took, sizes = [], []
            for words in (ORDINARY, HUGE):
                draft = form.draft(words)

                def made(number: int, draft: dict[str, str] = draft, words=words, name=file.name, form=form) -> bytes:
                    headline = draft["headline"][:-2] + f" {number}"
                    return form.make(name, {**draft, "headline": headline}, words)

                took.append(timed(rounds, made))
                sizes.append(len(made(0)) / 1000)
            print(
                f"{form.key + ' ' + file.name:<28}"
                + "".join(f"{ms:>9.0f}" for ms in took)
                + "".join(f"{size:>9.0f}" for size in sizes)
            )
    card = Card(
        "scam", "Lừa đảo / Mạo danh", "Tin được lan truyền", ORDINARY.signs[0], "", ORDINARY.short_answer,
        ORDINARY.office, "Kiểm chứng", "24/11/2026",
    )  # fmt: skip
    clock = timed(rounds, lambda n: draw(replace(card, checked=f"{n} {card.checked}"), Shape.SQUARE))
    print(f"{'peer: square share card':<28}{clock:>9.0f}")


if __name__ == "__main__":
    main()
