"""The keys that open the journal. Knows the manifest (journal.asc) and what this device trusts; knows no pages."""
