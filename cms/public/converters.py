"""Parts of addresses."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowConverter(IntConverter):
    """The number of a row. Longer numbers than a database can hold are no address of ours, so they are not found."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")
