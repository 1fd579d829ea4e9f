"""What the public sends in: taken without an account, kept without a person in it, told only how it stands."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cms.claims import Verdict
from cms.incidents import Incident
from cms.models import Rebuttal, Submission
from cms.personal_data import find, masked
from cms.public import submit as submit_views
from cms.sent_in import submitted_picture
from cms.sent_in.groups import join, part
from cms.sent_in.receive import receive
from cms.sent_in.submissions import decide, new_code, normal_code
from cms.storage import PrivateStorage
from publishing.signals import sweeping
from tests.make import make_incident, make_rebuttal, publish, team
from tests.make import submit as to_workflow

pytestmark = pytest.mark.django_db

WATER = "KHẨN: nước máy toàn tỉnh nhiễm độc, từ tối nay cấm dùng, ai uống phải đi viện ngay."
POWER = "Gọi điện tự xưng nhân viên điện lực, báo nợ cước và dọa cắt điện trong hai giờ."


@pytest.fixture(autouse=True)
def _no_counts_from_before():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def stored(monkeypatch, tmp_path):
    """Where pictures go. A field keeps the storage that it was made with, whatever the settings say later."""
    storage = PrivateStorage(location=tmp_path / "private")
    monkeypatch.setattr(Submission._meta.get_field("picture"), "storage", storage)
    return storage


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-24T08:00:00+07:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def visitor(client, clock):
    """Opens the form, takes half a minute, and sends it."""
    return Visitor(client, clock)


class Visitor:
    def __init__(self, client, clock):
        self.client, self.clock = client, clock
        self.address = reverse("submit")

    def token(self) -> str:
        page = BeautifulSoup(self.client.get(self.address).content, "html.parser")
        return page.select_one("input[name=token]")["value"]

    def send(self, token=None, wait=30, ip="203.0.113.7", follow=False, **fields):
        token = self.token() if token is None else token
        self.clock.shift(wait)
        data = {"token": token, "consent": "on", **fields}
        return self.client.post(
            self.address, {k: v for k, v in data.items() if v is not None}, REMOTE_ADDR=ip, follow=follow
        )


def picture(kind="PNG", size=(40, 30), **options) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, kind, **options)
    return SimpleUploadedFile(f"anh.{kind.lower()}", file.getvalue())


def text_of(answer) -> str:
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def make_submission(text=WATER, **kw) -> Submission:
    return receive(text=text, **kw)


# Taken in -----------------------------------------------------------------------------------------------------


def test_a_message_is_taken_without_account_cookie_or_script(visitor):
    answer = visitor.send(text=WATER, seen_on="zalo", contact="0912 345 678")
    kept = Submission.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("submission", args=[kept.code]) + "?moi=1"
    assert (kept.text, kept.seen_on, kept.contact, kept.phase) == (WATER, "zalo", "0912 345 678", "received")
    assert kept.consent_at == kept.received_at == timezone.now()
    assert not answer.cookies and not visitor.client.get(visitor.address).cookies
    page = visitor.client.get(answer["Location"])
    assert kept.code in text_of(page) and b"<script" not in page.content and not page.cookies


@pytest.mark.parametrize("given", [{"text": WATER}, {"url": "bao.example/tin"}, {"picture": "yes"}])
def test_one_of_text_link_and_picture_is_enough(visitor, given):
    if "picture" in given:
        given = {"picture": picture()}
    assert visitor.send(**given).status_code == 302
    kept = Submission.objects.get()
    assert bool(kept.text) + bool(kept.url) + bool(kept.picture) == 1
    assert kept.url in {"", "https://bao.example/tin"}


def test_nothing_at_all_is_asked_for_at_its_field(visitor):
    answer = visitor.send()
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422 and not Submission.objects.exists()
    field = page.select_one("#id_text")
    assert field["aria-invalid"] == "true" and "id_text_error" in field["aria-describedby"]
    assert page.select_one("#id_text_error") and page.select_one("#wrong a[href='#id_text']")


def test_no_word_is_lost_over_a_mistake(visitor):
    answer = visitor.send(
        text=WATER, url="không phải", contact="nobody@", seen_on="zalo", consent=None, picture=picture()
    )
    page = BeautifulSoup(answer.content, "html.parser")
    wrong = {link["href"] for link in page.select("#wrong a")}
    assert answer.status_code == 422 and wrong == {"#id_url", "#id_contact", "#id_consent"}
    assert page.select_one("#id_text").text.strip() == WATER
    assert page.select_one("#id_url")["value"] == "không phải"
    assert page.select_one("#id_contact")["value"] == "nobody@"
    assert page.select_one("#id_seen_on option[selected]")["value"] == "zalo"
    assert page.select_one("#wrong").find_next("form")  # the summary comes first
    with_picture = text_of(answer)
    without = text_of(visitor.send(text=WATER, consent=None))
    assert with_picture.count("choose it again") + with_picture.count("chọn lại ảnh") == 2
    assert "choose it again" not in without and "chọn lại ảnh" not in without


def test_a_text_of_many_lines_is_as_long_as_the_browser_says(visitor):
    assert visitor.send(text="\r\n".join(["ab"] * 1_600)).status_code == 302


def test_the_box_for_checks_hands_its_text_over_and_saves_nothing(visitor):
    answer = visitor.client.post(visitor.address, {"prefill": "1", "text": WATER})
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 200 and page.select_one("#id_text").text.strip() == WATER
    assert not page.select("#wrong") and not Submission.objects.exists()
    assert visitor.send(token=page.select_one("input[name=token]")["value"], text=WATER).status_code == 302


# Facts, not people --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["https://www.facebook.com/ten.rieng", "facebook.com/profile.php?id=100012345", "https://zalo.me/0912345678"]
)
def test_the_link_of_an_account_is_refused(visitor, url):
    answer = visitor.send(text=WATER, url=url)
    assert answer.status_code == 422 and not Submission.objects.exists()
    assert BeautifulSoup(answer.content, "html.parser").select_one("#id_url_error")


def test_personal_data_in_the_text_is_covered_before_it_is_kept_and_the_sender_is_told(visitor):
    answer = visitor.send(text="Gọi 0912 345 678 hoặc 0912.345.678, nhắn facebook.com/ten.rieng", follow=True)
    kept = Submission.objects.get()
    assert kept.text == "Gọi 0912 ••• ••• hoặc 0912.•••.•••, nhắn facebook.com/•••.•••••"
    assert "che=1" in answer.redirect_chain[0][0]
    plain = visitor.send(text=POWER, follow=True)
    assert "che=1" not in plain.redirect_chain[0][0]
    assert len(text_of(answer)) > len(text_of(plain))


@pytest.mark.parametrize(
    "text",
    ["stk: 123456789012", "ten.rieng@example.vn", "@ten_rieng", "CCCD số 012345678901", "51F-123.45", "+84 912345678"],
)
def test_what_was_covered_is_no_personal_data_any_more(text):
    assert find(text) and not find(masked(text))
    assert masked(masked(text)) == masked(text)


def test_letters_are_composed_and_invisible_ones_dropped(visitor):
    visitor.send(text="Nu\u031bo\u031b\u0301c ma\u0301y\u200b an toàn\tnhé\r\nHết")
    assert Submission.objects.get().text == "Nước máy an toàn nhé\nHết"


def test_no_network_address_gets_into_the_database(visitor):
    visitor.send(text=WATER, ip="203.0.113.99")
    for model in apps.get_models():
        for row in model.objects.values_list():
            assert not any("203.0.113.99" in str(value) for value in row), model


# Pictures -----------------------------------------------------------------------------------------------------


def test_a_picture_is_made_anew_upright_and_without_the_place_it_was_taken(visitor):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "ten nguoi chup"
    exif.get_ifd(0x8825)[2] = (21.0, 35.0, 12.0)  # GPS latitude
    upload = picture("JPEG", (80, 40), exif=exif.tobytes(), comment=b"ten nguoi chup")
    assert b"ten nguoi chup" in upload.read()
    upload.seek(0)
    visitor.send(picture=upload)
    kept = Submission.objects.get().picture
    with kept.open("rb") as file:
        content = file.read()
    shown = Image.open(io.BytesIO(content))
    assert shown.format == "JPEG" and shown.size == (40, 80)
    assert not shown.getexif() and "comment" not in shown.info and b"ten nguoi chup" not in content
    assert re.fullmatch(r"submitted/\d{4}/\d{2}/[0-9a-f]{16}\.jpg", kept.name)


def test_a_picture_has_no_public_address(visitor, stored):
    visitor.send(picture=picture())
    kept = Submission.objects.get().picture
    assert stored.exists(kept.name) and kept.url == ""
    assert visitor.client.get(f"/media/{kept.name}").status_code == 404


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_make_is_taken(visitor, kind):
    assert visitor.send(picture=picture(kind)).status_code == 302


def test_a_transparent_picture_lies_on_white():
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(file, "PNG")
    made = Image.open(submitted_picture.made_anew(file))
    assert made.getpixel((1, 1)) == (255, 255, 255)


def _bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 30,000 by 30,000."""
    file = io.BytesIO()
    Image.new("1", (1, 1)).save(file, "PNG")
    content = bytearray(file.getvalue())
    content[16:24] = (30_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    return bytes(content)


def _gif() -> bytes:
    file = io.BytesIO()
    Image.new("P", (4, 4)).save(file, "GIF")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.png", submitted_picture.NO_PICTURE),
        (b"<!doctype html><script>1</script>", "a.jpg", submitted_picture.NO_PICTURE),
        (_gif(), "a.png", submitted_picture.NO_PICTURE),
        (b"%PDF-1.7", "a.webp", submitted_picture.NO_PICTURE),
        (b"", "a.png", submitted_picture.NO_PICTURE),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.jpg", submitted_picture.HEIC),
        (_bomb(), "a.png", submitted_picture.TOO_MANY_PIXELS),
        (picture(size=(7000, 6000)).read(), "a.png", submitted_picture.TOO_MANY_PIXELS),
        (picture(size=(300, 300)).read()[:-60], "a.png", submitted_picture.BROKEN),
    ],
    ids=["svg", "html", "gif", "pdf", "empty", "heic", "bomb", "pixels", "cut off"],
)
def test_what_is_no_harmless_picture_is_refused_with_its_reason(visitor, content, name, words, monkeypatch):
    answer = visitor.send(text=WATER, picture=SimpleUploadedFile(name, content, "image/png"))
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422 and page.select_one("#id_picture_error").text == str(words)
    assert page.select_one("#id_text").text.strip() == WATER
    assert not Submission.objects.exists()


