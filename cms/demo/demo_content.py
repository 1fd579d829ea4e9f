"""Invented content for the demonstration: a province that does not exist, its office, its people and its rumours.

It goes the same way as real work: drafts are submitted, checked and approved by different people, and the deliveries
go through the outbox.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw
from wagtail.log_actions import log
from wagtail.models import Locale, Page
from wagtail_localize.operations import translate_object

from cms import people
from cms.claims import Verdict
from cms.corrections import follow
from cms.demo import demo_links, demo_pages
from cms.demo.demo_intake import hand_in
from cms.demo.demo_month import live_through
from cms.demo.demo_submissions import send_in
from cms.incidents import Appearance, Incident, Place, Topic
from cms.models import (
    Answer,
    AnsweredIncident,
    AnswerList,
    Evidence,
    Picture,
    PublicDetail,
    Rebuttal,
    User,
    VerifiedFact,
)
from publishing import by_hand, outbox
from publishing.models import Channel, Membership, Organisation, PlanningGrant, StoryVersion
from publishing.plan import Owed
from publishing.story import Action

PASSWORD = "anh-duong-2026"  # noqa: S105 - of invented people in a demo that is reachable from this machine only


@dataclass(frozen=True)
class Person:
    username: str
    role: str
    name: str


PEOPLE = (
    Person("bientap", people.EDITOR, "Biên tập viên mẫu"),
    Person("kiemtra", people.CHECKER, "Người kiểm chứng mẫu"),
    Person("duyet", people.APPROVER, "Người duyệt mẫu"),
    Person("phathanh", people.PUBLISHER, "Người phát hành mẫu"),
    Person("quantri", people.ADMINISTRATOR, "Quản trị viên mẫu"),
    Person("dai", people.PUBLISHER, "Người phát hành mẫu của Đài"),  # belongs to the broadcaster, and sees its channels
)

# (name, name in English, address part)
TOPICS = [
    ("Y tế", "Health", "y-te"),
    ("Lừa đảo trực tuyến", "Online scams", "lua-dao-truc-tuyen"),
    ("Đất đai", "Land", "dat-dai"),
    ("Thiên tai", "Natural disasters", "thien-tai"),
]
PLACES = [
    ("Toàn tỉnh Ánh Dương", "The whole province of Ánh Dương", "toan-tinh", Place.Kind.PROVINCE),
    ("Xã Suối Mơ", "Suối Mơ commune", "xa-suoi-mo", Place.Kind.COMMUNE),
    ("Phường Hoa Nắng", "Hoa Nắng ward", "phuong-hoa-nang", Place.Kind.WARD),
]


def seed(connections: dict[str, Any], say: Callable[[str], Any]) -> None:
    """Fills an empty database. ``connections`` are those of publishing.sandbox. Does nothing the second time, except
    that the channels follow their stand-ins to other ports."""
    if User.objects.exists():
        _connect_channels(connections)
        return
    say("Writing the invented content …")
    with transaction.atomic():
        who = {person.username: _person(person) for person in PEOPLE}
        office = Organisation.objects.create(
            name="Trung tâm Thông tin và Kiểm chứng tỉnh Ánh Dương (hư cấu)",
            short_name="Trung tâm Kiểm chứng Ánh Dương",
            website="https://kiemchung.example.vn/",
            is_office=True,
        )
        topics = {
            slug: Topic.objects.create(name=name, names={"en": english}, slug=slug) for name, english, slug in TOPICS
        }
        places = {
            slug: Place.objects.create(name=name, names={"en": english}, slug=slug, kind=kind)
            for name, english, slug, kind in PLACES
        }
        demo_pages.write(office)
    desk = Desk(who, office, topics, places)
    desk.write_everything()
    _connect_channels(connections)
    _join_the_broadcaster(who["dai"])
    desk.send()
    send_in(who["bientap"])
    hand_in(who["quantri"], who["bientap"])
    demo_links.keep()
    demo_links.complain(who["duyet"], desk.water)
    live_through(desk)
    for app in apps.get_app_configs():
        if fill := getattr(app, "fill_demo", None):  # what other apps show: cms knows none of them
            fill(desk)


def _person(person: Person) -> User:
    user = User.objects.create_user(
        person.username, f"{person.username}@example.vn", PASSWORD, last_name=person.name, first_name=""
    )
    user.groups.add(Group.objects.get(name=person.role))
    return user


def _connect_channels(connections: dict[str, Any]) -> None:
    office = Organisation.objects.get(is_office=True)
    broadcaster = _organisation("Đài Phát thanh – Truyền hình Ánh Dương (hư cấu)", "Đài Ánh Dương")
    owners = {
        "wordpress": _organisation("Báo Ánh Dương (hư cấu)", "Báo Ánh Dương"),
        "newsroom": broadcaster,
        "youtube": broadcaster,
        "webhook": _organisation("Cổng thông tin điện tử tỉnh Ánh Dương (hư cấu)", "Cổng thông tin Ánh Dương"),
        "newsroom_mail": _organisation("Đài Phát thanh khu vực Hoa Nắng (hư cấu)", "Đài Hoa Nắng"),
        "loudspeaker": _organisation("Ủy ban nhân dân xã Suối Mơ (hư cấu)", "Xã Suối Mơ"),
    }
    quiet = {"loudspeaker": (time(22), time(6))}  # nobody is to be woken by a loudspeaker
    for kind, stand_in in connections.items():
        channel, is_new = Channel.objects.get_or_create(
            kind=kind,
            is_sandbox=True,
            defaults={"organisation": owners.get(kind, office), "name": stand_in["name"], "config": stand_in["config"]},
        )
        channel.public_url = stand_in["url"]
        channel.config = {**channel.config, **stand_in["config"]}
        if is_new:
            channel.set_secrets(stand_in["secrets"])
            channel.quiet_from, channel.quiet_to = quiet.get(kind, (None, None))
        channel.save()


def _join_the_broadcaster(person: User) -> None:
    """One member of another organisation, whose people may plan for the office's own Page too."""
    broadcaster = Organisation.objects.get(short_name="Đài Ánh Dương")
    Membership.objects.create(person=person, organisation=broadcaster)
    for channel in Channel.objects.filter(kind="facebook"):
        PlanningGrant.objects.create(organisation=broadcaster, channel=channel)


