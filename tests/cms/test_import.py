"""Other people's fact checks become drafts, whatever is wrong with them, and nothing more than drafts."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from cms import gate, people
from cms.claims import Verdict
from cms.incidents import Appearance
from cms.models import AnswerList, Evidence, Rebuttal
from cms.schema_org.defects import defects
from tests.make import make_incident, make_office, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db

FIXTURE = Path(__file__).parent.parent / "fixtures" / "claimreview_defects.json"
ROWS = json.loads(FIXTURE.read_text())


def run(path, *arguments):
    """What was said, line by line, and what of it went to the error stream."""
    out, errors = io.StringIO(), io.StringIO()
    call_command("import_claimreviews", str(path), *arguments, stdout=out, stderr=errors)
    return out.getvalue().splitlines()


def written(tmp_path, value, name="nhap.json", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode(encoding))
    return path


def review(number=1, **values):
    return {**ROWS[0]["review"], "url": f"https://kiemtin.example/khac-{number}", **values}


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row['defect'] or 'other'}" for n, row in enumerate(ROWS, 1)])
def test_each_defect_is_named_and_survived(tmp_path, row):
    codes = [defect.code for defect in defects(row["review"])]
    assert not row["defect"] or row["defect"] in codes
    run(written(tmp_path, row["review"]))
    made = Rebuttal.objects.first()
    assert (made is None) == (row["end"] == "refused")
    if made:
        assert (made.verdict, made.live) == (row["verdict"], False)
        assert "<" not in made.claim and "&" not in made.claim and "alert" not in made.claim
        assert len(made.claim) <= 300


def test_the_whole_list_is_counted(tmp_path):
    with translation.override("en"):
        lines = run(written(tmp_path, [row["review"] for row in ROWS]))
    ends = [row["end"] for row in ROWS]
    assert len(lines) == len(ROWS) + 1
    imported, doubtful, refused = (ends.count(end) for end in ("imported", "doubtful", "refused"))
    total = (
        f"{len(ROWS)} records: {imported} imported, {doubtful} imported with doubts, 0 already here, {refused} refused."
    )
    assert lines[-1] == total
    assert Rebuttal.objects.count() == ends.count("imported") + ends.count("doubtful")
    with translation.override("en"):
        for line, row in zip(lines, ROWS, strict=False):
            said = {"imported": "imported: ", "doubtful": "imported with doubts: ", "refused": "refused: "}[row["end"]]
            assert said in line, line
            if row["defect"] and row["end"] == "doubtful":
                words = next(str(one.words) for one in defects(row["review"]) if one.code == row["defect"])
                assert words in line, line


def test_a_draft_has_its_source_and_cannot_go_out_as_it_is(tmp_path):
    owner = make_user(people.EDITOR, username="bientap")
    make_office()
    run(written(tmp_path, review(1)), "--owner", "bientap")
    page = Rebuttal.objects.get()
    [source] = page.evidence.all()
    assert (source.kind, source.url) == (Evidence.Kind.SECONDARY, "https://kiemtin.example/khac-1")
    assert "Báo Kiểm Tin (hư cấu)" in source.title and source.stance == Evidence.Stance.AGAINST
    assert (page.live, page.owner, page.current_workflow_state) == (False, owner, None)
    assert page.get_latest_revision().user == owner and page.first_published_at is None
    missing = {reason.code for reason in gate.reasons(page.get_latest_revision_as_object())}
    assert {"no_short_answer", "no_primary_evidence", "no_incident", "no_why", "no_reach_attempt"} <= missing


def test_no_person_is_kept(tmp_path):
    run(written(tmp_path, [row["review"] for row in ROWS]))
    everything = json.dumps(
        [page.serializable_data() for page in Rebuttal.objects.all()], default=str, ensure_ascii=False
    )
    for secret in ("Nguyễn Văn Hư Cấu", "Trần Thị Hư Cấu", "0912"):
        assert secret not in everything, secret


def test_personal_data_is_told_of_but_not_repeated(tmp_path):
    lines = run(written(tmp_path, review(1, claimReviewed="Gọi 0912 345 678 để nhận quà của tỉnh")))
    assert "0912" not in "".join(lines) and Rebuttal.objects.get().claim == "Gọi … để nhận quà của tỉnh"


def test_nothing_is_imported_twice_even_after_the_editor_has_rewritten_it(tmp_path):
    path = written(tmp_path, [review(1), review(1), review(2)])
    run(path)
    assert Rebuttal.objects.count() == 2
    for page in Rebuttal.objects.all():
        page.claim = "Một câu khác hẳn"
        page.evidence.all().delete()
        page.save()
    run(path)
    assert Rebuttal.objects.count() == 2


def test_one_review_of_two_claims_makes_two_drafts(tmp_path):
    run(written(tmp_path, [review(1), review(1, claimReviewed="Điều thứ hai trong cùng một bài")]))
    assert Rebuttal.objects.count() == 2


def test_a_rehearsal_writes_nothing_and_counts_the_same(tmp_path):
    path = written(tmp_path, [*(row["review"] for row in ROWS), ROWS[0]["review"]])
    rehearsed = run(path, "--dry-run")
    assert Rebuttal.objects.count() == 0
    assert run(path) == rehearsed[:-1]


@pytest.mark.parametrize(
    "form",
    [
        lambda one, two: json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, one, two]}),
        lambda one, two: json.dumps({"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [one]}, {"item": two}]}),
        lambda one, two: json.dumps(one) + "\n\n" + json.dumps(two) + "\n",
        lambda one, two: f"<!doctype html><html><head><script type='application/ld+json'>{json.dumps(one)}</script><script>var x = '<';</script><body><p>x<script type=\"application/ld+json; charset=utf-8\">{json.dumps([two])}</script>",
        lambda one, two: json.dumps([[one], {"review": {"deep": two}}]),
    ],
    ids=["graph", "datafeed", "lines", "html", "nested"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_form_is_read(tmp_path, form, encoding):
    run(written(tmp_path, form(review(1), review(2)), encoding=encoding))
    assert Rebuttal.objects.count() == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"not json at all", b"{", b"[" * 200_000, b'{"a":' * 100_000, b"\x1f\x8b\x08\x00 compressed",
        "Tin giả".encode("utf-16-le"), b"\xff\xfe\x00", "déjà vu".encode("cp1252"),
        b"[" + b"9" * 5000 + b"]", b"<html><script type='application/ld+json'>{</script>", b'{"@type": "Recipe"}', b"null", b"<",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_nothing_is_made(tmp_path, raw):
    path = tmp_path / "la.json"
    path.write_bytes(raw)
    out = io.StringIO()
    try:
        call_command("import_claimreviews", str(path), stdout=out, stderr=io.StringIO())
        assert "1 " in out.getvalue(), "a part was refused"
    except CommandError:
        pass
    assert Rebuttal.objects.count() == 0


def test_a_file_too_large_is_left_alone(tmp_path, monkeypatch):
    from cms.schema_org import import_reading

    monkeypatch.setattr(import_reading, "MOST_BYTES", 100)
    with pytest.raises(CommandError):
        run(written(tmp_path, review(1)))
    assert Rebuttal.objects.count() == 0


def test_a_missing_file_stops_none_of_the_others(tmp_path):
    with pytest.raises(CommandError):
        call_command(
            "import_claimreviews", str(tmp_path / "x.json"), str(written(tmp_path, review(1))),
            stdout=io.StringIO(), stderr=io.StringIO(),
        )  # fmt: skip
    assert Rebuttal.objects.count() == 1


@pytest.mark.parametrize(
    "value",
    [
        {"claimReviewed": {"@value": "x"}}, {"claimReviewed": 5}, {"claimReviewed": [[[[[["x"]]]]]]}, {"url": ["x"]},
        {"url": "https://[x"}, {"url": "https://a.example:99999999/"}, {"url": "https://ten:matkhau@a.example/"},
        {"url": "https://a.example/\u202e"}, {"reviewRating": "5"}, {"reviewRating": [[]]}, {"author": "Ai đó"},
        {"reviewRating": {"ratingValue": float("nan"), "bestRating": 10**400, "alternateName": {"a": 1}}},
        {"datePublished": {"@value": "2026"}}, {"datePublished": "9999-99-99"}, {"datePublished": "0001-01-01T00:00:00+14:00"},
        {"itemReviewed": "x"}, {"itemReviewed": [{"author": [None]}]}, {"inLanguage": {"name": "Vietnamese"}}, {"@type": [None, 5, "ClaimReview"]},
        {"claimReviewed": "a" * 2_000_000}, {"claimReviewed": "\x00\x1b[31mđỏ\u2028"}, {"claimReviewed": "&amp;" * 1000},
        {"author": {"@type": ["Organization"], "name": ["<img src=x onerror=alert(1)>"]}},
    ],
)  # fmt: skip
def test_hostile_values_raise_nothing(tmp_path, value):
    lines = run(written(tmp_path, json.dumps({**review(1), **value})))
    assert len(lines) == 2 and not any(ord(letter) < 32 for letter in lines[0])
    for page in Rebuttal.objects.all():
        assert "\x1b" not in page.claim and "<img" not in page.evidence.get().title


def test_a_language_and_an_owner_that_do_not_exist_are_said(tmp_path):
    for arguments in (["--language", "fr"], ["--owner", "khong-co-ai"]):
        with pytest.raises(CommandError):
            run(written(tmp_path, review(1)), *arguments)
    run(written(tmp_path, review(1)), "--language", "en")
    assert Rebuttal.objects.get().get_parent().specific == AnswerList.objects.get(locale__language_code="en")


def test_our_own_feed_comes_back_whole_in_another_installation(client, tmp_path, settings):
    editor, checker, approver = team()
    incident = make_incident()
    incident.appearances.add(Appearance(platform="facebook"))
    incident.save()
    rated = [verdict for verdict in Verdict if verdict.rating is not None]
    for number, verdict in enumerate(rated):
        page = make_rebuttal(
            owner=editor, incidents=[incident], verdict=verdict, claim=f"Điều {number} được lan truyền"
        )
        publish(page, editor, checker, approver)
    raw = (
        b"".join(client.get("/claimreview.json"))
        .decode()
        .replace("http://127.0.0.1:8000", "https://kiemchung.example.vn")
    )
    path = written(tmp_path, raw)
    settings.BASE_URL = "https://noi-khac.example.vn"
    lines = run(path)
    drafts = Rebuttal.objects.filter(live=False)
    assert {page.verdict for page in drafts} == set(rated) and drafts.count() == len(rated)
    counted = [int(part) for part in lines[-1].replace(":", " ").replace(",", " ").split() if part.isdigit()]
    assert counted == [6, 6, 0, 0, 0]
    settings.BASE_URL = "https://kiemchung.example.vn"
    assert run(path)[-1].startswith("6 ") and Rebuttal.objects.filter(live=False).count() == len(rated)
