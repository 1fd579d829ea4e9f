"""Strict local stand-ins of the vendors' services, for the demo and the tests. Never part of a production start."""

PORTS = 13  # what ``python -m publishing.sandbox`` takes, in a row
