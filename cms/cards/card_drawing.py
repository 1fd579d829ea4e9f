"""How a share card looks: pure functions from a Card to the bytes of a PNG. What it says is in cards.py.

The card is a page of the site in small: the verdict in its colour and with its sign, what is only passed on in a dashed
frame, what was checked beside a solid line.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from PIL import Image, ImageDraw

from cms.cards.typesetting import ABOVE, CAPITAL, LEADING, Block, Face, fit, font, printable

# Raise this when the drawing changes: every card gets a new address and is drawn anew.
VERSION = 1

# The light colours of templates/static/site/site.css, by the names they have there.
INK = {
    "paper": "#f6f8f6",
    "sheet": "#ffffff",
    "ink": "#14201e",
    "quiet": "#4b5a57",
    "rule": "#c9d3d0",
    "link": "#0b5a50",
    "deep": "#0a4740",
    "on-deep": "#eef5f2",
    "on-deep-quiet": "#b9d6cf",
    "lamp": "#f3b93a",
    "on-lamp": "#251a00",
    "no": "#a8201a",
    "half": "#845000",
    "yes": "#14683a",
    "open": "#48565f",
}
TONES = {
    "fake": "no",
    "scam": "no",
    "false": "no",
    "misleading": "half",
    "partly": "half",
    "true": "yes",
    "fact": "yes",
    "warning": "lamp",
}
# What is written on a field of a tone, where it is not white.
_ON = {"lamp": "on-lamp"}


class Shape(StrEnum):
    """``wide`` for links and Facebook, ``square`` for Zalo and Instagram."""

    WIDE = "wide"
    SQUARE = "square"

    @property
    def size(self) -> tuple[int, int]:
        return (1200, 630) if self is Shape.WIDE else (1080, 1080)


@dataclass(frozen=True)
class Card:
    """What a card says, in the reader's words.

    standing  a value of Verdict, the key of a Standing, or ``retracted``: gives sign and colour
    label     the same in words
    passed_on what was spread, or what was withdrawn: drawn in the dashed frame; may be empty
    passed_on_label  the small words above it
    checked   what holds: the short answer, or why it was withdrawn
    headline  large above ``checked``; only where nothing was spread
    """

    standing: str
    label: str
    passed_on_label: str
    passed_on: str
    headline: str
    checked: str
    office: str
    site: str
    dated: str


@dataclass(frozen=True)
class Text:
    """One line at its baseline."""

    x: int
    y: int
    words: str
    face: Face
    size: int
    colour: str
    at_right: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what is inked, in pixels of the card."""
        left, top, right, bottom = font(self.face, self.size).getbbox(self.words, anchor=self._anchor)
        return self.x + left, self.y + top, self.x + right, self.y + bottom

    @property
    def _anchor(self) -> str:
        return "rs" if self.at_right else "ls"

    def paint(self, draw: ImageDraw.ImageDraw) -> None:
        at = (self.x, self.y)
        draw.text(at, self.words, font=font(self.face, self.size), fill=INK[self.colour], anchor=self._anchor)


