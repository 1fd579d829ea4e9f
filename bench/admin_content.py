"""The same content for two admins, ours and that of a new Wagtail project: run in a process of each, by bench/admin_pages.py.

    python bench/admin_content.py ours 1000      with our settings
    python bench/admin_content.py stock 1000     with those of the project that bench/stock_article.py made

So many published pages below one section, each with its revision and a line in the site's history; thirty people, forty
pictures, all in the search index; a superuser and an editor with English profiles, logged in. The last line it prints is
JSON: person -> {"cookie": session, "pages": {name: {"address", "bytes" of text, "queries", "ms" of processor}},
"form": what saving the edit form sends}.
"""

from __future__ import annotations

import gzip
import io
import json
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.images import ImageFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image  # noqa: E402
from wagtail.images import get_image_model  # noqa: E402
from wagtail.models import Page, PageLogEntry, Revision  # noqa: E402
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, rich_text, streamfield  # noqa: E402
from wagtail.users.models import UserProfile  # noqa: E402

from bench.copied_rows import copies  # noqa: E402

FIRST = 1_000_000  # id of the first copied page
PASSWORD = "mat-khau-thu-nghiem"  # noqa: S105 - invented
HEADERS = {"host": "127.0.0.1", "accept-encoding": "gzip"}
TURNS = 9


