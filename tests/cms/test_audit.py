"""The audit: what people do is in the chain once, every change of the chain is found, and nothing secret is in it."""

from __future__ import annotations

import hashlib
import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms import people
from cms.audit.entries import GENESIS, AppendOnly, AuditEntry, AuditMark, head
from cms.audit.exporting import lines
from cms.audit.sealing import seal
from cms.audit.sources import SOURCES
from cms.audit.verifying import UnknownHead, verify
from cms.sent_in import groups
from cms.sent_in.submissions import Submission
from publishing import by_hand
from publishing.models import Channel, Delivery
from publishing.worker import sweep
from tests.make import make_incident, make_office, make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def chain():
    """Six entries, sealed in two goes."""
    person = make_user(people.EDITOR)
    for number in range(6):
        log(instance=make_office(name=f"Cơ quan {number} (hư cấu)"), action="wagtail.edit", user=person)
        if number == 3:
            seal()
    seal()
    return AuditEntry.objects.order_by("number")


def without_guard(*statements: str) -> None:
    """What somebody who owns the database can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE cms_auditentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS cms_audit_no_update")
            cursor.execute("DROP TRIGGER IF EXISTS cms_audit_no_delete")
        for statement in statements:
            cursor.execute(statement)


def come_in(client, user):
    """Logged in, with the admin in English."""
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": "en"})
    client.force_login(user)


def renumber(number: int, to: int) -> str:
    return f"UPDATE cms_auditentry SET number = {to} WHERE number = {number}"  # noqa: S608


def said(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


# The chain ------------------------------------------------------------------------------------------------------


def test_a_chain_that_nobody_touched_is_whole(chain):
    found = verify()
    assert found.is_whole and found.waiting == 0
    assert (found.number, found.hash) == head()
    assert found.checked == chain.count() >= 6
    assert chain[0].previous == GENESIS and chain[1].previous == chain[0].hash
    assert f"head {found.number} {found.hash}" in said("verify_audit")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE cms_auditentry SET by_name = 'Người khác' WHERE number = 3", ["Entry 3 was altered"]),
        ('UPDATE cms_auditentry SET data = \'{"task": "x"}\' WHERE number = 3', ["Entry 3 was altered"]),
        ("DELETE FROM cms_auditentry WHERE number = 3", ["Entries 3 to 3 are missing"]),
        ("DELETE FROM cms_auditentry WHERE number = 1", ["Entries 1 to 1 are missing"]),
    ],
)
def test_an_entry_that_was_altered_or_taken_out_is_found(chain, statement, words):
    without_guard(statement)
    broken = verify().breaks
    assert all(any(one in told for told in broken) for one in words), broken
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", stdout=StringIO(), stderr=StringIO())


def test_an_entry_taken_out_and_the_others_moved_up_is_found(chain):
    last = chain.last().number
    moves = [renumber(number, number - 1) for number in range(4, last + 1)]
    without_guard("DELETE FROM cms_auditentry WHERE number = 3", *moves)
    assert any("Entry 3 does not follow" in told for told in verify().breaks)


def test_an_entry_that_was_put_in_is_found(chain):
    """With a hash of its own that is right, between two others."""
    last = chain.last().number
    moves = [renumber(number, number + 1) for number in range(last, 3, -1)]
    without_guard(*moves)
    before = AuditEntry.objects.get(number=3)
    told = next(one for one in AuditEntry.objects.filter(number=3).told())
    told |= {"number": 4, "previous": "f" * 64, "source_id": 999_999, "by_name": "Không ai"}
    told.pop("hash")
    body = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    made = hashlib.sha256(body.encode()).hexdigest()
    AuditEntry(**{**told, "at": before.at, "sealed_at": before.sealed_at, "hash": made}).save()
    broken = verify().breaks
    assert any("Entry 4 does not follow" in told for told in broken)
    assert not any("Entry 4 was altered" in told for told in broken), "its own hash is right"


def test_two_entries_that_changed_places_are_found(chain):
    without_guard(
        "UPDATE cms_auditentry SET number = -1 WHERE number = 2",
        "UPDATE cms_auditentry SET number = 2 WHERE number = 3",
        "UPDATE cms_auditentry SET number = 3 WHERE number = -1",
    )
    broken = verify().breaks
    assert any("Entry 2" in told for told in broken) and any("Entry 3" in told for told in broken)


def test_a_chain_cut_off_at_its_end_is_found_by_what_it_was_made_of(chain):
    """And by a head that somebody wrote down."""
    seal()  # the marks move once more
    number, noted = head()
    assert verify(noted).is_whole
    without_guard(f"DELETE FROM cms_auditentry WHERE number >= {number - 1}")  # noqa: S608
    assert any("2 events" in told and "missing" in told for told in verify().breaks)
    with pytest.raises(UnknownHead):
        verify(noted)


def test_a_head_that_was_written_down_is_found_later(chain):
    noted = chain[2].hash
    found = verify(noted)
    assert found.is_whole and found.checked == chain.count() - 2
    assert "head" in said("verify_audit", "--since-head", noted.upper())
    with pytest.raises(CommandError, match="not in the chain"):
        call_command("verify_audit", "--since-head", "0" * 64)


def test_entries_are_neither_changed_nor_deleted(chain):
    entry = chain[0]
    entry.by_name = "Người khác"
    refused = [
        entry.save,
        entry.delete,
        chain.delete,
        lambda: AuditEntry.objects.update(by_name=""),
        lambda: AuditEntry.objects.bulk_update([entry], ["by_name"]),
    ]
    for deed in refused:
        with pytest.raises(AppendOnly):
            deed()
    for statement in ("UPDATE cms_auditentry SET by_name = ''", "DELETE FROM cms_auditentry"):
        with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
    assert verify().is_whole


def test_who_looks_is_told_that_the_guard_of_the_database_is_gone(chain):
    without_guard()
    errors = StringIO()
    call_command("verify_audit", stdout=StringIO(), stderr=errors)
    assert "not in place" in errors.getvalue()


# The sealer -----------------------------------------------------------------------------------------------------


def test_every_event_is_sealed_once_however_often_the_sealer_comes(chain):
    before = chain.count()
    assert seal() == seal() == 0
    assert chain.count() == before
    rows = sum(source.rows().count() for source in SOURCES)
    assert rows == before


def test_a_row_with_a_lower_id_that_appears_late_is_taken_in(chain):
    """As on PostgreSQL, where a transaction that commits later may hold a lower id."""
    late = ModelLogEntry.objects.order_by("-pk").first()
    highest = late.pk
    gap = ModelLogEntry.objects.create(
        pk=highest + 2,
        content_type=late.content_type,
        label="b",
        action="wagtail.edit",
        timestamp=late.timestamp,
        object_id="1",
    )
    AuditMark.objects.filter(pk="log").update(candidate=None)
    seal()
    assert AuditEntry.objects.filter(source="log", source_id=gap.pk).exists()
    assert AuditMark.objects.get(pk="log").sealed_to <= highest, "nothing says yet that nobody holds a lower id"
    ModelLogEntry.objects.create(
        pk=highest + 1,
        content_type=late.content_type,
        label="a",
        action="wagtail.edit",
        timestamp=late.timestamp,
        object_id="1",
    )
    seal()
    assert AuditEntry.objects.filter(source="log", source_id=highest + 1).count() == 1
    assert verify().is_whole


def test_more_events_than_one_transaction_takes_are_all_sealed(monkeypatch):
    monkeypatch.setattr("cms.audit.sealing.AT_ONCE", 7)
    office, person = make_office(), make_user(people.EDITOR)
    for _number in range(40):
        log(instance=office, action="wagtail.edit", user=person)
    make_incident()
    seal()
    assert verify().is_whole and verify().waiting == 0
    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 40
    mark = AuditMark.objects.get(pk="log")
    assert (mark.candidate or mark.sealed_to) == ModelLogEntry.objects.order_by("pk").last().pk, (
        "or each run begins anew"
    )


def test_sealing_asks_the_database_as_often_for_many_as_for_one(django_assert_max_num_queries):
    office, person = make_office(), make_user(people.EDITOR)
    for _number in range(30):
        log(instance=office, action="wagtail.edit", user=person)
    with django_assert_max_num_queries(60):
        seal()


def test_the_workers_sweep_seals():
    log(instance=make_office(), action="wagtail.edit")
    sweep()
    assert AuditEntry.objects.filter(deed="wagtail.edit").exists() and verify().waiting == 0


# What people do -------------------------------------------------------------------------------------------------


def deeds(**where: object) -> list[str]:
    seal()
    return list(AuditEntry.objects.filter(**where).order_by("number").values_list("deed", flat=True))


def test_log_ins_are_in_the_log_and_what_was_typed_is_not(client):
    person = make_user(people.EDITOR, username="bien-tap")
    url = reverse("wagtailadmin_login")
    for _try in range(3):
        client.post(url, {"username": "bien-tap", "password": "mat-khau-sai-bet"})
    client.post(url, {"username": "mat-khau-go-nham-o", "password": ""})
    client.post(url, {"username": "bien-tap", "password": "mat-khau-thu-nghiem"})
    client.post(reverse("wagtailadmin_logout"))
    found = deeds(subject_type="cms.user", subject_id=str(person.pk))
    assert [one for one in found if "log" in one] == ["cms.login_failed", "cms.login", "cms.logout"]
    assert "mat-khau" not in everything()


def test_changes_of_rights_are_in_the_log_with_who_made_them(client):
    admin = make_user(people.ADMINISTRATOR, is_superuser=True)
    person = make_user(people.EDITOR)
    come_in(client, admin)
    seal()
    form = {
        "username": person.username,
        "email": "ai-do@example.vn",
        "first_name": "An",
        "last_name": "Lê",
        "is_active": "on",
        "groups": [Group.objects.get(name=people.APPROVER).pk],
    }
    answer = client.post(reverse("wagtailusers_users:edit", args=[person.pk]), form)
    assert answer.status_code == 302
    seal()
    changed = AuditEntry.objects.filter(deed="cms.rights", subject_id=str(person.pk), by=admin.pk)
    told = [one.data for one in changed.order_by("number")]
    assert {"taken": people.EDITOR} in told and {"given": people.APPROVER} in told
    assert "ai-do@example.vn" not in everything()
    person.set_password("mot-mat-khau-khac-han")
    person.is_active = False
    person.save()
    seal()
    last = AuditEntry.objects.filter(deed="cms.account", subject_id=str(person.pk)).order_by("-number").first()
    assert last.data == {"changed": "is_active, password"}


def test_a_permission_given_to_a_role_is_in_the_log():
    group = Group.objects.get(name=people.EDITOR)
    seal()
    group.permissions.add(Permission.objects.get(codename="see_history"))  # has it already
    group.permissions.add(Permission.objects.get(codename="view_auditentry"))
    assert deeds(deed="cms.rights", subject_type="auth.group") == ["cms.rights"]
    assert AuditEntry.objects.get(deed="cms.rights", subject_type="auth.group").data == {"given": "view_auditentry"}


def everything() -> str:
    seal()
    return "".join(lines(AuditEntry.objects.all(), "jsonl"))


@pytest.fixture
def story(settings):
    """A rumour that the public sent in, answered by three people, posted on a channel. (page, channel, the three)"""
    editor, checker, approver = team()
    sent = Submission.objects.create(
        text="Nghe nói nước máy có độc, xin kiểm tra giúp", contact="0912345678", consent_at="2026-11-30T00:00:00Z"
    )
    incident = groups.register(sent, make_incident(note="Ghi chú nội bộ tuyệt mật"), editor)
    page = make_rebuttal(owner=editor, incidents=[incident])
    log(instance=page, action="wagtail.create", user=editor)
    page = publish(page, editor, checker, approver)
    channel = Channel.objects.create(organisation=make_office(), kind="facebook", name="Trang Ánh Dương")
    channel.set_secrets({"page_token": "BI-MAT-CUA-KENH-42"})
    channel.save()
    return page, channel, (editor, checker, approver), sent


def test_the_history_goes_from_the_first_word_to_the_post(client, story):
    page, channel, (editor, checker, approver), _sent = story
    publisher = make_user(people.PUBLISHER)
    delivery = Delivery.objects.create(
        channel=channel, version=page_version(page), story=page.story_key, state="held", made_by=publisher
    )
    by_hand.done_by_hand(delivery, publisher, url="https://facebook.example/posts/1")
    seal()
    come_in(client, publisher)
    shown = client.get(reverse("audit_page", args=[page.pk])).content.decode()
    order = [
        "Sent in by a member of the public",
        "Incident registered",
        "Draft begun",
        "Submitted for checking",
        "Evidence checked by a second person",
        "Approved by a second person",
        "Published on the site",
        "Planned for Trang Ánh Dương",
        "Trang Ánh Dương: Done by hand.",
    ]
    places = [shown.find(words) for words in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    assert "https://facebook.example/posts/1" in shown
    log(instance=delivery, action="publishing.resume", user=publisher)  # a deed on a delivery that no attempt tells
    seal()
    assert AuditEntry.objects.get(deed="publishing.resume").story == page.story_key
    for person in (editor, checker, approver, publisher):
        assert str(person) in shown
    of_incident = client.get(reverse("audit_incident", args=[page.answered.first().incident_id])).content.decode()
    assert all(words in of_incident for words in order)


def page_version(page):
    from publishing.models import StoryVersion

    return StoryVersion.objects.get(key=page.story_key)


def test_a_retraction_is_in_the_history(client, story):
    page, _channel, (editor, checker, approver), _sent = story
    draft = page.get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "retraction", "Bằng chứng đã dẫn không còn đứng vững."
    draft.save_revision(user=editor, log_action=True)
    publish(page, editor, checker, approver)
    seal()
    come_in(client, editor)
    shown = client.get(reverse("audit_page", args=[page.pk])).content.decode()
    assert shown.find("Retraction") > shown.find("Published on the site") > 0
    assert "đứng vững" not in shown, "what people wrote stays where it is"


def test_nothing_secret_and_nobodys_data_is_in_the_chain(story, client):
    page, channel, (editor, _checker, _approver), sent = story
    log(instance=channel, action="publishing.channel_edit", user=editor)
    groups.take_up_again(sent, editor)
    groups.remove(sent, editor)
    log(instance=page, action="wagtail.edit", user=editor, data={"comment": "Gọi 0987654321 hỏi thêm", "wave": "Đợt 1"})
    told = everything()
    assert "Đợt 1" in told
    for secret in ("0912345678", "Nghe nói nước máy", "tuyệt mật", "BI-MAT-CUA-KENH-42", sent.code, "0987654321"):
        assert secret not in told, secret


def test_edits_of_one_person_in_a_row_are_one_line(client):
    editor = make_user(people.EDITOR)
    page = make_rebuttal(owner=editor)
    for _time in range(5):
        log(instance=page, action="wagtail.edit", user=editor)
    seal()
    come_in(client, editor)
    shown = client.get(reverse("audit_page", args=[page.pk])).content.decode()
    assert shown.count("Draft edited") == 1 and "(5 times)" in shown


def test_a_history_asks_the_database_as_often_for_many_lines_as_for_few(client, story, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    page, _channel, (editor, checker, _approver), _sent = story
    come_in(client, editor)
    url = reverse("audit_page", args=[page.pk])

    def asked() -> int:
        seal()
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    few = asked()
    for number in range(60):
        log(instance=page, action="wagtail.edit", user=(editor, checker)[number % 2])
    assert asked() == few
    assert "p=2" in client.get(url).content.decode()


def test_the_history_can_be_narrowed_to_a_kind_of_step(client, story):
    page, *_rest = story
    seal()
    come_in(client, make_user(people.CHECKER))
    url = reverse("audit_page", args=[page.pk])
    only = client.get(url, {"kind": "approval"}).content.decode()
    assert "Approved by a second person" in only and "Published on the site" not in only
    assert "Approved version kept" not in client.get(url).content.decode()
    assert "Approved version kept" in client.get(url, {"every": "on"}).content.decode()
    assert client.get(url, {"kind": "gibt-es-nicht", "p": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("role", "history", "everything"),
    [
        (people.EDITOR, 200, 302),
        (people.CHECKER, 200, 302),
        (people.APPROVER, 200, 302),
        (people.PUBLISHER, 200, 302),
        (people.ADMINISTRATOR, 200, 200),
    ],
)
def test_who_may_read_what(client, role, history, everything):
    page = make_rebuttal(owner=make_user(people.EDITOR))
    come_in(client, make_user(role))
    assert client.get(reverse("audit_page", args=[page.pk])).status_code == history
    assert client.get(reverse("audit_incident", args=[page.answered.first().incident_id])).status_code == history
    assert client.get(reverse("audit_log")).status_code == everything
    assert client.post(reverse("audit_log"), {"format": "csv"}).status_code == everything


def test_the_ways_to_a_history_are_where_people_work(client, story):
    page, *_rest = story
    come_in(client, make_user(people.ADMINISTRATOR))
    assert reverse("audit_page", args=[page.pk]) in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    incident = page.answered.first().incident
    link = reverse("audit_incident", args=[incident.pk])
    for name in ("list", "edit", "inspect"):
        args = [] if name == "list" else [incident.pk]
        assert link in client.get(reverse(f"wagtailsnippets_cms_incident:{name}", args=args)).content.decode(), name


# The whole log, and the file ------------------------------------------------------------------------------------


def test_the_log_is_filtered_by_person_kind_and_period(client, story):
    _page, _channel, (editor, checker, _approver), _sent = story
    seal()
    come_in(client, make_user(people.ADMINISTRATOR))
    url = reverse("audit_log")

    def people_shown(**asked: object) -> set[str]:
        return {line.who for line, _url in client.get(url, asked).context["rows"]}

    assert people_shown(by=checker.pk) == {str(checker)}
    assert str(editor) in people_shown(kind="text")
    assert people_shown(start="2099-01-01") == set()
    assert "Enter a valid date" in client.get(url, {"start": "gestern"}).content.decode()


def test_an_export_verifies_itself(client, story):
    """The recipe of docs/audit.md."""
    administrator = make_user(people.ADMINISTRATOR)
    seal()
    come_in(client, administrator)
    answer = client.post(reverse("audit_log"), {"format": "jsonl"})
    body = b"".join(answer.streaming_content).decode()
    previous = None
    for line in body.splitlines():
        entry = json.loads(line)
        claimed = entry.pop("hash")
        canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(canonical.encode()).hexdigest() == claimed
        assert previous in (None, entry["previous"])
        previous = claimed
    assert previous == head()[1]
    assert body == said("export_audit")
    assert deeds(deed="cms.audit_export", by=administrator.pk) == ["cms.audit_export"]


def test_the_file_for_table_programs_has_no_formula(story):
    office = make_office(name="=1+2 (hư cấu)")
    log(instance=office, action="wagtail.edit")
    seal()
    table = said("export_audit", "--format", "csv")
    assert table.startswith("\ufeffnumber,at,")
    assert "'=1+2" in table and ",=1+2" not in table


def test_the_file_of_a_period_has_no_holes(story):
    seal()
    assert said("export_audit", "--from", "2099-01-01") == ""
    today = said("export_audit", "--from", "2020-01-01", "--to", "2099-01-01")
    assert len(today.splitlines()) == AuditEntry.objects.aggregate(last=Max("number"))["last"]