def test_a_bomb_is_refused_before_anything_of_it_is_decoded(monkeypatch):
    bomb = _bomb()
    assert len(bomb) < 1000
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.setattr(submitted_picture, "_bare", lambda picture: pytest.fail("decoded"))
    with pytest.raises(submitted_picture.ValidationError):
        submitted_picture.made_anew(io.BytesIO(bomb))


def test_beyond_ten_megabytes_the_file_is_dropped_and_the_words_stay(visitor):
    answer = visitor.send(text=WATER, picture=SimpleUploadedFile("a.png", b"\x89PNG" + b"0" * (10 * 1024 * 1024)))
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select_one("#id_picture_error").text == str(submitted_picture.TOO_LARGE)
    assert page.select_one("#id_text").text.strip() == WATER


# Abuse --------------------------------------------------------------------------------------------------------


def test_a_program_that_fills_in_every_field_is_told_so_and_nothing_is_kept(visitor):
    answer = visitor.send(text=WATER, **{submit_views.TRAP: "x"})
    assert answer.status_code == 400 and WATER in text_of(answer) and not Submission.objects.exists()


def test_the_trap_is_hidden_from_people_and_from_screen_readers(visitor):
    page = BeautifulSoup(visitor.client.get(visitor.address).content, "html.parser")
    trap = page.select_one(f"[name={submit_views.TRAP}]")
    assert trap.find_parent(hidden=True) is not None and trap["tabindex"] == "-1"


