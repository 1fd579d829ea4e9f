"""The admin's lists and forms say what they said before Wagtail was made to work less for them."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale
from wagtail.users.models import UserProfile
from wagtail_localize.models import Translation, TranslationSource

from cms import people
from cms.models import AnswerList
from tests.make import make_rebuttal, make_user, publish, team

pytestmark = pytest.mark.django_db
TRANSLATE = "/localize/submit/page/{}/"


def screen(language: str = "en", **kw) -> Client:
    user = make_user(people.ADMINISTRATOR, is_superuser=True, **kw)
    UserProfile.objects.create(user=user, preferred_language=language)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client


def the_list() -> str:
    return reverse(
        "wagtailadmin_explore", args=[AnswerList.objects.get(slug="kiem-chung", locale__language_code="vi").pk]
    )


def test_the_list_of_answers_asks_as_many_questions_for_many_rows():
    client, three = screen(), team()
    answers = [publish(make_rebuttal(owner=three[0]), *three) for _each in range(2)]
    client.get(the_list())
    with CaptureQueriesContext(connection) as asked:
        few = client.get(the_list()).content.decode()
    answers += [publish(make_rebuttal(owner=three[0]), *three) for _each in range(6)]
    with CaptureQueriesContext(connection) as asked_for_many:
        many = client.get(the_list()).content.decode()
    assert len(asked_for_many) <= len(asked)
    assert TRANSLATE.format(answers[0].pk) in few and all(TRANSLATE.format(one.pk) in many for one in answers)


def test_what_is_in_every_language_is_not_offered_for_translation():
    client, (editor, checker, approver) = screen(), team()
    answer = publish(make_rebuttal(owner=editor), editor, checker, approver)
    Locale.objects.exclude(language_code__in=["vi", "en"]).delete()
    assert TRANSLATE.format(answer.pk) in client.get(the_list()).content.decode()
    answer.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    assert TRANSLATE.format(answer.pk) not in client.get(the_list()).content.decode()


def test_what_is_kept_in_step_with_its_original_can_still_be_brought_up_to_date():
    client, answer = screen(), make_rebuttal()
    source, _made = TranslationSource.get_or_create_from_instance(answer)
    Translation.objects.create(source=source, target_locale=Locale.objects.get(language_code="en"), enabled=True)
    assert reverse("wagtail_localize:update_translations", args=[source.pk]) in client.get(the_list()).content.decode()


def test_what_was_public_once_is_not_offered_for_deletion_and_a_draft_is():
    client, (editor, checker, approver) = screen(), team()
    public = publish(make_rebuttal(owner=editor), editor, checker, approver)
    draft = make_rebuttal(owner=editor)
    text = client.get(the_list()).content.decode()
    assert reverse("wagtailadmin_pages:delete", args=[draft.pk]) in text
    assert reverse("wagtailadmin_pages:delete", args=[public.pk]) not in text


@pytest.mark.parametrize(("first", "then", "label"), [("en", "vi", "Trích dẫn"), ("vi", "en", "Quotation")])
def test_the_kinds_of_block_have_names_in_the_language_of_whoever_edits(first, then, label):
    address = reverse("wagtailadmin_pages:edit", args=[make_rebuttal().pk])
    screen(first, username="mot").get(address)
    page = BeautifulSoup(screen(then, username="hai").get(address).content, "html.parser")
    blocks = json.loads(page.select_one("#body")["data-w-block-data-value"])
    assert label in json.dumps(blocks, ensure_ascii=False)
    sources = [script.get("src", "") for script in page.select("script")]
    assert any("blocks.js" in one for one in sources) and any("sidebar.js" in one for one in sources)
