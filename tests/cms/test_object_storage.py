"""Files in a bucket: a real S3 protocol spoken over loopback, to moto's server."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage, storages
from django.urls import reverse
from moto.server import ThreadedMotoServer
from PIL import Image

from cms import people
from cms.backing_up import files
from cms.backing_up.manifest import Manifest
from cms.cards import cards
from cms.cards.card_drawing import Shape
from cms.kept import KeptCopy
from cms.models import Picture
from tests.make import make_rebuttal, make_user, publish, team
from tests.servers.local import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = {"access_key": "khoa", "secret_key": "bi-mat", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


def storage_settings(url: str, bucket: str) -> dict[str, Any]:
    common = {**KEYS, "endpoint_url": url, "bucket_name": bucket, "addressing_style": "path"}
    return {
        "default": {"BACKEND": "cms.object_storage.PublicObjects", "OPTIONS": {**common, "location": "media"}},
        "private": {"BACKEND": "cms.object_storage.PrivateObjects", "OPTIONS": {**common, "location": "private"}},
    }


@pytest.fixture
def bucket(service, settings, request, monkeypatch) -> Any:
    """A bucket of the test's own, in which the site keeps its files."""
    named = {"aws_access_key_id": "khoa", "aws_secret_access_key": "bi-mat", "region_name": "us-east-1"}
    name = f"b{abs(hash(request.node.name))}"
    made = boto3.resource("s3", endpoint_url=service, **named).create_bucket(Bucket=name)
    settings.STORAGES = {**settings.STORAGES, **storage_settings(service, name)}
    # A field asks for its storage once, when the program starts.
    monkeypatch.setattr(KeptCopy._meta.get_field("file"), "storage", storages["private"])
    return made


@pytest.mark.django_db
def test_a_picture_is_kept_in_the_bucket_and_read_at_our_own_address(bucket, client):
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), (0, 90, 140)).save(file, "JPEG")
    picture = Picture.objects.create(title="Minh họa", file=ImageFile(file, name="minh-hoa.jpg"))
    small = picture.get_rendition("width-320")
    assert small.url.startswith("/media/images/")
    answer = client.get(small.url)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.getvalue())).width == 320
    again = client.get(small.url, headers={"If-Modified-Since": answer["Last-Modified"]})
    assert again.status_code == 304
    assert len([one for one in bucket.objects.all() if one.key.startswith("media/")]) == 2
    assert client.get("/media/images/khong-co.jpg").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["images/../documents/mat.pdf", "images/../../private/mat.pdf", "images/.."])
def test_nothing_beside_the_pictures_is_handed_out(bucket, client, path):
    default_storage.save("documents/mat.pdf", ContentFile(b"secret"))
    storages["private"].save("mat.pdf", ContentFile(b"secret"))
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.django_db
def test_kept_copies_are_private_and_have_no_address(bucket, client):
    copy = KeptCopy(title="Ảnh chụp")
    copy.file.save("anh.txt", ContentFile("đã lưu".encode()))
    assert copy.file.url == "" and [one.key.split("/")[0] for one in bucket.objects.all()] == ["private"]
    client.force_login(make_user(people.EDITOR))
    assert b"".join(client.get(reverse("kept_copy", args=[copy.pk])).streaming_content).decode() == "đã lưu"


@pytest.mark.django_db
def test_cards_are_drawn_once_and_still_come_when_the_service_is_away(bucket, settings):
    page = publish(make_rebuttal(owner=(roles := team())[0]), *roles)
    drawn = cards.picture_of(page, Shape.WIDE)
    kept = [one.key for one in bucket.objects.all() if "cards" in one.key or "card" in one.key]
    assert len(kept) == 1 and cards.picture_of(page, Shape.WIDE) == drawn
    away = storage_settings(f"http://127.0.0.1:{free_port()}", bucket.name)
    settings.STORAGES = {**settings.STORAGES, **away}
    assert cards.picture_of(page, Shape.WIDE) == drawn
    with pytest.raises(OSError, match="storage of files"):
        default_storage.exists("images/a.jpg")


def test_two_files_of_one_name_are_two_files(bucket):
    names = [default_storage.save("images/a.txt", ContentFile(text)) for text in (b"one", b"two")]
    assert len(set(names)) == 2 and default_storage.open(names[0]).read() == b"one"


def test_a_bucket_is_backed_up_and_filled_again(bucket, tmp_path):
    texts = {"images/a.txt": b"one", "images/2026/b.txt": b"two"}
    for name, text in texts.items():
        default_storage.save(name, ContentFile(text))
    kept = dict(files.copy_out("media", tmp_path, None))
    manifest = Manifest.__new__(Manifest)
    object.__setattr__(manifest, "files", kept)
    default_storage.delete("images/a.txt")
    assert files.copy_in("media", tmp_path, manifest) == 2
    assert {name: default_storage.open(name).read() for name in files.names(default_storage)} == texts


def test_the_environment_chooses_the_bucket():
    told = {
        "S3_BUCKET": "kiemchung",
        "S3_ENDPOINT_URL": "https://s3.example",
        "S3_ACCESS_KEY": "a",
        "S3_SECRET_KEY": "b",
    }
    said = subprocess.run(
        [sys.executable, "-c", "import json; from cms import settings; print(json.dumps(settings.STORAGES, default=str))"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **told}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(said.stdout)
    assert found["default"]["OPTIONS"]["location"] == "media" and found["private"]["OPTIONS"]["location"] == "private"
    assert found["private"]["BACKEND"] == "cms.object_storage.PrivateObjects"
    assert found["default"]["OPTIONS"]["addressing_style"] == "path"