def _organisation(name: str, short_name: str) -> Organisation:
    return Organisation.objects.get_or_create(name=name, defaults={"short_name": short_name})[0]


def _illustration(title: str, sky: tuple[int, int, int], ground: tuple[int, int, int]) -> Picture:
    """A plain drawn landscape: nobody's photograph, nobody in it."""
    width, height = 1200, 675
    image = Image.new("RGB", (width, height), sky)
    draw = ImageDraw.Draw(image)
    draw.ellipse((880, 80, 1040, 240), fill=(255, 214, 120))
    draw.polygon([(0, 470), (330, 250), (620, 470)], fill=tuple(value * 3 // 4 for value in ground))
    draw.polygon([(380, 470), (760, 190), (1200, 470)], fill=tuple(value * 7 // 8 for value in ground))
    draw.rectangle((0, 470, width, height), fill=ground)
    for left in range(0, width, 120):
        draw.arc((left, 520, left + 120, 600), 180, 360, fill=(255, 255, 255), width=4)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    file.seek(0)
    return Picture.objects.create(
        title=title, description=title, credit="Hình vẽ minh họa (hư cấu)", file=ImageFile(file, name="minh-hoa.jpg")
    )


class Desk:
    """The people at work."""

    def __init__(
        self, who: dict[str, User], office: Organisation, topics: dict[str, Topic], places: dict[str, Place]
    ) -> None:
        self.who, self.office, self.topics, self.places = who, office, topics, places
        self.answers = AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi")

    # How a page comes to be ---------------------------------------------------------------------------------

    def draft(
        self, page: Answer, evidence: list[Evidence], incidents: Sequence[Incident] = (), parent: Page | None = None
    ) -> Answer:
        page.owner = self.who["bientap"]
        page.office = page.office or self.office
        page.live = False
        page.evidence = evidence
        page.answered = [AnsweredIncident(incident=incident) for incident in incidents]
        (parent or self.answers).add_child(instance=page)
        page.save_revision(user=self.who["bientap"], log_action=True)
        return self.again(page)

    def again(self, page: Answer) -> Any:
        return type(page).objects.get(pk=page.pk)

    def submit(self, page: Answer) -> None:
        page.get_workflow().start(page, self.who["bientap"])

    def step(self, page: Answer, username: str) -> None:
        state = self.again(page).current_workflow_task_state
        state.task.specific.on_action(state.specific, self.who[username], "approve")

    def publish(self, page: Answer) -> Any:
        self.submit(self.again(page))
        self.step(page, "kiemtra")
        self.step(page, "duyet")
        return self.again(page)

    def change(self, page: Answer, kind: str, note: str, **values: Any) -> Any:
        draft = self.again(page).get_latest_revision_as_object()
        draft.change_kind, draft.change_note = kind, note
        for name, value in values.items():
            setattr(draft, name, value)
        draft.save_revision(user=self.who["bientap"], log_action=True)
        return self.publish(page)

    # What they write ----------------------------------------------------------------------------------------

    def write_everything(self) -> None:
        self.water = self._water()
        self.power = self._power()
        self._flood()
        self._land()
        self._retracted()
        self._being_verified()
        self._in_the_workflow()
        self._unanswered()
        self._in_english()
        self._spreading_again()
        for incident in Incident.objects.all():  # as the form of an incident notes it
            log(instance=incident, action="wagtail.create", user=self.who["bientap"], timestamp=incident.registered_at)

    def _water(self) -> Any:
        incident = Incident.objects.create(
            claim="KHẨN: nước máy toàn tỉnh nhiễm độc, từ tối nay cấm dùng, ai uống phải đi viện ngay. Chia sẻ gấp!",
            kind=Incident.Kind.RUMOUR,
            topic=self.topics["y-te"],
            place=self.places["toan-tinh"],
            urgency=Incident.Urgency.CRITICAL,
            first_seen_at=timezone.now() - timedelta(days=2, hours=5),
        )
        incident.appearances.add(
            Appearance(
                platform=Appearance.Platform.FACEBOOK, url="https://www.facebook.com/groups/0000/posts/1111", reach=5200
            ),
            Appearance(platform=Appearance.Platform.ZALO, reach=None),
        )
        incident.save()
        page = Rebuttal(
            title="Nước máy trong tỉnh an toàn, không có lệnh ngừng dùng",
            slug="nuoc-may-an-toan-khong-co-lenh-ngung-dung",
            claim="Nước máy toàn tỉnh nhiễm độc, từ tối nay cấm dùng",
            verdict=Verdict.FALSE,
            short_answer="Nước máy đạt quy chuẩn ở cả 48 điểm lấy mẫu ngày 22/11/2026. Không cơ quan nào ra lệnh ngừng dùng nước.",
            why_checked="Tin nhắn lan nhanh trong nhóm cư dân; đường dây nóng nhận hơn 60 cuộc gọi trong một buổi tối.",
            reach_attempt="Trung tâm đã nhắn tin tới nhóm đăng đầu tiên để hỏi nguồn; đến khi đăng bài chưa nhận được trả lời.",
            topic=self.topics["y-te"],
            place=self.places["toan-tinh"],
            is_urgent=True,
            picture=_illustration("Hồ chứa nước đầu nguồn dưới chân núi", (176, 212, 232), (96, 156, 132)),
            picture_alt="Hình vẽ hồ chứa nước đầu nguồn dưới chân núi",
            body=[
                (
                    "paragraph",
                    "<p>Tối 21/11, một tin nhắn được chuyển tiếp trên nhiều nhóm cư dân cho rằng nước máy toàn tỉnh nhiễm độc. Tin nhắn không nêu nguồn, không có số văn bản, không ghi tên cơ quan.</p>",
                ),
                ("heading", "Kết quả kiểm tra"),
                (
                    "paragraph",
                    "<p>Sáng 22/11, đơn vị xét nghiệm lấy mẫu tại <b>48 điểm</b> thuộc ba nhà máy nước. Cả 48 mẫu đạt quy chuẩn nước sạch. Biên bản xét nghiệm được công bố toàn văn.</p>",
                ),
                (
                    "quote",
                    {
                        "text": "Không có lệnh ngừng cấp nước. Người dân sinh hoạt bình thường.",
                        "source": "Công ty Cấp nước Ánh Dương (hư cấu), thông báo số 31",
                    },
                ),
                (
                    "advice",
                    "<p>Nếu thấy nước có mùi hoặc màu lạ, hãy ngừng dùng ở vòi đó và gọi tổng đài cấp nước 1900 0000.</p>",
                ),
            ],
        )
        return self.publish(
            self.draft(
                page,
                [
                    Evidence(title="Sở Y tế Ánh Dương (hư cấu): biên bản xét nghiệm 48 mẫu nước, 22/11/2026", kind=Evidence.Kind.PRIMARY, url="https://soyte.example.vn/xet-nghiem-nuoc", quotation="48/48 mẫu đạt quy chuẩn kỹ thuật về nước sạch."),
                    Evidence(title="Công ty Cấp nước Ánh Dương (hư cấu): thông báo số 31", kind=Evidence.Kind.PRIMARY, url="https://capnuoc.example.vn/thong-bao-31"),
                    Evidence(title="Báo Ánh Dương (hư cấu): ghi nhận tại ba nhà máy nước", kind=Evidence.Kind.SECONDARY, stance=Evidence.Stance.CONTEXT, url="https://bao.example.vn/nha-may-nuoc"),
                ],
                [incident],
            )
        )  # fmt: skip

    def _power(self) -> Any:
        incident = Incident.objects.create(
            claim="Gọi điện tự xưng nhân viên điện lực, báo nợ cước và dọa cắt điện trong hai giờ nếu không chuyển khoản.",
            kind=Incident.Kind.SCAM,
            topic=self.topics["lua-dao-truc-tuyen"],
            place=self.places["phuong-hoa-nang"],
            urgency=Incident.Urgency.HIGH,
            first_seen_at=timezone.now() - timedelta(days=1, hours=3),
        )
        incident.appearances.add(Appearance(platform=Appearance.Platform.MESSAGE))
        incident.save()
        page = Rebuttal(
            title="Điện lực không gọi điện đòi chuyển khoản để khỏi cắt điện",
            slug="dien-luc-khong-goi-dien-doi-chuyen-khoan",
            claim="Điện lực gọi báo nợ, sẽ cắt điện sau hai giờ nếu không chuyển khoản vào tài khoản cá nhân",
            verdict=Verdict.SCAM,
            short_answer="Đây là cuộc gọi lừa đảo. Điện lực không thu tiền qua tài khoản cá nhân và luôn báo trước bằng văn bản.",
            why_checked="Mười một hộ ở phường Hoa Nắng báo nhận cuộc gọi giống nhau trong hai ngày.",
            reach_attempt="Số gọi đến không liên lạc lại được; nhà mạng đã được thông báo.",
            topic=self.topics["lua-dao-truc-tuyen"],
            place=self.places["phuong-hoa-nang"],
            is_urgent=True,
            body=[
                (
                    "paragraph",
                    "<p>Người gọi tự xưng nhân viên điện lực, đọc đúng địa chỉ của hộ dân, báo nợ cước và yêu cầu chuyển khoản ngay.</p>",
                ),
                ("heading", "Dấu hiệu nhận biết"),
                (
                    "paragraph",
                    "<ul><li>Giục chuyển tiền trong một, hai giờ.</li><li>Tài khoản nhận tiền đứng tên cá nhân.</li><li>Không có số văn bản, không cho gọi lại tổng đài.</li></ul>",
                ),
                (
                    "advice",
                    "<p>Cúp máy. Tự gọi tổng đài điện lực in trên hóa đơn. Nếu đã chuyển tiền, gọi ngay ngân hàng và báo công an xã, phường.</p>",
                ),
            ],
        )
        page.public_details.add(PublicDetail(text="0200 000 0000", reason="Tổng đài công bố trên hóa đơn (hư cấu)"))
        return self.publish(
            self.draft(
                page,
                [
                    Evidence(title="Điện lực Ánh Dương (hư cấu): khuyến cáo khách hàng số 07", kind=Evidence.Kind.PRIMARY, url="https://dienluc.example.vn/khuyen-cao-07", quotation="Điện lực không yêu cầu khách hàng chuyển tiền vào tài khoản cá nhân."),
                    Evidence(title="Công an phường Hoa Nắng (hư cấu): tổng hợp tin báo hai ngày", kind=Evidence.Kind.OWN, url="https://conganphuong.example.vn/tin-bao"),
                ],
                [incident],
            )
        )  # fmt: skip

    def _flood(self) -> None:
        incident = Incident.objects.create(
            claim="Ảnh cầu Suối Mơ bị lũ cuốn trôi sáng nay, cả xã bị cô lập.",
            kind=Incident.Kind.OUT_OF_CONTEXT,
            topic=self.topics["thien-tai"],
            place=self.places["xa-suoi-mo"],
            urgency=Incident.Urgency.HIGH,
            first_seen_at=timezone.now() - timedelta(days=9),
        )
        page = self.publish(
            self.draft(
                Rebuttal(
                    title="Ảnh cầu Suối Mơ bị lũ cuốn là ảnh cũ",
                    slug="anh-cau-suoi-mo-bi-lu-cuon-la-anh-cu",
                    claim="Cầu Suối Mơ bị lũ cuốn trôi sáng 15/11/2026, cả xã bị cô lập",
                    verdict=Verdict.MISLEADING,
                    short_answer="Ảnh chụp từ trận lũ năm 2019. Sáng 15/11/2026 cầu vẫn đi lại được, chỉ cấm xe tải trong bốn giờ.",
                    why_checked="Ảnh được chia sẻ cùng lời kêu gọi quyên góp vào tài khoản cá nhân.",
                    reach_attempt="Đã liên hệ trang chia sẻ đầu tiên; trang đã gỡ bài và xác nhận lấy lại ảnh cũ.",
                    topic=self.topics["thien-tai"],
                    place=self.places["xa-suoi-mo"],
                    body=[
                        ("paragraph", "<p>Tìm ngược hình ảnh cho thấy bức ảnh đã đăng trên báo từ năm 2019. Cầu hiện nay được xây lại năm 2021, có lan can khác hẳn.</p>"),
                        ("paragraph", "<p>Sáng 15/11, nước dâng cao, xã cấm xe tải qua cầu từ 6 giờ đến 10 giờ.</p>"),
                    ],
                ),
                [Evidence(title="UBND xã Suối Mơ (hư cấu): thông báo điều tiết giao thông ngày 15/11", kind=Evidence.Kind.PRIMARY, url="https://suoimo.example.vn/thong-bao-15-11")],
                [incident],
            )
        )  # fmt: skip
        self._read_out(page)
        self.change(
            page,
            "correction",
            "Bản đầu ghi cấm xe tải trong hai giờ; đúng là bốn giờ, từ 6 giờ đến 10 giờ. Kết luận không đổi.",
        )

    def _read_out(self, page: Answer) -> None:
        """A ward read it out, by hand: so its correction is owed there, and waits for a person."""
        speaker = Channel.objects.create(
            organisation=_organisation("Ủy ban nhân dân phường Hoa Nắng (hư cấu)", "Phường Hoa Nắng"),
            kind="loudspeaker",
            name="Trạm truyền thanh phường Hoa Nắng (hư cấu)",
            config={"reached_by": "hand"},
        )
        follow(page)
        version = StoryVersion.objects.get(key=page.story_key, revision=page.live_revision_id)
        publisher = self.who["phathanh"]
        for delivery in outbox.enqueue(version, [Owed(speaker.pk, Action.POST, timezone.now())], publisher):
            by_hand.done_by_hand(delivery, publisher)

    def _land(self) -> None:
        self.publish(
            self.draft(
                VerifiedFact(
                    title="Giấy chứng nhận đất ghi tên xã cũ vẫn có giá trị",
                    slug="giay-chung-nhan-dat-ghi-ten-xa-cu-van-co-gia-tri",
                    short_answer="Người dân không phải đổi giấy chứng nhận chỉ vì tên xã, phường thay đổi; chỉ đổi khi có nhu cầu.",
                    why_checked="Nhiều người hỏi sau khi sắp xếp đơn vị hành chính cấp xã.",
                    topic=self.topics["dat-dai"],
                    place=self.places["toan-tinh"],
                    picture=_illustration("Cánh đồng và dãy núi", (244, 222, 190), (142, 168, 96)),
                    picture_alt="Hình vẽ cánh đồng dưới dãy núi",
                    body=[("paragraph", "<p>Giấy chứng nhận đã cấp tiếp tục có giá trị. Khi làm thủ tục khác về đất, tên đơn vị hành chính mới được cập nhật cùng lúc, không phải nộp thêm hồ sơ.</p>")],
                ),
                [Evidence(title="Sở Nông nghiệp và Môi trường Ánh Dương (hư cấu): hướng dẫn số 15", kind=Evidence.Kind.PRIMARY, stance=Evidence.Stance.CONTEXT, url="https://sonnmt.example.vn/huong-dan-15")],
            )
        )  # fmt: skip

    def _retracted(self) -> None:
        page = self.publish(
            self.draft(
                VerifiedFact(
                    title="Lịch tiêm chủng mở rộng tháng 11",
                    slug="lich-tiem-chung-mo-rong-thang-11",
                    short_answer="Trạm y tế xã tiêm chủng vào ngày 25 hằng tháng.",
                    why_checked="Nhiều phụ huynh hỏi lịch tiêm.",
                    topic=self.topics["y-te"],
                    place=self.places["toan-tinh"],
                    body=[("paragraph", "<p>Lịch tiêm chung cho các xã.</p>")],
                ),
                [Evidence(title="Trung tâm Kiểm soát bệnh tật (hư cấu): lịch tháng 10", kind=Evidence.Kind.PRIMARY, stance=Evidence.Stance.CONTEXT, url="https://cdc.example.vn/lich")],
            )
        )  # fmt: skip
        self.change(
            page,
            "retraction",
            "Bài dẫn nhầm lịch của tháng 10. Xin xem lịch đúng trên trang của trạm y tế từng xã, phường.",
        )

    def _being_verified(self) -> None:
        incident = Incident.objects.create(
            claim="Suối Mơ đổi màu đỏ vì xưởng nhuộm xả trộm, cá chết trắng, đừng cho trâu bò uống!!!",
            kind=Incident.Kind.RUMOUR,
            topic=self.topics["thien-tai"],
            place=self.places["xa-suoi-mo"],
            urgency=Incident.Urgency.HIGH,
            first_seen_at=timezone.now() - timedelta(hours=5),
        )
        incident.appearances.add(Appearance(platform=Appearance.Platform.ZALO))
        incident.save()
        self.publish(
            self.draft(
                Rebuttal(
                    title="Tin nước Suối Mơ nhiễm chất nhuộm: đang xác minh",
                    slug="tin-nuoc-suoi-mo-nhiem-chat-nhuom",
                    claim="Nước Suối Mơ nhiễm chất nhuộm do một xưởng xả thải",
                    verdict=Verdict.VERIFYING,
                    short_answer="Xã đã lấy mẫu nước ở ba điểm sáng 24/11/2026 và chưa có kết quả. Chưa có cơ sở nào được xác định là nguồn gây đổi màu.",
                    why_checked="Nhiều hộ chăn nuôi gọi hỏi có nên cho gia súc uống nước suối hay không.",
                    topic=self.topics["thien-tai"],
                    place=self.places["xa-suoi-mo"],
                    body=[("advice", "<p>Trong khi chờ kết quả, nên dùng nguồn nước khác cho gia súc.</p>")],
                ),
                [],
                [incident],
            )
        )

    def _in_the_workflow(self) -> None:
        incident = Incident.objects.create(
            claim="Từ 01/12 ai không cập nhật sinh trắc học sẽ bị khóa toàn bộ tài khoản, bấm vào đường dẫn để cập nhật.",
            kind=Incident.Kind.SCAM,
            topic=self.topics["lua-dao-truc-tuyen"],
            place=self.places["toan-tinh"],
            urgency=Incident.Urgency.HIGH,
            status=Incident.Status.VERIFYING,
            first_seen_at=timezone.now() - timedelta(hours=7),
            registered_at=timezone.now() - timedelta(hours=7),  # overdue, for all to see
        )
        page = self.draft(
            Rebuttal(
                title="Không có đường dẫn “cập nhật sinh trắc học” gửi qua tin nhắn",
                slug="khong-co-duong-dan-cap-nhat-sinh-trac-hoc",
                claim="Phải bấm vào đường dẫn trong tin nhắn để cập nhật sinh trắc học trước 01/12",
                verdict=Verdict.SCAM,
                short_answer="Ngân hàng không gửi đường dẫn cập nhật sinh trắc học qua tin nhắn. Chỉ cập nhật trong ứng dụng hoặc tại quầy.",
                why_checked="Tin nhắn mạo danh ngân hàng được gửi hàng loạt.",
                reach_attempt="Đường dẫn đã bị chặn; không xác định được đơn vị gửi.",
                topic=self.topics["lua-dao-truc-tuyen"],
                place=self.places["toan-tinh"],
                body=[("paragraph", "<p>Tin nhắn dẫn tới một trang giả có giao diện giống ngân hàng.</p>")],
            ),
            [Evidence(title="Ngân hàng Ánh Dương (hư cấu): cảnh báo khách hàng", kind=Evidence.Kind.PRIMARY, url="https://nganhang.example.vn/canh-bao")],
            [incident],
        )  # fmt: skip
        self.submit(page)

    def _unanswered(self) -> None:
        Incident.objects.create(
            claim="Uống nước lá cây mọc ven suối chữa khỏi tiểu đường, bệnh viện giấu không nói.",
            kind=Incident.Kind.RUMOUR,
            topic=self.topics["y-te"],
            place=self.places["xa-suoi-mo"],
            urgency=Incident.Urgency.NORMAL,
            first_seen_at=timezone.now() - timedelta(hours=3),
        )

    def _spreading_again(self) -> None:
        """The office is asked to look at its answer once more."""
        incident = Incident.objects.get(answers__page=self.power)
        incident.status = Incident.Status.AGAIN
        incident.save()

    def _in_english(self) -> None:
        english = Locale.objects.get(language_code="en")
        translate_object(self.water, [english], user=self.who["bientap"])  # what “Translate this page” does
        copy = self.water.get_translation(english)
        draft = self.again(copy).get_latest_revision_as_object()
        draft.title = "Tap water in the province is safe; nobody has ordered to stop using it"
        draft.slug = "tap-water-is-safe"
        draft.claim = "Tap water in the whole province is poisoned and banned from tonight"
        draft.short_answer = "Tap water met the standard at all 48 sampling points on 22 November 2026. No authority has ordered anyone to stop using it."
        draft.why_checked = (
            "The message spread fast in residents' groups; the hotline took more than 60 calls in one evening."
        )
        draft.reach_attempt = "The office wrote to the first group that posted it; no reply came before publication."
        draft.picture_alt = "Drawing of a reservoir at the foot of a mountain"
        draft.body = [
            ("paragraph", "<p>On the evening of 21 November a message was passed on in many residents' groups. It names no source, no document and no authority.</p>"),
            ("heading", "What the check found"),
            ("paragraph", "<p>On 22 November samples were taken at <b>48 points</b> of three waterworks. All 48 met the standard.</p>"),
            ("advice", "<p>If water from a tap smells or looks odd, stop using that tap and call the water company on 1900 0000.</p>"),
        ]  # fmt: skip
        draft.save_revision(user=self.who["bientap"], log_action=True)
        self.publish(self.again(copy))

    # What they send -----------------------------------------------------------------------------------------

    def send(self) -> None:
        """The water story goes everywhere now; the scam warning waits, on one channel with wording to be approved."""
        now = timezone.now()
        publisher = self.who["phathanh"]
        channels = {channel.kind: channel for channel in Channel.objects.filter(is_sandbox=True)}
        for page in (self.water, self.power):
            follow(page)
        water = StoryVersion.objects.get(key=self.water.story_key, revision=self.water.live_revision_id)
        # Not on YouTube: this answer has no film, as the compose board says.
        everywhere = [channel for kind, channel in channels.items() if kind != "youtube"]
        outbox.enqueue(water, [Owed(channel.pk, Action.POST, now) for channel in everywhere], publisher)
        power = StoryVersion.objects.get(key=self.power.story_key, revision=self.power.live_revision_id)
        evening = timezone.localtime(now + timedelta(days=1)).replace(hour=19, minute=0, second=0, microsecond=0)
        wording = "Cúp máy và tự gọi tổng đài in trên hóa đơn tiền điện. Nhắc ông bà, cha mẹ ở nhà cùng biết."
        outbox.enqueue(
            power,
            [
                Owed(channels["wordpress"].pk, Action.POST, evening),
                Owed(channels["facebook"].pk, Action.POST, evening, wording, publisher.pk),
            ],
            publisher,
        )
