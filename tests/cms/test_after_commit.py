"""Wagtail's tasks after the commit: what is there by then is found, what is gone by then is no fault."""

from __future__ import annotations

import logging
from importlib import import_module

import pytest
from wagtail.models import Page, ReferenceIndex

from cms import after_commit
from cms.models import AnsweredIncident
from tests.make import make_incident, make_rebuttal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.TASKS = {"default": {"BACKEND": "cms.after_commit.AfterCommit"}}


def test_a_row_that_its_own_transaction_replaced_is_no_line_of_the_log(caplog, django_capture_on_commit_callbacks):
    page, first, second = make_rebuttal(), make_incident(), make_incident()
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        gone = AnsweredIncident.objects.create(page=page, incident=first)
        AnsweredIncident.objects.filter(pk=gone.pk).delete()
        AnsweredIncident.objects.create(page=page, incident=second)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    used = ReferenceIndex.get_references_to(second)
    assert [int(one.object_id) for one in used] == [page.pk]
    assert not ReferenceIndex.get_references_to(first).exists()


def test_what_fails_after_the_commit_is_a_line_of_the_log_and_costs_no_text(
    caplog, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_about):
        raise ValueError("the index is broken")

    monkeypatch.setattr(ReferenceIndex, "create_or_update_for_object", refuse)
    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        page = make_rebuttal()
    assert Page.objects.filter(pk=page.pk).exists()
    assert any("update_reference_index_task" in record.getMessage() for record in caplog.records)


def test_the_tasks_are_called_as_they_are_called_here():
    """They are known by name: one that a release renames would bring the errors back."""
    for path in after_commit.ABOUT_A_ROW:
        module, _dot, name = path.rpartition(".")
        assert getattr(import_module(module), name).module_path == path
