"""Pages in memory-backed storage while a person writes them, and the editor. Knows no keys, no entries and no git."""
