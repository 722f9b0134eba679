"""The commands that read pages."""
