"""Tags of the campaigns' templates."""
