"""Wherever answers are listed, a campaign is a kind of its own: a warning, without a verdict."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import translation

from campaigns.models import Campaign
from cms.cards import cards
from cms.cards.card_drawing import Shape, draw
from cms.feeds.feeds import Source, feed_of
from cms.finding import matching
from cms.incidents import Incident
from cms.schema_org import claimreview
from cms.sent_in.groups import assign
from cms.sent_in.receive import receive
from cms.sent_in.submissions import Submission
from publishing.channels import loudspeaker_script, wordpress_article, zalo_article
from publishing.story import Action
from tests.make import make_campaign, make_incident, make_rebuttal, publish, team

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return team()


@pytest.fixture
def campaign(people) -> Campaign:
    return publish(make_campaign(owner=people[0], incidents=[make_incident(kind=Incident.Kind.SCAM)]), *people)


def body(client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, address
    return answer.getvalue().decode()


def test_lists_show_a_warning_and_narrow_to_it(client, campaign, people):
    rebuttal = publish(make_rebuttal(owner=people[0]), *people)
    shown = body(client, campaign.get_parent().url)
    assert 'class="stamp stamp-warning"' in shown and "Tin đã xác thực" not in shown
    narrowed = body(client, campaign.get_parent().url, **{"ket-luan": "warning"})
    assert campaign.title in narrowed and rebuttal.title not in narrowed
    facts = body(client, campaign.get_parent().url, **{"ket-luan": "fact"})
    assert campaign.title not in facts


def test_search_finds_the_signs_and_filters_by_warning(client, campaign):
    address = reverse("search")
    assert campaign.title in body(client, address, q="yeu cau giu bi mat")
    assert campaign.title in body(client, address, q="bi mat", **{"ket-luan": "warning"})
    assert campaign.title not in body(client, address, q="bi mat", **{"ket-luan": "fact"})


def test_a_pasted_message_finds_the_campaign_by_the_claim_of_its_incident(campaign):
    spread = campaign.answered.first().incident.claim
    assert [match.entry.page_id for match in matching.find(spread, "vi")] == [campaign.pk]


def test_the_incident_shows_campaign_and_rebuttal_and_tells_the_claim_in_the_words_that_were_judged(client, people):
    incident = make_incident(claim="Lời chưa ai duyệt của sổ đăng ký.")
    campaign = publish(make_campaign(owner=people[0], incidents=[incident]), *people)
    address = reverse("incident", args=[incident.pk])
    alone = body(client, address)
    assert campaign.title in alone and incident.claim not in alone and "<blockquote" not in alone
    rebuttal = publish(make_rebuttal(owner=people[0], incidents=[incident]), *people)
    both = body(client, address)
    assert campaign.title in both and rebuttal.claim in both


def test_a_submission_about_its_incident_is_answered_by_the_campaign(client, campaign, people):
    sent = receive(text="Có người gọi xưng công an")
    assign(sent, campaign.answered.first().incident, people[0])
    sent = Submission.objects.get(pk=sent.pk)
    assert [answer.pk for answer in sent.answers()] == [campaign.pk]
    assert campaign.title in body(client, reverse("submission", args=[sent.code]))


def test_the_interface_gives_campaigns_out_as_their_own_kind(client, campaign, people):
    publish(make_rebuttal(owner=people[0]), *people)
    found = json.loads(body(client, "/api/v1/answers/", kind="campaign"))["results"]
    assert [(one["kind"], one["verdict"], one["claim"]) for one in found] == [("campaign", None, "")]
    assert "Yêu cầu giữ bí mật." in found[0]["body_html"]
    incident = json.loads(body(client, f"/api/v1/incidents/{campaign.answered.first().incident_id}/"))
    assert [one["id"] for one in incident["answers"]] == [campaign.pk]


def test_machines_get_an_article_and_instructions_and_never_a_review(client, campaign):
    told = re.search(r'<script type="application/ld\+json">(.*?)</script>', body(client, campaign.url))
    nodes = json.loads(told[1])["@graph"]
    kinds = [node["@type"] for node in nodes]
    assert kinds.count("HowTo") == 2 and "NewsArticle" in kinds
    assert "ClaimReview" not in kinds and claimreview.claim_review(campaign, claimreview.Spread()) is None
    steps = next(node for node in nodes if node["@id"].endswith("#if-paid"))["step"]
    assert [step["text"] for step in steps] == campaign.if_paid.split("\n")
    assert campaign.title not in body(client, reverse("claimreview_feed"))


def test_channels_and_feeds_get_the_lists_and_where_to_report(campaign):
    with translation.override("vi"):
        story = campaign.story()
        entry = feed_of(Source("answers", "vi")).entries[0]
    for point in (*campaign.signs.split("\n"), *campaign.if_paid.split("\n"), "0259 399 9999"):
        assert point in story.body_text and point in entry.html
    assert story.verdict == str(campaign.verdict_label) and entry.label == story.verdict


def test_the_share_card_is_a_warning_and_is_drawn(campaign):
    card = cards.card_of(campaign)
    assert (card.standing, card.headline, card.passed_on) == ("warning", campaign.title, "")
    picture = draw(card, Shape.WIDE)
    assert picture[:4] == b"\x89PNG"


def test_a_frame_on_another_site_shows_the_warning(client, campaign):
    assert "stamp-warning" in body(client, reverse("embed", args=[campaign.pk]))


def test_posts_say_first_what_to_do_and_no_channel_calls_a_warning_a_finding(campaign):
    story = campaign.story()
    assert story.verdict == "Cảnh báo lừa đảo" and story.finding == ""
    text = story.body_text
    assert text.startswith("Việc cần làm ngay:\n• Cúp máy")
    order = ["Việc cần làm ngay:", "Nơi trình báo:", "Dấu hiệu nhận biết:", "Thủ đoạn:", "Nếu đã chuyển tiền:"]
    assert sorted(order, key=text.index) == order
    assert "Kết luận" not in wordpress_article._verdict(story) + zalo_article._verdict(story)
    assert "Kết luận" not in loudspeaker_script.opening(story, Action.POST, story.office)
    assert "Kết luận" in wordpress_article._verdict(replace(story, is_judged=True))
