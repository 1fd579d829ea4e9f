"""The guide for editors inside the admin, and the way from a page to its part of it."""
