"""Everything that is shown and asked in a terminal. Knows entries and words; knows no files, keys or git."""
