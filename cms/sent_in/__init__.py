"""What the public sends in: submissions, their groups, and the editors' inbox."""
