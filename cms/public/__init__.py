"""What the public meets besides pages: lists, search, the box, submissions, and everything for machines."""
