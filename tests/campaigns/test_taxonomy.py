"""The forms of scam that come with the software: complete, within limits, fit to be published."""

from __future__ import annotations

import importlib
import unicodedata

import pytest
from django.apps import apps

from campaigns.lines import lines, validate_lines
from campaigns.models import ScamForm, TargetGroup
from cms import personal_data

pytestmark = pytest.mark.django_db

TEXTS = ("how_it_works", "signs", "do_now", "if_paid")
taxonomy = importlib.import_module("campaigns.migrations.0003_taxonomy")


def test_all_24_forms_of_the_published_list_are_there_in_three_groups():
    forms = ScamForm.objects.exclude(number=None)
    assert list(forms.values_list("number", flat=True)) == list(range(1, 25))
    assert {form.group for form in forms} == {"brand", "account", "other"}
    assert all(form.names["en"] and form.in_short for form in forms)


@pytest.mark.parametrize("name", TEXTS)
def test_each_form_gives_a_campaign_three_to_five_points_that_fit(name):
    for form in ScamForm.objects.exclude(number=None):
        text = getattr(form, name)
        validate_lines(text)
        points = lines(text)
        assert 3 <= len(points) <= 5, form
        assert len(set(points)) == len(points), form
        assert "\n".join(points) == text, form


def test_no_starting_text_holds_what_the_gate_takes_for_personal_data_or_letters_in_pieces():
    for form in ScamForm.objects.exclude(number=None):
        text = "\n".join([form.name, form.in_short, *(getattr(form, name) for name in TEXTS)])
        assert personal_data.find(text) == [], form
        assert unicodedata.is_normalized("NFC", text), form


def test_what_an_office_has_changed_or_made_is_left_as_it_is():
    mine = ScamForm.objects.get(number=14)
    mine.name, mine.signs = "Tên của chúng tôi", "Một dấu hiệu."
    mine.save()
    # By name alone: the office made it itself, with another address and no number.
    ScamForm.objects.filter(number=3).update(number=None, slug="sim-cua-chung-toi", signs="Của chúng tôi.")
    TargetGroup.objects.filter(slug="tre-em").update(name="Các cháu nhỏ")
    before = ScamForm.objects.count(), TargetGroup.objects.count()
    taxonomy.write(apps, None)
    mine.refresh_from_db()
    assert (mine.name, mine.signs) == ("Tên của chúng tôi", "Một dấu hiệu.")
    assert ScamForm.objects.get(slug="sim-cua-chung-toi").signs == "Của chúng tôi."
    assert TargetGroup.objects.get(slug="tre-em").name == "Các cháu nhỏ"
    assert (ScamForm.objects.count(), TargetGroup.objects.count()) == before


def test_what_is_missing_is_written():
    ScamForm.objects.filter(number=24).delete()
    TargetGroup.objects.filter(slug="cong-nhan").delete()
    taxonomy.write(apps, None)
    assert ScamForm.objects.get(number=24).names == {"en": "“Sure” lottery numbers"}
    assert TargetGroup.objects.filter(slug="cong-nhan").exists()