@pytest.mark.parametrize(("wait", "is_taken"), [(1, False), (4, True), (86_000, True), (86_500, False)])
def test_a_form_has_an_age(visitor, wait, is_taken):
    answer = visitor.send(text=WATER, wait=wait)
    assert Submission.objects.exists() == is_taken
    if not is_taken:
        page = BeautifulSoup(answer.content, "html.parser")
        assert answer.status_code == 400 and page.select_one("#id_text").text.strip() == WATER
        again = visitor.send(token=page.select_one("input[name=token]")["value"], text=WATER)
        assert again.status_code == 302


@pytest.mark.parametrize("token", ["", "x", "WyJhIiwxXQ:1abc:zzzz"])
def test_a_form_that_we_did_not_hand_out_is_not_taken(visitor, token):
    assert visitor.send(token=token, text=WATER).status_code == 400
    assert not Submission.objects.exists()


def test_a_second_click_sends_nothing_twice(visitor):
    token = visitor.token()
    once = visitor.send(token=token, text=WATER)
    twice = visitor.send(token=token, text=WATER)
    assert Submission.objects.count() == 1 and twice["Location"] == once["Location"]


def test_a_form_serves_once_and_something_else_in_it_is_not_swallowed(visitor):
    token = visitor.token()
    visitor.send(token=token, text=WATER)
    answer = visitor.send(token=token, text=POWER)
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 400 and Submission.objects.count() == 1
    assert page.select_one("#id_text").text.strip() == POWER
    assert visitor.send(token=page.select_one("input[name=token]")["value"], text=POWER).status_code == 302


