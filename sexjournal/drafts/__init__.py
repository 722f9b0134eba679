"""Pages in memory-backed storage in the making, and the editor. Knows text and files; knows no keys, entries or git."""
