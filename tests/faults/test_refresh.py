"""Processes and threads that need one channel's new credentials at the same moment: the refresh token is used once.

Counted at the stand-in, where a refresh token works once: whoever came second with the old one would lose the channel.
The negative control takes the lock away and must show it: a test that cannot fail proves nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from publishing.sandbox.zalo import ACCESS_TOKEN, APP_ID, APP_SECRET, REFRESH_TOKEN, Access, ZaloSandbox
from tests.faults.installation import Installation
from tests.servers.databases import postgres

SEED = """
from publishing.models import Channel, Organisation
owner, _ = Organisation.objects.get_or_create(name="Cơ quan thử nghiệm (hư cấu)")
channel = Channel(organisation=owner, kind="zalo", name="zalo", config=values["config"])
channel.set_secrets(values["secrets"])
channel.save()
"""

RENEW = """
import threading, time
from django.db import connection
from publishing import credentials
from publishing.channels.base import ChannelError
from publishing.models import Channel
if not values["locks"]:
    from contextlib import nullcontext
    from unittest import mock
    credentials.transaction = mock.Mock(atomic=lambda **options: nullcontext())
    Channel.objects.select_for_update = lambda **options: Channel.objects.all()
time.sleep(max(0, values["at"] - time.time()))
ended = []
def renew():
    try:
        adapter = credentials.fresh_adapter(Channel.objects.select_related("organisation").get())
        ended.append(adapter.probe().name)
    except ChannelError as error:
        ended.append(str(error.outcome))
    connection.close()
threads = [threading.Thread(target=renew) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps(ended))
"""


def connected(stand_in: ZaloSandbox) -> dict[str, dict[str, str]]:
    """A channel as a person connects it: with a refresh token only."""
    config = {
        "app_id": APP_ID,
        "api_base": stand_in.url,
        "oauth_base": stand_in.url,
        "cover_url": stand_in.cover_url,
        "on_retraction": "notice",
    }
    return {"config": config, "secrets": {"app_secret": APP_SECRET, "refresh_token": REFRESH_TOKEN}}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Installation, ZaloSandbox]]:
    with ExitStack() as servers:
        stand_in = ZaloSandbox(delay=0.3)
        stand_in.start()
        servers.callback(stand_in.stop)
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if request.param == "postgres" else {}
        made = Installation(tmp_path, **settings)
        made.manage("migrate", "--verbosity", "0")
        made.run(SEED, **connected(stand_in))
        yield made, stand_in


def race(installation: Installation, locks: bool) -> list[str]:
    """How two processes of six threads each ended that began at the same moment."""
    at = time.time() + 6
    with ThreadPoolExecutor(2) as pool:
        both = pool.map(lambda _n: installation.run(RENEW, locks=locks, at=at), range(2))
        return [one for ended in both for one in ended]


def refreshes(stand_in: ZaloSandbox) -> int:
    return sum(one["path"] == "/v4/oa/access_token" for one in stand_in.log)


def test_twelve_callers_in_two_processes_renew_once_and_without_the_lock_the_channel_is_lost(installation):
    made, stand_in = installation
    ended = race(made, locks=True)
    assert refreshes(stand_in) == 1
    assert ended == [ended[0]] * 12 and ended[0] != "auth"
    assert stand_in.access.spent == [REFRESH_TOKEN] and ACCESS_TOKEN in stand_in.access.access
    # The control, from the same start.
    stand_in.access = Access(refresh={REFRESH_TOKEN: time.time() + 3_600})
    stand_in.log.clear()
    made.run("from publishing.models import Channel\nChannel.objects.all().delete()\n" + SEED, **connected(stand_in))
    assert "auth" in race(made, locks=False)
    assert refreshes(stand_in) > 1
