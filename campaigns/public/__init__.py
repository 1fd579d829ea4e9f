"""What the public sees of campaigns besides their own pages."""
