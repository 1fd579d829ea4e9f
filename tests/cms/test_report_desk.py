"""The report on the desk, as a workbook and as an official document: for those who may, right, and nothing typed is lost."""

from __future__ import annotations

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from docx import Document
from docx.shared import Mm, Pt
from wagtail.models import ModelLogEntry

from cms import people
from cms.audit.entries import AuditEntry
from cms.audit.sealing import seal
from cms.audit.words import more
from cms.incidents import Incident
from cms.models import ReportWording
from cms.reports.sections import Unit
from cms.reports.wording import TEXTS, fault, fill, places, wording
from cms.reports.writing import change, with_unit
from publishing.models import Organisation
from tests.make import make_incident, make_office, make_user

pytestmark = pytest.mark.django_db

OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(autouse=True)
def _english_in_december(settings):
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(datetime(2026, 12, 3, 9, tzinfo=OFFICE), tick=False):
        yield


@pytest.fixture
def editor(client):
    user = make_user(people.EDITOR)
    client.force_login(user)
    return user


def page(client, name="report", **query) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse(name), query).content, "html.parser")


def november(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=OFFICE)


# On screen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [people.EDITOR, people.APPROVER, people.ADMINISTRATOR])
def test_who_needs_reports_finds_them_in_the_menu_and_gets_the_last_month(client, role):
    client.force_login(make_user(role))
    make_incident(registered_at=november(4))
    found = page(client)
    assert "From 01/11/2026 to 30/11/2026, compared with 01/10/2026 to 31/10/2026." in found.text
    assert found.select_one("[aria-current=page]").text == "Last month"
    assert reverse("report") in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("role", [people.CHECKER, people.PUBLISHER, ""])
@pytest.mark.parametrize("name", ["report", "report_official"])
def test_nobody_else_makes_reports(client, role, name):
    client.force_login(make_user(role))
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer.status_code == 302  # back to where they may be
        assert "attachment" not in answer.get("Content-Disposition", "")


def test_each_figure_says_how_it_is_counted_and_every_drawing_has_its_table(client, editor):
    for day in (4, 5):
        make_incident(registered_at=november(day), kind="scam" if day == 4 else "rumour")
    found = page(client)
    for row in found.select(".report-figures tbody tr"):
        assert len(row.select_one("th p").text) > 20
    drawings = found.select(".desk-figures svg")
    assert len(drawings) >= 2
    for drawing in drawings:
        assert drawing["aria-hidden"] == "true"
        assert drawing.find_parent("div", class_="desk-figures").select_one("table caption")


def test_a_figure_leads_to_exactly_the_incidents_behind_it(client, editor):
    edges = [datetime(2026, 11, 1, 0, 30, tzinfo=OFFICE), datetime(2026, 11, 30, 23, 30, tzinfo=OFFICE)]
    inside = [make_incident(registered_at=at, kind="scam") for at in edges]
    make_incident(registered_at=datetime(2026, 10, 31, 23, 30, tzinfo=OFFICE), kind="scam")
    make_incident(registered_at=november(3), kind="rumour")
    gone = make_incident(registered_at=november(3), kind="scam")
    Incident.objects.filter(pk=gone.pk).update(status="merged", merged_into=inside[0])
    link = next(a for a in page(client).select("a") if "kind=scam" in a.get("href", ""))
    listed = client.get(link["href"]).context["object_list"]
    assert {one.pk for one in listed} == {one.pk for one in inside}


@pytest.mark.parametrize("role", [people.EDITOR, people.APPROVER, people.ADMINISTRATOR])
def test_every_list_that_a_figure_leads_to_can_be_opened(client, role):
    client.force_login(make_user(role))
    make_incident(registered_at=november(4))
    links = {a["href"] for a in page(client).select(".report-part a") if a["href"].startswith("/")}
    assert len(links) >= 7
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"start": "2026-11-09", "end": "2026-11-01"}, "The last day is before the first one."),
        ({"start": "2020-01-01", "end": "2026-11-01"}, "At most three years are reported at once."),
        ({"start": "1990-01-01", "end": "1990-11-01"}, "There is nothing to report from so long ago."),
        ({"start": "soon", "end": "2026-11-01"}, "Enter a valid date."),
        ({"start": "2026-11-01"}, "This field is required."),
    ],
)
def test_a_period_that_cannot_be_is_said_and_kept(client, editor, query, words):
    found = page(client, **query)
    assert words in found.select_one(".error-message").text
    assert found.select_one("[name=start]")["value"] == query["start"]
    assert client.post(f"{reverse('report')}?{'&'.join('='.join(one) for one in query.items())}").status_code == 200


