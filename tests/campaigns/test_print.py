"""What is printed and drawn: read back with readers that are not ours."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import pytest
import zxingcpp
from django.utils import translation
from PIL import Image, ImageFont
from pypdf import PdfReader

from campaigns.materials import typesetting
from campaigns.materials.forms import forms
from campaigns.materials.printed import Printed
from campaigns.materials.typefaces import HOUSE, WIDE, typeface_for
from campaigns.words import CampaignWords, ReportTo
from cms.cards.typesetting import FONTS
from tests.campaigns.words import ALL, APART, ENGLISH, HUGE, ORDINARY, TINY

PRINTED: dict[str, Printed] = {key: form for key, form in forms().items() if isinstance(form, Printed)}
every_printed = pytest.mark.parametrize("form", PRINTED.values(), ids=PRINTED)
PAPERS = {
    ("poster", "a3.pdf"): (297, 420),
    ("poster", "a4.pdf"): (210, 297),
    ("poster", "a3-print.pdf"): (297, 420),
    ("poster", "a4-print.pdf"): (210, 297),
    ("leaflet", "leaflet.pdf"): (297, 210),
    ("leaflet", "leaflet-print.pdf"): (297, 210),
    ("teaching", "sheet.pdf"): (210, 297),
}
PIXELS = {
    ("poster", "a3.png"): (1754, 2480),
    ("poster", "a4.png"): (909, 1286),
    ("cards", "square.png"): (1080, 1080),
    ("cards", "vertical.png"): (1080, 1920),
    **{("carousel", f"{number}.png"): (1080, 1080) for number in range(1, 7)},
    ("leaflet", "outside.png"): (1754, 1240),
    ("leaflet", "inside.png"): (1754, 1240),
    ("teaching", "page-1.png"): (909, 1286),
    ("teaching", "page-2.png"): (909, 1286),
}


@cache
def drafted(form: Printed, words: CampaignWords) -> Mapping[str, str]:
    """The draft, made once: it is pure (test_material_contract.py), and takes long for the longest campaigns."""
    return MappingProxyType(form.draft(words))


@cache
def drawn(key: str, name: str, words: CampaignWords) -> bytes:
    """A file of the draft, drawn once."""
    return forms()[key].make(name, drafted(forms()[key], words), words)


def read(key: str, name: str, words=ORDINARY) -> PdfReader:
    return PdfReader(io.BytesIO(drawn(key, name, words)), strict=True)


def millimetres(box) -> list[int]:
    return [round(float(each) / 72 * 25.4, 1) for each in box]


def said(text: str) -> str:
    """Without regard to where lines end: a reader sees them as blanks, or as nothing within a long word."""
    return "".join(text.split())


def pages_text(reader: PdfReader) -> str:
    return said("\n".join(page.extract_text() for page in reader.pages))


def test_every_file_of_a_printed_form_has_its_size_below():
    made = {(key, file.name) for key, form in PRINTED.items() for file in form.files}
    assert made == set(PAPERS) | set(PIXELS)


@pytest.mark.parametrize(("key", "name"), PAPERS)
def test_papers_have_their_size_and_for_the_print_shop_bleed_and_room_for_marks(key, name):
    width, height = PAPERS[key, name]
    pages = read(key, name).pages
    assert len(pages) == (1 if key == "poster" else 2)
    for page in pages:
        if "print" not in name:
            assert millimetres(page.mediabox) == [0, 0, width, height]
            continue
        assert millimetres(page.mediabox) == [0, 0, width + 20, height + 20]
        assert millimetres(page.trimbox) == [10, 10, width + 10, height + 10]
        assert millimetres(page.bleedbox) == [7, 7, width + 13, height + 13]


@pytest.mark.parametrize(("key", "name"), PIXELS)
@pytest.mark.parametrize("words", [ORDINARY, HUGE], ids=["ordinary", "huge"])
def test_pictures_have_their_size(key, name, words):
    assert Image.open(io.BytesIO(drawn(key, name, words))).size == PIXELS[key, name]


@pytest.mark.parametrize("name", ["a3-print.pdf", "a4-print.pdf", "leaflet-print.pdf"])
def test_the_print_shop_gets_process_colours_alone(name):
    """Neither RGB nor grey is set anywhere: text and QR code are black ink and nothing else."""
    for page in read("leaflet" if "leaflet" in name else "poster", name).pages:
        operators = {operator for _operands, operator in page.get_contents().operations}
        assert not operators & {b"rg", b"RG", b"g", b"G"}
        spaces = {str(each) for each in (page["/Resources"].get("/ColorSpace") or {}).values()}
        assert not any("ICCBased" in each or "RGB" in each or "Gray" in each for each in spaces), spaces
        assert b"k" in operators
        inks = [[float(each) for each in operands] for operands, op in page.get_contents().operations if op == b"k"]
        assert all(sum(ink) <= 2.8 for ink in inks if ink != [1.0] * 4), max(map(sum, inks))


@pytest.mark.parametrize(("key", "name"), PAPERS)
@pytest.mark.parametrize("words", ALL.values(), ids=ALL)
def test_all_that_is_written_can_be_copied_searched_and_read_aloud(key, name, words):
    form, draft = forms()[key], drafted(forms()[key], words)
    found = pages_text(read(key, name, words))
    assert found == unicodedata.normalize("NFC", found)
    assert "\ufffd" not in found and "\u200b" not in found
    for field in form.fields:
        for line in draft[field.name].split("\n"):
            # Numbers and names of a place to report stand below each other, minutes of the plan beside what is done.
            parts = line.split(" – ", 1) if field.name in ("report_to", "plan") else [line]
            for part in parts:
                assert said(part) in found, (field.name, part)
    if words.url:
        assert said(typesetting.bare(words.url)) in found


@pytest.mark.parametrize(("key", "name"), PAPERS)
@pytest.mark.parametrize("words", [ORDINARY, ENGLISH, TINY], ids=["ordinary", "english", "tiny"])
def test_papers_are_tagged_and_say_their_title_and_language(key, name, words):
    reader = read(key, name, words)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == words.language and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == words.title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    tags = _tags(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/L", "/LI"} <= tags
    assert ("/Figure" in tags) == bool(words.url)


def _tags(node) -> set[str]:
    found, below = set(), [node]
    while below:
        each = below.pop()
        each = each.get_object() if hasattr(each, "get_object") else each
        if isinstance(each, list):
            below += each
        elif isinstance(each, dict):
            found.add(str(each.get("/S")))
            if each.get("/S") == "/Figure":
                assert each["/Alt"]
            below.append(each.get("/K", []))
    return found


@every_printed
@pytest.mark.parametrize("words", ALL.values(), ids=ALL)
def test_no_letter_is_an_empty_box(form: Printed, words):
    """FreeType draws what the fonts lack as it draws U+FFFF. An editor may write anything, and a preview is made of it."""
    odd = "🚨 សូម ｗ①ﬁ \u200b\u202e\ue000 ƀ"
    content = {name: f"{said} {odd}" for name, said in drafted(form, words).items()}
    texts = form.texts(content, replace(words, title=odd, office=odd), {})
    letters = set("".join(_strings(texts))) - {" "}
    typeface = next(each for each in (HOUSE, WIDE) if each.family == texts["font"])
    for face in typeface.files:
        drawn = ImageFont.truetype(FONTS / face, 40)
        box = bytes(drawn.getmask("\uffff"))
        assert [each for each in letters if bytes(drawn.getmask(each)) == box] == []


def _strings(texts) -> list[str]:
    if isinstance(texts, str):
        return [texts]
    within = texts.values() if isinstance(texts, dict) else texts if isinstance(texts, list) else []
    return [each for part in within for each in _strings(part)]


def test_fonts_are_embedded_and_ours_alone():
    for key, name in PAPERS:
        for page in read(key, name).pages:
            names = {str(font["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
            assert names and all("BeVietnamPro" in each for each in names), names


# What Ê Đê, Gia Rai and Ba Na have beside Vietnamese: composed letters, and letters with a breve of its own.
COMPOSED, APART_FOR_GOOD = "Ƀ ƀ Č č Ĕ ĕ Ĭ ĭ Ñ ñ Ŏ ŏ Ŭ ŭ", "Ê̆ ê̆ Ô̆ ô̆ Ơ̆ ơ̆ Ư̆ ư̆"


@every_printed
def test_languages_of_the_highlands_are_printed_in_one_font_that_has_all_their_letters(form: Printed):
    words = replace(
        ORDINARY, title="Đăm đăo kơ phung mblŭ jing kƀăt", do_now=(COMPOSED, APART_FOR_GOOD, "Không chuyển tiền.")
    )
    draft = drafted(form, words)
    assert draft["headline"] == words.title and form.faults(draft, words) == []
    for file in form.files:
        if file.content_type == "application/pdf":
            reader = PdfReader(io.BytesIO(form.make(file.name, draft, words)))
            fonts = {str(font["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()}
            assert fonts and all("NotoSans" in each for each in fonts), fonts
            assert said(words.title) in pages_text(reader)
            assert said(COMPOSED) in pages_text(reader)
            # One glyph of a mark stands for many letters: the file says which, for readers that listen (ours does not).
            meant = {
                str(operands[1]["/ActualText"])
                for page in reader.pages
                for operands, operator in page.get_contents().operations
                if operator == b"BDC" and "/ActualText" in operands[1]
            }
            assert set(APART_FOR_GOOD.split()[1:]) <= {unicodedata.normalize("NFC", each) for each in meant}, meant


def test_only_a_text_that_needs_the_other_font_gets_it():
    assert typeface_for([ORDINARY.title, "Ẵ ệ Ữ – “” 50.000 ₫"]) == HOUSE
    assert typeface_for([ORDINARY.title, "kƀăt"]) == typeface_for(["ê\u0306"]) == WIDE
    assert typeface_for(["e\u0302\u0301"]) == HOUSE  # ế, typed apart
    assert typeface_for(["សូម 🚨"]) == HOUSE  # which neither has
    assert not {chr(each) for each in WIDE.letters} & set("\u200b\u200d\u202e\u2066\ufeff")


@pytest.mark.parametrize(
    ("key", "name"),
    [("poster", "a3.png"), ("poster", "a4.png"), ("leaflet", "outside.png"), ("teaching", "page-2.png")],
)
@pytest.mark.parametrize("words", [ORDINARY, ENGLISH, HUGE], ids=["ordinary", "english", "huge"])
def test_the_qr_code_leads_to_the_campaign(key, name, words):
    picture = Image.open(io.BytesIO(drawn(key, name, words)))
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [words.url]


def test_the_panels_of_the_leaflet_are_in_the_order_of_a_letter_fold():
    """Outside, from the left: what is turned in, the back, the cover. Inside: how it works, signs, what to do."""
    outside, inside = (_places(page) for page in read("leaflet", "leaflet.pdf", ENGLISH).pages)
    third = 297 / 25.4 * 72 / 3
    order = [int(outside[words] // third) for words in ("If", "Report", "Scam")]
    assert order == [0, 1, 2]
    assert [int(inside[words] // third) for words in ("How", "Signs", "Hang")] == [0, 1, 2]


def _places(page) -> dict[str, float]:
    """The first word of each piece of text -> how far from the left it stands, in points."""
    found: dict[str, float] = {}

    def visit(text, matrix, at, _font, _size):
        words = text.split()
        if words:
            found.setdefault(words[0], at[4] * matrix[0] + at[5] * matrix[2] + matrix[4])

    page.extract_text(visitor_text=visit)
    return found


@every_printed
def test_a_text_that_does_not_fit_is_named_with_about_how_much_is_too_much(form: Printed):
    draft = drafted(form, HUGE)
    field = next(field for field in form.fields if field.name == "headline")
    faults = form.faults({**draft, "headline": "Chuyển khoản gấp cho người lạ " * 20}, HUGE)
    assert any(str(field.label) in fault and any(letter.isdigit() for letter in fault) for fault in faults), faults


@every_printed
def test_what_is_said_to_be_too_much_is_enough_to_take_away(form: Printed):
    """An editor who takes away as many letters as were named, three times at most, is done."""
    content = {**drafted(form, ORDINARY), "headline": "Chuyển khoản gấp cho người lạ " * 10}
    for _time in range(4):
        over = form._overflow(content, ORDINARY).get("headline")
        if over is None:
            break
        count = typesetting.letters_over(content["headline"], over)
        assert 0 < count < len(content["headline"])
        content["headline"] = content["headline"][:-count]
    assert form.faults(content, ORDINARY) == []
    assert len(content["headline"]) > 40


@every_printed
def test_letters_that_the_font_lacks_are_named_and_never_drawn(form: Printed):
    content = {**drafted(form, ORDINARY), "headline": "សូម 🚨"}
    faults = form.faults(content, ORDINARY)
    assert any("ស" in fault and "🚨" in fault for fault in faults), faults
    for file in form.files:
        assert form.make(file.name, content, ORDINARY)


@every_printed
def test_letters_of_another_script_in_the_campaign_are_not_dropped_in_silence(form: Printed):
    khmer = replace(ORDINARY, title="សូមប្រយ័ត្ន")
    assert drafted(form, khmer)["headline"] == "សូមប្រយ័ត្ន"
    assert form.faults(drafted(form, khmer), khmer)
    assert form.faults(drafted(form, ORDINARY), replace(ORDINARY, office="ស្ងួត"))


@every_printed
def test_an_office_whose_name_would_be_too_small_to_read_is_a_fault(form: Printed):
    """All have room for what offices are called; none prints 200 letters in a size that nobody can read."""
    usual = replace(ORDINARY, office="Ủy ban nhân dân, Sở Văn hóa, Thể thao và Du lịch tỉnh Ánh Dương (hư cấu)")
    assert form.faults(drafted(form, usual), usual) == []
    unreadable = replace(ORDINARY, office="Sở Văn hóa, Thể thao và Du lịch " * 40)
    with translation.override("en"):
        faults = form.faults(drafted(form, unreadable), unreadable)
    assert len(faults) == 1 and faults[0].startswith("“office that answers” does not fit: about"), faults


@every_printed
def test_a_number_that_the_campaign_does_not_name_is_refused(form: Printed):
    draft = drafted(form, ORDINARY)
    wrong = {**draft, "report_to": "0259 399 9998 – Công an tỉnh Ánh Dương (hư cấu)"}
    assert any("0259 399 9998" in fault for fault in form.faults(wrong, ORDINARY))
    again = {**draft, "report_to": "0259.399.9999 - Công an tỉnh"}
    assert form.faults(again, ORDINARY) == []


@every_printed
def test_signs_of_markup_are_printed_as_they_are(form: Printed):
    markup = "#panic() *đậm* _nghiêng_ $x^2$ <nhãn> @tham \\ [ngoặc] `mã` // /*"
    content = {**drafted(form, ORDINARY), "headline": markup}
    assert form.faults(content, ORDINARY) == []
    for file in form.files:
        made = form.make(file.name, content, ORDINARY)
        if file.content_type == "application/pdf":
            assert said(markup) in pages_text(PdfReader(io.BytesIO(made)))


@every_printed
def test_composed_and_decomposed_letters_make_the_same_file(form: Printed):
    composed = replace(
        APART,
        title=unicodedata.normalize("NFC", APART.title),
        short_answer=unicodedata.normalize("NFC", APART.short_answer),
        signs=tuple(unicodedata.normalize("NFC", each) for each in APART.signs),
        do_now=tuple(unicodedata.normalize("NFC", each) for each in APART.do_now),
        office=unicodedata.normalize("NFC", APART.office),
    )
    assert form.draft(composed) == form.draft(APART)
    draft = drafted(form, APART)
    for file in form.files:
        assert form.make(file.name, draft, composed) == form.make(file.name, draft, APART)


@every_printed
def test_a_draft_keeps_whole_points_while_one_fits(form: Printed):
    draft = drafted(form, HUGE)
    for field in form.fields:
        if field.name in ("how_it_works", "signs", "do_now", "if_paid"):
            kept = draft[field.name].split("\n")
            assert kept == list(getattr(HUGE, field.name)[: len(kept)]), field.name


@every_printed
def test_an_ordinary_campaign_is_not_shortened_at_all(form: Printed):
    draft = drafted(form, ORDINARY)
    assert draft["headline"] == ORDINARY.title
    assert draft.get("message", ORDINARY.short_answer) == ORDINARY.short_answer
    assert not any("…" in said for said in draft.values())
    for name in ("how_it_works", "if_paid", "do_now"):
        if name in draft:
            assert draft[name].split("\n") == list(getattr(ORDINARY, name))


def test_a_long_text_is_shortened_at_a_sentence_or_between_words():
    assert typesetting.shortened("Một hai ba. Bốn năm sáu bảy tám.", 20) == "Một hai ba."
    cut = typesetting.shortened("Chuyển khoản gấp cho người lạ qua điện thoại", 30)
    assert cut == "Chuyển khoản gấp cho người…"


def test_points_that_do_not_fit_together_are_left_out_whole():
    assert typesetting.chosen(("một " * 5, "hai " * 30, "ba " * 4), 3, 40) == ["một một một một một", "ba ba ba ba"]
    assert typesetting.chosen(("một " * 30, "ngắn"), 3, 40) == ["ngắn"]
    assert typesetting.chosen(("một " * 30,), 3, 40)[0].endswith("…")


def test_a_teaching_sheet_has_one_answer_for_each_message():
    form = forms()["teaching"]
    draft = drafted(form, HUGE)
    assert len(draft["messages"].split("\n")) == len(draft["answers"].split("\n")) >= 2
    assert "…" not in draft["messages"]
    one_less = {**draft, "answers": draft["answers"].split("\n")[0]}
    assert form.faults(draft, HUGE) == [] != form.faults(one_less, HUGE)


def test_answers_are_on_the_second_page_of_the_teaching_sheet_only():
    first, second = (said(page.extract_text()) for page in read("teaching", "sheet.pdf").pages)
    for question in ORDINARY.questions:
        assert said(question.message) in first and said(question.message) not in second
        assert said(question.why) in second and said(question.why) not in first


def test_a_place_to_report_without_a_telephone_shows_its_address():
    words = replace(ORDINARY, report_to=(ReportTo("Cổng phản ánh", "", "https://www.phananh.example/gui/"),))
    assert typesetting.contact_lines(words) == ("phananh.example/gui – Cổng phản ánh",)
    assert "phananh.example/gui" in pages_text(read("poster", "a4.pdf", words))


def test_alternative_texts_say_what_stands_on_the_pictures():
    for key in ("cards", "carousel"):
        form = forms()[key]
        telling = form.telling(drafted(form, ORDINARY), ORDINARY)
        assert ORDINARY.title in telling.pictures_alt[0] and ORDINARY.short_answer in telling.pictures_alt[0]
        assert "0259 399 9999" in telling.pictures_alt[-1]
    assert "Hang up." in forms()["carousel"].telling(forms()["carousel"].draft(ENGLISH), ENGLISH).pictures_alt[3]


def test_the_fixed_words_are_in_the_language_of_the_campaign():
    assert "Việccầnlàmngay" in pages_text(read("poster", "a4.pdf", ORDINARY))
    assert "Whattodonow" in pages_text(read("poster", "a4.pdf", ENGLISH))


def test_a_headline_on_a_poster_can_be_read_from_three_metres():
    """Capitals of at least 11 mm on A3: a 1/270 of the distance. Longer headlines are refused, not made smaller."""
    for words in (ORDINARY, HUGE):
        page = read("poster", "a3.pdf", words).pages[0]
        sizes: list[float] = []

        def visit(text, matrix, at, _font, size, sizes=sizes):
            if text.strip().startswith("Cảnh giác"):
                sizes.append(abs(at[3] * matrix[3]) * (size if size > 2 else 1))

        page.extract_text(visitor_text=visit)
        assert sizes and max(sizes) * 0.7 / 72 * 25.4 >= 10.8, (sizes, words.title[:20])