@dataclass
class Layout:
    """Everything on one card: texts, and shapes below them in the order in which they are painted."""

    size: tuple[int, int]
    texts: list[Text] = field(default_factory=list)
    shapes: list[Callable[[Image.Image, ImageDraw.ImageDraw], None]] = field(default_factory=list)

    def write(self, block: Block, x: int, y: int, colour: str) -> int:
        """Places a block with its upper edge at ``y``; returns the lower edge."""
        baseline = y + round(ABOVE * block.size)
        for number, line in enumerate(block.lines):
            self.texts.append(Text(x, baseline + number * block.leading, line, block.face, block.size, colour))
        return y + block.height

    def rectangle(self, box: tuple[int, int, int, int], colour: str) -> None:
        left, top, right, bottom = box
        inked = (left, top, right - 1, bottom - 1)  # Pillow counts the last pixel in
        self.shapes.append(lambda _image, draw: draw.rectangle(inked, fill=INK[colour]))

    def dashes(self, box: tuple[int, int, int, int], colour: str) -> None:
        """A dashed line along the longer side of ``box``, as thick as the shorter one; ends with a whole dash."""
        left, top, right, bottom = box
        length, thick = max(right - left, bottom - top), min(right - left, bottom - top)
        count = max(1, round((length / thick - 2.6) / 4.6))  # a dash of 2.6 and a gap of 2 thicknesses
        step = (length - 2.6 * thick) / count
        for number in range(count + 1):
            start, end = round(number * step), round(number * step + 2.6 * thick)
            across = right - left > bottom - top
            dash = (left + start, top, left + end, bottom) if across else (left, top + start, right, top + end)
            self.rectangle(dash, colour)

    def dashed_frame(self, box: tuple[int, int, int, int], colour: str) -> None:
        left, top, right, bottom = box
        for edge in ((left, top, right, top + 3), (left, bottom - 3, right, bottom)):
            self.dashes(edge, colour)
        for edge in ((left, top, left + 3, bottom), (right - 3, top, right, bottom)):
            self.dashes(edge, colour)

    def place(self, picture: Image.Image, corner: tuple[int, int]) -> None:
        self.shapes.append(lambda image, _draw: image.paste(picture, corner, picture))


@dataclass(frozen=True)
class _Frame:
    """Where things go on one shape, in pixels."""

    margin: int
    band: int
    foot: int
    seal: int
    label: tuple[int, int]
    passed_on: tuple[int, int]
    checked: tuple[int, int]
    headline: tuple[int, int]


_FRAMES = {
    Shape.WIDE: _Frame(60, 132, 108, 76, (54, 26), (52, 26), (42, 25), (62, 30)),
    Shape.SQUARE: _Frame(64, 168, 148, 92, (60, 26), (72, 30), (56, 29), (80, 34)),
}
_LAMP = 10


def layout(card: Card, shape: Shape) -> Layout:
    """Where every line of ``card`` stands."""
    made, frame = Layout(shape.size), _FRAMES[shape]
    width, height = shape.size
    made.rectangle((0, 0, width, height), "paper")
    _band(made, card, frame)
    top, bottom = frame.band + frame.margin // 2 + 6, height - frame.foot - frame.margin // 2
    _body(made, card, frame, top, bottom)
    _foot(made, card, frame)
    return made