def test_a_flood_from_one_sender_ends_with_a_time_to_come_back(visitor, settings):
    settings.SUBMISSIONS_AN_HOUR = 2
    for number in range(2):
        assert visitor.send(text=f"{WATER} {number}").status_code == 302
    answer = visitor.send(text=POWER)
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 3600
    assert page.select_one("#id_text").text.strip() == POWER and Submission.objects.count() == 2
    assert visitor.send(text=POWER, ip="203.0.113.8").status_code == 302
    visitor.clock.shift(3600)
    assert visitor.send(text=POWER).status_code == 302


def test_a_day_has_its_limit_too(visitor, settings):
    settings.SUBMISSIONS_AN_HOUR, settings.SUBMISSIONS_A_DAY = 10, 2
    sent = [visitor.send(text=WATER, wait=3700).status_code for _ in range(3)]
    assert sent == [302, 302, 429]


def test_a_flood_from_many_senders_has_a_ceiling(visitor, settings):
    settings.SUBMISSIONS_OF_ALL_AN_HOUR = 2
    sent = [visitor.send(text=WATER, ip=f"198.51.100.{number}").status_code for number in range(3)]
    assert sent == [302, 302, 429]


def test_even_refused_forms_are_counted(visitor, monkeypatch):
    monkeypatch.setattr(submit_views, "TRIES", submit_views.limits.Limit("submit-try", 3, 3600))
    assert [visitor.send(text="", wait=1).status_code for _ in range(4)] == [400, 400, 400, 429]


def test_the_sender_is_who_our_own_proxy_saw_not_who_they_say_they_are(visitor, settings, rf):
    from cms.public.limits import address_of_sender

    forged = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 203.0.113.5"}
    settings.BEHIND_PROXY = False
    assert address_of_sender(rf.get("/", **forged)) == "10.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of_sender(rf.get("/", **forged)) == "203.0.113.5"
    household = {address_of_sender(rf.get("/", HTTP_X_FORWARDED_FOR=f"2001:db8:1:2::{n}")) for n in range(3)}
    assert len(household) == 1


def test_a_sender_has_another_name_tomorrow_and_yesterdays_key_is_gone(clock, rf):
    from cms.public.limits import sender

    asked = rf.get("/", REMOTE_ADDR="203.0.113.7")
    today = sender(asked)
    assert sender(asked) == today and "203.0.113" not in today
    assert today != hashlib.sha256(b"203.0.113.7").hexdigest()[: len(today)], "anybody could compute it"
    clock.shift(timedelta(days=1))
    assert sender(asked) != today


