"""Find pages and lines: filters, references, grep's patterns. Pure: knows entries; knows no files."""
