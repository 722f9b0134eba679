"""All output on a terminal, and all questions. Knows entries and words; knows no files, keys or git."""