def test_one_day_and_a_period_that_is_not_over_can_be_reported(client, editor):
    make_incident(registered_at=november(30, 23))
    assert "Incidents registered" in page(client, start="2026-11-30", end="2026-11-30").text
    assert "This period is not over yet" in page(client, period="this_quarter").text


def test_the_page_costs_as_many_queries_with_a_hundred_incidents_as_with_one(client, editor):
    make_incident(registered_at=november(1))
    client.get(reverse("report"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("report"))
    for number in range(30):
        make_incident(registered_at=november(1 + number % 30), claim=f"Tin {number}")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("report"))
    assert len(many) <= len(few) + 2  # places and topics are asked only where there are any


# As a workbook ------------------------------------------------------------------------------------------------


def workbook(client, **query):
    answer = client.post(f"{reverse('report')}?period={query.get('period', 'last_month')}")
    assert answer["Content-Disposition"] == 'attachment; filename="report-2026-11-01-2026-11-30.xlsx"'
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def test_the_workbook_has_a_sheet_a_section_with_real_numbers_and_dates(client, editor):
    make_incident(registered_at=november(4))
    Incident.objects.update(answered_at=november(4, 16), noticed_at=november(4, 12), status="answered")
    book = workbook(client)
    assert book.sheetnames[:3] == ["Period", "Incidents", "How soon the public heard"]
    assert len(book.sheetnames) == 8
    assert book["Period"]["B3"].value == datetime(2026, 11, 1)
    assert book["Period"]["B3"].number_format == "dd/mm/yyyy"
    rows = {row[0].value: row for row in book["How soon the public heard"].iter_rows()}
    assert rows["Time to the answer, median (hours)"][1].value == 6.0
    assert rows["Time to the answer, median, in working hours (hours)"][1].value == 5.0
    share = rows["Answer within the deadline"]
    assert (share[1].value, share[1].number_format, share[2].value) == (1, "0.0%", None)
    assert all(row[4].value for label, row in rows.items() if label in rows and isinstance(row[1].value, float))


def test_no_name_in_the_workbook_is_taken_for_a_formula(client, editor):
    one = make_incident(registered_at=november(4))
    one.place.name = '=HYPERLINK("https://x.example","y")'
    one.place.save()
    cells = [cell for sheet in workbook(client) for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if isinstance(cell.value, str) and "HYPERLINK" in cell.value] == [
        '\'=HYPERLINK("https://x.example","y")'
    ]
    assert not [cell for cell in cells if cell.data_type == "f"]


# As an official document --------------------------------------------------------------------------------------


def typed(client, **query) -> dict[str, str]:
    """The form as it is offered."""
    found = page(client, "report_official", **query)
    return {
        name: found.select_one(f"[name={name}]").get("value") or found.select_one(f"[name={name}]").text.lstrip("\n")
        for name in TEXTS
    }


def document(client, texts, **query):
    answer = client.post(f"{reverse('report_official')}?period=last_month", texts)
    assert answer["Content-Disposition"] == 'attachment; filename="report-2026-11-01-2026-11-30.docx"'
    return Document(io.BytesIO(answer.content))


def words(of) -> str:
    tables = [cell.text for table in of.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in of.paragraphs), *tables])


