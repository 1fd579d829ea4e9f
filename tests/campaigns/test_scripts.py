"""Scripts and storyboards: what people hear is right in every figure, fits its time, and leaves nobody's list out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from django.utils import translation

from campaigns.materials.forms import forms
from campaigns.materials.scripts import Script
from campaigns.materials.video import LINE_LENGTH, MOST_LINES, Video, cues, scenes, wrapped
from campaigns.materials.wording import numbered
from campaigns.words import CampaignWords, ReportTo

WORDS = CampaignWords(
    language="vi",
    title="Công an không làm việc qua điện thoại",
    short_answer="Công an không yêu cầu chuyển tiền. Ai đòi tiền qua điện thoại đều là lừa đảo.",
    how_it_works=("Kẻ gian gọi điện, tự xưng là công an.", "Chúng nói bạn liên quan đến vụ án số 15/2026."),
    signs=("Yêu cầu giữ bí mật.", "Đòi chuyển 20.000.000 đ trước 17h30."),
    do_now=("Cúp máy.", "Gọi số 156 để báo."),
    if_paid=("Gọi ngân hàng ngay.", "Trình báo công an trước ngày 30/11/2026."),
    report_to=(ReportTo("Công an tỉnh Ánh Dương (hư cấu)", "0259 399 9999"), ReportTo("Tổng đài", "156")),
    office="Trung tâm Thông tin tỉnh Ánh Dương (hư cấu)",
    url="https://kiemchung.example/kiem-chung/cong-an-khong-goi/",
)
_POINT = "Kẻ gian dùng số lạ gọi cho bạn lúc 20h, đòi 5.000.000 đ và dọa bắt nếu bạn kể với người nhà hoặc cúp máy giữa chừng, kể cả ban đêm hay ngày nghỉ lễ trong tháng."
FULL = replace(
    WORDS,
    short_answer="Công an không gọi điện đòi tiền. " * 12,
    how_it_works=(_POINT,) * 8,
    signs=(_POINT,) * 8,
    do_now=(_POINT,) * 8,
    if_paid=(_POINT,) * 8,
)
BARE = CampaignWords(language="vi", title="Cảnh giác", short_answer="Đừng chuyển tiền.")
SCRIPTS = [form for form in forms().values() if isinstance(form, Script)]
scripts = pytest.mark.parametrize("form", SCRIPTS, ids=lambda form: form.key)
every = pytest.mark.parametrize(
    "words", [WORDS, FULL, BARE, replace(WORDS, language="en")], ids="usual full bare en".split()
)


def aloud(text: str) -> str:
    """The text as the loudspeaker's channel gets it."""
    form = forms()["loudspeaker"]
    return form.telling({"title": "x", "short": "x", "long": text}, WORDS).spoken


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Gọi số 156 để báo.", "Gọi số một năm sáu để báo."),
        ("Gọi 113 ngay.", "Gọi một một ba ngay."),
        ("Đường dây nóng 0259 399 9999.", "Đường dây nóng không hai năm chín, ba chín chín, chín chín chín chín."),
        ("Tổng đài 1900 1234 mở cả ngày.", "Tổng đài một chín không không, một hai ba bốn mở cả ngày."),
        ("Kẻ gian xưng số +84 912 345 678.", "Kẻ gian xưng số cộng tám bốn, chín một hai, ba bốn năm, sáu bảy tám."),
        ("Chúng đòi 20.000.000 đ.", "Chúng đòi hai mươi triệu đồng."),
        ("Có 2.500 người mất tiền.", "Có hai nghìn năm trăm người mất tiền."),
        ("Khoảng 21 người đã báo.", "Khoảng hai mươi mốt người đã báo."),
        ("Cứ 105 cuộc thì có 5 cuộc giả.", "Cứ một trăm linh năm cuộc thì có năm cuộc giả."),
        ("Tăng 15% so với tháng trước.", "Tăng mười lăm phần trăm so với tháng trước."),
        ("Lãi 0,5% mỗi ngày là bịa.", "Lãi không phẩy năm phần trăm mỗi ngày là bịa."),
        ("Báo trước 17h30.", "Báo trước mười bảy giờ ba mươi phút."),
        ("Chúng gọi lúc 20h.", "Chúng gọi lúc hai mươi giờ."),
        ("Từ 8h đến 17h.", "Từ tám giờ đến mười bảy giờ."),
        ("Hạn chót ngày 30/11/2026.", "Hạn chót ngày ba mươi tháng mười một năm hai nghìn không trăm hai mươi sáu."),
        ("Nghỉ lễ ngày 30/4.", "Nghỉ lễ ngày ba mươi tháng tư."),
        ("Xem tại kiemchung.example.", "Xem tại kiemchung chấm example."),
        ("Xem https://anhduong.gov.vn/lua-dao.", "Xem anhduong chấm gov chấm vn gạch chéo lua gạch ngang dao."),
        ("Viết cho baotin@anhduong.gov.vn.", "Viết cho baotin a còng anhduong chấm gov chấm vn."),
        ("Theo Nghị định 15/2020/NĐ-CP.", None),
        ("Mã OTP có 6 chữ số.", "Mã OTP có sáu chữ số."),
    ],
)
def test_sentences_are_read_as_people_say_them(written, heard):
    said = aloud(written)
    assert not re.search(r"\d", said)
    if heard:
        assert said == heard


