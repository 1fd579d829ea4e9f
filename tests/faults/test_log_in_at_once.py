"""Whoever tries many things at the same moment gets no more tries than one after the other, on both databases."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.faults.installation import Installation
from tests.servers.databases import postgres

AT_ONCE = """
import threading
from django.conf import settings
from django.db import connection
from django.test import Client
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cms.models import User
settings.ALLOWED_HOSTS = ["*"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # as if each were a process
user = User.objects.create_user("phat-hanh", password="mat-khau-dung")

def at_once(deed, count):
    gate, answers = threading.Barrier(count), []
    def one(number):
        gate.wait()
        answers.append(deed(number))
        connection.close()
    threads = [threading.Thread(target=one, args=[number]) for number in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers

def guess(number):
    posted = {"username": "bien-tap", "password": f"sai-{number}"}
    return Client().post("/admin/login/", posted).status_code
guessed = at_once(guess, 12)

secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
totp.TOTP.activate(user, secret)
clients = [Client() for _number in range(4)]
for client in clients:
    client.post("/admin/login/", {"username": user.username, "password": "mat-khau-dung"})
code = totp.format_hotp_value(totp.hotp_value(secret, list(totp.yield_hotp_counters_from_time())[1]))
def show(number):
    return clients[number].post("/admin/second-factor/authenticate/", {"code": code}).status_code
print(json.dumps([guessed, at_once(show, 4)]))
"""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def test_twelve_passwords_at_once_are_no_more_than_five_and_one_code_at_four_places_opens_one(tmp_path, database):
    with ExitStack() as servers:
        settings = {"DATABASE_URL": servers.enter_context(postgres())} if database == "postgres" else {}
        guessed, shown = Installation(tmp_path, **settings).run(AT_ONCE)
    assert len(guessed) == 12 and set(guessed) <= {200, 429}
    assert guessed.count(200) <= 5
    assert sorted(shown) == [200, 200, 200, 302]
