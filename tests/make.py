"""Makes what tests need, with invented content. Each takes keyword arguments for what the test is about."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Page

from campaigns import indicator_deeds
from campaigns.alerts import deeds
from campaigns.models import Alert, Campaign, Indicator, QuizQuestion, ReportingPlace, ScamForm
from cms import people
from cms.claims import Verdict
from cms.models import AnsweredIncident, AnswerList, Evidence, Incident, Place, Rebuttal, Topic, User, VerifiedFact
from cms.pages.answer import Answer
from publishing.models import Organisation

_numbers = itertools.count(1)


def make_user(role: str = "", **kw: Any) -> User:
    """A person in one role's group; ``role`` is a constant of cms.people."""
    name = kw.pop("username", f"nguoi-{next(_numbers)}")
    user = User.objects.create_user(name, password="mat-khau-thu-nghiem", **kw)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_office(**kw: Any) -> Organisation:
    made, _ = Organisation.objects.get_or_create(
        name=kw.pop("name", "Trung tâm Thông tin tỉnh Ánh Dương (hư cấu)"), defaults={"is_office": True, **kw}
    )
    return made


def make_incident(**kw: Any) -> Incident:
    topic, _ = Topic.objects.get_or_create(name="Y tế", slug="y-te")
    place, _ = Place.objects.get_or_create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    kw.setdefault("claim", "Nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay.")
    return Incident.objects.create(**{"topic": topic, "place": place, **kw})


def _fill(page: Answer, evidence: list[dict[str, Any]] | None) -> None:
    pieces = [{"title": "Sở Y tế tỉnh Ánh Dương, kết quả xét nghiệm số 12", "url": "https://soyte.example/12"}]
    for piece in pieces if evidence is None else evidence:
        page.evidence.add(Evidence(**{"kind": Evidence.Kind.PRIMARY, **piece}))


def _common(kw: dict[str, Any]) -> dict[str, Any]:
    number = next(_numbers)
    topic, _ = Topic.objects.get_or_create(name="Y tế", slug="y-te")
    return {
        "title": f"Nước máy vẫn an toàn ({number})",
        "slug": f"nuoc-may-van-an-toan-{number}",
        "short_answer": "Nước máy trong tỉnh đạt chuẩn; không có lệnh ngừng dùng nào.",
        "why_checked": "Nhiều người hỏi đường dây nóng của trung tâm.",
        "office": make_office(),
        "topic": topic,
        "live": False,
        "body": [("paragraph", "<p>Kết quả xét nghiệm 48 mẫu đều đạt chuẩn.</p>")],
        **kw,
    }


