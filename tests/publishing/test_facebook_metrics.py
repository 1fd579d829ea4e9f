"""The figures of a Facebook post: what is told, what is left out, and what may be told later."""

from __future__ import annotations

import pytest

from publishing.channels.base import Outcome
from publishing.channels.facebook_metrics import counts, insight
from publishing.story import Action, Receipt
from tests.publishing.rigs.facebook import Rig
from tests.publishing.scripted import Scripted, answer, raised
from tests.publishing.stories import make_story

COPY = Receipt("104200300400500_1", "")


@pytest.fixture
def page():
    with Rig() as rig:
        yield rig


def refused(code: int, status: int = 400):
    return answer({"error": {"message": "x", "type": "OAuthException", "code": code}}, status)


def test_counts_and_insights_of_a_post_are_told(page):
    adapter = page.adapter()
    receipt = adapter.send(adapter.render(make_story(), Action.POST, "m1"), "m1")
    figures = page.sandbox.figures
    figures.views[receipt.remote_id], figures.readers[receipt.remote_id] = 31, {"a", "b"}
    figures.reactions[receipt.remote_id], figures.comments[receipt.remote_id] = 7, 2
    assert adapter.metrics(receipt) == {"views": 31, "reach": 2, "reactions": 7, "comments": 2}
    figures.shares[receipt.remote_id] = 4
    assert adapter.metrics(receipt)["shares"] == 4


def test_a_page_with_few_followers_tells_no_insights_and_keeps_its_counts(page):
    adapter = page.adapter()
    receipt = adapter.send(adapter.render(make_story(), Action.POST, "m1"), "m1")
    page.sandbox.figures.is_small_page = True
    assert adapter.metrics(receipt) == {"reactions": 0, "comments": 0}


def test_insights_that_the_access_may_not_read_are_left_out_but_a_disturbance_is_an_error(page):
    adapter = page.adapter()
    adapter.http = Scripted(answer({"id": COPY.remote_id}), refused(10), refused(200))
    assert adapter.metrics(COPY) == {}
    adapter.http = Scripted(answer({"id": COPY.remote_id}), refused(4))
    assert raised(lambda: adapter.metrics(COPY)).outcome is Outcome.THROTTLED
    adapter.http = Scripted(answer({"id": COPY.remote_id}), refused(2, 500))
    assert raised(lambda: adapter.metrics(COPY)).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize(
    "post",
    [{}, {"shares": None}, {"shares": {"count": "3"}}, {"reactions": {"summary": []}}, {"comments": {"summary": {"total_count": -1}}}, {"reactions": {"summary": {"total_count": True}}}],
)  # fmt: skip
def test_a_count_of_another_shape_is_not_told(post):
    assert counts(post) == {}


@pytest.mark.parametrize(
    "told",
    [{}, {"data": None}, {"data": []}, {"data": [1]}, {"data": [{"name": "other", "values": [{"value": 3}]}]}, {"data": [{"name": "post_media_view", "values": []}]}, {"data": [{"name": "post_media_view", "values": [{"value": {"a": 1}}]}]}],
)  # fmt: skip
def test_an_insight_of_another_shape_is_not_told(told):
    assert insight(told, "post_media_view") is None
