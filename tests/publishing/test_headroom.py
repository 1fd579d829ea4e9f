"""How much of a vendor's rate limit is left, as its headers say."""

from __future__ import annotations

import pytest

from publishing.channels.facebook_errors import headroom
from publishing.channels.mastodon import Mastodon


@pytest.mark.parametrize(
    ("usage", "left"),
    [
        ('{"call_count":28,"total_time":75,"total_cputime":25}', 0.25),
        ('{"call_count":140}', 0.0),
        ("", None),
        ("{}", None),
        ("[1]", None),
        ("not json", None),
        ('{"call_count":"many"}', None),
    ],
)
def test_facebooks_fullest_counter_counts(usage, left):
    assert headroom(usage) == left


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "75"}, 0.25),
        ({"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0"}, None),
        ({"X-RateLimit-Limit": "300"}, None),
        ({}, None),
    ],
)
def test_the_usual_headers_are_understood(headers, left):
    adapter = Mastodon({"instance": "https://mastodon.example"}, {"access_token": "x"})
    adapter.http.headers = headers
    assert adapter.headroom() == left