# The tracking page --------------------------------------------------------------------------------------------


def test_the_tracking_page_says_how_it_stands_and_nothing_of_what_was_sent(visitor):
    kept = make_submission(url="https://bao.example/tin", contact="0912345678", seen_on="zalo")
    answer = visitor.client.get(reverse("submission", args=[kept.code]))
    shown = answer.content.decode()
    assert answer.status_code == 200 and "24/11/2026" in shown
    for secret in ("nước máy", "bao.example", "0912", "zalo", "Zalo"):
        assert secret not in shown, secret
    assert "no-store" in answer["Cache-Control"] and answer["X-Robots-Tag"] == "noindex"
    assert 'name="robots" content="noindex"' in shown and answer["Referrer-Policy"] == "no-referrer"


def test_a_code_is_found_however_it_is_typed(visitor):
    kept = make_submission()
    for typed in (kept.code, kept.code.lower(), kept.code.replace("-", ""), f" {kept.code.replace('-', ' ').lower()} "):
        assert visitor.client.get(reverse("track"), {"ma": typed})["Location"] == reverse(
            "submission", args=[kept.code]
        )
        assert visitor.client.get(reverse("submission", args=[typed])).status_code == 200
    assert normal_code("7kqm 2h9t–xw4r") == "7KQM-2H9T-XW4R"


def test_an_unknown_code_gets_a_neutral_page_and_guessing_ends(visitor, monkeypatch):
    monkeypatch.setattr(submit_views, "GUESSES", submit_views.limits.Limit("track-guess", 3, 3600))
    kept = make_submission()
    unknown = [visitor.client.get(reverse("submission", args=[new_code()])) for _ in range(4)]
    assert [answer.status_code for answer in unknown] == [404, 404, 404, 429]
    assert all(answer["X-Robots-Tag"] == "noindex" for answer in unknown) and "Retry-After" in unknown[3]
    assert visitor.client.get(reverse("submission", args=[kept.code])).status_code == 429
    assert visitor.client.get(reverse("track"), {"ma": "abc"}).status_code == 422


def _phase(submission) -> tuple[str, list[str]]:
    steps = Submission.objects.get(pk=submission.pk).steps()
    return steps[-1].phase.value, [step.phase.value for step in steps]


def test_the_phase_follows_the_incident_and_its_answers(client):
    editor, checker, approver = team()
    kept, incident = make_submission(), make_incident()
    assert _phase(kept) == ("received", ["received"])
    decide([kept], Submission.Phase.CHECKING, incident)
    assert _phase(kept) == ("checking", ["received", "checking"])
    page = make_rebuttal(owner=editor, incidents=[incident], evidence=[], verdict=Verdict.VERIFYING, reach_attempt="")
    page = publish(page, editor, checker, approver)
    assert _phase(kept)[0] == "checking", "a holding notice is no answer"
    assert not Submission.objects.get().answers()
    second = publish(make_rebuttal(owner=editor, incidents=[incident]), editor, checker, approver)
    assert _phase(kept) == ("answered", ["received", "checking", "answered"])
    shown = client.get(reverse("submission", args=[kept.code])).content.decode()
    assert second.url in shown and page.url not in shown
    assert Submission.objects.get().phase == "checking", "answered is nowhere stored, so it cannot go stale"


def test_a_retracted_answer_is_no_answer_but_is_not_hidden(client):
    editor, checker, approver = team()
    incident = make_incident()
    kept = make_submission()
    decide([kept], Submission.Phase.CHECKING, incident)
    page = publish(make_rebuttal(owner=editor, incidents=[incident]), editor, checker, approver)
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.change_kind, draft.change_note = "retraction", "Bài dẫn nhầm nguồn."
    draft.save_revision(user=editor)
    publish(Rebuttal.objects.get(pk=page.pk), editor, checker, approver)
    assert _phase(kept)[0] == "checking"
    assert page.url in client.get(reverse("submission", args=[kept.code])).content.decode()


