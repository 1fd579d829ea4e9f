"""YouTube against its stand-in, with a server that holds the films."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar, Self

from publishing.channels import tokens
from publishing.channels.base import Outcome
from publishing.channels.youtube import YouTube
from publishing.channels.youtube_upload import LOOKS
from publishing.sandbox.server import Reply, Request, Sandbox
from publishing.sandbox.youtube import (
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    NAME,
    REFRESH_TOKEN,
    YouTubeSandbox,
)
from publishing.sandbox.zalo_pages import PICTURE
from publishing.story import Image, Story, Video
from tests.publishing.at_stand_in import AtStandIn

UPLOADS = "/upload/youtube/v3/videos"


class Films(Sandbox):
    """Where the films are public. Knows ranges, unless told otherwise."""

    def __init__(self, film: bytes = b"film " * 1000) -> None:
        super().__init__()
        self.film, self.knows_ranges = film, True
        self.route("GET", r"/film\.mp4", self._film)
        self.route("GET", r"/poster\.png", lambda request: Reply(200, PICTURE, content_type="image/png"))
        self.route("GET", r"/large\.jpg", lambda request: Reply(200, b"x" * 2_500_000, content_type="image/jpeg"))

    def _film(self, request: Request) -> Reply:
        match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        start = int(match[1]) if match and self.knows_ranges else 0
        return Reply(206 if start else 200, self.film[start:], content_type="video/mp4")


class Rig(AtStandIn):
    """One channel, connected: with an access token in force."""

    kind: ClassVar[str] = "youtube"
    channel: ClassVar[type] = YouTube
    owner: ClassVar[str] = NAME
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "backend_error": Outcome.UNKNOWN,
        "session_gone": Outcome.UNKNOWN,
        "quota": Outcome.THROTTLED,
        "upload_limit": Outcome.THROTTLED,
        "throttle": Outcome.THROTTLED,
        "expire_token": Outcome.AUTH,
        "forbidden": Outcome.AUTH,
        "suspended": Outcome.AUTH,
        "bad_metadata": Outcome.PERMANENT,
        "no_session": Outcome.TRANSIENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, film: bytes = b"film " * 1000, **options: Any) -> None:
        self.sandbox = YouTubeSandbox(**({"units_a_day": 10_000_000, "uploads_a_day": 100_000} | options))
        self.films = Films(film)

    def __enter__(self) -> Self:
        self.films.start()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.films.stop()

    def fit(self, story: Story, **changes: Any) -> Story:
        """The story with a film, which every post on YouTube needs."""
        chapters = ((0, "Tin đồn"), (15, "Điều đã kiểm chứng"), (40, "Kết luận"))
        poster = Image(f"{self.films.url}/poster.png", "Một nhân viên đang đo mực nước")
        values: dict[str, Any] = {"seconds": 60, "poster": poster, "chapters": chapters}
        video = Video(f"{self.films.url}/film.mp4", "Phim kiểm chứng", **(values | changes))
        return replace(story, videos=(video,))

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "client_id": CLIENT_ID,
            "category_id": "25",
            "license": "youtube",
            "publishing": "at_once",
            "on_retraction": "private",
            "api_base": self.sandbox.url,
            "oauth_base": self.sandbox.url,
        }
        return config, {"client_secret": CLIENT_SECRET} | tokens.kept(ACCESS_TOKEN, REFRESH_TOKEN, 3_599)

    def fault(self, name: str) -> None:
        # The last piece makes a film of an upload. An answer that is lost there is asked for again: those are lost, too.
        last, asked = [{"fault": name, "method": "PUT", "path": UPLOADS}], []
        if name == "no_session":
            last = [{"fault": "html_500", "method": "POST", "path": UPLOADS}]
        elif name in {"upload_limit", "bad_metadata", "suspended", "quota"}:
            last[0]["method"] = "POST"
        elif self.expected[name] is Outcome.UNKNOWN and name != "session_gone":
            again = "drop_before" if name in {"drop_after", "slow"} else name
            asked = [{"fault": again, "method": "PUT", "path": UPLOADS}] * LOOKS
        with self.sandbox.lock:
            self.sandbox.faults += last + asked