def _band(made: Layout, card: Card, frame: _Frame) -> None:
    """The verdict: a field of its colour; an open one for what has none."""
    width = made.size[0]
    tone = TONES.get(card.standing, "open")
    is_open = card.standing in ("verifying", "retracted")
    made.rectangle((0, 0, width, frame.band), "sheet" if is_open else tone)
    if card.standing == "verifying":
        made.dashes((0, frame.band - 6, width, frame.band), tone)
    elif is_open:
        made.rectangle((0, frame.band - 6, width, frame.band), tone)
    colours = (tone, "sheet") if is_open else (_ON.get(tone, "sheet"), tone)
    corner = (frame.margin, (frame.band - frame.seal) // 2)
    made.place(_seal(card.standing, frame.seal, *colours), corner)
    x = frame.margin + frame.seal + 28
    label = fit(
        printable(card.label), Face.BOLD, width - x - frame.margin, round(frame.label[0] * LEADING), frame.label
    )
    made.write(label, x, label.top_around(frame.band // 2), tone if is_open else _ON.get(tone, "sheet"))


def _body(made: Layout, card: Card, frame: _Frame, top: int, bottom: int) -> None:
    """What was spread, or the headline, and below it what holds. The room is shared so that both are read well."""
    left, width, room = frame.margin, made.size[0] - 2 * frame.margin, bottom - top
    gap = frame.margin // 3

    def shared(part: int) -> tuple[_Upper, Block]:
        most = room * part // 20 if card.checked else room
        upper = _passed_on(card, frame, width, most) if card.passed_on else _headline(card, frame, width, most)
        checked = printable(card.checked)
        return upper, fit(checked, Face.REGULAR, width - 34, room - upper.height - gap, frame.checked)

    def how_well(both: tuple[_Upper, Block]) -> tuple[int, float]:
        upper, lower = both
        largest = frame.passed_on[0] if upper.is_framed else frame.headline[0]
        cuts = 9 * (not upper.blocks[-1].lines or not lower.lines) + upper.is_cut + 2 * lower.is_cut
        return -cuts, upper.size / largest * lower.size / frame.checked[0]

    # Of equal ones the first: more room for the upper, which is read first.
    upper, lower = max((shared(part) for part in range(13, 4, -1)), key=how_well)
    top += max(0, room - upper.height - gap - lower.height) * 2 // 5
    y = top
    if upper.is_framed:
        made.dashed_frame((left, top, left + width, top + upper.height), "quiet")
        y = top + _INNER - 14
    for block in upper.blocks:
        y = made.write(block, left + (_INNER if upper.is_framed else 0), y, "quiet" if upper.is_framed else "ink")
    top += upper.height + gap
    if lower.lines:
        first = top + round((ABOVE - CAPITAL - 0.1) * lower.size)
        made.rectangle((left, first, left + 7, top + lower.height), TONES.get(card.standing, "open"))
        made.write(lower, left + 34, top, "ink")


_INNER = 28


@dataclass(frozen=True)
class _Upper:
    """The upper half of the body: blocks below each other, in the dashed frame or without one."""

    blocks: tuple[Block, ...]
    is_framed: bool

    @property
    def height(self) -> int:
        return sum(block.height for block in self.blocks) + (2 * _INNER - 18 if self.is_framed else 0)

    @property
    def size(self) -> int:
        return self.blocks[-1].size

    @property
    def is_cut(self) -> bool:
        return self.blocks[-1].is_cut


def _passed_on(card: Card, frame: _Frame, width: int, most: int) -> _Upper:
    size, inside = frame.checked[1] - 2, width - 2 * _INNER
    label = fit(printable(card.passed_on_label), Face.BOLD, inside, size * 2, (size, size))
    room = most - label.height - 2 * _INNER + 18
    words = fit(f"“{printable(card.passed_on)}”", Face.REGULAR, inside, room, frame.passed_on)
    return _Upper((label, words), True)


def _headline(card: Card, frame: _Frame, width: int, most: int) -> _Upper:
    return _Upper((fit(printable(card.headline), Face.BOLD, width, most, frame.headline),), False)


def _foot(made: Layout, card: Card, frame: _Frame) -> None:
    """Who says so and when, on the deep green of the site's foot with its lamp line."""
    width, height = made.size
    top = height - frame.foot
    made.rectangle((0, top, width, height), "deep")
    made.rectangle((0, height - _LAMP, width, height), "lamp")
    mark = frame.foot * 9 // 20
    middle = top + (frame.foot - _LAMP) // 2
    corner = (frame.margin, middle - mark // 2)
    made.place(_mark(mark), corner)
    size = frame.checked[1] - 1
    dated = fit(printable(card.dated), Face.REGULAR, width // 3, frame.foot // 2, (size - 2, size - 4))
    x = frame.margin + mark + 22
    room = width - x - frame.margin - 40 - round(dated.width)
    site = fit(printable(card.site), Face.BOLD, room, round(size * LEADING), (size, size - 6))
    office = fit(printable(card.office), Face.REGULAR, room, frame.foot - _LAMP - 8 - site.height, (size - 3, size - 7))
    y = middle - (site.height + office.height) // 2 - 4
    made.write(office, x, made.write(site, x, y, "on-deep"), "on-deep-quiet")
    for line in dated.lines:
        made.texts.append(
            Text(width - frame.margin, middle + dated.size // 3, line, dated.face, dated.size, "on-deep", True)
        )


def draw(card: Card, shape: Shape) -> bytes:
    """The card as a PNG."""
    made = layout(card, shape)
    image = Image.new("RGB", made.size)
    canvas = ImageDraw.Draw(image)
    for paint in made.shapes:
        paint(image, canvas)
    for text in made.texts:
        text.paint(canvas)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


# Signs ---------------------------------------------------------------------------------------------------------
# Drawn four times too large and scaled down, because Pillow's own lines and arcs have hard edges.

_FINE = 4
# Lines from point to point, in parts of the seal.
_LINES: dict[str, list[list[tuple[float, float]]]] = {
    "cross": [[(0.34, 0.34), (0.66, 0.66)], [(0.66, 0.34), (0.34, 0.66)]],
    "tick": [[(0.28, 0.53), (0.43, 0.67), (0.72, 0.36)]],
    "dash": [[(0.32, 0.5), (0.68, 0.5)]],
    "dots": [[(x, 0.5), (x, 0.5)] for x in (0.31, 0.5, 0.69)],
}
_SIGNS = {"fake": "cross", "false": "cross", "true": "tick", "fact": "tick", "verifying": "dots", "retracted": "dash"}
# Letters of the font, with their size in parts of the seal.
_LETTERS = {"scam": ("!", 0.7), "warning": ("!", 0.62), "misleading": ("≈", 1.05), "unproven": ("?", 0.7)}


def _seal(standing: str, size: int, ground: str, sign: str) -> Image.Image:
    """The round sign of a verdict, with a transparent ground outside. ``ground`` and ``sign`` are colours."""
    whole = size * _FINE
    image = Image.new("RGBA", (whole, whole))
    draw = ImageDraw.Draw(image)
    ring = round(whole * 0.05)
    edge = (1, 1, whole - 2, whole - 2)
    if standing == "verifying":
        for start in range(0, 360, 30):
            draw.arc(edge, start, start + 17, INK[ground], ring)
        sign = ground
    elif standing == "retracted":
        draw.ellipse(edge, outline=INK[ground], width=ring)
        sign = ground
    elif standing == "warning":  # the triangle that warns on roads
        draw.polygon([(whole * x, whole * y) for x, y in ((0.5, 0.02), (1, 0.93), (0, 0.93))], fill=INK[ground])
    elif standing == "partly":
        draw.ellipse(edge, outline=INK[ground], width=ring)
        draw.pieslice(edge, 90, 270, INK[ground])
    else:
        draw.ellipse(edge, fill=INK[ground])
    for points in _LINES.get(_SIGNS.get(standing, ""), []):
        _stroke(draw, [(x * whole, y * whole) for x, y in points], whole * 0.105, INK[sign])
    if standing in _LETTERS:
        letter, part = _LETTERS[standing]
        made = font(Face.BOLD, round(whole * part))
        left, top, right, bottom = made.getbbox(letter)
        draw.text(((whole - left - right) / 2, (whole - top - bottom) / 2), letter, font=made, fill=INK[sign])
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _mark(size: int) -> Image.Image:
    """The site's mark (templates/static/site/mark.svg) in the colour of the foot."""
    whole = size * _FINE
    image = Image.new("RGBA", (whole, whole))
    draw = ImageDraw.Draw(image)
    unit, colour = whole / 48, INK["on-deep"]
    edge = (unit, unit, whole - unit, whole - unit)
    thick = round(5 * unit)
    draw.arc(edge, -90, 90, colour, thick)
    step = 5.9 + 5.8
    for number in range(6):
        start = 90 + number * step * 180 / 64.4
        draw.arc(edge, start, min(270, start + 5.8 * 180 / 64.4), colour, thick)
    points = [(14.5, 24.5), (21.5, 31.5), (34.5, 17.5)]
    _stroke(draw, [(x * unit, y * unit) for x, y in points], thick, colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _stroke(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], thick: float, colour: str) -> None:
    """A line with round ends and corners."""
    draw.line(points, fill=colour, width=round(thick))
    for x, y in points:
        draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=colour)
