"""``python -m publishing.sandbox --store DIR --port N``: the stand-ins of the demo, until SIGTERM or Ctrl-C.

Ports from N on: Facebook, the newspaper, the newsroom's page, the newsroom's SFTP, Telegram, Mastodon, a partner's
webhook, Zalo, YouTube, a newsroom's mailbox (page, SMTP), a loudspeaker station's mailbox (page, SMTP). When all are up, how to connect to them is written to DIR/connections.json. They keep what they
were given in DIR, so that addresses survive a restart.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publishing.sandbox import (
    PORTS,
    facebook,
    facebook_oauth,
    mastodon,
    newsroom_mail,
    telegram,
    webhook,
    wordpress,
    youtube,
    zalo,
)
from publishing.sandbox.facebook import FacebookSandbox
from publishing.sandbox.mastodon import MastodonSandbox
from publishing.sandbox.newsroom import NewsroomSandbox
from publishing.sandbox.newsroom_mail import MailSandbox
from publishing.sandbox.telegram import TelegramSandbox
from publishing.sandbox.webhook import WebhookSandbox
from publishing.sandbox.wordpress import WordPressSandbox
from publishing.sandbox.youtube import YouTubeSandbox
from publishing.sandbox.zalo import ZaloSandbox


def connections(page: FacebookSandbox, paper: WordPressSandbox, newsroom: NewsroomSandbox) -> dict[str, Any]:
    """What a publisher enters to connect to these three: {kind: {name, url, config, secrets}}."""
    return {
        "facebook": {
            "name": facebook.PAGE_NAME,
            "url": f"{page.url}/{facebook.PAGE_ID}",
            "config": {
                "app_id": facebook_oauth.APP_ID,
                "page_id": facebook.PAGE_ID,
                "api_base": page.url,
                "api_version": "v25.0",
                "on_retraction": "notice",
                "settle_seconds": 1,
            },
            "secrets": {"access_token": facebook.PAGE_TOKEN, "app_secret": facebook.APP_SECRET},
        },
        "wordpress": {
            "name": wordpress.NAME,
            "url": paper.url,
            "config": {
                "base_url": paper.url,
                "username": wordpress.USERNAME,
                "category": wordpress.CATEGORY,
                "on_retraction": "notice",
            },
            "secrets": {"application_password": wordpress.PASSWORD},
        },
        "newsroom": {
            "name": "Đài Phát thanh – Truyền hình Ánh Dương (hư cấu)",
            "url": newsroom.page.url,
            "config": {
                "host": "127.0.0.1",
                "port": newsroom.port,
                "username": newsroom.username,
                "directory": newsroom.directory,
                "host_key": newsroom.host_key_line,
            },
            "secrets": {"private_key": newsroom.private_key},
        },
    }


EDITORS = "Đài Phát thanh khu vực Hoa Nắng (hư cấu)"
STATION = "Đài Truyền thanh xã Suối Mơ (hư cấu)"


class StandIns:
    """All of them, on ports in a row, on any free ones if ``port`` is 0. ``redirect_uris``: where their consent pages may send people back to."""

    def __init__(self, port: int, store: Path, redirect_uris: Sequence[str] = ()) -> None:
        ports = [port + number if port else 0 for number in range(PORTS)]
        self.page = FacebookSandbox(
            ports[0], store=store / "facebook.json", app_secret=facebook.APP_SECRET, redirect_uris=redirect_uris
        )
        self.paper = WordPressSandbox(ports[1], store=store / "newspaper.json")
        self.newsroom = NewsroomSandbox(ports[3], store=store / "newsroom", page_port=ports[2])
        self.telegram = TelegramSandbox(ports[4], store=store / "telegram.json")
        self.mastodon = MastodonSandbox(ports[5], store=store / "mastodon.json")
        self.webhook = WebhookSandbox(ports[6], store=store / "webhook.json")
        self.zalo = ZaloSandbox(ports[7], store=store / "zalo.json", redirect_uris=redirect_uris)
        self.youtube = YouTubeSandbox(ports[8], store=store / "youtube.json", redirect_uris=redirect_uris)
        self.editors = MailSandbox(
            ports[10],
            store=store / "editors",
            page_port=ports[9],
            name=EDITORS,
            receiver="toasoan@dai-hoanang.example",
        )
        self.station = MailSandbox(
            ports[12], store=store / "station", page_port=ports[11], name=STATION, receiver="truyenthanh@suoimo.example"
        )

    def all(self) -> tuple[Any, ...]:
        return tuple(vars(self).values())

    def connections(self) -> dict[str, Any]:
        """The same for all of them."""
        three = connections(self.page, self.paper, self.newsroom)
        three["facebook"]["config"]["sends"] = "pictures"
        three["wordpress"]["config"]["pictures"] = "upload"
        return three | {
            "telegram": {
                "name": "Kiểm chứng Ánh Dương trên Telegram (hư cấu)",
                "url": f"{self.telegram.url}/{telegram.USERNAME}",
                "config": {
                    "chat_id": f"@{telegram.USERNAME}",
                    "api_base": self.telegram.url,
                    "public_base": self.telegram.url,
                    "on_retraction": "notice",
                },
                "secrets": {"token": telegram.TOKEN},
            },
            "mastodon": {
                "name": "Kiểm chứng Ánh Dương trên Mastodon (hư cấu)",
                "url": f"{self.mastodon.url}/@{mastodon.ACCOUNT}",
                "config": {
                    "instance": self.mastodon.url,
                    "text_limit": 500,
                    "on_retraction": "notice",
                    "may_be_private": True,
                    "settle_seconds": 1,
                },
                "secrets": {"access_token": mastodon.TOKEN},
            },
            "webhook": {
                "name": webhook.NAME,
                "url": self.webhook.url,
                "config": {
                    "address": self.webhook.address,
                    "can_be_asked": True,
                    "may_be_private": True,
                    "settle_seconds": 1,
                },
                "secrets": {"secret": webhook.SECRET},
            },
            "zalo": {
                "name": "Kiểm chứng Ánh Dương trên Zalo (hư cấu)",
                "url": self.zalo.url,
                "config": {
                    "app_id": zalo.APP_ID,
                    "api_base": self.zalo.url,
                    "oauth_base": self.zalo.url,
                    "cover_url": self.zalo.cover_url,
                    "on_retraction": "notice",
                    "settle_seconds": 1,
                },
                "secrets": {"app_secret": zalo.APP_SECRET, "refresh_token": zalo.REFRESH_TOKEN},
            },
            "youtube": {
                "name": youtube.NAME,
                "url": self.youtube.url,
                "config": {
                    "client_id": youtube.CLIENT_ID,
                    "category_id": "25",
                    "license": "youtube",
                    "publishing": "at_once",
                    "on_retraction": "private",
                    "api_base": self.youtube.url,
                    "oauth_base": self.youtube.url,
                },
                "secrets": {"client_secret": youtube.CLIENT_SECRET, "refresh_token": youtube.REFRESH_TOKEN},
            },
            "newsroom_mail": _by_mail(self.editors, formats="both", embargo_minutes=0),
            "loudspeaker": _by_mail(self.station, reached_by="mail"),
        }


def _by_mail(mailbox: MailSandbox, **more: Any) -> dict[str, Any]:
    return {
        "name": mailbox.name,
        "url": mailbox.page.url,
        "config": {
            "host": "127.0.0.1",
            "port": mailbox.port,
            "security": "none",
            "username": mailbox.username,
            "sender": newsroom_mail.SENDER,
            "receiver": mailbox.receiver,
            **more,
        },
        "secrets": {"password": mailbox.password},
    }


def main() -> None:
    """Runs until told to stop."""
    parser = argparse.ArgumentParser(prog="publishing.sandbox", description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redirect-uri", action="append", default=[])
    asked = parser.parse_args()
    asked.store.mkdir(parents=True, exist_ok=True)
    stand_ins = StandIns(asked.port, asked.store, asked.redirect_uri)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for server in stand_ins.all():
        server.start()
    path = asked.store / "connections.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(stand_ins.connections(), ensure_ascii=False))
    stopping.wait()
    for server in stand_ins.all():
        server.stop()


if __name__ == "__main__":
    main()