def test_the_document_has_the_form_of_decree_30(client, editor):
    make_office(name="Trung tâm Thông tin tỉnh Ánh Dương (hư cấu)")
    texts = typed(client) | {"superior": "UBND tỉnh Ánh Dương", "code": "BC-TTTT", "place_name": "Ánh Dương"}
    made = document(client, texts | {"signer_title": "KT. Giám đốc\nPhó Giám đốc", "signer_name": "Nguyễn Văn Mẫu"})
    paper = made.sections[0]
    assert (round(paper.page_width.mm), round(paper.page_height.mm)) == (210, 297)
    top, bottom, left, right = (
        round(side.mm) for side in (paper.top_margin, paper.bottom_margin, paper.left_margin, paper.right_margin)
    )
    assert 20 <= top <= 25 and 20 <= bottom <= 25 and 30 <= left <= 35 and 15 <= right <= 20
    assert (made.styles["Normal"].font.name, made.styles["Normal"].font.size) == ("Times New Roman", Pt(14))
    assert {run.font.name for line in made.paragraphs for run in line.runs} == {None}  # nothing else anywhere
    head = made.tables[0]
    assert head.cell(0, 0).text.strip() == "UBND TỈNH ÁNH DƯƠNG\nTRUNG TÂM THÔNG TIN TỈNH ÁNH DƯƠNG (HƯ CẤU)"
    assert head.cell(0, 1).text.strip() == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    assert head.cell(1, 0).text == "Số:        /BC-TTTT"
    assert head.cell(1, 1).text == "Ánh Dương, ngày … tháng 12 năm 2026"
    lines = [line.text for line in made.paragraphs]
    assert lines.index("BÁO CÁO") < lines.index("I. KẾT QUẢ") < lines.index("II. ĐÁNH GIÁ CHUNG")
    body = next(line for line in made.paragraphs if line.text.startswith("Thực hiện nhiệm vụ"))
    assert body.alignment == 3  # justified
    assert Mm(10) <= body.paragraph_format.first_line_indent <= Mm(13)
    foot = made.tables[-1]
    assert foot.cell(0, 0).text.split("\n") == ["Nơi nhận:", "- Như trên;", "- Lãnh đạo cơ quan;", "- Lưu: VT."]
    assert foot.cell(0, 1).text.split("\n")[:2] == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
    assert foot.cell(0, 1).text.endswith("Nguyễn Văn Mẫu")
    assert made.core_properties.comments == ""


def test_the_document_is_in_vietnamese_for_whoever_makes_it_with_numbers_as_written_there(client, editor):
    for number in range(3):
        make_incident(registered_at=november(4), claim=f"Tin {number}")
    Incident.objects.update(answered_at=november(4, 15), noticed_at=november(4, 11), status="answered")
    with translation.override("en"):
        texts = typed(client)
        assert "tháng 11" in texts["subject"] or "month 11" in texts["subject"]
        assert "từ ngày 01/11/2026 đến ngày 30/11/2026" in texts["introduction"]
        assert "đã đăng ký 3 sự việc" in texts["assessment"]
        made = document(client, texts)
    assert "Bảng 1. " in words(made)
    assert "CÁCH TÍNH SỐ LIỆU" in words(made)
    with translation.override("vi"):
        assert with_unit(1234.56, Unit.HOURS).startswith("1.234,6")
        assert with_unit(1234567, Unit.COUNT) == "1.234.567"
        assert with_unit(0.8535, Unit.SHARE) == "85,4 %"
        assert (change(-1500, Unit.COUNT), change(0.04, Unit.HOURS), change(12.25, Unit.HOURS)) == (
            "−1.500",
            "0,0",
            "+12,2",
        )


def test_what_an_editor_changes_for_one_report_is_in_it_and_the_template_stays(client, editor):
    texts = typed(client) | {"assessment": "Tháng này {không} có gì & <b>lạ</b>.\r\nHai dòng."}
    made = document(client, texts)
    assert "Tháng này {không} có gì & <b>lạ</b>.\nHai dòng." in words(made)
    assert "lạ" not in typed(client)["assessment"]
    assert not ReportWording.objects.exists()


def test_a_missing_part_is_said_and_everything_typed_is_still_there(client, editor):
    texts = typed(client) | {"superior": "", "assessment": "Một đoạn dài đã viết."}
    answer = client.post(f"{reverse('report_official')}?period=last_month", texts)
    found = BeautifulSoup(answer.content, "html.parser")
    assert "What you typed is still there." in found.text
    assert found.select_one("[name=assessment]").text.strip() == "Một đoạn dài đã viết."
    assert not ModelLogEntry.objects.filter(action="cms.report").exists()


def test_control_characters_pasted_into_a_text_do_not_spoil_the_document(client, editor):
    assert "trước\x0bsau" not in words(document(client, typed(client) | {"closing": "trước\x0bsau"}))


