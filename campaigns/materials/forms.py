"""All forms of material: every class with a key in this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from campaigns.materials.base import Form


@cache
def forms() -> dict[str, Form]:
    """key -> form, in the order in which they are shown."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name != "models":
            importlib.import_module(f"campaigns.materials.{module.name}")
    found = [each() for each in _below(Form) if "key" in vars(each)]
    return {form.key: form for form in sorted(found, key=lambda form: (form.order, form.key))}


def _below(parent: Any) -> list[type[Form]]:
    direct = parent.__subclasses__()
    return [each for child in direct for each in [child, *_below(child)]]
