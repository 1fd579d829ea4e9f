"""How an approved answer gets onto the official channels, once each, and how it is corrected there."""