def around(page: Page, pages: int, editor: Any) -> None:
    """What both have besides the pages: revisions, history, people, pictures, the search index."""
    now, kind = timezone.now(), page.cached_content_type
    copies(
        Revision, "id", page.latest_revision_id, pages, lambda n: {"id": FIRST + n, "object_id": str(FIRST + n)}
    )  # fmt: skip
    Page.objects.filter(pk__gte=FIRST).update(
        latest_revision_id=F("pk"), live_revision_id=F("pk"), last_published_at=now, latest_revision_created_at=now
    )
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            page_id=FIRST + n, content_type=kind, label=f"Nước máy vẫn an toàn, lần kiểm tra {n}", user=editor,
            action="wagtail.publish", timestamp=now - timedelta(minutes=n), content_changed=True,
        )
        for n in range(pages)
    )  # fmt: skip
    groups = list(editor.groups.all())
    for number in range(30):
        one = get_user_model().objects.create_user(
            f"dong-nghiep-{number}", first_name="Bình", last_name=f"Trần {number}"
        )
        one.groups.set(groups)
    for number in range(40):
        file = io.BytesIO()
        Image.new("RGB", (800, 600), (0, 90, 5 * number)).save(file, "JPEG")
        file.seek(0)
        get_image_model().objects.create(
            title=f"Minh họa {number}", file=ImageFile(file, name=f"minh-hoa-{number}.jpg")
        )
    call_command("update_index", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def in_english(*people: Any) -> None:
    for one in people:
        UserProfile.objects.update_or_create(user=one, defaults={"preferred_language": "en"})


def ours(pages: int) -> dict[str, Any]:
    """Second factors are asked of everybody, and both persons have shown theirs."""
    from allauth.mfa.totp.internal import auth as totp

    from bench.many_answers import make
    from cms import people
    from cms.models import Rebuttal
    from cms.setting_up.steps import SettingUp
    from tests.make import make_user

    make(pages)
    page = Rebuttal.objects.order_by("pk").first()
    assert page is not None
    editor, secret = page.owner, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    superuser = make_user(people.ADMINISTRATOR, is_superuser=True)
    SettingUp.objects.create(pk=1, closed_at=timezone.now())  # an office that has been at work for a while
    around(page, pages, editor)
    in_english(superuser, editor)

    def log_in(client: Client, user: Any) -> None:
        totp.TOTP.activate(user, secret)
        client.post(reverse("wagtailadmin_login"), {"username": user.username, "password": PASSWORD})
        counters = list(totp.yield_hotp_counters_from_time())
        code = totp.format_hotp_value(totp.hotp_value(secret, counters[len(counters) // 2]))
        client.post("/admin/second-factor/authenticate/", {"code": code})

    blocks = [(block.block_type, rich_text(block.value.source)) for block in page.body]
    more = nested_form_data({"body": streamfield(blocks)})
    add = reverse("wagtailadmin_pages:add", args=["cms", "rebuttal", page.get_parent().pk])
    return described({"superuser": superuser, "editor": editor}, log_in, page, add, more)


def stock(pages: int) -> dict[str, Any]:
    """The articles lie in a section of their own, as our answers do."""
    from article.models import ArticlePage  # type: ignore[import-not-found]
    from django.contrib.auth.models import Group
    from home.models import HomePage  # type: ignore[import-not-found]

    person = get_user_model()
    editor = person.objects.create_user("bien-tap", password=PASSWORD)
    editor.groups.add(Group.objects.get(name="Editors"))
    superuser = person.objects.create_superuser("quan-tri", password=PASSWORD)
    page = ArticlePage.objects.get()
    section = HomePage(title="Kiểm chứng", slug="kiem-chung")
    page.get_parent().add_child(instance=section)
    page.move(section, pos="last-child")
    page = ArticlePage.objects.get()
    page.owner = editor
    page.save_revision(user=editor).publish(user=superuser)
    page = ArticlePage.objects.get()
    steps, now = page.get_parent().numconv_obj(), timezone.now()

    def row(number: int) -> dict[str, Any]:
        slug, key = f"bai-viet-{number}", f"{number:032x}"
        return {
            "id": FIRST + number, "path": section.path + steps.int2str(number + 1000).zfill(4), "slug": slug,
            "title": f"Nước máy vẫn an toàn, lần kiểm tra {number}", "url_path": f"{page.get_parent().url_path}{slug}/",
            "translation_key": key, "first_published_at": now - timedelta(minutes=number),
        }  # fmt: skip

    with transaction.atomic():
        copies(Page, "id", page.pk, pages, row)
        copies(ArticlePage, "page_ptr_id", page.pk, pages, lambda n: {"page_ptr_id": FIRST + n})
        Page.objects.filter(pk=section.pk).update(numchild=pages + 1)
    around(page, pages, editor)
    in_english(superuser, editor)

    def log_in(client: Client, user: Any) -> None:
        client.post(reverse("wagtailadmin_login"), {"username": user.username, "password": PASSWORD})

    add = reverse("wagtailadmin_pages:add", args=["article", "articlepage", section.pk])
    return described({"superuser": superuser, "editor": editor}, log_in, page, add, {})


def described(people: dict[str, Any], log_in: Any, page: Page, add: str, more: dict[str, str]) -> dict[str, Any]:
    """What is asked of both, and what each request takes in this process."""
    addresses = {
        "home": reverse("wagtailadmin_home"),
        "explorer": reverse("wagtailadmin_explore", args=[page.get_parent().pk]),
        "edit form": reverse("wagtailadmin_pages:edit", args=[page.pk]),
        "create form": add,
        "pictures": reverse("wagtailimages:index"),
        "picture chooser": reverse("wagtailimages_chooser:choose"),
        "search": reverse("wagtailadmin_pages:search") + "?q=nuoc",
        "people": reverse("wagtailusers_users:index"),
        "site history": reverse("wagtailadmin_reports:site_history"),
        "aging pages": reverse("wagtailadmin_reports:aging_pages"),
    }
    found = {}
    for name, user in people.items():
        client = Client(headers=HEADERS)
        log_in(client, user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        looked = {kind: looked_at(client, address) for kind, address in addresses.items()}
        form = client.get(addresses["edit form"])
        sent = querydict_from_html(text_of(form).decode(), form_id="page-edit-form").dict()
        sent |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", **more}
        looked["save draft"] = looked_at(client, addresses["edit form"], sent)
        found[name] = {
            "cookie": f"{settings.SESSION_COOKIE_NAME}={session}",
            "form": sent,
            "pages": {kind: one for kind, one in looked.items() if one},
        }
    return found


def text_of(answer: Any) -> bytes:
    said: bytes = answer.content
    return gzip.decompress(said) if answer.get("Content-Encoding") == "gzip" else said


def looked_at(client: Client, address: str, sent: dict[str, str] | None = None) -> dict[str, Any] | None:
    """None: not for this person. Milliseconds are of processor, the middle of TURNS, after two to warm up."""
    turn = 0

    def ask() -> Any:
        nonlocal turn
        turn += 1
        return client.get(address) if sent is None else client.post(address, {**sent, "title": f"Nước máy, lần {turn}"})

    ask()
    if (answer := ask()).status_code != (200 if sent is None else 302):
        return None
    with CaptureQueriesContext(connection) as queries:
        ask()
    counted, took = len(queries), []
    for _turn in range(TURNS):
        begun = time.process_time()
        ask()
        took.append((time.process_time() - begun) * 1000)
    return {"address": address, "bytes": len(text_of(answer)), "queries": counted, "ms": statistics.median(took)}


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "stock": stock}[sys.argv[1]](int(sys.argv[2]))))
