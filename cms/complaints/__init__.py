"""Complaints about answers and right of reply: from the public form to the decision and what follows from it."""
