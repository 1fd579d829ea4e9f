"""Whatever is read is read, or refused in words: invented files, addresses and texts break no reader and no writer.

Few cases each here; ``HYPOTHESIS_PROFILE=long pytest tests/test_fuzz.py`` invents a hundred times as many.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import openpyxl
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.forms import ValidationError as FormError
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from campaigns.indicator_rules import NotListed, defanged, normal, plain, shown
from cms import personal_data, uploads
from cms.finding.links import links_in, same_address, without_links
from cms.finding.search import fold
from cms.intake import tables
from cms.sent_in.submitted_picture import made_anew
from publishing.channels.addresses import clean_address, is_public
from publishing.channels.newsroom import Newsroom
from publishing.channels.webhook_message import encoded, headers
from publishing.story import Action
from publishing.text import clip, clusters
from tests.publishing.stories import make_story
from tests.publishing.test_newsroom import VALIDATOR

# What breaks readers: other scripts, joined and lone marks, signs that turn the direction, zeros, ends of lines.
ODD = st.sampled_from(
    [
        "\0",
        "\r\n",
        "\u2028",
        "\u202e",
        "e\u0301",
        "\u0323",
        "\ufeff",
        "👩‍👩‍👧",
        "ﬁ",
        "ı",
        "=1+1",
        "]]>",
        "&",
        "<b>",
        "\ud7ff",
    ]
)
TEXT = st.lists(st.text(max_size=20) | ODD, max_size=6).map("".join)
HOST = st.sampled_from(
    [
        "a.example",
        "xn--a",
        "[::1]",
        "[",
        "127.0.0.1",
        "0x7f.1",
        "ví-dụ.vn",
        "a..b",
        "-",
        "%00",
        "a" * 300,
        "10.0.0.1:99999",
    ]
)
ADDRESS = st.builds(
    lambda scheme, host, path: f"{scheme}{host}{path}",
    st.sampled_from(
        ["http://", "https://", "hxxps://", "//", "", "javascript:", "file:///", "http:\\\\", "ftp://u:p@"]
    ),
    HOST,
    st.lists(st.sampled_from(["/", "..", "?q=", "#", "@", ":", " ", "%2e", "\t", "[.]", "đ"]), max_size=6).map("".join),
)


# Tables ---------------------------------------------------------------------------------------------------------


def read(content: bytes) -> tables.Table | None:
    try:
        return tables.read(content)
    except tables.Unreadable as refused:
        assert str(refused.args[0]).strip(), "without a word"
        return None


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", "Nội dung;Loại\n".encode()]),
)
def test_no_bytes_break_the_reading_of_a_table(content, begins):
    read(begins + content)


@given(
    st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=6),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-8"]),
)
def test_a_table_of_any_words_is_read_row_by_row(rows, separator, encoding):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([["claim", "kind"], *rows])
    found = read(out.getvalue().encode(encoding, "surrogatepass" if encoding != "utf-16" else "replace"))
    for _number, row in found.rows if found else []:
        assert set(row) <= {"claim", "kind"}


@given(
    st.lists(
        st.lists(TEXT | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none(), max_size=3), max_size=4
    )
)
def test_a_workbook_of_any_cells_is_read_or_refused(rows):
    book = openpyxl.Workbook()
    book.active.append(["claim", "kind", "url"])
    for row in rows:
        try:
            book.active.append(row)
        except openpyxl.utils.exceptions.IllegalCharacterError:
            assume(False)
    out = io.BytesIO()
    book.save(out)
    read(out.getvalue())


@given(
    st.dictionaries(
        st.sampled_from(
            ["xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml", "../x", "xl/sharedStrings.xml"]
        ),
        st.binary(max_size=60),
        max_size=5,
    ),
    st.integers(0, 40),
)
def test_a_damaged_workbook_is_refused_in_words(parts, cut):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>' + content)
    assert read(out.getvalue()[: len(out.getvalue()) - cut]) is None


# Files ----------------------------------------------------------------------------------------------------------


@given(
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a", b"%PDF-"]),
    st.binary(max_size=200),
    TEXT,
)
def test_no_file_breaks_what_looks_into_it(begins, content, name):
    for ending in ("jpg", "pdf", "docx", "mp3", "txt"):
        try:
            uploads.check(ContentFile(begins + content, name=f"{name[:20].replace('/', '')}.{ending}"))
        except ValidationError as refused:
            assert refused.messages
    for made in (made_anew, uploads.bare_picture):
        try:
            made(ContentFile(begins + content, name="x.jpg"))
        except ValidationError as refused:
            assert refused.messages


# Addresses and texts ----------------------------------------------------------------------------------------------


@given(ADDRESS)
def test_an_address_for_a_channel_is_one_or_is_refused_in_words(address):
    for may_be_private in (True, False):
        try:
            clean = clean_address(address, may_be_private)
        except FormError as refused:
            assert refused.messages
            continue
        parts = urlsplit(clean)
        assert parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
        is_number = re.fullmatch(r"[\d.]+|[0-9a-f]*:[0-9a-f:]+", parts.hostname)
        assert may_be_private or not is_number or is_public(parts.hostname)


@given(ADDRESS | TEXT, st.sampled_from(["web", "phone", "account", "sender"]))
def test_an_indicator_is_made_harmless_and_compares_with_what_it_was(value, kind):
    try:
        once = normal(kind, value)
    except NotListed as refused:
        assert str(refused.words)
        return
    public = shown(kind, value)
    if kind == "web":
        assert (
            not re.match(r"https?:", public)
            and "." not in public.replace("[.]", "").split("/")[2 if "//" in public else 0]
        )
        assert normal(kind, defanged(plain(value))) == once, "made harmless it is the same"


@given(TEXT | ADDRESS)
def test_reading_of_messages_takes_any_text(text):
    for link in links_in(text):
        same_address(link)
    without_links(text)
    assert fold(fold(text)) == fold(text)
    assert not personal_data.find(personal_data.masked(text))
    assert "".join(clusters(text)) == text
    assert len(clusters(clip(text, 40))) <= 40


# What newsrooms and receivers get -----------------------------------------------------------------------------------


@given(TEXT, TEXT, TEXT)
def test_items_for_newsrooms_are_whole_whatever_is_in_the_story(title, short, body):
    assume(title.strip() and short.strip())
    story = replace(make_story(), title=title, short_answer=short, body_html=f"<p>{body}</p>", body_text=body)
    post = Newsroom({"formats": "both"}, {}, owner="Đài").render(story, Action.POST, "m7k2p9x4qa")
    for file in post.files:
        if file.name.endswith(".xml"):
            assert etree.fromstring(file.text.encode()).tag.endswith("newsItem")
        elif file.name.endswith(".json"):
            VALIDATOR.validate(json.loads(file.text))


@given(TEXT, st.integers(0, 10_000), st.sampled_from(["body", "id", "time", "secret", "none"]))
def test_a_signature_fits_its_own_message_and_no_other(text, moment, changed):
    told: dict[str, Any] = {"version": 1, "text": text}
    body = encoded(told)
    sent = headers("id-1", body, ["s" * 24], 1_800_000_000 + moment)
    again = headers(
        "id-2" if changed == "id" else "id-1",
        body + b" " if changed == "body" else body,
        ["t" * 24 if changed == "secret" else "s" * 24],
        1_800_000_000 + moment + (1 if changed == "time" else 0),
    )
    assert (sent == again) is (changed == "none")
    assert json.loads(body)["text"] == text
