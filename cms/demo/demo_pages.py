"""The information pages of the demonstration: an invented office says who it is, how it works and what it keeps."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from wagtail.models import Site

from cms.about import AboutSite
from cms.models import AnswerList, ChannelsPage, CorrectionsLog, HomePage, InfoPage, OtherChannel
from publishing.models import Organisation

_PURPOSE = InfoPage.Purpose


@dataclass(frozen=True)
class _Text:
    purpose: str
    slug: str
    title: str
    paragraphs: tuple[str, ...]
    in_menu: bool = False


@dataclass(frozen=True)
class _Edition:
    """What one language has."""

    home: str
    answers: str
    log: str
    pages: tuple[_Text, ...]
    channels_slug: str
    channels_title: str
    channels_intro: str
    hotline: str
    hotline_kind: str


# fmt: off
_EDITIONS = {
    "vi": _Edition(
        "Tin đồn được kiểm tra, chứng cứ được công bố, sai sót được đính chính công khai.",
        "Mọi bài kiểm chứng, mới nhất ở trên.",
        "Mọi đính chính, cập nhật, rút bài và kết luận sau khi xác minh đều được ghi lại ở đây, kèm lý do và thời điểm.",
        (
            _Text(_PURPOSE.ABOUT, "ve-chung-toi", "Về chúng tôi", (
                "Trang này do Trung tâm Thông tin và Kiểm chứng tỉnh Ánh Dương, một đơn vị sự nghiệp công lập hư cấu, vận hành. Cơ quan chủ quản là Ủy ban nhân dân tỉnh Ánh Dương (hư cấu).",
                "Kinh phí hoạt động do ngân sách nhà nước cấp toàn bộ. Chúng tôi không nhận quảng cáo, tài trợ hay tiền của doanh nghiệp, tổ chức, cá nhân nào khác.",
                "Vì là cơ quan nhà nước, khi kiểm chứng việc liên quan đến cơ quan nhà nước chúng tôi nêu thêm ít nhất một nguồn ngoài cơ quan đó. Chúng tôi không lưu thông tin về người đăng tin đồn và không theo dõi ai.",
            ), in_menu=True),
            _Text(_PURPOSE.METHOD, "phuong-phap", "Phương pháp", (
                "Chúng tôi chọn tin để kiểm chứng theo ba câu hỏi: tin có thể gây hại không, có lan rộng không, có kiểm chứng được không. Ai cũng có thể gửi tin; chúng tôi không chọn theo người nói.",
                "Mỗi bài nêu nội dung lan truyền, kết luận, chứng cứ ủng hộ và chứng cứ bác bỏ. Phải có ít nhất một nguồn trực tiếp: văn bản, số liệu hoặc lời của người nắm được sự việc tận nơi. Chúng tôi tìm cách liên hệ nơi phát tin và ghi lại kết quả.",
                "Một người kiểm tra chứng cứ, một bước duyệt tiếp theo, và người viết không được tự làm hai việc này. Khi chưa kết luận được, chúng tôi nói rõ là đang xác minh hoặc chưa đủ căn cứ.",
            )),
            _Text(_PURPOSE.STAFF, "ai-lam-viec-gi", "Ai làm việc gì, ai quyết định", (
                "Giám đốc Trung tâm (hư cấu) chịu trách nhiệm về toàn bộ nội dung. Việc đăng hay không đăng một bài do người duyệt quyết định; không ai ngoài Trung tâm duyệt hoặc sửa kết luận.",
            )),
            _Text(_PURPOSE.CORRECTIONS, "chinh-sach-dinh-chinh", "Chính sách đính chính", (
                "Thấy sai, xin báo cho chúng tôi theo trang Liên hệ và khiếu nại. Mọi tin báo đều được xem xét trong hai ngày làm việc.",
                "Khi sai, chúng tôi sửa ngay trên bài, ghi rõ đã sửa gì, đưa vào nhật ký đính chính và sửa trên mọi kênh đã đăng. Bài không còn đứng vững được rút: giữ nguyên địa chỉ và nêu lý do. Không bài nào lặng lẽ biến mất.",
                "Sửa lỗi chính tả, không đổi nội dung, thì không ghi vào nhật ký.",
            )),
            _Text(_PURPOSE.PRIVACY, "bao-ve-du-lieu-ca-nhan", "Bảo vệ dữ liệu cá nhân", (
                "Chúng tôi kiểm chứng sự việc, không xét con người. Dưới đây là những gì hệ thống lưu và không lưu.",
                "Muốn hỏi, sửa hoặc xóa dữ liệu của mình, xin liên hệ theo trang Liên hệ và khiếu nại.",
            )),
            _Text(_PURPOSE.CONTACT, "lien-he", "Liên hệ và khiếu nại", (
                "Muốn nhờ kiểm chứng, góp ý hoặc báo bài có điều sai, xin liên hệ theo các cách dưới đây. Nếu không đồng ý với cách giải quyết của chúng tôi, bạn có thể khiếu nại lên cơ quan cấp trên.",
            )),
        ),
        "kenh-chinh-thuc", "Kênh chính thức",
        "Đây là toàn bộ kênh mà Trung tâm và các đơn vị phối hợp đang vận hành.",
        "Đường dây nóng kiểm chứng (hư cấu)", "Đường dây nóng",
    ),
    "en": _Edition(
        "Rumours are checked, evidence is shown, mistakes are corrected in public.",
        "All fact checks, newest first.",
        "Every correction, update, retraction and verdict after a check is recorded here, with its reason and time.",
        (
            _Text(_PURPOSE.ABOUT, "about", "About us", (
                "This site is run by the Ánh Dương Information and Fact-Checking Centre, an invented public office. It belongs to the People's Committee of Ánh Dương province (invented).",
                "The state budget pays for all of it. We take no advertising, no sponsorship and no money from any company, organisation or person.",
                "As a state office we add at least one source from outside when a check concerns a state body. We keep nothing about who posted a rumour and monitor nobody.",
            ), in_menu=True),
            _Text(_PURPOSE.METHOD, "methodology", "Methodology", (
                "We choose what to check by three questions: can it do harm, is it spreading, can it be checked. Anybody may send something in; we do not choose by who said it.",
                "Every answer gives the claim, the verdict, and the evidence for and against. At least one source must know first-hand: a document, a record, or somebody who was there. We try to reach where the claim came from, and say what came of it.",
                "One person checks the evidence, an approval follows, and the author can do neither. Where no verdict can be given we say that it is being verified, or that there is not enough evidence.",
            )),
            _Text(_PURPOSE.STAFF, "who-decides", "Who does what, and who decides", (
                "The director of the Centre (invented) answers for everything published. Whether an answer is published is decided by its approver; nobody outside the Centre approves or changes a verdict.",
            )),
            _Text(_PURPOSE.CORRECTIONS, "corrections-policy", "Corrections policy", (
                "If you see a mistake, please tell us; the page Contact and complaint says how. Every report is looked at within two working days.",
                "When we are wrong we correct the answer itself, say what was changed, enter it in the corrections log and correct every channel it went to. An answer that no longer stands is retracted; its address and the reason stay. Nothing disappears quietly.",
                "A spelling mistake that changes no meaning is not entered in the log.",
            )),
            _Text(_PURPOSE.PRIVACY, "privacy", "Privacy", (
                "We check what is said, not who says it. Below is what this system keeps and what it does not.",
                "To ask for, correct or delete your data, please write to us; the page Contact and complaint says how.",
            )),
            _Text(_PURPOSE.CONTACT, "contact", "Contact and complaint", (
                "To have something checked, to comment or to report a mistake, please reach us in one of the ways below. If you do not agree with our reply you can complain to the body above us.",
            )),
        ),
        "official-channels", "Official channels",
        "These are all the channels that the Centre and its partners run.",
        "Fact-check hotline (invented)", "Hotline",
    ),
}
# fmt: on


def write(office: Organisation) -> None:
    """Makes the information pages and the pages of official channels, and says who ``office`` is."""
    keys: dict[str, uuid.UUID] = {}
    for language, edition in _EDITIONS.items():
        home = HomePage.objects.get(locale__language_code=language)
        HomePage.objects.filter(pk=home.pk).update(intro=edition.home)
        AnswerList.objects.child_of(home).update(intro=edition.answers)
        CorrectionsLog.objects.child_of(home).update(intro=edition.log)
        common: dict[str, Any] = {"locale": home.locale}
        channels = ChannelsPage(
            title=edition.channels_title, slug=edition.channels_slug, intro=edition.channels_intro,
            translation_key=keys.setdefault("channels", uuid.uuid4()), show_in_menus=True, **common,
        )  # fmt: skip
        channels.others = [
            OtherChannel(
                name=edition.hotline, kind=edition.hotline_kind, owner=office.name, number="1900 0000"
            ),
        ]  # fmt: skip
        home.add_child(instance=channels)
        for text in edition.pages:
            home.add_child(
                instance=InfoPage(
                    title=text.title,
                    slug=text.slug,
                    purpose=text.purpose,
                    body=[("paragraph", "".join(f"<p>{paragraph}</p>" for paragraph in text.paragraphs))],
                    show_in_menus=text.in_menu,
                    translation_key=keys.setdefault(text.purpose, uuid.uuid4()),
                    **common,
                )
            )
    AboutSite.objects.update_or_create(
        site=Site.objects.get(is_default_site=True),
        defaults={
            "office": office,
            "address": "Số 1 đường Ban Mai, phường Hoa Nắng, tỉnh Ánh Dương (hư cấu)",
            "email": settings.DEFAULT_FROM_EMAIL,
            "phone": "1900 0000",
            "complaints_to": "Sở Văn hóa và Thông tin Ánh Dương (hư cấu), số 2 đường Ban Mai, phường Hoa Nắng",
        },
    )
