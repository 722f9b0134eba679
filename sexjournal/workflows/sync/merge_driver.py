"""Join two versions of a file for git, when the person runs `git merge` or `git rebase` by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import Damaged
from sexjournal.git import trees
from sexjournal.journal.verdict import Verifier
from sexjournal.keys import manifest_file, manifest_update
from sexjournal.workflows.sync import manifest_chain
from sexjournal.workflows.sync.merging import line_merger, merge_page

if TYPE_CHECKING:
    from sexjournal.app import App

GIVE_UP = "give it up: git merge --abort, or git rebase --abort; then: journal sync"


def drive(app: App, base: Path, local: Path, incoming: Path, name: str) -> None:
    """Merge the file `incoming` into the file `local`; after an error the file is unchanged, and git says so."""
    sealed_base, sealed_ours, sealed_theirs = (path.read_bytes() for path in (base, local, incoming))
    manifest = app.keyring.unlock()
    if name == MANIFEST:
        earlier = manifest_file.read_unverified(app.gpg, sealed_base, app.keyring.device)
        other = manifest_chain.follow(app, [sealed_theirs], earlier, GIVE_UP)
        _, sealed = manifest_update.join(app.keyring, earlier, manifest, other)
    else:
        verified = Verifier(app.keyring, manifest).verify(name, sealed_theirs)
        if verified.page is None or verified.doubt:
            raise Damaged(f"{trees.printable(name)}: {verified.trouble}", GIVE_UP)
        open_page = app.store.page_opener(manifest)
        with line_merger(app, 3 * max(len(sealed_ours), len(sealed_theirs))) as merge_text:
            sealed = merge_page(app, name, open_page, (sealed_base, sealed_ours), verified.page, merge_text)
    app.repository.answer(local, sealed)
