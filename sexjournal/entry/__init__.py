"""One page of the journal: its front matter, text, dates and the merge of two versions. Pure: no files, no clock."""
