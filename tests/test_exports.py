"""No table that leaves the project holds a formula: what somebody wrote stays text in whoever's spreadsheet."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cms import people
from publishing.text import cell_text
from tests.make import listed_indicator, make_campaign, make_rebuttal, make_user, publish, team

ROOT = Path(__file__).resolve().parent.parent
FORMULA = '=HYPERLINK("https://xau.example","Xem")'
HEADINGS_ALONE = {"cms/intake/columns.py"}  # and the vocabulary, whose words go through cell_text too


def test_whoever_writes_a_table_lets_every_cell_go_through_the_one_helper():
    writers = set()
    for package in ("cms", "campaigns", "publishing"):
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text())
            names = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)}
            if names & {"csv.writer", "csv.DictWriter", "openpyxl.Workbook", "Workbook"}:
                assert "cell_text" in names, f"{path}: what it writes may be a formula"
                writers.add(str(path.relative_to(ROOT)))
    assert len(writers) >= 6, "this test no longer finds them"


@given(st.text(max_size=40))
def test_no_text_begins_like_a_formula(text):
    cell = cell_text(text)
    assert cell.lstrip()[:1] not in set("=+-@＝＋－＠") and cell[:1] not in set("\t\r\n")
    assert cell.removeprefix("'") == text or cell == text


def begins(content: str) -> set[str]:
    return {cell.lstrip()[:1] for row in csv.reader(io.StringIO(content.lstrip("\ufeff"))) for cell in row if cell}


@pytest.mark.django_db
def test_tables_of_the_admin_hold_titles_as_text(client):
    editor, checker, approver = team()
    publish(make_rebuttal(owner=editor, title=FORMULA, slug="x"), editor, checker, approver)
    campaign = publish(make_campaign(owner=editor, title=FORMULA), editor, checker, approver)
    listed_indicator(campaign=campaign, evidence=FORMULA)
    client.force_login(make_user(people.ADMINISTRATOR, last_name=FORMULA))
    addresses = [
        f"{reverse(f'wagtailadmin_reports:{name}')}?export=csv"
        for name in ("site_history", "aging_pages", "workflow", "workflow_tasks", "page_types_usage")
    ]
    addresses += [f"{reverse('wagtailusers_users:index')}?export=csv", reverse("campaigns_indicators_whole")]
    seen = 0
    for address in [*addresses, "/indicators.csv"]:
        answer = client.get(address)
        content = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        if answer.get("Content-Type", "").startswith("text/csv"):
            seen += "HYPERLINK" in content
            assert not begins(content) & set("=+@"), address
    assert seen >= 4
