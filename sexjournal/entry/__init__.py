"""One page: front matter, text, dates and the merge of two versions. Knows text; knows no files, keys or clock."""
