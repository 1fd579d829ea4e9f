"""Our own files are fetched whole, and in bounded time and size, whatever is at their address."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from publishing.channels import own_files
from publishing.channels.base import Outcome
from publishing.channels.http import Download, Http
from tests.publishing.public_files import PublicFiles, png
from tests.publishing.scripted import raised

MEGABYTE = 1024 * 1024


class Says(Http):
    """Gives these pieces, one a read; ``total`` is what it says of the size."""

    def __init__(self, pieces: list[bytes], total: int | None = None, seconds: float = 0.0) -> None:
        super().__init__()
        self.pieces, self.total, self.seconds = pieces, total, seconds
        self.given = 0

    @contextmanager
    def download(self, url: str, start: int = 0, timeout: Any = None) -> Iterator[Download]:
        yield Download(200, "image/png", self.total, self)

    def read1(self, most: int, decode_content: bool = False) -> bytes:
        time.sleep(self.seconds)
        self.given += 1
        return self.pieces.pop(0) if self.pieces else b""


def fetch(http: Http, url: str = "https://tinthat.example/a.png", **more: Any) -> bytes:
    return own_files.fetch(http, url, own_files.PICTURE, MEGABYTE, **more)


def test_a_picture_comes_whole_with_what_it_is(our_site: PublicFiles) -> None:
    assert own_files.picture(Http(), f"{our_site.url}/3.png") == (png(3), "image/png")


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("large.png", Outcome.PERMANENT, own_files.PICTURE.too_large),
        ("nowhere.png", Outcome.PERMANENT, own_files.PICTURE.gone),
        ("moved.png", Outcome.PERMANENT, own_files.PICTURE.gone),
        ("away.png", Outcome.TRANSIENT, own_files.PICTURE.away),
    ],
)
def test_what_cannot_be_had_is_told_in_words(our_site: PublicFiles, name: str, outcome: Outcome, words: str) -> None:
    error = raised(lambda: fetch(Http(), f"{our_site.url}/{name}"))
    assert (error.outcome, error.words) == (outcome, words)
    assert "%(" not in error.words % error.values


def test_what_broke_off_is_not_taken_for_the_whole() -> None:
    error = raised(lambda: fetch(Says([png(1)[:20]], total=len(png(1)))))
    assert (error.outcome, error.words) == (Outcome.TRANSIENT, own_files.PICTURE.away)


def test_what_never_ends_is_read_no_further_than_its_limit() -> None:
    endless = Says([b"x" * 64 * 1024] * 1000)
    assert raised(lambda: fetch(endless)).words == own_files.PICTURE.too_large
    assert endless.given <= 17


def test_what_trickles_is_given_up_in_time() -> None:
    trickling = Says([b"x"] * 10_000, seconds=0.01)
    began = time.monotonic()
    assert raised(lambda: fetch(trickling, seconds=0.2)).outcome is Outcome.TRANSIENT
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (png(1), "image/png"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
)
def test_a_picture_is_what_its_bytes_say(body: bytes, kind: str | None) -> None:
    if kind is None:
        assert raised(lambda: own_files.picture_type(body)).words == own_files.NO_PICTURE
    else:
        assert own_files.picture_type(body) == kind
