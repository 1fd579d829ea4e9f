"""What is uploaded is what its name says, and a picture keeps nothing but its pixels."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.urls import reverse
from PIL import Image, PngImagePlugin
from wagtail.documents.models import Document

from campaigns.desk.sound_form import SoundForm
from cms import people, uploads
from cms.models import KeptCopy, Picture
from tests.make import make_user

HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PHONE = "Điện thoại của bà Nguyễn"


def jpeg_of_a_phone(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """Taken at a place, by a device, with a comment and something behind its end."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Máy ảnh XYZ", 6  # who made the device; to be turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (10.0, 20.0, 30.0)  # the latitude
    options = {"exif": exif} if kind != "GIF" else {}
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Author", PHONE)
        options["pnginfo"] = told
    Image.new("RGB", size, (200, 10, 10)).save(written, kind, **options)
    return written.getvalue() + HTML


def archive(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return written.getvalue()


DOCX = archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_says_nothing_of_where_and_with_what_it_was_taken(kind):
    name = f"anh.{kind.lower().replace('jpeg', 'jpg')}"
    kept = Picture.objects.create(title="Ảnh", file=ImageFile(io.BytesIO(jpeg_of_a_phone(kind)), name=name))
    content = kept.file.open("rb").read()
    assert HTML not in content and b"XYZ" not in content and PHONE.encode() not in content
    read = Image.open(io.BytesIO(content))
    assert read.format == kind and not dict(read.getexif())
    assert (kept.width, kept.height) == read.size == ((40, 60))
    assert kept.file_size == len(content)
    served = kept.get_rendition("width-20").file.open("rb").read()
    assert HTML not in served and not dict(Image.open(io.BytesIO(served)).getexif())


@pytest.mark.django_db
def test_a_picture_that_moves_goes_on_moving():
    written = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue", "green")]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=70, loop=0, comment=PHONE.encode())
    bare = uploads.bare_picture(ContentFile(written.getvalue(), name="x.gif"))
    read = Image.open(bare)
    assert read.n_frames == 3 and read.info["duration"] == 70 and "comment" not in read.info


@pytest.mark.django_db
def test_what_is_no_picture_or_too_large_a_one_is_refused_by_the_admin(client, monkeypatch, settings):
    client.force_login(make_user(people.ADMINISTRATOR))
    for content in (HTML, b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', b"GIF89a" + HTML, PDF, b""):
        client.post(reverse("wagtailimages:add"), {"title": "x", "file": ContentFile(content, name="x.jpg")})
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 1000
    client.post(reverse("wagtailimages:add"), {"title": "x", "file": ContentFile(jpeg_of_a_phone(), name="x.jpg")})
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.pdf", HTML),
        ("x.pdf", b"<!--" + PDF),
        ("x.png", HTML),
        ("x.jpg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("x.docx", HTML + DOCX),  # an archive is found from its end, a page from its beginning
        ("x.docx", archive(**{"index.html": HTML})),
        ("x.xlsx", DOCX),
        ("x.zip", b"MZ" + b"\0" * 60),
        ("x.txt", b"\x7fELF\0\0\0"),
        ("x.mp3", HTML),
        ("x.ogg", b"RIFF" + b"\0" * 20),
        ("x.mp4", PDF),
        (f"{'x' * 200}.txt", b"x"),
    ],
)
def test_a_file_that_is_something_else_is_refused(name, content):
    with pytest.raises(ValidationError):
        uploads.check(ContentFile(content, name=name))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.pdf", PDF),
        ("X.PDF", PDF),
        ("x.docx", DOCX),
        ("x.zip", archive(**{"a.txt": b"x"})),
        ("x.csv", "Tên;Số\n".encode()),
        ("x.txt", "Tên".encode("utf-16")),
        ("x.jpg", jpeg_of_a_phone()),
        ("x.mp3", b"ID3\x04\0\0\0\0\0\0" + b"\0" * 40),
        ("x.mp3", b"\xff\xfb\x90\x00" + b"\0" * 40),
        ("x.wav", b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 20),
        ("x.ogg", b"OggS" + b"\0" * 40),
        ("x.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + b"\0" * 20),
        ("x.mp4", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 20),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(name, content):
    file = ContentFile(content, name=name)
    uploads.check(file)
    assert file.read() == content, "and whoever keeps it reads it from its beginning"


def test_a_small_archive_that_unpacks_to_a_mountain_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 1_000_000)
    bomb = archive(**{"word/document.xml": b"\0" * 2_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(ValidationError, match="500 MB"):
        uploads.check(ContentFile(bomb, name="x.docx"))


@pytest.mark.django_db
def test_documents_are_saved_and_never_open_inside_the_site(client):
    client.force_login(make_user(people.ADMINISTRATOR))
    for name, content in (("x.pdf", HTML), ("y.pdf", PDF)):
        client.post(reverse("wagtaildocs:add"), {"title": name, "file": ContentFile(content, name=name)})
    kept = Document.objects.get()
    assert kept.title == "y.pdf"
    answer = client.get(kept.url)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_recording_and_a_kept_copy_are_looked_into_too():
    form = SoundForm({}, {"upload": ContentFile(HTML, name="loi.mp3")})
    assert not form.is_valid() and "upload" in form.errors
    with pytest.raises(ValidationError):
        KeptCopy(title="x", file=ContentFile(HTML, name="x.png")).full_clean()
    KeptCopy(
        title="x", file=ContentFile(HTML, name="x.html")
    ).full_clean()  # an archived page; handed out as a download


@pytest.mark.django_db
def test_a_picture_opened_by_itself_is_a_picture_and_nothing_else(client, picture):
    answer = client.get(f"/media/{picture.get_rendition('width-100').file.name}")
    assert answer.status_code == 200 and "sandbox" in answer["Content-Security-Policy"]
    for path in ("original_images/x.jpg", "documents/x.pdf", "../db.sqlite3", "images/../../db.sqlite3"):
        assert client.get(f"/media/{path}").status_code in {400, 404}
