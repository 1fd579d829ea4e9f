"""The whole chain on what an office would run: PostgreSQL, Redis, Celery and beat, a real WordPress, a real OpenSSH.

The Facebook Page is the stand-in; there is no other. People act through the same functions as the admin's buttons.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from publishing.sandbox import facebook
from publishing.sandbox.facebook import FacebookSandbox
from tests.faults.installation import Installation
from tests.servers.databases import postgres, redis
from tests.servers.sftp import real_sftp
from tests.servers.wordpress import real_wordpress

pytestmark = pytest.mark.needs("postgres", "redis-server", "mariadbd", "php", "wordpress", "sshd")

PEOPLE = """
from tests.make import *
from cms import people
from cms.models import Rebuttal, Correction, User
def person(name): return User.objects.get(username=name)
def page(): return Rebuttal.objects.order_by("pk").last()
def change(**values):
    draft = page().get_latest_revision_as_object()
    for name, value in values.items(): setattr(draft, name, value)
    draft.save_revision(user=person("bientap"))
    publish(page(), person("bientap"), person("kiemtra"), person("duyet"))
"""

BEGIN = (
    PEOPLE
    + """
from publishing import outbox
from publishing.models import Channel, Organisation, StoryVersion
from publishing.plan import Owed
from publishing.story import Action
from django.utils import timezone
for name, role in (("bientap", people.EDITOR), ("kiemtra", people.CHECKER), ("duyet", people.APPROVER), ("phathanh", people.PUBLISHER)):
    make_user(role, username=name)
rebuttal = make_rebuttal(owner=person("bientap"), title="Nước máy trong tỉnh an toàn", slug="nuoc-may-an-toan")
publish(rebuttal, person("bientap"), person("kiemtra"), person("duyet"))
owner = Organisation.objects.create(name="Cơ quan thử nghiệm (hư cấu)")
owed = []
for kind, (config, secrets) in values["channels"].items():
    channel = Channel(organisation=owner, kind=kind, name=kind, config=config)
    channel.set_secrets(secrets)
    channel.save()
    owed.append(Owed(channel.pk, Action.POST, timezone.now()))
version = StoryVersion.objects.get(key=page().story_key)
outbox.enqueue(version, owed, person("phathanh"))
print(json.dumps(None))
"""
)

CORRECT = (
    PEOPLE
    + """
change(change_kind="correction", change_note="Bản đầu ghi 84 mẫu; đúng là 48 mẫu.")
print(json.dumps(Correction.objects.count()))
"""
)
RETRACT = (
    PEOPLE
    + """
change(change_kind="retraction", change_note="Biên bản xét nghiệm đã bị hủy.")
print(json.dumps(Correction.objects.count()))
"""
)
STATES = """
from publishing.models import Delivery
print(json.dumps([[one.channel.kind, one.action, one.state, one.permalink, one.words] for one in Delivery.objects.select_related("channel")]))
"""


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def all_sent(installation: Installation, action: str) -> dict[str, str]:
    """Waits until the action is done on all three channels; {kind: public address}."""
    until = time.monotonic() + 90
    while True:
        rows = [row for row in installation.run(STATES) if row[1] == action]
        if [row[2] for row in rows] == ["sent"] * 3:
            return {kind: address for kind, _action, _state, address, _words in rows}
        assert time.monotonic() < until, rows
        time.sleep(0.5)


def test_from_claim_to_retraction_on_real_servers(tmp_path, servers):
    page = FacebookSandbox()
    page.start()
    servers.callback(page.stop)
    paper = servers.enter_context(real_wordpress())
    radio = servers.enter_context(real_sftp())
    installation = Installation(
        tmp_path,
        DATABASE_URL=servers.enter_context(postgres()),
        CELERY_BROKER_URL=servers.enter_context(redis()),
        EMAIL_URL="dummymail://",
    )
    servers.callback(installation.stop)
    installation.manage("migrate", "--verbosity", "0")
    installation.beat()
    installation.celery()
    channels = {
        "facebook": (
            {"page_id": facebook.PAGE_ID, "api_base": page.url, "api_version": "v25.0", "on_retraction": "notice"},
            {"access_token": facebook.PAGE_TOKEN},
        ),
        "wordpress": (
            {"base_url": paper.url, "username": "author", "category": "", "on_retraction": "notice"},
            {"application_password": paper.key("author")},
        ),
        "newsroom": (
            {"host": "127.0.0.1", "port": radio.port, "username": radio.username, "directory": str(radio.inbox),
             "host_key": radio.host_key_line},
            {"private_key": radio.private_key},
        ),
    }  # fmt: skip
    installation.run(BEGIN, channels=channels)
    addresses = all_sent(installation, "post")
    assert "Nước máy trong tỉnh an toàn" in read(addresses["wordpress"])
    assert "Tin sai sự thật" in read(addresses["wordpress"])
    assert len(page.copies()) == 1 and len([name for name in radio.names() if name.endswith(".json")]) == 1

    assert installation.run(CORRECT) == 1
    addresses = all_sent(installation, "correct")
    assert "đúng là 48 mẫu" in read(addresses["wordpress"])
    assert "đúng là 48 mẫu" in page.copies()[0]["text"] and len(page.copies()) == 1

    assert installation.run(RETRACT) == 2
    addresses = all_sent(installation, "retract")
    article = read(addresses["wordpress"])
    assert "Biên bản xét nghiệm đã bị hủy" in article
    assert "Kết quả xét nghiệm 48 mẫu đều đạt chuẩn" not in re.sub(r"<title>.*?</title>", "", article)
    assert "Biên bản xét nghiệm đã bị hủy" in page.copies()[0]["text"]
    items = [json.loads((radio.inbox / name).read_text()) for name in radio.names() if name.endswith(".json")]
    assert sorted(item["pubStatus"] for item in items) == ["canceled", "usable", "usable"]
    assert len({item["uri"] for item in items}) == 1 and len(paper.posts()) == 1
