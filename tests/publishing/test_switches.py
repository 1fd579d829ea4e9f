"""The switches of the stand-ins: a page that is apart from the look-alike, and one press that the next post meets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup

from publishing.channels.base import ChannelError, Outcome
from publishing.sandbox.switches import WORDS
from publishing.story import Action
from tests.publishing.rigs import rigs
from tests.publishing.stories import fresh_story

RIGS = rigs()
BY_TESTS_ALONE = {"category_unread", "no_session"}  # faults of a call that does not publish


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Iterator[Any]:
    with RIGS[request.param]() as running:
        yield running


def site(rig: Any) -> Any:
    """The stand-in's HTTP side, which has the pages for people."""
    return getattr(rig.sandbox, "page", rig.sandbox)


def seen(rig: Any) -> BeautifulSoup:
    return BeautifulSoup(requests.get(f"{site(rig).url}/_sandbox/").text, "html.parser")


def press(rig: Any, fault: str) -> requests.Response:
    return requests.post(f"{site(rig).url}/_sandbox/", data={"fault": fault})


def outcome(rig: Any, marker: str) -> Outcome:
    adapter, story = rig.adapter(), fresh_story()
    story = rig.fit(story) if hasattr(rig, "fit") else story
    try:
        adapter.send(adapter.render(story, Action.POST, marker), marker)
    except ChannelError as error:
        return error.outcome
    return Outcome.OK


def test_every_fault_that_the_stand_in_knows_has_a_switch_with_words(rig: Any) -> None:
    assert set(site(rig).switches) == set(rig.expected) - BY_TESTS_ALONE
    page = seen(rig)
    assert {one["value"] for one in page.select("button[name=fault]")} == set(site(rig).switches)
    for button in page.select("button[name=fault]"):
        assert all(WORDS[button["value"]]) and all(words in button.text for words in WORDS[button["value"]])
    assert page.select_one("html")["lang"] == "vi" and "Stand-in switches" in page.h1.text


def test_a_page_that_people_see_links_to_the_switches_below_what_it_imitates(rig: Any) -> None:
    answer = requests.get(f"{site(rig).url}/")
    assert answer.status_code == 200
    links = BeautifulSoup(answer.text, "html.parser").select('a[href="/_sandbox/"]')
    assert len(links) == 1 and links[0].parent.name == "footer"
    assert answer.text.rstrip().endswith("</html>")


def test_what_was_pressed_waits_for_the_next_post_and_is_met_once(rig: Any) -> None:
    fault = min(name for name in site(rig).switches if rig.expected[name] is Outcome.THROTTLED)
    answer = press(rig, fault)
    assert answer.history[0].status_code == 303 and answer.url.endswith("/_sandbox/")
    assert WORDS[fault][1] in seen(rig).select_one(".queue").text
    requests.get(f"{site(rig).url}/")  # a reader's visit does not use it up
    assert outcome(rig, "switch111") is Outcome.THROTTLED
    assert seen(rig).select_one(".queue") is None
    assert outcome(rig, "switch222") is Outcome.OK


def test_they_can_be_switched_off_again_and_what_is_none_is_refused(rig: Any) -> None:
    press(rig, "slow")
    press(rig, "")
    assert seen(rig).select_one(".queue") is None and site(rig).faults == []
    assert press(rig, "rm -rf").status_code == 400
    assert requests.post(f"{site(rig).url}/_sandbox/", data="").status_code == 400
    assert site(rig).faults == []


def test_the_json_interface_stays_as_it_was(rig: Any) -> None:
    told = requests.post(f"{site(rig).url}/_sandbox/faults", json=[{"fault": "slow", "method": "PATCH"}])
    assert told.json() == {"faults": 1}
    assert WORDS["slow"][0] in seen(rig).select_one(".queue").text
