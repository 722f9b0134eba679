"""The keys that open the journal: the manifest (journal.asc), and what this device trusts. Knows no pages."""
