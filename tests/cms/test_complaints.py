"""Complaints and replies: how they come in, what their page tells, who decides, and what follows in public."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from cms import people
from cms.audit import sealing
from cms.complaints import deciding, letters
from cms.complaints.complaint import Complaint, complained_about, delete_contacts, receive
from cms.mail_outcome import Outcome
from cms.models import AuditEntry, ComplaintLetter, Correction, OfficeClocks
from cms.pages.home import CorrectionsLog
from cms.re_review import open_reasons
from publishing.desk.waiting import waiting_for
from tests.make import approve, make_rebuttal, make_user, publish, submit, team

pytestmark = pytest.mark.django_db
WRONG = "Câu thứ hai sai: kết quả xét nghiệm là của tháng Mười, gọi 0912 345 678 để hỏi."


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clock():
    with time_machine.travel(datetime.fromisoformat("2026-11-30T09:00:00+07:00"), tick=False) as moved:
        yield moved


@pytest.fixture
def page(clock):
    return publish(make_rebuttal(), *team())


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def words(answer) -> str:
    return soup(answer).get_text(" ", strip=True)


def send(client, clock, page=None, wait=30, ip="203.0.113.7", token=None, **fields):
    about = {"trang": page.pk} if page else {}
    address = reverse("complain")
    token = token or soup(client.get(address, about)).select_one("input[name=token]")["value"]
    clock.shift(wait)
    data = {"token": token, "kind": "error", "text": WRONG, "consent": "on", **about, **fields}
    return client.post(address, {key: value for key, value in data.items() if value is not None}, REMOTE_ADDR=ip)


def log_in(client, role: str):
    user = make_user(role)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user


def complaint_about(page=None, **kw) -> Complaint:
    return receive(**{"kind": "error", "text": "Câu thứ hai sai.", "page": page, "language": "en", **kw})


def reply_to(page, **kw) -> Complaint:
    text = "Chợ vẫn mở cửa và đã được kiểm tra."
    return complaint_about(page, **{"kind": "reply", "text": text, "replier": "Ban quản lý chợ Suối Mơ (hư cấu)", **kw})


# Taken in -------------------------------------------------------------------------------------------------------


def test_a_complaint_is_taken_without_account_cookie_or_script(client, clock, page):
    answer = send(client, clock, page, contact="nguoi.doc@example.vn", may_be_counted="on")
    kept = Complaint.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("complaint", args=[kept.code]) + "?moi=1"
    assert not answer.cookies
    assert (kept.page_id, kept.kind, kept.may_be_counted, kept.outcome) == (page.pk, "error", True, "")
    assert "0912 •••" in kept.text and "345 678" not in kept.text
    form = client.get(reverse("complain"), {"trang": page.pk})
    assert page.title in words(form) and not soup(form).select("script:not([type])")


def test_the_answer_and_the_foot_of_every_page_lead_to_the_form(client, page):
    shown = soup(client.get(page.url))
    links = [link["href"] for link in shown.select("a[href]")]
    assert f"{reverse('complain')}?trang={page.pk}" in links
    assert reverse("complain") in [link["href"] for link in shown.select("footer a[href]")]


def test_a_complaint_is_due_in_working_hours_from_when_it_came(clock, page):
    OfficeClocks.objects.create(complaint_hours=16)
    clock.move_to(datetime.fromisoformat("2026-12-04T16:00:00+07:00"))  # a Friday, an hour before the end
    made = complaint_about(page)
    assert timezone.localtime(made.due_at).isoformat() == "2026-12-08T16:00:00+07:00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": ""}, "Please choose what it is about."),
        ({"text": " "}, "Please say what is wrong."),
        ({"consent": None}, "Please tick that you agree"),
        ({"contact": "nobody@"}, "This is not a complete e-mail address."),
        ({"kind": "reply"}, "Please say which organisation or role replies."),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, clock, page, fields, said):
    answer = send(client, clock, page, **fields)
    assert answer.status_code == 422 and said in words(answer)
    if fields.get("text") is None:
        assert WRONG in words(answer)
    assert not Complaint.objects.exists()


def test_a_reply_is_about_an_answer(client, clock):
    answer = send(client, clock, None, kind="reply", replier="Ban quản lý chợ")
    assert answer.status_code == 422 and "Please open the answer" in words(answer)


def test_a_program_is_turned_away_with_what_it_wrote(client, clock, page):
    for more in ({"subject_line": "x"}, {"wait": 1}, {"token": "forged"}, {"wait": 90_000}):
        answer = send(client, clock, page, **more)
        assert answer.status_code == 400 and WRONG in words(answer)
    assert not Complaint.objects.exists()


def test_sent_twice_it_is_one_and_another_text_in_the_same_form_is_asked_about(client, clock, page):
    token = soup(client.get(reverse("complain"), {"trang": page.pk})).select_one("input[name=token]")["value"]
    first, second = (send(client, clock, page, token=token) for _twice in range(2))
    assert first["Location"] == second["Location"] and Complaint.objects.count() == 1
    third = send(client, clock, page, token=token, text="Một điều khác hẳn.")
    assert third.status_code == 400 and Complaint.objects.count() == 1


def test_too_many_from_one_connection_are_put_off(client, clock, page):
    answers = [send(client, clock, page) for _time in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert WRONG in words(answers[-1]) and answers[-1]["Retry-After"]
    assert send(client, clock, page, ip="203.0.113.99").status_code == 302


def test_an_answer_that_is_not_published_cannot_be_named(client, clock):
    draft = make_rebuttal()
    assert draft.title not in words(client.get(reverse("complain"), {"trang": draft.pk}))
    send(client, clock, draft)
    assert Complaint.objects.get().page is None


# Its page -------------------------------------------------------------------------------------------------------


def test_its_page_tells_how_it_stands_and_never_what_was_written(client, page):
    made = complaint_about(page, contact="nguoi.doc@example.vn", replier="")
    answer = client.get(reverse("complaint", args=[made.code]))
    assert "Not decided yet." in words(answer) and page.title in words(answer)
    assert made.text not in words(answer) and "nguoi.doc" not in words(answer)
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert client.get(reverse("complaint", args=["2222-2222-2222"])).status_code == 404


def test_the_one_place_for_codes_finds_complaints_too(client, page):
    made = complaint_about(page)
    answer = client.get(reverse("track"), {"ma": made.code.lower()}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("complaint", args=[made.code])


def test_guessing_codes_is_stopped(client, page):
    made = complaint_about(page)
    for _guess in range(30):
        client.get(reverse("complaint", args=["2222-2222-2222"]))
    assert client.get(reverse("complaint", args=[made.code])).status_code == 429


# Decided --------------------------------------------------------------------------------------------------------


def test_an_approver_decides_with_a_reason_and_the_page_says_so(client, page):
    made = complaint_about(page)
    approver = log_in(client, people.APPROVER)
    address = reverse("complaint_desk", args=[made.pk])
    refused = client.post(address, {"do": "decide", "outcome": "rejected", "reason": " "})
    assert "Say why" in words(refused)
    refused = client.post(address, {"do": "decide", "outcome": "rejected", "reason": "Hỏi ông A, 0912 345 678."})
    assert "Please leave out telephone number" in words(refused)
    assert "Hỏi ông A" in words(refused), "nothing typed is lost"
    client.post(address, {"do": "decide", "outcome": "rejected", "reason": "Kết quả là của tháng Mười Một."})
    made.refresh_from_db()
    assert (made.outcome, made.decided_by) == ("rejected", approver)
    client.logout()
    assert "Kết quả là của tháng Mười Một." in words(client.get(reverse("complaint", args=[made.code])))


def test_nobody_decides_about_an_answer_they_wrote_any_of(client, clock):
    editor, checker, approver = team()
    page = publish(make_rebuttal(owner=editor), editor, checker, approver)
    editor.groups.add(*approver.groups.all())
    UserProfile.objects.create(user=editor, preferred_language="en")
    made = complaint_about(page)
    client.force_login(editor)
    address = reverse("complaint_desk", args=[made.pk])
    assert "You wrote part of this answer." in words(client.get(address))
    client.post(address, {"do": "decide", "outcome": "rejected", "reason": "Không đúng."})
    made.refresh_from_db()
    assert made.decided_at is None
    with pytest.raises(deciding.Refusal):
        deciding.decide(made, editor, "rejected", "Không đúng.")
    assert deciding.decide(made, approver, "rejected", "Không đúng.").decided_by == approver, "who approved it may"


def test_it_is_decided_once(page):
    made, approver = complaint_about(page), make_user(people.APPROVER)
    deciding.decide(made, approver, "rejected", "Không đúng.")
    with pytest.raises(deciding.Refusal):
        deciding.decide(made, approver, "upheld", "Đúng.")


@pytest.mark.parametrize(
    "broken", [{"outcome": "upheld"}, {"decided_at": "2026-11-30T09:00:00Z"}, {"reason": "x", "outcome": "partly"}]
)
def test_half_a_decision_is_refused_by_the_database(page, broken):
    made = complaint_about(page)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=made.pk).update(**broken)


def test_who_may_see_and_who_may_decide(client, page):
    made = complaint_about(page)
    for role, may_see, may_decide in (
        (people.EDITOR, True, False),
        (people.CHECKER, True, False),
        (people.APPROVER, True, True),
        (people.PUBLISHER, False, False),
    ):
        log_in(client, role)
        assert (client.get(reverse("complaints")).status_code == 200) is may_see
        sent = client.post(reverse("complaint_desk", args=[made.pk]), {"do": "decide", "outcome": "x", "reason": "y"})
        assert (sent.status_code == 200) is may_decide
    assert Complaint.objects.open().count() == 1


def correct(page, note="Câu thứ hai đã sửa: kết quả của tháng Mười."):
    editor, checker, approver = team()
    draft = page.get_latest_revision_as_object()
    draft.change_kind, draft.change_note, draft.why_checked = "correction", note, "Theo phản ánh của người đọc."
    draft.save_revision(user=editor)
    submit(page, editor)
    approve(page, checker)
    approve(page, approver)
    return Correction.objects.get(page=page, note=note)


def test_a_correction_after_a_complaint_says_so_without_naming_anybody(client, clock, page):
    quiet, loud = complaint_about(page), complaint_about(page, may_be_counted=True)
    approver = make_user(people.APPROVER)
    for one in (quiet, loud):
        deciding.decide(one, approver, "upheld", "Đúng, câu này được sửa.")
    assert "the correction is still owed" in str(open_reasons(page.pk)[page.pk][0].words)
    assert "two people check it" in words(client.get(reverse("complaint", args=[loud.code])))
    clock.shift(60)
    correction = correct(page)
    loud.refresh_from_db()
    assert loud.correction == correction
    assert page.pk not in open_reasons(page.pk)
    assert "What was corrected" in words(client.get(reverse("complaint", args=[loud.code])))
    shown = words(client.get(CorrectionsLog.objects.live().first().url))
    assert "Đính chính sau 1 phản ánh." in shown


def test_a_correction_that_came_first_is_chosen(client, clock, page):
    made = complaint_about(page)
    correction = correct(page)
    log_in(client, people.APPROVER)
    fields = {"do": "decide", "outcome": "partly", "reason": "Một phần đúng.", "correction": correction.pk}
    client.post(reverse("complaint_desk", args=[made.pk]), fields)
    made.refresh_from_db()
    assert (made.outcome, made.correction) == ("partly", correction)


# A reply --------------------------------------------------------------------------------------------------------


def test_a_reply_stands_on_the_page_once_two_others_passed_it(client, clock, page):
    made = reply_to(page)
    editor = log_in(client, people.EDITOR)
    address = reverse("complaint_desk", args=[made.pk])
    for _twice in range(2):
        client.post(address, {"do": "take_over"})
    client.logout()
    assert made.text not in words(client.get(page.url))
    submit(page, editor)
    approve(page, make_user(people.CHECKER))
    assert made.text not in words(client.get(page.url))
    approve(page, make_user(people.APPROVER))
    shown = words(client.get(page.url))
    assert shown.count(made.text) == 1 and "Ban quản lý chợ Suối Mơ" in shown
    assert "không phải về ý kiến này" in shown


def test_personal_data_in_a_reply_is_stopped_by_the_gate(page):
    from cms.gate import reasons

    draft = deciding.take_over(reply_to(page, text="Hãy gọi cho tôi: 0912 345 678."), make_user(people.EDITOR))
    assert "personal_data" in {reason.code for reason in reasons(draft)}


def test_a_reply_is_not_put_into_an_answer_that_somebody_is_approving(page):
    editor = make_user(people.EDITOR)
    draft = page.get_latest_revision_as_object()
    draft.why_checked = "Nhiều người hỏi."
    draft.save_revision(user=editor)
    submit(page, editor)
    with pytest.raises(deciding.Refusal):
        deciding.take_over(reply_to(page), editor)


def test_an_answer_without_replies_keeps_its_approval(page):
    from cms.approval import is_approved

    assert is_approved(page)


# What follows ---------------------------------------------------------------------------------------------------


def test_open_complaints_bring_the_answer_back_and_stand_on_the_first_page_with_their_clock(clock, page):
    made = complaint_about(page)
    (reason,) = open_reasons(page.pk)[page.pk]
    assert "something in it is wrong" in str(reason.words)
    approver = make_user(people.APPROVER)
    (part,) = [part for part in waiting_for(approver) if part.key == "complaints"]
    assert (part.count, part.is_late) == (1, False)
    clock.move_to(made.due_at + timedelta(minutes=1))
    (part,) = [part for part in waiting_for(approver) if part.key == "complaints"]
    assert part.is_late
    assert all(part.key != "complaints" for part in waiting_for(make_user(people.PUBLISHER)))
    deciding.decide(made, approver, "rejected", "Không đúng.")
    assert open_reasons(page.pk) == {}


def test_lists_and_reasons_take_a_constant_number_of_questions(client, clock, page):
    log_in(client, people.APPROVER)
    counts = []
    for more in (1, 12):
        for _time in range(more):
            complaint_about(page)
        with CaptureQueriesContext(connection) as asked:
            list(complained_about())
            client.get(reverse("complaints"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_letters_are_queued_with_the_deed_and_sent_by_the_sweep(clock, page):
    made = complaint_about(page, contact="nguoi.doc@example.vn")
    complaint_about(page, contact="0912345678")
    assert not mail.outbox
    assert letters.turn() == 1 and letters.turn() == 0
    deciding.decide(made, make_user(people.APPROVER), "rejected", "Kết quả là của tháng Mười Một.")
    assert letters.turn() == 1
    first, second = mail.outbox
    assert made.code in first.subject and first.to == ["nguoi.doc@example.vn"]
    assert "Kết quả là của tháng Mười Một." in second.body and reverse("complaint", args=[made.code]) in second.body
    assert made.text not in first.body + second.body


def test_a_letter_that_was_cut_off_is_sent_again_later_with_the_same_id(clock, page, monkeypatch):
    complaint_about(page, contact="nguoi.doc@example.vn")
    tried: list[str] = []

    def cut(self, letter):
        tried.append(letter.extra_headers["Message-ID"])
        return Outcome.CUT

    with monkeypatch.context() as broken:
        broken.setattr("cms.mail_post.Post.send", cut)
        letters.turn()
        letters.turn()
    assert len(tried) == 1, "not before its time"
    clock.shift(letters.FIRST_PAUSE + timedelta(seconds=1))
    letters.turn()
    assert [letter.extra_headers["Message-ID"] for letter in mail.outbox] == tried


def test_a_letter_is_given_up_after_a_while_and_never_sent_once_the_contact_is_gone(clock, page, monkeypatch):
    made = complaint_about(page, contact="nguoi.doc@example.vn")
    monkeypatch.setattr("cms.mail_post.Post.send", lambda self, letter: Outcome.LATER)
    for _time in range(40):
        letters.turn()
        clock.shift(timedelta(hours=13))
    letter = ComplaintLetter.objects.get(complaint=made)
    assert (letter.tries, letter.sent_at) == (letters.MOST_TRIES, None) and letter.ended_at
    other = complaint_about(page, contact="khac@example.vn")
    Complaint.objects.filter(pk=other.pk).update(contact="")
    monkeypatch.undo()
    assert letters.turn() == 0


def test_the_contact_is_deleted_some_time_after_the_decision_and_not_before(settings, clock, page):
    settings.CONTACT_DAYS = 30
    made = complaint_about(page, contact="nguoi.doc@example.vn")
    clock.shift(timedelta(days=60))
    assert delete_contacts() == 0
    deciding.decide(made, make_user(people.APPROVER), "rejected", "Không đúng.")
    clock.shift(timedelta(days=29))
    assert delete_contacts() == 0
    clock.shift(timedelta(days=1))
    assert delete_contacts() == 1 and delete_contacts() == 0
    made.refresh_from_db()
    assert made.contact == "" and made.contact_deleted_at


def test_the_audit_knows_the_deeds_and_neither_words_nor_codes(page):
    made = reply_to(page, contact="nguoi.doc@example.vn")
    deciding.take_over(made, make_user(people.EDITOR))
    deciding.decide(made, make_user(people.APPROVER), "partly", "Một phần đúng.")
    sealing.seal()
    entries = AuditEntry.objects.filter(subject_type="cms.complaint")
    assert set(entries.values_list("deed", flat=True)) == {
        "complaint.sent_in",
        "cms.complaint_taken_over",
        "cms.complaint_partly",
    }
    told = str(list(entries.values()))
    assert all(secret not in told for secret in (made.code, made.text, made.replier, "nguoi.doc", "Một phần"))
