"""An invented campaign for the demonstration. One function a part; each finds the campaign with ``campaign()``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Locale
from wagtail_localize.operations import translate_object

from campaigns import demo_alerts, demo_recording, wave_deeds, wave_templates
from campaigns.materials import ground, renewal, versions
from campaigns.models import Campaign, MaterialVersion, QuizQuestion, ReportingPlace, ScamForm, TargetGroup, WaveStep
from cms.demo.demo_content import Desk
from cms.incidents import Appearance, Incident
from cms.models import Evidence
from publishing.models import Channel

SLUG = "cong-an-khong-lam-viec-qua-dien-thoai"


def fill(desk: Desk) -> None:
    """Everything that the demo shows of campaigns, in the order in which people would do it."""
    page = write_campaign(desk)
    translate_campaign(desk, page)
    approve_materials(desk, campaign())
    demo_alerts.write_alerts(desk.who, page)
    demo_alerts.write_indicators(desk.who, page)
    plan_waves(desk, campaign())


def campaign(language: str = "vi") -> Campaign:
    """The demo's campaign, live, in one language."""
    first = Campaign.objects.get(slug=SLUG, locale__language_code="vi")
    return Campaign.objects.get(translation_key=first.translation_key, locale__language_code=language)


# The campaign -------------------------------------------------------------------------------------------------

# (message, whether it is a scam, how one sees it)
_QUESTIONS = (
    (
        "Tôi là cán bộ điều tra Công an tỉnh Ánh Dương. Anh liên quan đến một đường dây rửa tiền. Chuyển toàn bộ tiền vào tài khoản tạm giữ để kiểm tra, không được kể với ai.",
        True,
        "Công an không yêu cầu chuyển tiền để kiểm tra, không làm việc về vụ án qua điện thoại và không cấm bạn kể với người nhà.",
    ),
    (
        "Công an xã Suối Mơ mời ông đến trụ sở lúc 8 giờ ngày 26/11 để làm thủ tục cấp đổi căn cước. Khi đến, mang theo căn cước cũ.",
        False,
        "Giấy mời nói rõ nơi làm việc, giờ giấc, việc phải làm; không đòi tiền, không có đường dẫn. Chưa chắc thì gọi công an xã để hỏi.",
    ),
    (
        "Để nâng cấp định danh mức 2, bà tải ứng dụng theo đường dẫn dichvucong-anhduong[.]top rồi cấp quyền trợ năng. Sau 17 giờ hôm nay hồ sơ sẽ bị hủy.",
        True,
        "Ứng dụng định danh chỉ có trên kho ứng dụng chính thức. Đuôi .top và quyền trợ năng là dấu hiệu của phần mềm chiếm điện thoại.",
    ),
    (
        "Tòa án gọi: có lệnh bắt tên chị, bấm phím 9 để gặp cán bộ. Đừng tắt máy, mọi cuộc gọi đang bị ghi âm.",
        True,
        "Tòa án gửi văn bản qua bưu điện hoặc công an xã, phường, không thông báo lệnh bắt qua tổng đài tự động.",
    ),
    (
        "Ngân hàng Ánh Dương: tài khoản của quý khách vừa nhận 250.000 đồng. Số dư xem trong ứng dụng. Ngân hàng không hỏi mã OTP.",
        False,
        "Tin chỉ thông báo, không có đường dẫn, không đòi làm gì. Kiểm tra bằng cách tự mở ứng dụng ngân hàng.",
    ),
    (
        "Cảnh sát giao thông: xe của anh bị phạt nguội. Nộp phạt trong một giờ qua mã QR này để được giảm một nửa.",
        True,
        "Thông báo phạt nguội được gửi bằng văn bản và tra trên trang chính thức. Không có chuyện nộp gấp thì giảm một nửa.",
    ),
)
# (body, number, address on the web, hours)
_REPORT_TO = (
    ("Trực ban Công an tỉnh Ánh Dương (hư cấu)", "0200 000 0113", "https://congan.example.vn/to-giac", "24/24 giờ"),
    ("Đường dây nóng kiểm chứng (hư cấu)", "1900 0000", "", "7 giờ đến 21 giờ hằng ngày"),
    ("Tổng đài Ngân hàng Ánh Dương (hư cấu)", "1900 0001", "https://nganhang.example.vn/khoa-the", "24/24 giờ"),
)


