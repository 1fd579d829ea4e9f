"""What the public meets besides pages: lists, search, the box, submissions, and everything for machines."""

from cms.public import converters as _converters  # noqa: F401 - addresses of any module may use them
