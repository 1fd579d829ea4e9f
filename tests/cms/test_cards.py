"""Share cards: every letter right, every text inside, the verdict of today and never one that was withdrawn."""

from __future__ import annotations

import io
import re
import time
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image, ImageFont

from cms.cards import cards
from cms.cards.card_drawing import INK, Card, Shape, draw, layout
from cms.cards.typesetting import FONTS, Face, fit, letters, printable
from cms.claims import Verdict
from cms.models import Rebuttal
from publishing.story import Story
from tests.make import make_rebuttal, make_verified_fact, publish, team

_MARKS = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE = sorted(
    {
        unicodedata.normalize("NFC", case(vowel) + mark)
        for vowel in "aăâeêioôơuưy"
        for mark in _MARKS
        for case in (str.lower, str.upper)
    }
    | set("bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX")
)
CARD = Card(
    standing="false",
    label="Tin sai sự thật",
    passed_on_label="Nội dung lan truyền",
    passed_on="Nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay",
    headline="",
    checked="Nước máy trong tỉnh đạt chuẩn; không có lệnh ngừng dùng nào.",
    office="Trung tâm Thông tin tỉnh Ánh Dương (hư cấu)",
    site="Cổng kiểm chứng thông tin",
    dated="24/11/2026",
)


def glyph(letter: str, face: Face) -> bytes:
    """As the font draws it, without a layout engine that would build a letter from others."""
    mask = ImageFont.truetype(FONTS / face, 40, layout_engine=ImageFont.Layout.BASIC).getmask(letter)
    return bytes(mask) + repr(mask.size).encode()


@pytest.mark.parametrize("face", Face)
def test_the_fonts_have_every_vietnamese_letter(face):
    assert len(VIETNAMESE) == 2 * 12 * 6 + 2 * 17
    missing = glyph("\uffff", face)
    assert missing == glyph("字", face), "no letter of ours to compare with: the sign for what is not there"
    assert [letter for letter in VIETNAMESE if ord(letter) not in letters(face)] == []
    assert [letter for letter in VIETNAMESE if glyph(letter, face) == missing] == []
    assert len({glyph(letter, face) for letter in VIETNAMESE}) == len(VIETNAMESE), "two letters look the same"


@pytest.mark.parametrize("face", Face)
def test_the_character_map_is_read_right(face):
    """What the map says is there is drawn, and what it says is not there is not."""
    missing = glyph("\uffff", face)
    for code in [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x250), *range(0x1E00, 0x1F00), 0x5B57, 0x2713]:
        assert (glyph(chr(code), face) != missing) == (code in letters(face)), hex(code)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (unicodedata.normalize("NFD", "Nước máy nhiễm độc"), "Nước máy nhiễm độc"),
        ("Nóng 🔥🔥 quá 👩🏽‍⚕️!", "Nóng quá !"),
        ("tin\x00 \x1b[31mđỏ\u200b\n\n\tmới", "tin [31mđỏ mới"),
        ("ｔｉｎ ﬁ giả ①", "tin fi giả 1"),
        ("Người 中文字 nói", "Người … nói"),
        ("", ""),
        ("🔥", ""),
    ],
)
def test_what_the_font_does_not_have_is_never_a_box(text, shown):
    assert printable(text) == shown
    assert all(ord(letter) in letters(Face.BOLD) for letter in printable(text))


LONG_WORD = "Nghiêng" * 90
TEXTS = {
    "usual": CARD.passed_on,
    "tiny": "A",
    "nothing": "",
    "huge": "Ở huyện này người ta truyền nhau rằng ỄỖẪ ngày mai cấm đường. " * 60,
    "one long word": LONG_WORD,
    "emoji": "🔥" * 300 + "Cháy",
    "decomposed": unicodedata.normalize("NFD", "Ễ Ộ Ẫ Ự Ỵ ẶỆỘ nghiễm nhiên " * 8),
    "capitals": "ỄỖẪỮẶỆỘ " * 50,
}


# Each beside itself and beside a usual one.
PAIRS = sorted({pair for text in TEXTS for pair in [(text, text), (text, "usual"), ("usual", text)]})


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(("passed_on", "checked"), PAIRS)
def test_no_text_leaves_the_frame_or_touches_another(passed_on, checked, shape):
    card = replace(CARD, passed_on=TEXTS[passed_on], headline=TEXTS[passed_on], checked=TEXTS[checked])
    made = layout(card, shape)
    width, height = shape.size
    boxes = [(text, text.box) for text in made.texts if text.words]
    for text, (left, top, right, bottom) in boxes:
        assert left >= 50 and right <= width - 50, text
        assert top >= 8 and bottom <= height - 12, text
    for number, (text, one) in enumerate(boxes):
        for other, two in boxes[number + 1 :]:
            apart = one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
            assert apart, (text, other)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("words", [LONG_WORD, TEXTS["huge"]])
