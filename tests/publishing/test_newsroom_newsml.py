"""NewsML-G2: well-formed, in the order of the specification, codes from the declared catalogue, read by the IPTC's reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import NewsMLG2
import pytest
from lxml import etree

from publishing.channels.newsroom import Newsroom, NewsroomForm
from publishing.channels.newsroom_item import item_uri
from publishing.channels.newsroom_newsml import CATALOGUE, NAMESPACE, XHTML
from publishing.story import Action, Story
from tests.publishing.rigs.newsroom import Rig
from tests.publishing.stories import fresh_story, make_correction, make_retraction, make_story, variants

G2 = {"g": NAMESPACE, "h": XHTML}
# Release 2.35 of the specification, as far as we use it: these children, in this order.
ORDER = {
    "newsItem": ["catalogRef", "itemMeta", "contentMeta", "contentSet"],
    "itemMeta": [
        "itemClass",
        "provider",
        "versionCreated",
        "firstCreated",
        "embargoed",
        "pubStatus",
        "title",
        "edNote",
        "signal",
    ],
    "contentMeta": [
        "urgency",
        "contentCreated",
        "contentModified",
        "located",
        "creator",
        "altId",
        "language",
        "subject",
        "slugline",
        "headline",
        "by",
        "description",
    ],
    "contentSet": ["inlineXML", "inlineData", "remoteContent"],
}


def changed(story: Story, action: Action) -> Story:
    return {Action.CORRECT: make_correction, Action.RETRACT: make_retraction}.get(action, lambda one: one)(story)


def item(story: Story, action: Action = Action.POST, **config: Any) -> Any:
    post = Newsroom({"formats": "newsml"} | config, {}, owner="Đài").render(story, action, "m7k2p9x4qa")
    assert [file.name.rpartition(".")[2] for file in post.files] == ["txt", "xml"]
    return etree.fromstring(post.files[-1].text.encode())


def text(node: Any, path: str) -> str:
    return "".join(node.xpath(f"string({path})", namespaces=G2))


@pytest.mark.parametrize("name", variants())
@pytest.mark.parametrize("action", list(Action))
def test_every_item_keeps_to_the_specification(name: str, action: Action) -> None:
    made = item(changed(variants()[name], action), action, embargo_minutes=60)
    assert made.tag == f"{{{NAMESPACE}}}newsItem"
    assert [made.get(one) for one in ("standard", "standardversion", "conformance")] == ["NewsML-G2", "2.35", "power"]
    assert made.get("guid") and int(made.get("version")) > 0
    for parent, order in ORDER.items():
        for node in made.iter(f"{{{NAMESPACE}}}{parent}"):
            places = [order.index(etree.QName(child).localname) for child in node]
            assert places == sorted(places)
    for required in ("itemClass", "provider", "versionCreated"):
        assert len(made.findall(f"g:itemMeta/g:{required}", G2)) == 1
    # What XML says to be text is text, and nothing of ours is in no namespace.
    assert all(str(node.tag).startswith((f"{{{NAMESPACE}}}", f"{{{XHTML}}}")) for node in made.iter())


def catalogue() -> dict[str, str]:
    """Alias and URI of every scheme in the catalogue that our items declare, from the IPTC's own copy of it."""
    path = Path(NewsMLG2.__path__[0], "catalogs", CATALOGUE.rpartition("/")[2])
    return {node.get("alias"): node.get("uri") for node in etree.parse(path).getroot().iter("{*}scheme")}


@pytest.mark.parametrize("action", list(Action))
def test_every_code_is_of_a_scheme_in_the_catalogue_that_is_declared(action: Action) -> None:
    made = item(changed(make_story(), action), action)
    assert [ref.get("href") for ref in made.findall("g:catalogRef", G2)] == [CATALOGUE]
    codes = made.xpath("//@qcode")
    assert codes and {code.partition(":")[0] for code in codes} <= set(catalogue())


@pytest.mark.parametrize("action", list(Action))
def test_the_reader_of_the_iptc_understands_it(action: Action) -> None:
    story = changed(make_story(), action)
    made = NewsMLG2.NewsMLG2Document(etree.tostring(item(story, action))).get_item()
    assert (made.guid, made.standardversion, int(made.version)) == (item_uri(story), "2.35", story.revision)
    assert made.itemmeta.itemclass.qcode == "ninat:text"
    wanted = "stat:canceled" if action == Action.RETRACT else "stat:usable"
    assert made.itemmeta.pubstatus.qcode == wanted
    assert NewsMLG2.qcode_to_uri(wanted) == f"http://cv.iptc.org/newscodes/pubstatusg2/{wanted.partition(':')[2]}"


