"""The commands that keep the journal: devices, keys, checks and settings."""
