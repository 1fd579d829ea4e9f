"""Stories that belong together: found, coloured and added up by their series, and never told apart by a colour alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from cms import people
from publishing.channels.loudspeaker import Loudspeaker
from publishing.channels.newsroom import Newsroom
from publishing.models import Measurement, State, StoryVersion
from publishing.series import COLOURS, Series, all_series
from publishing.story import Action, Story
from tests.make import make_campaign, make_user
from tests.publishing.stories import fresh_story, make_correction, make_story
from tests.publishing.test_desk import make_channel, owe, text_of

CSS = Path(__file__).resolve().parent.parent.parent / "templates" / "static" / "publishing" / "desk.css"
ONE = {"series": "campaign-1", "series_name": "Cảnh giác giả danh công an"}
OTHER = {"series": "campaign-2", "series_name": "Cảnh giác việc nhẹ lương cao"}


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def publisher(client, db):
    client.force_login(make_user(people.PUBLISHER))


def version(**kw) -> StoryVersion:
    return StoryVersion.of(fresh_story(**kw))


def show(client, name: str, **asked) -> BeautifulSoup:
    return BeautifulSoup(text_of(client.get(reverse(name), asked)), "html.parser")


def test_a_story_keeps_its_series_and_its_speech_through_json():
    story = make_story(**ONE, spoken="Kính thưa bà con.", is_part=True)
    assert Story.from_json(story.to_json()) == story


def test_what_was_stored_before_there_were_series_can_still_be_read():
    made = make_story().to_json()
    for name in ("series", "series_name", "spoken", "is_part"):
        del made[name]
    assert Story.from_json(made) == make_story()


def test_a_campaign_is_a_series_under_its_own_title(db):
    page = make_campaign()
    story = page.story()
    assert (story.series, story.series_name) == (f"campaign-{page.translation_key}", page.title)


def test_the_name_of_a_series_is_the_newest_one(db):
    first = fresh_story(**ONE)
    StoryVersion.of(first)
    StoryVersion.of(make_correction(first, series_name="Tên mới"))
    version(**OTHER)
    version()
    assert all_series(make_user()) == [Series("campaign-2", OTHER["series_name"]), Series("campaign-1", "Tên mới")]


def test_every_tone_has_a_colour_that_is_seen_on_light_and_on_dark():
    found = dict(re.findall(r"\.desk-series--(\d), \.desk-tone--\d \{ --mark: (#[0-9a-f]{6});", CSS.read_text()))
    assert sorted(found) == [str(tone) for tone in range(1, COLOURS + 1)] and len(set(found.values())) == COLOURS
    for colour in found.values():
        # WCAG 1.4.11: three to one for what is not text. Wagtail's surfaces are white and, in the dark, #262626.
        assert contrast(colour, "#ffffff") >= 3 and contrast(colour, "#262626") >= 3, colour


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_calendar_marks_a_campaign_by_name_and_by_the_same_colour_everywhere(client, publisher):
    channel = make_channel()
    owe(channel, version(title="Bước một", **ONE))
    owe(channel, version(title="Bài khác"))
    soup = show(client, "publishing_calendar")
    entries = {entry.select_one("a").get_text(): entry for entry in soup.select(".desk-entry")}
    tone = Series(key="campaign-1", name="").tone
    assert f"desk-tone--{tone}" in entries["Bước một"]["class"]
    assert ONE["series_name"] in entries["Bước một"].get_text()
    assert "desk-tone" not in entries["Bài khác"]["class"]
    assert [one.get_text() for one in soup.select(".desk-cal__series .desk-series")] == [
        f"Campaign: {ONE['series_name']}"
    ]


@pytest.mark.parametrize("name", ["publishing_calendar", "publishing_deliveries"])
def test_one_campaign_alone_is_shown(client, publisher, name):
    for title, series in {"Của một": ONE, "Của hai": OTHER, "Của không": {}}.items():
        owe(make_channel(name=f"Kênh {title[-3:]}"), version(title=title, **series))
    shown = show(client, name, series="campaign-1").get_text()
    assert "Của một" in shown and "Của hai" not in shown and "Của không" not in shown
    assert "Của không" in show(client, name, series="unknown").get_text()


def test_the_calendar_keeps_the_campaign_in_its_links(client, publisher):
    owe(make_channel(), version(**ONE))
    soup = show(client, "publishing_calendar", series="campaign-1")
    links = [link["href"] for link in soup.select(".desk-cal__views a")]
    assert len(links) == 6 and all("series=campaign-1" in link for link in links)


def test_a_clash_with_a_post_of_another_campaign_is_told_all_the_same(client, publisher):
    channel = make_channel()
    for title, series in {"Của một": ONE, "Của hai": OTHER}.items():
        owe(channel, version(title=title, **series))
    entry = show(client, "publishing_calendar", series="campaign-1").select(".desk-entry")
    assert len(entry) == 1 and "Của hai" in entry[0].select_one(".desk-entry__clash").get_text()


def test_figures_are_added_up_by_campaign(client, publisher):
    channel = make_channel()
    for series, views in ((ONE, 3), (ONE, 4), (OTHER, 5), ({}, 6)):
        post = owe(channel, version(**series), state=State.SENT, sent_at=timezone.now())
        Measurement.objects.create(delivery=post, values={"views": views})
    soup = show(client, "publishing_figures")
    table = next(one for one in soup.select("table") if one.caption.get_text() == "Figures by campaign")
    rows = {
        row.th.get_text(strip=True): [cell.get_text(" ", strip=True) for cell in row.select("td")[:2]]
        for row in table.select("tbody tr")
    }
    assert rows == {
        f"Campaign:{ONE['series_name']}": ["Posts: 2", "Views: 7"],
        f"Campaign:{OTHER['series_name']}": ["Posts: 1", "Views: 5"],
    }
    only = show(client, "publishing_figures", series="campaign-2").get_text()
    assert OTHER["series_name"] in only and "By campaign" in only
    sheet = client.get(reverse("publishing_figures"), {"format": "csv", "series": "campaign-1"}).content.decode()
    assert sheet.count(ONE["series_name"]) == 2 and OTHER["series_name"] not in sheet


def test_a_part_of_a_series_is_not_offered_to_be_sent_elsewhere(client, publisher):
    version(title="Bước một", is_part=True, **ONE)
    version(title="Trang chiến dịch", **ONE)
    shown = show(client, "publishing_stories").get_text()
    assert "Trang chiến dịch" in shown and "Bước một" not in shown


# Read aloud ---------------------------------------------------------------------------------------------------

SPEECH = "Bà con chú ý.\nKhông chuyển 200 nghìn cho người lạ."


def test_loudspeakers_read_the_approved_text_between_the_owners_opening_and_closing():
    adapter = Loudspeaker({"reached_by": "sftp"}, {}, "Đài truyền thanh xã Suối Mơ")
    post = adapter.render(make_story(spoken=SPEECH), Action.POST, "abc")
    opening, middle, closing = post.text.split("\n\n")
    assert middle == SPEECH  # not even its figures are touched
    assert "Đài truyền thanh xã Suối Mơ" in opening and "Trung tâm Xử lý tin giả tỉnh Sông Lam" in opening
    assert "Đài truyền thanh xã Suối Mơ" in closing and "tinthat chấm example" in closing
    assert SPEECH in post.files[0].text


def test_a_newsroom_reads_the_approved_text_too():
    post = Newsroom({}, {}, "Đài Ánh Dương").render(make_story(spoken=SPEECH), Action.POST, "abc")
    assert post.text.split("\n\n")[1] == SPEECH


@pytest.mark.parametrize("adapter", [Loudspeaker({"reached_by": "hand"}, {}, "Đài xã"), Newsroom({}, {}, "Đài tỉnh")])
def test_a_correction_says_what_changed_and_not_the_old_speech(adapter):
    story = make_correction(make_story(spoken=SPEECH))
    assert "Bà con chú ý" not in adapter.render(story, Action.CORRECT, "abc").text


@pytest.mark.parametrize("adapter", [Loudspeaker({"reached_by": "hand"}, {}, "Đài xã"), Newsroom({}, {}, "Đài tỉnh")])
def test_a_speech_that_takes_too_long_gives_way_to_the_short_answer(adapter):
    story = make_story(spoken="Một câu rất dài để đọc. " * 400)
    post = adapter.render(story, Action.POST, "abc")
    assert adapter.problems(post) == [] and "nước chanh nóng không chữa được bệnh" in post.text
