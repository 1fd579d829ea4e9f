"""Atom, RSS and JSON feeds, and the hub that is told about them."""