def write_campaign(desk: Desk) -> Campaign:
    """The campaign in Vietnamese, checked, approved and live."""
    incident = Incident.objects.create(
        claim="Gọi điện, gọi video tự xưng công an tỉnh, báo liên quan đến vụ rửa tiền, bắt chuyển tiền vào tài khoản “tạm giữ” để kiểm tra.",
        kind=Incident.Kind.SCAM,
        topic=desk.topics["lua-dao-truc-tuyen"],
        place=desk.places["toan-tinh"],
        urgency=Incident.Urgency.HIGH,
        first_seen_at=timezone.now() - timedelta(days=6),
    )
    incident.appearances.add(
        Appearance(platform=Appearance.Platform.MESSAGE), Appearance(platform=Appearance.Platform.ZALO)
    )
    incident.save()
    log(instance=incident, action="wagtail.create", user=desk.who["bientap"])
    today = timezone.localdate()
    page = Campaign(
        title="Công an không làm việc qua điện thoại: hãy cúp máy",
        slug=SLUG,
        scam_form=ScamForm.objects.get(number=14),
        goal="Số người ở tỉnh Ánh Dương (hư cấu) chuyển tiền theo cuộc gọi giả danh công an giảm một nửa sau hai tháng; đo bằng số tin trình báo.",
        starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=60),
        short_answer="Người tự xưng công an, viện kiểm sát, tòa án gọi điện đòi chuyển tiền hoặc cài ứng dụng là kẻ lừa đảo. Cúp máy và báo công an xã, phường.",
        how_it_works="\n".join(
            (
                "Kẻ gian đọc đúng họ tên, số căn cước của bạn rồi báo bạn liên quan đến một vụ án.",
                "Chúng gọi video, mặc sắc phục, đưa ra lệnh bắt giả để bạn hoảng sợ.",
                "Chúng bắt bạn giữ bí mật, không được kể với cả người nhà.",
                "Chúng buộc bạn chuyển tiền vào tài khoản “tạm giữ” hoặc cài một ứng dụng giả.",
            )
        ),
        signs="\n".join(
            (
                "Làm việc về vụ án qua điện thoại hoặc gọi video.",
                "Dọa bắt ngay và không cho bạn tắt máy.",
                "Cấm bạn kể với người khác.",
                "Yêu cầu chuyển tiền để “kiểm tra” hoặc “chứng minh vô tội”.",
                "Bảo cài ứng dụng, đọc mã OTP, số thẻ.",
            )
        ),
        do_now="\n".join(
            (
                "Cúp máy. Không ai bị bắt vì cúp máy.",
                "Kể ngay với một người trong nhà.",
                "Tự gọi hoặc đến công an xã, phường để hỏi cho rõ.",
                "Không cài ứng dụng, không đọc mã OTP cho bất cứ ai.",
            )
        ),
        if_paid="\n".join(
            (
                "Gọi ngay số tổng đài in trên thẻ ngân hàng, đề nghị dừng giao dịch và tạm khóa tài khoản.",
                "Trình báo công an xã, phường; báo càng sớm, khả năng giữ lại được tiền càng cao.",
                "Đã cài ứng dụng thì tắt mạng, gỡ ứng dụng, đổi mật khẩu trên một máy khác.",
                "Giữ tin nhắn, nhật ký cuộc gọi, biên lai để giao cho công an.",
                "Không nộp thêm tiền cho ai hứa lấy lại tiền giúp.",
            )
        ),
        why_checked="Trong sáu ngày, công an các xã, phường nhận 23 tin báo về cùng một kịch bản cuộc gọi; ba người đã chuyển tiền.",
        topic=desk.topics["lua-dao-truc-tuyen"],
        place=desk.places["toan-tinh"],
        body=[
            (
                "paragraph",
                "<p>Từ ngày 18/11/2026, nhiều người ở tỉnh Ánh Dương (hư cấu) nhận cuộc gọi tự xưng cán bộ điều tra. Người gọi biết họ tên, địa chỉ vì những dữ liệu này đã bị lộ từ trước, không phải vì có hồ sơ vụ án.</p>",
            ),
            ("heading", "Công an làm việc thế nào"),
            (
                "paragraph",
                "<p>Khi cần làm việc với ai, cơ quan công an gửi giấy mời hoặc giấy triệu tập có dấu, có tên cán bộ, và làm việc tại trụ sở. Không cơ quan nào giữ tiền của dân qua chuyển khoản để “kiểm tra”.</p>",
            ),
        ],
    )  # fmt: skip
    page.target_groups = list(TargetGroup.objects.filter(slug__in=("nguoi-cao-tuoi", "chu-ho-kinh-doanh")))
    page.report_to = [
        ReportingPlace(name=name, phone=phone, url=url, hours=hours) for name, phone, url, hours in _REPORT_TO
    ]
    page.questions = [QuizQuestion(message=message, is_scam=is_scam, why=why) for message, is_scam, why in _QUESTIONS]
    evidence = [
        Evidence(title="Công an tỉnh Ánh Dương (hư cấu): thông báo số 112 về thủ đoạn giả danh", kind=Evidence.Kind.PRIMARY, stance=Evidence.Stance.CONTEXT, url="https://congan.example.vn/thong-bao-112", quotation="Cơ quan công an không yêu cầu người dân chuyển tiền để phục vụ điều tra, không làm việc qua điện thoại hoặc gọi video."),
        Evidence(title="Ngân hàng Ánh Dương (hư cấu): khuyến cáo khách hàng tháng 11/2026", kind=Evidence.Kind.SECONDARY, stance=Evidence.Stance.CONTEXT, url="https://nganhang.example.vn/khuyen-cao-11"),
    ]  # fmt: skip
    return desk.publish(desk.draft(page, evidence, [incident]))


