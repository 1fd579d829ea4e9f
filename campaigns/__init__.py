"""Scam-awareness campaigns."""