def test_long_names_of_offices_and_verdicts_stay_inside_too(words, shape):
    made = layout(replace(CARD, label=words, office=words, site=words, passed_on_label=words, dated=words), shape)
    for text in made.texts:
        left, top, right, bottom = text.box
        assert left >= 50 and right <= shape.size[0] - 50 and top >= 0 and bottom <= shape.size[1] - 10, text


def test_a_text_is_as_large_as_it_fits_and_cut_only_at_the_smallest_size():
    assert fit("Ngắn", Face.BOLD, 500, 200, (60, 20)).size == 60
    middle = fit("Một câu vừa phải, không dài mà cũng không ngắn lắm", Face.BOLD, 500, 120, (60, 20))
    assert 20 < middle.size < 60 and not middle.is_cut and middle.width <= 500 and middle.height <= 120
    cut = fit("Một câu rất dài " * 40, Face.BOLD, 500, 120, (60, 20))
    assert cut.size == 20 and cut.is_cut and cut.lines[-1].endswith("…") and cut.height <= 120
    assert fit("Không có chỗ", Face.BOLD, 500, 10, (60, 20)).lines == ()


def test_a_word_is_not_cut_between_a_letter_and_its_mark():
    word = "x" + "e\u0301\u0323\u0330" * 60
    lines = fit(word, Face.BOLD, 200, 2000, (30, 30)).lines
    assert "".join(lines) == word
    assert all(not unicodedata.combining(line[0]) for line in lines)


def test_the_colours_are_those_of_the_site():
    css = Path("templates/static/site/site.css").read_text()
    root = css[css.index(":root") : css.index("prefers-color-scheme: dark")]
    of_site = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", root))
    of_site["sheet"] = "#ffffff"
    assert {name: of_site.get(name) for name in INK} == INK


def test_verdicts_differ_by_shape_and_not_by_colour_alone():
    """In black and white, the seals of different signs are different pictures."""
    seen = {}
    standings = [verdict.value for verdict in Verdict if verdict != Verdict.FAKE] + ["retracted"]
    for standing in standings:  # "fabricated" has the cross of "false"; their words differ
        picture = Image.open(io.BytesIO(draw(replace(CARD, standing=standing, label=""), Shape.WIDE)))
        seal = picture.crop((60, 28, 136, 104)).convert("L")
        ground = seal.getpixel((0, 0))
        seen[standing] = bytes(abs(dot - ground) > 60 for dot in seal.tobytes())
    assert len(set(seen.values())) == len(standings)


@pytest.mark.parametrize("shape", Shape)
def test_a_card_is_small_and_quick(shape):
    """Measured with the longest texts a card has room for. Processor time: other work on the machine does not count."""
    began = time.process_time()
    drawn = draw(replace(CARD, passed_on=TEXTS["huge"], checked=TEXTS["huge"]), shape)
    assert time.process_time() - began < 1
    assert len(drawn) <= 300_000
    assert Image.open(io.BytesIO(drawn)).size == shape.size


# From page to card ---------------------------------------------------------------------------------------------


@pytest.fixture
def people(db):
    return team()


def published(people, **kw):
    return publish(make_rebuttal(owner=people[0], **kw), *people)


def change(page, people, **values):
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=people[0])
    return publish(Rebuttal.objects.get(pk=page.pk), *people)


def files(page) -> list[str]:
    try:
        return sorted(default_storage.listdir(f"{cards.FOLDER}/{page.pk}")[1])
    except FileNotFoundError:
        return []


def test_a_card_says_what_the_page_says(people):
    card = cards.card_of(published(people, verdict=Verdict.MISLEADING))
    assert (card.standing, card.label) == ("misleading", "Gây hiểu lầm / Thiếu bối cảnh")
    assert card.passed_on.startswith("Nước máy toàn tỉnh") and card.checked.startswith("Nước máy trong tỉnh đạt chuẩn")
    fact = cards.card_of(publish(make_verified_fact(people[0], title="Nước máy đạt chuẩn"), *people))
    assert (fact.standing, fact.label, fact.headline, fact.passed_on) == (
        "fact",
        "Tin đã kiểm chứng",
        "Nước máy đạt chuẩn",
        "",
    )


def test_publishing_draws_nothing_and_the_sweep_draws_both(people, monkeypatch):
    drawings = []
    monkeypatch.setattr(cards, "draw", lambda card, shape: drawings.append(shape) or draw(card, shape))
    page = published(people)
    assert drawings == [] and files(page) == []
    cards.sweep()
    assert drawings == [Shape.WIDE, Shape.SQUARE]
    cards.sweep()
    assert len(drawings) == 2, "drawn once"


