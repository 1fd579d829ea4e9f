"""Scam-awareness campaigns: one answer to a scam, in every form people meet."""