@scripts
@every
def test_a_script_is_within_its_time_and_its_fields(form, words):
    draft = form.draft(words)
    for field in form.fields:
        assert 0 < len(draft[field.name]) <= field.max_length
    if words is not FULL:  # a short answer of 400 characters takes the time of a spot alone
        with translation.override("en"):
            for _label, told in form.counts(draft, words):
                seconds, most = map(int, re.findall(r"\d+", told))
                assert seconds <= most


@scripts
def test_a_script_says_what_to_do_and_where_to_report(form):
    draft = form.draft(WORDS)
    for version in ("short", "long"):
        assert "cúp máy" in draft[version].lower()
        assert "0259 399 9999" in draft[version]
        assert "kiemchung.example" in draft[version]
    assert "Gọi ngân hàng ngay." in draft["long"].replace("gọi", "Gọi")


@scripts
def test_no_list_is_left_out_for_the_length_of_another(form):
    words = replace(WORDS, how_it_works=("Chúng gọi điện rất nhiều lần trong ngày.",) * 8)
    draft = form.draft(words)["long"]
    for point in ("chúng gọi điện", "yêu cầu giữ bí mật", "cúp máy", "gọi ngân hàng ngay"):
        assert point in draft.lower()


@scripts
def test_the_sheet_has_both_lengths_in_words_and_the_text_with_its_figures(form):
    draft = form.draft(WORDS)
    name = form.files[0].name
    sheet = form.make(name, draft, WORDS).decode()
    short, long, written = sheet.split("-" * 40)[1:]
    assert not re.search(r"\d", short.split("\n\n", 2)[2])
    assert not re.search(r"\d", long.split("\n\n", 2)[2])
    assert "0259 399 9999" in written
    with pytest.raises(KeyError):
        form.make("other.txt", draft, WORDS)


def test_the_loudspeakers_channel_reads_the_long_version_in_words():
    form = forms()["loudspeaker"]
    telling = form.telling(form.draft(WORDS), WORDS)
    assert not re.search(r"\d", telling.spoken)
    assert "một năm sáu" in telling.spoken
    assert telling.title == WORDS.title


def test_english_is_not_read_as_vietnamese():
    form = forms()["loudspeaker"]
    words = replace(WORDS, language="en")
    assert "0259 399 9999" in form.telling(form.draft(words), words).spoken


def test_points_are_numbered_for_the_ear_and_names_keep_their_letters():
    assert numbered(["Cúp máy", "Báo công an."], "vi") == "Thứ nhất: cúp máy. Thứ hai: báo công an."
    assert numbered(["OTP không cho ai.", "Bộ Công an không gọi."], "vi") == (
        "Thứ nhất: OTP không cho ai. Thứ hai: Bộ Công an không gọi."
    )
    assert numbered(["Cúp máy."], "vi") == "Cúp máy."


