"""How those who run it see whether it works: health, metrics, logs, and the status page of the office."""
