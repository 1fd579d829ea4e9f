"""Urgent warnings: the banner on the site, the Common Alerting Protocol, the feed, and mails to who asked for them."""