def test_the_speaker_of_the_spoken_version_gets_figures_in_words():
    form = forms()["spoken"]
    content = form.draft(WORDS)
    assert "17h30" in form.make("transcript.txt", content, WORDS).decode()
    assert not re.search(r"\d", form.make("speaker.txt", content, WORDS).decode())


# Storyboards and subtitles --------------------------------------------------------------------------------------

VIDEO = Video()


@every
def test_every_scene_has_a_picture_a_text_and_its_seconds(words):
    draft = VIDEO.draft(words)
    assert VIDEO.faults(draft, words) == []
    for scene in scenes(draft, words):
        assert scene.picture
        assert scene.text
        assert scene.milliseconds >= 1000


@every
def test_subtitles_are_two_short_lines_one_after_the_other_for_all_of_the_film(words):
    draft = VIDEO.draft(words)
    found = cues(draft, words)
    assert found[0].start == 0
    assert found[-1].end == sum(scene.milliseconds for scene in scenes(draft, words))
    for cue, after in zip(found, [*found[1:], None], strict=True):
        assert 1 <= len(cue.lines) <= MOST_LINES
        assert all(0 < len(line) <= LINE_LENGTH for line in cue.lines)
        assert cue.end > cue.start
        assert after is None or cue.end == after.start
    said = " ".join(line for cue in found for line in cue.lines).split()
    assert said == " ".join(scene.text for scene in scenes(draft, words)).split()


def test_a_subtitle_stands_as_long_as_it_is_spoken_figures_and_all():
    content = {"title": "x", "spoken": "Gọi số 0259 399 9999 ngay bây giờ.\nCúp máy.", "pictures": "a\nb"}
    number, hang_up = scenes(content, WORDS)
    # 6 syllables and 11 figures, each a word when spoken, at 200 a minute.
    assert number.milliseconds == 16 * 60_000 // 200
    assert hang_up.milliseconds == 1000


def test_the_subtitle_files_have_the_form_players_read():
    content = {"title": "x", "spoken": "Đừng chuyển tiền & đừng <tin>.\nCúp máy.", "pictures": "a\nb"}
    webvtt = VIDEO.make("subtitles.vtt", content, WORDS).decode()
    assert webvtt.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:0")
    assert "&amp; đừng &lt;tin&gt;" in webvtt
    srt = VIDEO.make("subtitles.srt", content, WORDS).decode()
    assert re.match(r"1\n00:00:00,000 --> 00:00:\d\d,\d{3}\nĐừng chuyển tiền & đừng <tin>\.\n\n2\n", srt)


def test_an_address_longer_than_a_line_is_parted():
    address = "https://" + "a" * 100
    assert all(len(line) <= LINE_LENGTH for line in wrapped(f"Xem {address} nhé"))
    assert "".join(wrapped(address)) == address


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing_there():
    content = {"title": "x", "spoken": '=HYPERLINK("x")\nCúp máy, "ngay".', "pictures": "a\nb"}
    table = VIDEO.make("storyboard.csv", content, WORDS).decode("utf-8-sig")
    head, first, second = csv.reader(io.StringIO(table))
    assert head == ["Cảnh", "Hình", "Lời", "Giây"]
    assert first[2].startswith("'=")
    assert second[2] == 'Cúp máy, "ngay".'


def test_the_storyboard_to_print_shows_what_was_typed_as_text():
    content = {"title": "<script>x</script>", "spoken": "a <b> c", "pictures": "a"}
    page = VIDEO.make("storyboard.html", content, WORDS).decode()
    assert "<script>" not in page
    assert "a &lt;b&gt; c" in page


@pytest.mark.parametrize(
    ("spoken", "pictures"),
    [("Một\nHai", "a"), ("\n".join("abcdefghijk"), "\n".join("abcdefghijk")), ("a" * 301, "a")],
)
def test_a_storyboard_that_no_team_can_film_is_refused(spoken, pictures):
    assert VIDEO.faults({"title": "x", "spoken": spoken, "pictures": pictures}, WORDS)