def test_a_correction_is_a_higher_version_of_the_same_item_and_signals_what_it_is() -> None:
    story = make_story()
    first, second = item(story), item(make_correction(story), Action.CORRECT)
    assert first.get("guid") == second.get("guid") and int(second.get("version")) > int(first.get("version"))
    assert "214, không phải 241" in text(second, "g:itemMeta/g:edNote")
    assert second.xpath("g:itemMeta/g:signal/@qcode", namespaces=G2) == ["sig:correction"]
    update = item(make_correction(story, change_kind="update"), Action.CORRECT)
    assert update.xpath("g:itemMeta/g:signal/@qcode", namespaces=G2) == ["sig:update"]


def test_a_withdrawn_item_is_canceled_and_repeats_nothing_of_what_it_said() -> None:
    story = make_story()
    made = item(make_retraction(story), Action.RETRACT)
    assert made.xpath("g:itemMeta/g:pubStatus/@qcode", namespaces=G2) == ["stat:canceled"]
    assert made.find("g:contentSet", G2) is None
    whole = text(made, "/")
    assert not any(gone in whole for gone in (story.claim, story.verdict, story.short_answer, story.place))


def test_the_page_inside_is_xhtml_with_verdict_sources_and_address() -> None:
    markup = (
        '<p onclick="x">Một<br>hai<img src="https://a.example/b.png" alt="Ảnh"> &amp; &lt;ba&gt;</p><script>x</script>'
    )
    made = item(make_story(body_html=markup))
    body = made.find("g:contentSet/g:inlineXML/h:html/h:body", G2)
    assert "Một" in text(body, ".") and "& <ba>" in text(body, ".")
    assert len(body.findall(".//h:br", G2)) == 1 and body.find(".//h:img", G2).get("alt") == "Ảnh"
    assert not body.xpath("//@onclick") and body.find(".//h:script", G2) is None
    assert make_story().verdict in text(body, ".")
    assert body.xpath("//h:a/@href", namespaces=G2) == [make_story().sources[0].url, make_story().url]


def test_what_xml_cannot_carry_is_left_out() -> None:
    made = item(make_story(title="Một\x00hai\ufffe", body_html="<p>ba\x1f</p>", slug="x&y<z"))
    assert text(made, "g:itemMeta/g:title") == "Mộthai"
    assert text(made, "g:contentMeta/g:slugline") == "x&y<z"


def test_an_embargo_is_told_to_people_and_machines_and_is_off_by_itself() -> None:
    story = make_story()
    made = item(story, embargo_minutes=30)
    assert text(made, "g:itemMeta/g:embargoed") == "2026-11-20T08:30:00+07:00"
    assert "KHÔNG PHÁT TRƯỚC 08:30 20/11/2026" in text(made, "g:itemMeta/g:edNote")
    assert made.xpath("g:itemMeta/g:pubStatus/@qcode", namespaces=G2) == ["stat:usable"]
    assert item(story).find("g:itemMeta/g:embargoed", G2) is None
    script = Newsroom({"embargo_minutes": 30}, {}, owner="Đài").render(story, Action.POST, "m").files[0].text
    assert script.startswith("*** KHÔNG PHÁT TRƯỚC 08:30 20/11/2026 ***\n")


@pytest.mark.parametrize(("formats", "wanted"), [("", "txt json"), ("ninjs", "txt json"), ("both", "txt xml json")])
def test_what_is_there_stays_and_the_trigger_comes_last(formats: str, wanted: str) -> None:
    post = Newsroom({"formats": formats}, {}, owner="Đài").render(make_story(), Action.POST, "m")
    assert " ".join(re.findall(r"\w+$", file.name)[0] for file in post.files) == wanted


def test_settings_made_before_there_were_formats_stay_valid() -> None:
    with Rig() as rig:
        config, secrets = rig.settings()
        old = {name: value for name, value in (config | secrets).items() if name not in {"formats", "embargo_minutes"}}
        form = NewsroomForm(old)
        assert form.is_valid() and (form.cleaned_data["formats"], form.cleaned_data["embargo_minutes"]) == ("ninjs", 0)
        adapter = rig.adapter(config={"formats": "both"})
        post = adapter.render(fresh_story(), Action.POST, "both1")
        assert adapter.send(post, "both1") == adapter.find(post, "both1")
        assert (rig.sandbox.inbox / post.files[1].name).read_text() == post.files[1].text
