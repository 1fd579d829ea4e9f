"""kill -9 while a warning is mailed: everybody who confirmed gets it, counted at a mail server.

What is guaranteed: nobody is left out, nobody who did not confirm is written to, and whoever gets it twice gets the same
Message-ID twice. No more are doubled than calls were under way at a kill, one for each process: a mail server cannot be
asked whether it took a mail, and of a warning twice is better than not at all. (Where the second call is cut off too the
row says that nobody knows, and is left to a person.)
"""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.servers.databases import postgres
from tests.servers.local import kill, wait_until
from tests.servers.smtp import PASSWORD, USERNAME, RealSmtp, real_smtp

SUBSCRIBERS, KILLS = 60, 6

SEED = """
from datetime import timedelta
from django.utils import timezone
from campaigns.models import Subscriber
from tests.make import approved_alert
before = timezone.now() - timedelta(hours=2)
Subscriber.objects.bulk_create(
    Subscriber(address=f"nguoi-{number:03d}@example.vn", token=f"t{number}", confirmed_at=before, link_sent_at=before)
    for number in range(values["subscribers"])
)
Subscriber.objects.create(address="chua-xac-nhan@example.vn", token="x", link_tried_at=before, link_sent_at=before)
approved_alert(headline="Cuộc gọi giả danh công an")
"""

# What the worker's sweep does, without the quarter of an hour after which a call is surely over: here it is half a second.
WORK = """
import time
from datetime import timedelta
import django
django.setup()
from campaigns.alerts import mails
mails.CUT_AFTER = mails.FIRST_PAUSE = timedelta(seconds=0.5)
while True:
    mails.sweep()
    time.sleep(0.1)
"""

LOOK = """
from campaigns.models import AlertMail
rows = AlertMail.objects
print(json.dumps({"all": rows.count(), "sent": rows.filter(sent_at__isnull=False).count()}))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Installation, RealSmtp]]:
    with ExitStack() as servers:
        server = servers.enter_context(real_smtp(tls="none"))
        server.seconds = 0.1
        settings = {"EMAIL_URL": f"smtp://{USERNAME}:{PASSWORD}@127.0.0.1:{server.port}"}
        if request.param == "postgres":
            settings["DATABASE_URL"] = servers.enter_context(postgres())
        made = Installation(tmp_path, **settings)
        made.manage("migrate", "--verbosity", "0")
        made.run(SEED, subscribers=SUBSCRIBERS)
        try:
            yield made, server
        finally:
            made.stop()


def start(office: Installation) -> subprocess.Popen[bytes]:
    return office.start(sys.executable, "-c", WORK)


def test_a_warning_reaches_everybody_whatever_is_killed_when(office: tuple[Installation, RealSmtp]) -> None:
    installation, server = office
    for _turn in range(KILLS):
        process, before = start(installation), len(server.mails)
        # The server has taken a mail in, and its answer is a tenth of a second away: the worst moment.
        wait_until(lambda before=before: len(server.mails) > before + 4, 60, "mails under way")  # type: ignore[misc]
        kill(process)
    assert len(server.mails) < SUBSCRIBERS, "the kills came in the middle of the work"
    start(installation)
    deadline = time.monotonic() + 120
    while installation.run(LOOK) != {"all": SUBSCRIBERS, "sent": SUBSCRIBERS}:
        assert time.monotonic() < deadline, installation.run(LOOK)
        time.sleep(0.5)

    mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in server.mails]
    got = Counter(mail["To"] for mail in mails)
    assert set(got) == {f"nguoi-{number:03d}@example.vn" for number in range(SUBSCRIBERS)}
    doubled = sum(count - 1 for count in got.values())
    print(f"{doubled} of {SUBSCRIBERS} mails twice after {KILLS} kills")
    assert 0 < doubled <= KILLS and max(got.values()) == 2, "without a double the test has not met the worst moment"
    assert len({(mail["To"], mail["Message-ID"]) for mail in mails}) == SUBSCRIBERS
