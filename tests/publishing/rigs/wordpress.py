"""A WordPress newspaper against its stand-in: pictures left where they are, and uploaded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from publishing.channels.base import Outcome
from publishing.channels.wordpress import WordPress
from publishing.sandbox.wordpress import CATEGORY, PASSWORD, USERNAME, WordPressSandbox
from publishing.story import Image, Story
from tests.publishing.at_stand_in import AtStandIn
from tests.publishing.public_files import WithFiles

OWNER = "Báo Ánh Dương"


class Rig(AtStandIn):
    """One site, one user who may publish."""

    kind: ClassVar[str] = "wordpress"
    channel: ClassVar[type] = WordPress
    owner: ClassVar[str] = OWNER
    expected: ClassVar[dict[str, Outcome]] = {
        "drop_before": Outcome.UNKNOWN,
        "drop_after": Outcome.UNKNOWN,
        "slow": Outcome.UNKNOWN,
        "html_500": Outcome.UNKNOWN,
        "html_200": Outcome.UNKNOWN,
        "db_error": Outcome.UNKNOWN,
        "maintenance": Outcome.THROTTLED,
        "review": Outcome.UNKNOWN,
        "other_json": Outcome.UNKNOWN,
        "revoked": Outcome.AUTH,
        "role_lost": Outcome.AUTH,
        "firewall": Outcome.AUTH,
        "refuse": Outcome.PERMANENT,
        "redirect": Outcome.PERMANENT,
        "throttle": Outcome.THROTTLED,
        "category_unread": Outcome.TRANSIENT,
    }
    faults: ClassVar[frozenset[str]] = frozenset(expected)

    def __init__(self, **options: Any) -> None:
        self.sandbox = WordPressSandbox(**options)

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config = {
            "base_url": self.sandbox.url,
            "username": USERNAME,
            "category": CATEGORY,
            "pictures": "linked",
            "on_retraction": "notice",
        }
        return config, {"application_password": PASSWORD}

    def publish_withheld(self) -> None:
        """The newspaper's editor publishes what waits for review."""
        with self.sandbox.lock:
            for post in self.sandbox.kept["posts"].values():
                if post["status"] == "pending":
                    post["status"] = "publish"

    def fault(self, name: str) -> None:
        fault = {"fault": name, "method": "POST", "route": "/wp/v2/posts"}
        if name == "category_unread":  # looked up before the post is created
            fault = {"fault": "html_500", "method": "GET", "route": "/wp/v2/categories"}
        with self.sandbox.lock:
            self.sandbox.faults.append(fault)


class WithPicture(WithFiles, Rig):
    """The first picture of a story is uploaded from a site of ours."""

    name: ClassVar[str] = "wordpress-picture"

    def settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        config, secrets = super().settings()
        return config | {"pictures": "upload"}, secrets

    def fit(self, story: Story) -> Story:
        """The story with two pictures."""
        images = tuple(
            Image(f"{self.files.url}/{number}.png", f"Ảnh {number}: cầu Lam Giang", 16, 9, f"Sở GTVT {number}")
            for number in (1, 2)
        )
        return replace(story, images=images)