def test_an_incident_that_is_closed_closes_what_was_sent_about_it():
    kept, incident = make_submission(), make_incident()
    decide([kept], Submission.Phase.CHECKING, incident)
    incident.status = Incident.Status.CLOSED
    incident.save()
    assert _phase(kept) == ("closed", ["received", "checking", "closed"])


def test_a_draft_waiting_for_approval_answers_nobody():
    editor, _checker, _approver = team()
    kept, incident = make_submission(), make_incident()
    decide([kept], Submission.Phase.CHECKING, incident)
    to_workflow(make_rebuttal(owner=editor, incidents=[incident]), editor)
    assert _phase(kept)[0] == "checking"


# Groups -------------------------------------------------------------------------------------------------------


def test_the_same_message_again_joins_the_first_and_groups_are_one_deep():
    first = make_submission(WATER)
    second = make_submission(f"Tin này thật không ạ? {WATER}")
    third = make_submission(WATER.upper())
    other = make_submission(POWER)
    assert [one.same_as for one in (first, second, third, other)] == [None, first, first, None]


def test_a_repeat_shares_the_fate_of_its_group():
    incident = make_incident()
    first = make_submission()
    decide([first], Submission.Phase.CHECKING, incident)
    again = make_submission()
    assert (again.same_as, again.incident, again.phase) == (first, incident, "checking")
    assert _phase(again)[1] == ["received", "checking"]


def test_what_is_long_past_or_closed_is_not_compared(clock):
    old = make_submission()
    clock.shift(timedelta(days=61))
    new = make_submission()
    assert new.same_as is None
    decide([new], Submission.Phase.CLOSED)
    assert make_submission().same_as is None
    assert old.repeats.count() == 0


def test_joining_two_groups_keeps_them_one_deep_whoever_comes_first():
    one, repeat = make_submission(WATER), make_submission(WATER)
    other, of_other = make_submission(POWER), make_submission(POWER)
    join(one, of_other)  # even when told the name of a repeat
    assert {each.same_as_id for each in Submission.objects.exclude(pk=other.pk)} == {other.pk}
    join(other, repeat)  # a circle is none
    other.refresh_from_db()
    assert other.same_as is None


def test_one_taken_out_of_a_group_stands_alone_and_the_others_stay_together():
    one, two, three = (make_submission(WATER) for _ in range(3))
    part(one)
    two.refresh_from_db()
    three.refresh_from_db()
    assert (one.same_as, two.same_as, three.same_as) == (None, None, two)


def test_two_that_arrive_together_find_each_other(monkeypatch):
    """The second is inserted before the first has looked for its group."""
    from cms.sent_in import receive as module

    looked = module.same_before
    meanwhile = []

    def slow(submission):
        if not meanwhile:
            meanwhile.append(None)
            meanwhile.append(receive(text=WATER))
        return looked(submission)

    monkeypatch.setattr(module, "same_before", slow)
    first = receive(text=WATER)
    meanwhile[1].refresh_from_db()
    assert first.same_as is None and meanwhile[1].same_as == first


# Contacts go ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["sweep", "command"])
def test_a_contact_is_deleted_after_its_days_and_not_before(clock, settings, by, capsys):
    settings.CONTACT_DAYS = 30
    kept = make_submission(contact="ba.nam@example.vn")
    silent = make_submission(POWER)

    def tidy_up():
        if by == "sweep":
            assert all(not isinstance(said, Exception) for _, said in sweeping.send_robust(sender=None))
        else:
            call_command("delete_contacts")
        kept.refresh_from_db()

    clock.shift(timedelta(days=29, hours=23))
    tidy_up()
    assert kept.contact == "ba.nam@example.vn" and kept.contact_deleted_at is None
    clock.shift(timedelta(hours=1))
    tidy_up()
    assert kept.contact == "" and kept.contact_deleted_at == timezone.now()
    silent.refresh_from_db()
    assert silent.contact_deleted_at is None
    for model in apps.get_models():
        for row in model.objects.values_list():
            assert not any("ba.nam" in str(value) for value in row), model