# The same in English ------------------------------------------------------------------------------------------

_ENGLISH: dict[str, Any] = {
    "title": "The police do not question anybody by telephone: hang up",
    "slug": "the-police-do-not-question-by-telephone",
    "short_answer": "Whoever calls as police, prosecutor or court and asks for money or for an app to be installed is a fraudster. Hang up and tell the commune police.",
    "how_it_works": (
        "The caller knows your name and identity number and says that you are part of a criminal case.",
        "They call by video, in uniform, and show a forged arrest warrant to frighten you.",
        "They order you to keep it secret, even from your family.",
        "They make you send money to a “holding account”, or install a fake app.",
    ),
    "signs": (
        "A criminal case is dealt with by telephone or video call.",
        "They threaten arrest at once and do not let you hang up.",
        "They forbid you to tell anybody.",
        "They ask for money “to be examined” or “to prove your innocence”.",
        "They ask for an app to be installed, for codes or card numbers.",
    ),
    "do_now": (
        "Hang up. Nobody is arrested for hanging up.",
        "Tell somebody in your family at once.",
        "Call or visit the police of your commune or ward yourself and ask.",
        "Install nothing, and read no code to anybody.",
    ),
    "if_paid": (
        "Call the number printed on your bank card at once: have the transfer stopped and the account blocked.",
        "Report it to the police of your commune or ward; the sooner, the better the chance to hold the money.",
        "If you installed an app: switch off the network, remove it, change passwords on another device.",
        "Keep messages, the list of calls and receipts for the police.",
        "Pay nothing more to anybody who promises to get the money back.",
    ),
    "why_checked": "Within six days the police of communes and wards received 23 reports of the same script; three people had sent money.",
    "body": [
        ("paragraph", "<p>Since 18 November 2026 many people in Ánh Dương province (invented) have been called by somebody who claims to be an investigator. The caller knows name and address because such data leaked before, not because there is a case.</p>"),
        ("heading", "How the police work"),
        ("paragraph", "<p>To talk to somebody the police send a stamped invitation or summons with the officer's name, and talk at the station. No authority holds people's money by bank transfer “to examine it”.</p>"),
    ],
}  # fmt: skip
_ENGLISH_QUESTIONS = (
    (
        "I am an investigator of the Ánh Dương police. You are involved in money laundering. Send all your money to the holding account for examination and tell nobody.",
        "The police never ask for money to examine it, do not deal with cases by telephone and do not forbid you to tell your family.",
    ),
    (
        "The police of Suối Mơ commune ask you to come to the station at 8 a.m. on 26/11 to renew your identity card. Please bring the old one.",
        "It says where, when and what for; it asks for no money and has no link. If in doubt, call the commune police.",
    ),
    (
        "For level 2 identification install the app from dichvucong-anhduong[.]top and allow accessibility. Your file is deleted after 5 p.m. today.",
        "The identification app is in the official app stores only. The ending .top and the accessibility permission mean software that takes over telephones.",
    ),
    (
        "The court is calling: there is a warrant in your name, press 9 for an officer. Do not hang up, all calls are recorded.",
        "Courts send documents by post or through the commune police and announce no warrant by a recorded voice.",
    ),
    (
        "Ánh Dương Bank: 250,000 dong has arrived in your account. See your balance in the app. The bank never asks for codes.",
        "It only informs, has no link and asks for nothing. Check it by opening your bank's app yourself.",
    ),
    (
        "Traffic police: your car was fined by camera. Pay within one hour with this QR code and get half off.",
        "Such fines come in writing and can be looked up on the official site. There is no discount for haste.",
    ),
)
_ENGLISH_REPORT_TO = (
    ("Duty officer, Ánh Dương provincial police (invented)", "24 hours a day"),
    ("Fact-check hotline (invented)", "7 a.m. to 9 p.m. every day"),
    ("Ánh Dương Bank's call centre (invented)", "24 hours a day"),
)


