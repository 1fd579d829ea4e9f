"""What a machine invents from the descriptions of the interfaces: no request ends in a fault of ours, and nothing is told
otherwise than it was described."""

from __future__ import annotations

import json
from urllib.parse import quote

import jsonschema
import pytest
import schemathesis
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core import NotSet
from schemathesis.generation.modes import GenerationMode

from cms.incidents import Appearance, Incident, Place, Topic
from cms.intake.api import description as intake_description
from cms.intake.partners import HandedOver, IntakeKey, IntakePartner
from cms.public.api import description as public_description
from cms.public.api.base import OpenView
from tests.make import make_incident

pytestmark = pytest.mark.django_db
EXAMPLES = {"post": 40, "get": 8}  # for each address and kind of input: under a minute altogether


def operations(description):
    """[(method, path)] of a description."""
    return [(method, path) for path, told in description("en")["paths"].items() for method in told]


def ask(case, path, **headers):
    """Sends an invented request the way a server hands it on: whatever its parts hold."""
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = "&".join(f"{quote(str(name))}={quote(str(value))}" for name, value in (case.query or {}).items())
    for name, value in (case.headers or {}).items():
        if value.isascii() and value.isprintable() and name != "Authorization":
            headers[name] = value
    body = "" if isinstance(case.body, NotSet) else case.body
    if not isinstance(body, bytes):  # bytes are an invented body that is no JSON
        body = json.dumps(body)
    # A fault of ours raises here, as the test client hands exceptions on.
    return Client().generic(case.method, f"{path}?{query}", body, "application/json", headers=headers)


def fuzz(description, method, path, mode, incident, **headers):
    """Invents requests. ``incident`` is the id that stands in its address: one that nobody handed over tests nothing."""
    whole = description("en")
    operation = schemathesis.openapi.from_dict(whole)[path][method.upper()]
    told = whole["paths"][path][method]["responses"]

    @seed(20261130)
    @settings(max_examples=EXAMPLES[method], deadline=None, database=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case):
        cache.clear()
        answer = ask(case, path.replace("{id}", str(incident)), **headers)
        assert answer.status_code < 500
        if answer.status_code not in {404, 405}:  # an invented address may be another one, or none
            schema = told[str(answer.status_code)]["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator({**schema, "components": whole["components"]}).validate(answer.json())

    holds()


@pytest.fixture
def key():
    Topic.objects.get_or_create(name="Y tế", slug="y-te")
    Place.objects.get_or_create(name="Xã Suối Mơ", slug="xa-suoi-mo")
    partner = IntakePartner.objects.create(name="Máy thử (hư cấu)")
    HandedOver.objects.create(partner=partner, incident=make_incident(), reference="thử 1")
    return IntakeKey(partner=partner, scopes=IntakeKey.Scope.values).new_key()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize(("method", "path"), operations(intake_description.description))
def test_no_invented_request_breaks_the_intake(key, method, path, mode):
    fuzz(
        intake_description.description,
        method,
        path,
        mode,
        HandedOver.objects.get().incident_id,
        Authorization=f"Bearer {key}",
    )
    for incident in Incident.objects.all():
        incident.full_clean(exclude=["merged_into"])
    for appearance in Appearance.objects.all():
        appearance.full_clean()


@pytest.mark.parametrize(("method", "path"), operations(public_description.description))
def test_no_invented_request_breaks_the_open_interface(monkeypatch, method, path):
    monkeypatch.setattr(OpenView, "throttle_classes", [])
    fuzz(public_description.description, method, path, GenerationMode.POSITIVE, make_incident().pk)
