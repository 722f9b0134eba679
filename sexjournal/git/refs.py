"""The names of the journal's refs and files in a repository. Knows names only."""

from __future__ import annotations

OWN_REFS = "refs/journal"  # not below refs/remotes: any `git fetch` of the person's changes those
ACCEPTED_REF = f"{OWN_REFS}/seen"  # the remote's commit, when this device accepted it last
FETCHED_REF = f"{OWN_REFS}/incoming"  # the remote's commit, as fetched last
CHECKOUT_REF = f"{OWN_REFS}/arriving"  # protects the commit of an unfinished checkout from `git gc`
CHECKOUT_RECORD = ".git/journal-arriving"  # exists as long as a checkout is unfinished
CLEAR_NOTES = "refs/notes/textconv"  # pages in clear, where somebody lets git cache them for `git diff`
