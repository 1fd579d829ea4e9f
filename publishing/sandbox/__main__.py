"""``python -m publishing.sandbox --store DIR --port N``: the stand-ins of the demo, until SIGTERM or Ctrl-C.

Ports from N on: Facebook, the newspaper, the newsroom's page, the newsroom's SFTP. When all are up, how to connect
to them is written to DIR/connections.json. They keep what they were given in DIR, so that addresses survive a restart.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from publishing.sandbox import facebook, wordpress
from publishing.sandbox.facebook import FacebookSandbox
from publishing.sandbox.newsroom import NewsroomSandbox
from publishing.sandbox.wordpress import WordPressSandbox


def connections(page: FacebookSandbox, paper: WordPressSandbox, newsroom: NewsroomSandbox) -> dict[str, Any]:
    """What a publisher enters to connect to each: {kind: {name, url, config, secrets}}."""
    return {
        "facebook": {
            "name": facebook.PAGE_NAME,
            "url": f"{page.url}/{facebook.PAGE_ID}",
            "config": {
                "page_id": facebook.PAGE_ID,
                "api_base": page.url,
                "api_version": "v25.0",
                "on_retraction": "notice",
                "settle_seconds": 1,
            },
            "secrets": {"access_token": facebook.PAGE_TOKEN},
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


def main() -> None:
    """Runs until told to stop."""
    parser = argparse.ArgumentParser(prog="publishing.sandbox", description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    asked.store.mkdir(parents=True, exist_ok=True)
    page = FacebookSandbox(asked.port, store=asked.store / "facebook.json")
    paper = WordPressSandbox(asked.port + 1, store=asked.store / "newspaper.json")
    newsroom = NewsroomSandbox(asked.port + 3, store=asked.store / "newsroom", page_port=asked.port + 2)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for server in (page, paper, newsroom):
        server.start()
    path = asked.store / "connections.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(connections(page, paper, newsroom), ensure_ascii=False))
    stopping.wait()
    for server in (page, paper, newsroom):
        server.stop()


if __name__ == "__main__":
    main()
