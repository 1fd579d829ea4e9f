"""Answers on other sites: the frame shows what holds now, and editors' software is told how to show it."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from lxml import etree
from lxml import html as lxml_html
from wagtail.models import Site

from cms.claims import Verdict
from cms.models import Rebuttal
from tests.make import make_rebuttal, make_verified_fact, publish, team

pytestmark = pytest.mark.django_db

# From oembed.com, 2.3.4: type "rich".
RICH = {
    "type": "object",
    "required": ["type", "version", "html", "width", "height"],
    "additionalProperties": False,
    "dependentRequired": {
        "thumbnail_url": ["thumbnail_width", "thumbnail_height"],
        "thumbnail_width": ["thumbnail_url"],
        "thumbnail_height": ["thumbnail_url"],
    },
    "properties": {
        "type": {"const": "rich"},
        "version": {"const": "1.0"},
        **{name: {"type": "string"} for name in ("title", "author_name", "provider_name", "html")},
        **{name: {"type": "string", "pattern": "^https?://"} for name in ("provider_url", "thumbnail_url")},
        **{
            name: {"type": "integer", "minimum": 1}
            for name in ("width", "height", "cache_age", "thumbnail_width", "thumbnail_height")
        },
    },
}


@pytest.fixture(autouse=True)
def _site_addresses():
    Site.clear_site_root_paths_cache()
    yield
    Site.clear_site_root_paths_cache()


@pytest.fixture
def people():
    return team()


def published(people, **kw):
    return publish(make_rebuttal(owner=people[0], **kw), *people)


def change(page, people, **values):
    draft = Rebuttal.objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=people[0])
    return publish(Rebuttal.objects.get(pk=page.pk), *people)


def oembed(client, url, **parameters):
    return client.get("/oembed", {"url": url, **parameters})


def test_the_frame_may_stand_on_any_site_and_can_do_nothing_there(client, people):
    answer = client.get(f"/the/{published(people).pk}/")
    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer
    rules = dict(rule.strip().split(" ", 1) for rule in answer["Content-Security-Policy"].split(";"))
    assert rules["frame-ancestors"] == "*" and rules["default-src"] == "'none'" and rules["style-src"] == "'self'"
    assert "script-src" not in rules and "Set-Cookie" not in answer and "max-age=300" in answer["Cache-Control"]
    tree = lxml_html.fromstring(answer.content.decode())
    assert not tree.xpath("//script | //*[@style] | //style | //img | //form")
    assert [link.get("href") for link in tree.xpath("//link[@rel='stylesheet']")] == ["/static/site/embed.css"]


def test_other_pages_may_still_not_be_framed(client, people):
    assert client.get(published(people).url)["X-Frame-Options"] == "SAMEORIGIN"


def test_the_frame_says_verdict_claim_answer_office_and_date(client, people):
    page = published(people, verdict=Verdict.MISLEADING, title="Nước <máy> & an toàn")
    tree = lxml_html.fromstring(client.get(f"/the/{page.pk}/").content.decode())
    said = " ".join(tree.text_content().split())
    for words in (
        "≈",
        "Gây hiểu lầm / Thiếu bối cảnh",
        "Nước <máy> & an toàn",
        page.claim,
        page.short_answer,
        page.office.name,
        page.first_published_at.astimezone().strftime("%Y")[:2],
    ):
        assert words in said
    assert tree.get("lang") == "vi"
    [link] = tree.xpath("//a")
    assert (link.get("href"), link.get("target"), link.get("rel")) == (page.full_url, "_blank", "noopener")


def test_a_corrected_answer_shows_the_newest_text_and_a_retracted_one_the_reason(client, people):
    page = published(people, short_answer="Câu cũ.", claim="Cầu sập")
    page = change(page, people, short_answer="Câu mới.", change_kind="correction", change_note="Câu cũ sai.")
    said = client.get(f"/the/{page.pk}/").content.decode()
    assert "Câu mới." in said and "Câu cũ." not in said
    page = change(page, people, change_kind="retraction", change_note="Không còn đứng vững.")
    said = client.get(f"/the/{page.pk}/").content.decode()
    assert "Đã rút" in said and "Không còn đứng vững." in said
    for withdrawn in ("Câu mới.", "Cầu sập", "Tin sai sự thật"):
        assert withdrawn not in said
    told = oembed(client, page.full_url).json()
    assert told["title"].startswith("Đã rút: ") and "Tin sai sự thật" not in json.dumps(told, ensure_ascii=False)


def test_what_is_not_public_has_no_frame(client, people):
    draft = make_rebuttal(owner=people[0])
    assert client.get(f"/the/{draft.pk}/").status_code == 404
    assert client.get("/the/999999/").status_code == 404
    assert oembed(client, draft.full_url).status_code == 404


def test_oembed_in_json_and_xml_says_the_same(client, people, settings):
    page = published(people, title='Nước "máy" & <an toàn>')
    answer = oembed(client, page.full_url)
    assert answer["Content-Type"] == "application/json" and answer["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    Draft202012Validator(RICH).validate(told)
    frame = lxml_html.fromstring(told["html"])
    assert frame.tag == "iframe" and frame.get("src") == f"{settings.BASE_URL}/the/{page.pk}/"
    assert (int(frame.get("width")), int(frame.get("height"))) == (told["width"], told["height"])
    assert page.title in frame.get("title") and "Tin sai sự thật" in frame.get("title")
    assert client.get(frame.get("src").removeprefix(settings.BASE_URL)).status_code == 200

    answer = oembed(client, page.full_url, format="xml")
    assert answer["Content-Type"].startswith("text/xml")
    root = etree.fromstring(answer.content)
    assert root.tag == "oembed"
    assert {child.tag: child.text for child in root} == {name: str(value) for name, value in told.items()}


def test_oembed_keeps_to_the_size_that_was_asked_for(client, people):
    page = published(people)
    told = oembed(client, page.full_url, maxwidth=320, maxheight=200).json()
    assert told["width"] == 320 and told["height"] == 200 and "thumbnail_url" not in told
    frame = lxml_html.fromstring(told["html"])
    assert (frame.get("width"), frame.get("height")) == ("320", "200")
    assert oembed(client, page.full_url, maxwidth=320).json()["height"] > oembed(client, page.full_url).json()["height"]
    for wrong in ({"maxwidth": "wide"}, {"maxheight": "1e9x"}):
        assert oembed(client, page.full_url, **wrong).status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/kiem-chung/",
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "{base}.evil.example/kiem-chung/",
        "{base}/",
        "{base}/kiem-chung/",
        "{base}/khong-co/",
        "{base}/the/999999/",
        "{base}/admin/",
        "//[::1",
    ],
)
def test_oembed_knows_nothing_but_answers_of_this_site(client, people, settings, url):
    published(people)
    assert oembed(client, url.format(base=settings.BASE_URL)).status_code == 404


def test_oembed_in_an_unknown_format_is_not_implemented(client, people):
    assert oembed(client, published(people).full_url, format="yaml").status_code == 501


def test_the_frames_own_address_can_be_embedded_too(client, people, settings):
    page = published(people)
    assert oembed(client, f"{settings.BASE_URL}/the/{page.pk}/").json()["title"] == page.title


def test_the_page_leads_software_to_its_description_and_people_to_the_code(client, people, settings):
    page = published(people, title='Nước "máy" an toàn')
    tree = lxml_html.fromstring(client.get(page.url).content.decode())
    for content_type in ("application/json+oembed", "text/xml+oembed"):
        [link] = tree.xpath(f"//link[@type='{content_type}']")
        assert quote(page.full_url, safe="") in link.get("href")
        assert client.get(link.get("href").removeprefix(settings.BASE_URL)).status_code == 200
    [code] = tree.xpath("//textarea[@readonly]")
    frame = lxml_html.fromstring(code.text)
    assert frame.tag == "iframe" and page.title in frame.get("title")
    assert tree.xpath("//label[@for='embed-code']")
    pictures = tree.xpath("//a[@download]/@href")
    assert len(pictures) == 2
    for url in pictures:
        assert client.get(url.removeprefix(settings.BASE_URL))["Content-Type"] == "image/png"


def test_a_retracted_page_offers_nothing_to_pass_on(client, people):
    page = change(published(people), people, change_kind="retraction", change_note="Sai.")
    assert "<textarea" not in client.get(page.url).content.decode()


def test_a_verified_fact_can_be_embedded(client, people):
    page = publish(make_verified_fact(people[0]), *people)
    said = html.unescape(client.get(f"/the/{page.pk}/").content.decode())
    assert "Tin đã kiểm chứng" in said and page.short_answer in said
    assert re.search(r'title="Tin đã kiểm chứng: [^"]+"', html.unescape(oembed(client, page.full_url).json()["html"]))
