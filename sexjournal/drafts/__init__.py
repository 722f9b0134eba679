"""Pages in memory-backed storage while they are written, and the editor that opens them. Knows no keys and no git."""
