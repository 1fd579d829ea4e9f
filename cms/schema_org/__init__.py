"""Answers in schema.org's words, out and in: JSON-LD, what can be wrong with it, and the import."""
