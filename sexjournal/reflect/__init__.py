"""Reviews: which pages are due, the questions and answers, and then and now. Pure: no files, no clock, no terminal."""