def test_tables_carry_captions_and_their_heads_over_pages_and_cut_no_row(client, editor):
    for number in range(40):
        one = make_incident(registered_at=november(4), claim=f"Tin {number}")
        one.place = type(one.place).objects.create(name=f"Xã số {number}", slug=f"xa-so-{number}")
        one.save()
    made = document(client, typed(client))
    tables = made.tables[1:-1]
    captions = [line.text for line in made.paragraphs if line.text.startswith("Bảng ")]
    assert len(captions) == len(tables) >= 8
    for table in tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)
        assert len(table.rows) <= 16
        assert sum(cell.width for cell in table.rows[0].cells) <= Mm(161)
    assert any("Còn 26 dòng khác" in row.cells[0].text for table in tables for row in table.rows)


# The templates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Có {incidents} sự việc từ {from} đến {to}.", ""),
        ("Có {incident} sự việc.", "There is no place {incident}."),
        ("Có {incidents sự việc.", "near “Có {incidents sự việc."),
        ("Có incidents} sự việc.", "A curly bracket does not belong to any place"),
        ("Có {Incidents} sự việc.", "A curly bracket does not belong to any place"),
    ],
)
def test_a_template_with_a_place_that_does_not_exist_is_refused_with_its_name(text, words):
    with translation.override("en"):
        own = ReportWording(assessment=text)
        if not words:
            own.full_clean()
            return
        with pytest.raises(ValidationError) as refused:
            own.full_clean()
    assert words in refused.value.message_dict["assessment"][0]


def test_the_templates_as_delivered_have_only_places_that_there_are():
    known = set(places())
    assert not [name for name in TEXTS if fault(str(getattr(ReportWording(), name)), known)]
    assert {"incidents", "answered", "campaigns", "reached_median", "office"} <= known


def test_a_place_that_is_gone_since_stays_readable_for_the_person_who_reads_it_over():
    assert fill("Có {incidents} và {gone}.", {"incidents": "3"}) == "Có 3 và {gone}."


def test_administrators_edit_the_templates_and_see_every_place(client):
    client.force_login(make_user(people.ADMINISTRATOR))
    address = reverse("wagtailsettings:edit", args=["cms", "reportwording"])
    opened = client.get(address, follow=True)
    assert "{incidents}" in opened.content.decode()
    texts = {name: str(getattr(wording(), name)) for name in TEXTS}
    answer = client.post(opened.request["PATH_INFO"], texts | {"tasks": "Còn {tất cả} việc."})
    assert "A curly bracket does not belong" in answer.content.decode()
    client.post(opened.request["PATH_INFO"], texts | {"tasks": "Còn {open} việc.", "signer_name": "Trần Thị Mẫu"})
    assert (wording().tasks, wording().signer_name) == ("Còn {open} việc.", "Trần Thị Mẫu")


def test_editors_do_not_change_the_templates(client, editor):
    answer = client.get(reverse("wagtailsettings:edit", args=["cms", "reportwording"]), follow=True)
    assert 'name="tasks"' not in answer.content.decode()
    assert "Edit the templates" not in page(client, "report_official").text


def test_the_only_office_signs_where_nobody_entered_a_name():
    make_office(name="Trung tâm A")
    assert "Trung tâm A báo cáo" in wording().filled(make_report())["introduction"]
    Organisation.objects.create(name="Trung tâm B", is_office=True)
    assert wording().filled(make_report())["issuer"] == "…"


def make_report():
    from cms.reports.period import Period
    from cms.reports.sections import make

    return make(Period(date(2026, 11, 1), date(2026, 11, 30)))


# Who made it --------------------------------------------------------------------------------------------------


def test_who_made_which_report_is_in_the_audit(client, editor):
    workbook(client)
    document(client, typed(client))
    assert [
        (one.user, one.data["report"]) for one in ModelLogEntry.objects.filter(action="cms.report").order_by("pk")
    ] == [(editor, "xlsx 2026-11-01 – 2026-11-30"), (editor, "docx 2026-11-01 – 2026-11-30")]
    seal()
    entries = AuditEntry.objects.filter(deed="cms.report").order_by("number")
    assert [more(one) for one in entries] == ["xlsx 2026-11-01 – 2026-11-30", "docx 2026-11-01 – 2026-11-30"]