def make_rebuttal(
    parent: Page | None = None,
    owner: User | None = None,
    incidents: list[Incident] | None = None,
    evidence: list[dict[str, Any]] | None = None,
    **kw: Any,
) -> Rebuttal:
    """A draft that passes the gate, written by ``owner``; its first revision is saved."""
    page = Rebuttal(
        **{
            "claim": "Nước máy toàn tỉnh nhiễm độc, phải ngừng dùng từ tối nay",
            "verdict": Verdict.FALSE,
            "reach_attempt": "Đã nhắn tin cho trang đăng đầu tiên, chưa có trả lời.",
            "owner": owner,
            **_common(kw),
        }
    )
    _fill(page, evidence)
    for incident in incidents if incidents is not None else [make_incident()]:
        page.answered.add(AnsweredIncident(incident=incident))
    (parent or AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi")).add_child(instance=page)
    page.save_revision(user=owner)
    return Rebuttal.objects.get(pk=page.pk)


def make_verified_fact(owner: User | None = None, **kw: Any) -> VerifiedFact:
    """A draft that passes the gate."""
    page = VerifiedFact(**{"owner": owner, **_common(kw)})
    _fill(page, kw.pop("evidence", None))
    AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi").add_child(instance=page)
    page.save_revision(user=owner)
    return VerifiedFact.objects.get(pk=page.pk)


def submit(page: Answer, by: User) -> None:
    """Submits the latest revision to the workflow."""
    page = type(page).objects.get(pk=page.pk)
    page.get_workflow().start(page, by)


def approve(page: Answer, by: User) -> None:
    """Takes the current step of the page's workflow."""
    page = type(page).objects.get(pk=page.pk)
    state = page.current_workflow_task_state
    state.task.specific.on_action(state.specific, by, "approve")


def publish(page: Answer, editor: User, checker: User, approver: User) -> Any:
    """The whole way: submitted, evidence checked, approved, live. Returns the page as it is now."""
    submit(page, editor)
    approve(page, checker)
    approve(page, approver)
    return type(page).objects.get(pk=page.pk)


def team() -> tuple[User, User, User]:
    """(editor, evidence checker, approver)"""
    return make_user(people.EDITOR), make_user(people.CHECKER), make_user(people.APPROVER)


def make_campaign(
    parent: Page | None = None, owner: User | None = None, incidents: list[Incident] | None = None, **kw: Any
) -> Campaign:
    """A draft campaign that passes the gate, written by ``owner``; its first revision is saved."""
    form, _ = ScamForm.objects.get_or_create(name="Giả danh công an (thử)", slug="gia-danh-cong-an-thu")
    page = Campaign(
        **{
            **_common({}),
            "title": "Cảnh giác cuộc gọi giả danh công an",
            "slug": f"gia-danh-cong-an-{next(_numbers)}",
            "short_answer": "Công an không làm việc qua điện thoại và không yêu cầu chuyển tiền.",
            "owner": owner,
            "scam_form": form,
            "how_it_works": "Kẻ gian gọi điện, tự xưng là công an.\nChúng nói bạn liên quan đến một vụ án.",
            "signs": "Yêu cầu giữ bí mật.\nYêu cầu chuyển tiền để “kiểm tra”.",
            "do_now": "Cúp máy.\nGọi lại cơ quan công an theo số đã công bố.",
            "if_paid": "Gọi ngay ngân hàng để đề nghị tạm khóa giao dịch.\nTrình báo công an nơi gần nhất.",
            **kw,
        }
    )
    _fill(page, None)
    for incident in incidents if incidents is not None else [make_incident()]:
        page.answered.add(AnsweredIncident(incident=incident))
    page.report_to.add(ReportingPlace(name="Công an tỉnh Ánh Dương (hư cấu)", phone="0259 399 9999", hours="24/7"))
    page.questions.add(
        QuizQuestion(message="Tôi là công an, chuyển tiền ngay.", is_scam=True, why="Công an không đòi tiền.")
    )
    (parent or AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi")).add_child(instance=page)
    page.save_revision(user=owner)
    return Campaign.objects.get(pk=page.pk)


def make_alert(by: User | None = None, places: list[Place] | None = None, **kw: Any) -> Alert:
    """A draft warning that may be submitted, written by ``by``."""
    words = {
        "headline": "Đang có nhiều cuộc gọi giả danh công an ở Suối Mơ",
        "description": "Kẻ gian gọi điện, tự xưng là công an và đòi chuyển tiền để “kiểm tra”.",
        "instruction": "Cúp máy. Gọi lại cơ quan công an theo số đã công bố.",
        "expires_at": timezone.now() + timedelta(days=2),
    }
    return deeds.write(Alert(**{**words, **kw}), by or make_user(people.EDITOR), places or [])


def approved_alert(**kw: Any) -> Alert:
    """A warning that two people let out."""
    alert = make_alert(**kw)
    writer = alert.made_by
    assert writer is not None
    deeds.submit(alert, writer)
    deeds.approve(alert, make_user(people.APPROVER))
    return Alert.objects.get(pk=alert.pk)


def make_indicator(by: User | None = None, **kw: Any) -> Indicator:
    """A draft that may be submitted, written by ``by``."""
    number = next(_numbers)
    said = {
        "kind": "web",
        "value": f"https://vneid-capnhat-{number}.top/dang-nhap",
        "evidence": "Trung tâm đã mở trang này và lưu lại.",
        "evidence_url": "https://soyte.example/canh-bao",
        "expires_on": timezone.localdate() + timedelta(days=90),
    }
    campaign = kw.pop("campaign", None) or make_campaign()
    return indicator_deeds.write(Indicator(**{**said, "campaign": campaign, **kw}), by or make_user(people.EDITOR))


def listed_indicator(**kw: Any) -> Indicator:
    """One that two people put on the list. Its campaign must be live for the public to see it."""
    made = make_indicator(**kw)
    return indicator_deeds.approve(indicator_deeds.submit(made, made.made_by), make_user(people.APPROVER))
