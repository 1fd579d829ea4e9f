"""A table of incidents: read whatever wrote it, shown before anything is stored, and never registered twice."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.users.models import UserProfile

from cms import people
from cms.incidents import Appearance, Incident, Place, Topic
from cms.intake import columns, tables
from cms.intake.rows import Reader
from tests.make import make_incident, make_user

pytestmark = pytest.mark.django_db

HEADINGS = ["Nội dung", "Chủ đề", "Địa bàn", "Thấy lần đầu", "Nền tảng", "Đường dẫn"]
ROW = [
    "Nước máy toàn tỉnh nhiễm độc",
    "Y tế",
    "Xã Suối Mơ",
    "20/11/2026 08:30",
    "Facebook",
    "https://facebook.com/groups/1/posts/2",
]


@pytest.fixture(autouse=True)
def _words():
    Topic.objects.get_or_create(name="Y tế", slug="y-te")
    Place.objects.get_or_create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    with translation.override("en"):
        yield


@pytest.fixture
def editor(client):
    user = make_user(people.EDITOR)
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = "en"
    profile.save()
    client.force_login(user)
    return client


def as_csv(*rows, separator=";", encoding="utf-8"):
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def as_xlsx(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def look(client, content, name="bang.csv"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(reverse("intake_import"), {"do": "look", "file": file})


def take(client, preview, **decided):
    return client.post(reverse("intake_import"), {"do": "take", "carried": preview.context["carried"], **decided})


def fates(preview):
    return {row["number"]: row["fate"] for row in preview.context["planned"]}


def read(content):
    [(number, cells)] = tables.read(content).rows
    return Reader().read(number, cells)


# Reading ------------------------------------------------------------------------------------------------------


def decomposed(text):
    """As a Vietnamese keyboard of Windows writes it: the tone as a mark behind its letter."""
    import unicodedata

    made = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = [part for part in parts[1:] if part in "\u0300\u0301\u0303\u0309\u0323"]
        rest = "".join(part for part in parts if part not in tone)
        made += unicodedata.normalize("NFC", rest) + "".join(tone)
    return made


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_tables_of_every_usual_program_are_read(encoding, separator):
    rows = [[decomposed(cell) if encoding == "cp1258" else cell for cell in row] for row in (HEADINGS, ROW)]
    row = read(as_csv(*rows, separator=separator, encoding=encoding))
    assert not row.errors and row.claim == ROW[0]
    assert row.incident["topic_id"] == Topic.objects.get(slug="y-te").pk and row.seen["url"] == ROW[5]


@pytest.mark.parametrize(
    "written", ["20/11/2026 08:30", "20.11.2026 8:30", "2026-11-20T08:30", "2026-11-20 08:30:00+07:00"]
)
def test_dates_are_read_as_they_are_written_here(written):
    row = read(as_csv(HEADINGS, [*ROW[:3], written, *ROW[4:]]))
    assert row.incident["first_seen_at"] == "2026-11-20T08:30:00+07:00"


def test_a_spreadsheet_with_real_dates_and_english_headings_is_read():
    seen = timezone.datetime(2026, 11, 20, 8, 30)
    row = read(as_xlsx(["Claim", "Topic", "First seen", "Reach"], [ROW[0], "y-te", seen, 1200]))
    assert not row.errors and row.incident["first_seen_at"].startswith("2026-11-20T08:30") and row.seen["reach"] == 1200


@pytest.mark.parametrize(
    ("place", "cell", "words"),
    [
        (0, "Gọi 0912 345 678 nhận quà", "personal data"),
        (0, "=HYPERLINK(A1)", "formula"),
        (1, "Chuyện lạ", "There is no “Chuyện lạ”"),
        (3, "hôm qua", "no date"),
        (3, "31/02/2026", "no date"),
        (3, "01/01/2199", "future"),
        (5, "https://facebook.com/nguyenvanan1987", "account"),
        (5, "javascript:alert(1)", "no web address"),
        (1, "", "missing"),
    ],
)
def test_a_bad_cell_is_told_in_words_and_the_row_is_refused(place, cell, words):
    row = read(as_csv(HEADINGS, [*ROW[:place], cell, *ROW[place + 1 :]]))
    [told] = row.errors.values()
    assert words in told and not row.seen and "0912" not in told


def test_a_formula_in_a_spreadsheet_is_refused():
    row = read(as_xlsx(["Claim", "Topic", "First seen"], ["=1+1", "y-te", "20/11/2026"]))
    assert "formula" in row.errors["Claim"]


def test_who_posted_it_is_not_taken_over():
    table = tables.read(as_csv([*HEADINGS, "Người đăng", "Ghi chú"], [*ROW, "Nguyễn Văn An", "x"]))
    assert "Nguyễn" not in str(table.rows) and len(table.notes) == 2 and "Who posted" in table.notes[0]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    return out.getvalue()


def with_entities():
    """A spreadsheet whose first sheet defines entities in entities."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(["Claim"], ["a"]))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + content.replace(
                    b"<sheetData>", b"<sheetData>&b;"
                )
            new.writestr(part.filename, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (bomb, "unpacks to more"),
        (with_entities, "Excel file"),
        (b"PK\x03\x04nothing", "no Excel file"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "old Excel"),
        (b"\xd2\xd2\xff\x00\x01", "headings"),
        (b"a;b\r\n1;2", "headings"),
        (as_csv(HEADINGS), "no rows"),
        (as_csv(HEADINGS, *[ROW] * 2001), "2,000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
        (as_csv([*HEADINGS, "Nội dung"], ROW), "twice"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, words):
    with pytest.raises(tables.Unreadable, match=words):
        tables.read(content() if callable(content) else content)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_filled_in_is_read_again(language):
    with translation.override(language):
        made = columns.template_xlsx()
        head = columns.template_csv().decode("utf-8-sig").strip()
    book = openpyxl.load_workbook(io.BytesIO(made))
    filled = {"claim": ROW[0], "topic": book.worksheets[1]["A2"].value, "first_seen_at": "20/11/2026"}
    book.worksheets[0].append([filled.get(column) for column in columns.COLUMNS])
    out = io.BytesIO()
    book.save(out)
    row = read(out.getvalue())
    assert not row.errors and row.incident["topic_id"]
    assert [columns.column_of(name) for name in head.split(",")] == list(columns.COLUMNS)


# Preview and taking over --------------------------------------------------------------------------------------


def test_nothing_is_stored_before_it_is_taken_over_and_nothing_twice(editor):
    content = as_csv(HEADINGS, ROW, [*ROW[:4], "Zalo", ""])
    preview = look(editor, content)
    assert fates(preview) == {2: "new", 3: "adds"} and not Incident.objects.exists()
    for _twice in range(2):
        take(editor, preview)
    incident = Incident.objects.get()
    assert incident.origin == "import" and incident.appearances.count() == 2
    again = look(editor, content)
    assert fates(again) == {2: "known", 3: "known"} and not again.context["may_take"]
    take(editor, again)
    assert Incident.objects.count() == 1 and Appearance.objects.count() == 2


def test_the_same_table_of_years_ago_adds_nothing_twice_either(editor):
    content = as_csv(HEADINGS, [*ROW[:3], "20/11/2019", *ROW[4:]])
    take(editor, look(editor, content))
    assert fates(look(editor, content)) == {2: "known"}


def test_a_near_duplicate_waits_for_a_decision(editor):
    there = make_incident(claim="Nước máy toàn tỉnh bị nhiễm độc nặng, mọi người ngừng dùng ngay")
    content = as_csv(HEADINGS, ["nuoc may toan tinh nhiem doc nang, ngung dung ngay", *ROW[1:]])
    preview = look(editor, content)
    assert fates(preview) == {2: "doubt"}
    take(editor, preview)
    assert Incident.objects.count() == 1 and not there.appearances.exists()  # left out: nobody decided
    take(editor, preview, **{"row-2": str(there.pk)})
    assert Incident.objects.count() == 1 and there.appearances.count() == 1
    assert fates(look(editor, content)) == {2: "known"}


def test_a_near_duplicate_may_be_another_one(editor):
    make_incident(claim="Nước máy toàn tỉnh bị nhiễm độc nặng, mọi người ngừng dùng ngay")
    content = as_csv(HEADINGS, ["nuoc may toan tinh nhiem doc nang, ngung dung ngay", *ROW[1:]])
    take(editor, look(editor, content), **{"row-2": "new"})
    assert Incident.objects.count() == 2
    assert fates(look(editor, content)) == {2: "known"}


def test_a_row_can_only_be_put_where_the_preview_said(editor):
    other = make_incident(claim="Cầu treo sắp sập")
    there = make_incident(claim="Nước máy toàn tỉnh bị nhiễm độc nặng, mọi người ngừng dùng ngay")
    preview = look(editor, as_csv(HEADINGS, ["nuoc may toan tinh nhiem doc nang, ngung dung ngay", *ROW[1:]]))
    take(editor, preview, **{"row-2": str(other.pk)})
    assert not other.appearances.exists() and not there.appearances.exists()


def test_the_same_post_under_other_words_is_suggested(editor):
    there = make_incident(claim="Một chuyện hoàn toàn khác")
    Appearance.objects.create(
        incident=there, platform="facebook", url="https://m.facebook.com/groups/1/posts/2?utm_source=x"
    )
    assert fates(look(editor, as_csv(HEADINGS, ROW))) == {2: "known"}


def test_refused_rows_stay_out_and_their_words_do_not_travel(editor):
    preview = look(editor, as_csv(HEADINGS, ROW, ["Gọi 0912 345 678", *ROW[1:]]))
    assert fates(preview) == {2: "new", 3: "refused"} and "0912" not in preview.content.decode()
    assert take(editor, preview).status_code == 200 and Incident.objects.count() == 1


def test_a_preview_that_was_tampered_with_is_not_taken_over(editor):
    answer = editor.post(
        reverse("intake_import"),
        {"do": "take", "carried": "x" + look(editor, as_csv(HEADINGS, ROW)).context["carried"]},
    )
    assert "did not arrive whole" in answer.content.decode() and not Incident.objects.exists()


def test_only_who_may_register_incidents_may_import(client):
    client.force_login(make_user(people.CHECKER))
    assert client.get(reverse("intake_import"), HTTP_X_REQUESTED_WITH="XMLHttpRequest").status_code in {302, 403}
    assert client.get(reverse("intake_template", args=["csv"])).status_code in {302, 403}


def test_the_templates_are_handed_out(editor):
    for form in ("csv", "xlsx"):
        answer = editor.get(reverse("intake_template", args=[form]))
        assert answer.status_code == 200 and f".{form}" in answer["Content-Disposition"]


def test_the_preview_asks_the_database_a_constant_number_of_times(editor, django_assert_max_num_queries):
    rows = [[f"Tin đồn số {number} về chuyện {number * 7}", *ROW[1:5], ""] for number in range(60)]
    with django_assert_max_num_queries(22):
        look(editor, as_csv(HEADINGS, *rows))
