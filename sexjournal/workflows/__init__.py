"""What takes several steps, with questions in between: writing, sync, doctor. Knows the App and all below."""
