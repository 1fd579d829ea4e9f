"""Invented content for the demonstration."""
