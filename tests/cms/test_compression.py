"""What goes over a slow line is compressed, and only what gains by it."""

from __future__ import annotations

import gzip

import pytest

pytestmark = pytest.mark.django_db


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("path", ["/", "/static/site/site.css"])
def test_text_is_compressed(client, path):
    plain, packed = client.get(path), client.get(path, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(body(packed)) == body(plain)


def test_a_font_is_not_compressed_twice(client):
    answer = client.get("/static/site/fonts/be-vietnam-pro-400.woff2", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200 and "Content-Encoding" not in answer and answer["Content-Length"]
