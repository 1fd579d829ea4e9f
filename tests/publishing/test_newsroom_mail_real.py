"""Mail against a real SMTP server (aiosmtpd): STARTTLS and TLS with a checked certificate, login, a whole message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from lxml import etree

from publishing.channels import smtp
from publishing.channels.base import ChannelError, Outcome
from publishing.channels.http import Http
from publishing.channels.newsroom_mail import NewsroomMail
from publishing.channels.smtp_form import mailbox
from publishing.sandbox.newsroom_mail import sender_name
from publishing.story import Action
from tests.publishing.stories import make_story
from tests.servers.smtp import PASSWORD, USERNAME, RealSmtp, real_smtp

MARKER = "m7k2p9x4qa"


@pytest.fixture(params=["starttls", "ssl"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RealSmtp, str]]:
    with real_smtp(request.param) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        yield running, request.param


def newsroom(port: int, security: str, password: str = PASSWORD, host: str = "localhost") -> NewsroomMail:
    config = {
        "host": host,
        "port": port,
        "security": security,
        "username": USERNAME,
        "sender": "kiemchung@anhduong.example",
        "receiver": "toasoan@baoanhduong.example",
    }
    owner = "Trung tâm Kiểm chứng Ánh Dương (hư cấu)"
    return NewsroomMail(config, {"password": password}, owner=owner, http=Http(connect=3, read=3))


def refusal(adapter: NewsroomMail) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        adapter.send(adapter.render(make_story(), Action.POST, MARKER), MARKER)
    assert PASSWORD not in repr(vars(caught.value))
    return caught.value


def test_a_whole_message_arrives_encrypted_and_with_a_login(server: tuple[RealSmtp, str]) -> None:
    running, security = server
    adapter = newsroom(running.port, security)
    post = adapter.render(
        make_story(short_answer=".Một dòng bắt đầu bằng dấu chấm.\n.\nKhông đúng."), Action.POST, MARKER
    )
    receipt = adapter.send(post, MARKER)
    assert running.logins == 1
    (raw,) = running.mails
    mail: Any = message_from_bytes(raw, policy=policy.default)
    assert mail["Message-ID"] == receipt.remote_id == f"<rebuttal-7f3a9c-vi.1.{MARKER}@anhduong.example>"
    assert sender_name(raw).startswith(adapter.owner)
    files = {part.get_filename().rpartition(".")[2]: part for part in mail.iter_attachments()}
    assert files["txt"].get_content().replace("\r\n", "\n") == post.files[0].text
    assert json.loads(files["json"].get_content())["uri"].startswith("tag:")
    assert etree.fromstring(files["xml"].get_content()).get("guid").startswith("tag:")
    assert post.text in mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_lines_that_begin_with_a_dot_arrive_as_they_were(server: tuple[RealSmtp, str]) -> None:
    running, security = server
    adapter = newsroom(running.port, security)
    message = b"Subject: a\r\n\r\n.\r\n..b\r\nRCPT TO:<c@d.example>\r\n.c"
    smtp.hand_over(mailbox(adapter.config, adapter.secret, adapter.http.timeout), message)
    assert running.mails == [message + b"\r\n"]


def test_a_probe_sends_nothing(server: tuple[RealSmtp, str]) -> None:
    running, security = server
    assert "toasoan@baoanhduong.example" in newsroom(running.port, security).probe().name
    assert running.mails == []


def test_a_certificate_nobody_vouches_for_gets_nothing(
    server: tuple[RealSmtp, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, security = server
    monkeypatch.delenv("SSL_CERT_FILE")
    error = refusal(newsroom(running.port, security))
    assert (error.outcome, error.words) == (Outcome.AUTH, smtp.OTHER_SERVER)
    assert (running.mails, running.logins) == ([], 0)


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_for_another_name_gets_nothing(security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with real_smtp(security, name="thu.example") as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        error = refusal(newsroom(running.port, security))
    assert (error.outcome, error.words) == (Outcome.AUTH, smtp.OTHER_SERVER)
    assert (running.mails, running.logins) == ([], 0)


def test_a_wrong_password_is_auth(server: tuple[RealSmtp, str]) -> None:
    running, security = server
    error = refusal(newsroom(running.port, security, password="wrong-0123456789"))
    assert (error.outcome, error.words) == (Outcome.AUTH, smtp.REFUSED)
    assert running.mails == []


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_server_without_encryption_hears_no_password(security: str) -> None:
    with real_smtp("none") as running:
        error = refusal(newsroom(running.port, security))
    assert (error.outcome, error.words) == (Outcome.PERMANENT, smtp.NOT_ENCRYPTED)
    assert (running.mails, running.logins) == ([], 0)


def test_a_password_that_a_login_cannot_carry_is_auth(server: tuple[RealSmtp, str]) -> None:
    running, security = server
    assert refusal(newsroom(running.port, security, password="mật khẩu")).outcome is Outcome.AUTH
