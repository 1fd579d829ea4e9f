"""What holds for every form of material, whoever wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from campaigns.lines import lines
from campaigns.materials.base import Form
from campaigns.materials.forms import forms
from tests.campaigns.words import ALL, HUGE, ORDINARY, TINY

every_form = pytest.mark.parametrize("form", forms().values(), ids=forms())
every_campaign = pytest.mark.parametrize("words", ALL.values(), ids=ALL)
SIGNATURES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "application/zip": b"PK\x03\x04",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"PK\x03\x04",
}


def test_forms_are_found_and_their_names_fit_the_column():
    assert {"poster", "leaflet", "cards", "carousel", "teaching"} <= set(forms())
    assert all(len(key) <= 30 for key in forms())


@every_form
def test_fields_and_files_of_a_form_have_names_of_their_own(form: Form):
    assert len({field.name for field in form.fields}) == len(form.fields) > 0
    assert len({file.name for file in form.files}) == len(form.files)
    assert all(file.name.isascii() and "/" not in file.name and len(file.name) <= 60 for file in form.files)


@every_form
@every_campaign
def test_a_draft_says_something_in_every_field_that_needs_it_and_keeps_every_limit(form: Form, words):
    draft = form.draft(words)
    assert set(draft) == {field.name for field in form.fields}
    for field in form.fields:
        said = draft[field.name]
        assert len(said) <= field.max_length, field.name
        assert field.is_optional or lines(said), field.name
        assert field.is_points or field.rows > 1 or "\n" not in said, field.name


@every_form
@every_campaign
def test_a_draft_has_no_fault(form: Form, words):
    words = replace(words, office=words.office[:50])  # a longer name is nothing that a draft could mend
    assert form.faults(form.draft(words), words) == []


@every_form
@every_campaign
def test_the_same_words_give_the_same_draft_whoever_asks(form: Form, words):
    with translation.override("vi"):
        first = form.draft(words)
    with translation.override("en"):
        assert form.draft(words) == first


@every_form
@pytest.mark.parametrize("words", [TINY, ORDINARY, HUGE], ids=["tiny", "ordinary", "huge"])
def test_every_file_is_made_and_the_same_again_whoever_asks(form: Form, words):
    draft = form.draft(words)
    for file in form.files:
        with translation.override("vi"):
            made = form.make(file.name, draft, words)
        with translation.override("en"):
            assert form.make(file.name, draft, words) == made, file.name
        assert made.startswith(SIGNATURES.get(file.content_type, b"")) and made, file.name


@every_form
def test_a_file_that_a_form_does_not_have_is_refused(form: Form):
    with pytest.raises(KeyError):
        form.make("no-such-file.pdf", form.draft(ORDINARY), ORDINARY)


@pytest.mark.parametrize("form", [form for form in forms().values() if form.is_sent], ids=lambda form: form.key)
@every_campaign
def test_what_can_be_sent_says_what_a_channel_gets(form: Form, words):
    telling = form.telling(form.draft(words), words)
    assert telling.title.strip() and telling.short_answer.strip()
    pictures = {file.name for file in form.files if file.content_type.startswith("image/")}
    assert set(telling.pictures) <= pictures
    assert len(telling.pictures_alt) == len(telling.pictures)
    assert all(alt.strip() for alt in telling.pictures_alt)
