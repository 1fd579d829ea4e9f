"""Facebook against its stand-in: with link cards, with one picture, with several, and with a film."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.facebook import Facebook
from publishing.sandbox.facebook import PAGE_ID, PAGE_NAME, PAGE_TOKEN, FacebookSandbox
from publishing.sandbox.facebook_oauth import APP_ID
from publishing.story import Image, Story, Video
from tests.publishing.at_stand_in import AtStandIn
from tests.publishing.public_files import WithFiles

APP_SECRET = "sandbox-app-secret-0123456789abcdef"


class Rig(AtStandIn):
    """One Page of an app that requires the proof of its secret."""

    kind: ClassVar[str] = "facebook"
    channel: ClassVar[type] = Facebook
    owner: ClassVar[str] = PAGE_NAME
    sends: ClassVar[str] = "card"
    creates: ClassVar[str] = "feed"  # the edge whose call publishes
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "server_error": Outcome.UNKNOWN,
        "server_error_after": Outcome.UNKNOWN,
        "duplicate": Outcome.UNKNOWN,
        "throttle": Outcome.THROTTLED,
        "expire_token": Outcome.AUTH,
        "abusive": Outcome.PERMANENT,
        "unscrapable": Outcome.TRANSIENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, **options: Any) -> None:
        self.sandbox = FacebookSandbox(app_secret=APP_SECRET, requires_proof=True, **options)

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "app_id": APP_ID,
            "page_id": PAGE_ID,
            "api_base": self.sandbox.url,
            "api_version": "v25.0",
            "sends": self.sends,
            "on_retraction": "notice",
        }
        return config, {"access_token": PAGE_TOKEN, "app_secret": APP_SECRET}

    def creating(self) -> str:
        return f"/v25.0/{PAGE_ID}/{self.creates}"

    def metric_gone(self) -> str:
        """Facebook withdraws one metric: a call that names it is refused as a whole."""
        with self.sandbox.lock:
            self.sandbox.figures.withdrawn.add("post_media_view")
        return "views"


class WithMedia(WithFiles, Rig):
    """With a site that Facebook can fetch pictures and a film from."""

    name: ClassVar[str] = "facebook-pictures"
    sends: ClassVar[str] = "pictures"
    pictures: ClassVar[int] = 3

    def fit(self, story: Story) -> Story:
        """The story with pictures, and a film that is sent only where the channel says so."""
        images = tuple(
            Image(f"{self.files.url}/{number}.png", f"Ảnh số {number}: cầu Lam Giang", 16, 9, "Sở GTVT Ánh Dương")
            for number in range(1, self.pictures + 1)
        )
        return replace(story, images=images, videos=(Video(f"{self.files.url}/film.mp4", "Phim kiểm chứng", 60),))


class WithOnePicture(WithMedia):
    """One picture is published by the call that uploads it."""

    name: ClassVar[str] = "facebook-picture"
    creates: ClassVar[str] = "photos"
    pictures: ClassVar[int] = 1


class WithFilm(WithMedia):
    """A film, which Facebook processes after it has accepted it."""

    name: ClassVar[str] = "facebook-film"
    sends: ClassVar[str] = "film"
    creates: ClassVar[str] = "videos"
