"""Reviews: due pages, questions and answers, then and now. Knows entries; knows no files, clock or terminal."""