def test_a_card_asked_for_early_is_drawn_kept_and_caches_ask_again_after_minutes(people, client):
    page = published(people)
    url = cards.address(page, Shape.WIDE)
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
    assert "max-age=300" in answer["Cache-Control"] and "must-revalidate" in answer["Cache-Control"]
    assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert "Set-Cookie" not in answer
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    assert files(page) == [url.rsplit("/", 1)[1]]


def test_a_correction_gives_a_new_address_and_the_old_one_leads_there(people, client):
    page = published(people)
    old = cards.address(page, Shape.WIDE)
    client.get(old)
    page = change(
        page, people, verdict=Verdict.MISLEADING, change_kind="correction", change_note="Kết luận cũ quá mạnh."
    )
    new = cards.address(page, Shape.WIDE)
    assert new != old
    answer = client.get(old)
    assert answer.status_code == 302 and answer["Location"] == new and "max-age=300" in answer["Cache-Control"]
    assert client.get(new).status_code == 200
    assert files(page) == [new.rsplit("/", 1)[1]], "the withdrawn verdict is no longer on the disk"


def test_a_retracted_answer_has_a_card_without_claim_and_verdict(people, client):
    page = published(people, claim="Cầu Suối Mơ sập", title="Cầu Suối Mơ vẫn thông xe")
    old = cards.address(page, Shape.SQUARE)
    client.get(old)
    page = change(page, people, change_kind="retraction", change_note="Nguồn chúng tôi dẫn đã sai.")
    card = cards.card_of(page)
    said = " ".join(text.words for text in layout(card, Shape.SQUARE).texts)
    assert card.label == "Đã rút" and "Nguồn chúng tôi dẫn đã sai." in card.checked
    for gone in ("sập", "Tin sai sự thật", "đạt chuẩn"):
        assert gone not in said
    assert client.get(old, follow=True).status_code == 200
    assert files(page) == [cards.address(page, Shape.SQUARE).rsplit("/", 1)[1]]


def test_what_is_not_public_has_no_card(people, client):
    draft = make_rebuttal(owner=people[0])
    assert client.get(cards.address(draft, Shape.WIDE)).status_code == 404
    assert client.get("/chia-se/999999/wide-0123456789ab.png").status_code == 404
    assert client.get(cards.address(published(people), Shape.WIDE).replace("wide", "tall")).status_code == 404


def test_a_disk_that_is_full_costs_a_drawing_but_no_card(people, client, monkeypatch):
    page = published(people)

    def fail(*_args: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", fail)
    assert client.get(cards.address(page, Shape.WIDE)).status_code == 200
    cards.sweep()
    assert files(page) == []


def test_two_processes_that_draw_at_once_leave_one_file(people, monkeypatch):
    page = published(people)
    name = cards.name_of(page, Shape.WIDE, cards.digest_of(cards.card_of(page)))
    draw_it = cards.draw

    def slow(card: Card, shape: Shape) -> bytes:
        monkeypatch.setattr(cards, "draw", draw_it)
        cards.picture_of(page, shape)  # the other process, in the meantime
        return draw_it(card, shape)

    monkeypatch.setattr(cards, "draw", slow)
    cards.picture_of(page, Shape.WIDE)
    assert files(page) == [name.rsplit("/", 1)[1]]


def test_networks_are_told_the_card_with_size_and_words(people, client):
    page = published(people)
    html = client.get(page.url).content.decode()
    meta = dict(re.findall(r'<meta (?:property|name)="((?:og:image|twitter)[a-z:]*)" content="([^"]*)"', html))
    assert client.get(meta["og:image"]).status_code == 200
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:alt"] == "Tin sai sự thật. Nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay"
    assert meta["twitter:card"] == "summary_large_image"
    assert html.count('property="og:image"') == 1


def test_publishers_get_the_addresses_with_the_story(people):
    page = published(people)
    story = page.story()
    assert [(card.width, card.height) for card in story.cards] == [(1200, 630), (1080, 1080)]
    assert Story.from_json(story.to_json()).cards == story.cards
    older = story.to_json()
    del older["cards"]
    assert Story.from_json(older).cards == ()


def test_a_celery_worker_is_asked_at_once_and_a_dead_broker_does_no_harm(people, settings, monkeypatch):
    from cms.tasks import make_cards

    asked = []
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(make_cards, "apply_async", lambda args, **options: asked.append(args))
    page = published(people)
    assert asked == [[page.pk]]
    make_cards(page.pk)
    assert len(files(page)) == 2

    def down(*_args: object, **_options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(make_cards, "apply_async", down)
    assert published(people).live