def translate_campaign(desk: Desk, page: Campaign) -> Campaign:
    """The same campaign in English, by the same way."""
    english = Locale.objects.get(language_code="en")
    translate_object(page, [english], user=desk.who["bientap"])
    draft = desk.again(page.get_translation(english)).get_latest_revision_as_object()
    for name, value in _ENGLISH.items():
        setattr(draft, name, "\n".join(value) if isinstance(value, tuple) else value)
    for place, (name, hours) in zip(draft.report_to.all(), _ENGLISH_REPORT_TO, strict=True):
        place.name, place.hours = name, hours
    for question, (message, why) in zip(draft.questions.all(), _ENGLISH_QUESTIONS, strict=True):
        question.message, question.why = message, why
    draft.save_revision(user=desk.who["bientap"], log_action=True)
    return desk.publish(desk.again(draft))


# Its materials --------------------------------------------------------------------------------------------------

_LEAD = "Ai xưng là công an, tòa án mà đòi tiền hoặc bảo cài ứng dụng qua điện thoại đều là lừa đảo. Cúp máy, rồi hỏi người nhà."


def approve_materials(desk: Desk, page: Campaign) -> None:
    """Most are approved; one was worded anew, one waits for the approver, one was sent back, one lacks its recording."""
    editor, approver = desk.who["bientap"], desk.who["duyet"]
    renewal.refresh(page)

    def newest() -> list[MaterialVersion]:
        return [ground.chain_of(material)[0] for material in page.materials.order_by("pk")]

    versions.edit(page.materials.get(kind="zalo"), {"lead": _LEAD}, editor)
    versions.edit(page.materials.get(kind="loudspeaker"), {}, editor, sound=demo_recording.recording(editor))
    versions.each(versions.submit, newest(), editor, page)
    waiting = [one for one in newest() if one.state == MaterialVersion.State.SUBMITTED]
    back = next(one for one in waiting if one.material.kind in {"video"})
    versions.send_back(back, approver, "Cảnh đầu nên có số điện thoại báo tin ngay trên hình.")
    versions.each(
        versions.approve, [one for one in waiting if one.material.kind not in {"video", "radio"}], approver, page
    )


# Its waves ------------------------------------------------------------------------------------------------------


def plan_waves(desk: Desk, page: Campaign) -> None:
    """A launch to look over and start, a reminder weeks ahead that is running, and what loudspeakers and newsrooms got at
    once, with its recording."""
    publisher = desk.who["phathanh"]
    eight = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)
    wave_templates.make(
        page,
        publisher,
        name="Khởi động: toàn tỉnh (hư cấu)",
        usual=wave_templates.USUAL["launch"],
        at=eight + timedelta(days=2),
    )
    reminder = wave_templates.make(
        page,
        publisher,
        name="Nhắc lại trước kỳ lương (hư cấu)",
        usual=wave_templates.USUAL["launch"],
        at=eight + timedelta(days=23),
    )
    wave_deeds.start(reminder, publisher)
    aloud = Channel.objects.usable().filter(kind__in=("loudspeaker", "newsroom", "newsroom_mail"))
    if not aloud:
        return
    now, script = timezone.now(), page.materials.get(kind="loudspeaker")
    wave = wave_templates.make(page, publisher, name="Phát thanh ngay (hư cấu)", usual=None, at=now)
    for channel in aloud:
        WaveStep.objects.create(wave=wave, material=script, channel=channel, after=timedelta())
    wave_deeds.start(wave, publisher, now=True)
