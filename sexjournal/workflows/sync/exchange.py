"""journal sync: commit, fetch, look at all that arrives, join it page by page, and push.

Nothing that came from outside touches a file of the journal before it was looked at; what is refused changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import BadInput, Damaged, Interrupted, JournalError, SyncTrouble
from sexjournal.git import trees
from sexjournal.git.objects import INSTEAD
from sexjournal.git.remote import Offline, Standing
from sexjournal.git.trees import Incoming, Refusal
from sexjournal.workflows.sync import manifest_chain

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.merging import MergeText
    from sexjournal.git.remote import Remote
    from sexjournal.keys.manifest import Manifest

TRIES = 5  # how often somebody else may push first
MANY = 8  # of what is named one by one
REFUSED = {
    Standing.REWRITTEN: (
        "the remote no longer has what it had: its history was written anew",
        f"nothing here was changed; {INSTEAD}",
    ),
    Standing.UNRELATED: (
        "the remote holds another journal: it has nothing in common with this one",
        "name the right one: journal sync --remote URL",
    ),
}
NOT_OURS = (
    "nothing here was changed; somebody else may be able to write there. "
    "See it: git -C {place} log --stat HEAD..{there}; " + INSTEAD
)
NOT_A_JOURNAL = "nothing was taken over; see it: git -C {place} log --stat {there}"
OLDER = "it is an older version, which was here before"
ROOM = 64 * 1024  # bytes for what a sealed page may have lost on its way: seals for other keys, what stands in clear
IN_A_TERMINAL = "journal sync in a terminal asks what to do; journal sync --yes takes it as it is"
GIVE_UP = "give it up: git merge --abort, or git rebase --abort; then: journal sync"
ASKED = "nothing here was changed; journal sync in a terminal asks what to do"


def sync(app: App, *, yes: bool = False) -> None:
    """Bring the journal and its remote to the same state; SyncTrouble, with all as it was, where that needs a hand."""
    with app.journal.locked():
        app.settle()
        if app.journal.keyring.is_resealing:
            app.reseal_all()
    if not app.remote.url:
        app.mention("everything is committed; there is no remote: journal sync --remote URL sets one")
        return
    try:
        _exchange(app, app.remote, yes)
    except Offline as trouble:
        app.mention(f"{trouble.sentence}; everything is committed here")


def _exchange(app: App, remote: Remote, yes: bool) -> None:
    remote.refuse_opened_notes()
    for _ in range(TRIES):
        incoming = remote.fetch()
        standing = remote.standing(incoming)
        if standing is Standing.NOTHING:
            remote.accept(incoming)
            app.mention("this device and the remote have the same pages")
            return
        with app.journal.locked():
            _take_in(app, remote, incoming, yes)
            here = remote.head
        if incoming == here:
            remote.accept(here)
            app.mention("this device has everything that the remote has")
            return
        if remote.push(here):
            app.mention("the remote has everything that is here")
            return
    raise SyncTrouble("another device is pushing all the time", "try again in a moment")


def _take_in(app: App, remote: Remote, incoming: str, yes: bool) -> None:
    """Join what arrives with what is here, as it is now that the journal is held."""
    app.settle()
    standing = remote.standing(incoming)
    if standing in REFUSED:
        sentence, hint = REFUSED[standing]
        raise SyncTrouble(sentence, hint.format(place=app.directory))
    if standing is Standing.ROLLED_BACK and not _agreed(app, yes, "rolled_back"):
        raise SyncTrouble("the remote went back to an older state: what it had is missing there", IN_A_TERMINAL)
    if standing is Standing.NEW:
        _join(app, remote, _arrived(app, remote, incoming), yes)


def _arrived(app: App, remote: Remote, incoming: str) -> Incoming:
    """Look at what was fetched from outside, without opening anything."""
    base, ours, theirs = remote.base(incoming), remote.tree(remote.head), remote.tree(incoming)
    _refuse(app, incoming, trees.refusals({**base, **ours}, theirs))
    return Incoming(incoming, base, ours, theirs, trees.plan(base, ours, theirs))


def _join(app: App, remote: Remote, incoming: Incoming, yes: bool) -> None:
    """Open and judge all that arrives, make one commit of both sides, and let it land."""
    keyring = app.journal.keyring
    key = keyring.trust.page.key  # before another one is announced
    page, changes = manifest_chain.own_page(app, remote, incoming, _not_ours(app, incoming.commit))
    theirs, doubtful = _judged(app, remote, incoming, page)
    changes |= _gone(app, incoming, page, yes)
    changes |= {path: oid for path, oid in incoming.plan.take.items() if path != MANIFEST}
    changes |= {path: remote.write(app.journal.sealed(theirs[path])) for path in doubtful if path in incoming.plan.take}
    changes |= {path: remote.write(sealed) for path, sealed in _merged(app, remote, incoming, page, theirs)}
    if page.key != key or (page.former and MANIFEST in changes):
        keyring.begin_resealing()
    app.checkout.land(_commit(app, remote, incoming, changes))
    keyring.settle()
    app.read_again()
    for name in incoming.plan.stays:
        app.mention(f"{name}: removed on one device and changed on another; it stays")
    if keyring.is_resealing:
        app.reseal_all()


def _commit(app: App, remote: Remote, incoming: Incoming, changes: Mapping[str, str | None]) -> str:
    """Return the commit that holds both sides: the remote's own where nothing was written here meanwhile."""
    result = {**{path: blob.oid for path, blob in incoming.ours.items()}, **changes}
    there = {path: blob.oid for path, blob in incoming.theirs.items()}
    if incoming.ours == incoming.base and {path: oid for path, oid in result.items() if oid} == there:
        return incoming.commit
    return remote.join(changes, remote.head, incoming.commit, app.now())


def _refuse(app: App, commit: str, found: Sequence[Refusal], hint: str = NOT_OURS) -> None:
    """SyncTrouble when anything was found; the first few are named."""
    _name(app, found)
    if found:
        count = "a file" if len(found) == 1 else f"{len(found)} files"
        raise SyncTrouble(f"{count} of the remote cannot be taken in", _not_ours(app, commit, hint))


def _not_ours(app: App, commit: str, hint: str = NOT_OURS) -> str:
    return hint.format(place=app.directory, there=commit[:12])


def _name(app: App, found: Sequence[Refusal]) -> None:
    """Say the first few of what was found."""
    for one in found[:MANY]:
        app.say(f"{one.name}: {one.sentence}")
    if len(found) > MANY:
        app.say(f"and {len(found) - MANY} more")


# For git, when the person merges by hand


def drive(app: App, base: Path, ours: Path, theirs: Path, name: str) -> None:
    """Join two versions of a file for git, into `ours`; any trouble leaves it as it is, and git says so."""
    old, mine, new = (path.read_bytes() for path in (base, ours, theirs))
    keyring = app.journal.keyring
    page = keyring.unlock()
    if name == MANIFEST:
        before = keyring.look(keyring.trust.device, old)
        _, sealed = keyring.join(before, page, manifest_chain.follow(app, [new], before, GIVE_UP))
    else:
        ((_, known),) = app.journal.verify(page, [(name, new)])
        if known.entry is None:
            raise Damaged(f"{trees.shown(name)}: {known.trouble}", GIVE_UP)
        open_ = app.journal.opens(page)
        with app.merging(3 * max(len(mine), len(new))) as merge_text:
            sealed = _joined(app, name, open_, (old, mine), known.entry, merge_text)
    app.repository.answer(ours, sealed)


# The pages


def _judged(app: App, remote: Remote, incoming: Incoming, page: Manifest) -> tuple[dict[str, Entry], set[str]]:
    """Open every page that arrives, and return them by path; SyncTrouble unless each is genuine.

    The second are those that are, and that only the person can take in, who agreed to it; SyncTrouble or Interrupted
    otherwise. They are to be sealed anew, so that they are no old version, and signed by who reads the journal today.
    """
    known = dict(app.journal.verify(page, _sealed(remote, incoming, incoming.pages)))
    shut = [path for path, one in known.items() if one.entry is None]
    doubts: list[Refusal] = []
    for path, one, whose in app.journal.signed_by_removed(page, _sealed(remote, incoming, shut)):
        known[path] = one
        doubts.append(Refusal(path, whose))
    wrong = {path: one.trouble or one.remark for path, one in known.items()}
    _refuse(app, incoming.commit, [Refusal(path, sentence) for path, sentence in wrong.items() if sentence])
    doubts += [Refusal(path, OLDER) for path in _older(app, remote, incoming)]
    _ask_about(app, doubts)
    return {path: one.entry for path, one in known.items() if one.entry}, {one.name for one in doubts}


def _ask_about(app: App, doubts: Sequence[Refusal]) -> None:
    """Let the person say whether these come in; `--yes` agrees to none of them, for it never saw which they are."""
    _name(app, doubts)
    if doubts and not app.interactive:
        count = len({one.name for one in doubts})
        told = "a page of the remote is" if count == 1 else f"{count} pages of the remote are"
        raise SyncTrouble(f"{told} in doubt", ASKED)
    if doubts and not app.asker.confirm(app.wording.sync["doubtful"]):
        raise Interrupted("nothing was taken in")


def _sealed(remote: Remote, incoming: Incoming, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield these of the pages that arrive, sealed; one content may be pushed under two names."""
    pages = incoming.pages
    wanted = list(paths)
    for path, (_, sealed) in zip(wanted, remote.contents(pages[path] for path in wanted), strict=True):
        yield path, sealed


def _older(app: App, remote: Remote, incoming: Incoming) -> list[str]:
    """Return the pages that arrive with what was sealed here before, under whatever name, and no longer stands there.

    The same may come in another armor; but it cannot be much shorter then, and what is larger was never the same.
    """
    cores: dict[str, str] = {}
    largest = 0
    for path, sealed in _sealed(remote, incoming, incoming.pages):
        cores[path] = app.journal.content_digest(sealed)
        largest = max(largest, len(sealed))
    if not cores:
        return []
    sides = (incoming.base, incoming.ours)
    standing = {side[path].oid for path in cores if path in incoming.ours for side in sides if path in side}
    past = sorted(remote.files(remote.head, 2 * largest + ROOM) - standing)
    before = {app.journal.content_digest(sealed) for _, sealed in remote.contents(past)}
    return [path for path, content_digest in cores.items() if content_digest in before]


def _merged(
    app: App, remote: Remote, incoming: Incoming, page: Manifest, theirs: Mapping[str, Entry]
) -> Iterator[tuple[str, bytes]]:
    """Yield each page that was changed on both sides, joined and sealed; SyncTrouble where one cannot be."""
    wanted = {path: oids for path, oids in incoming.plan.merge.items() if path != MANIFEST}
    if not wanted:
        return
    open_ = app.journal.opens(page)
    largest = max(blob.size for path in wanted for blob in (incoming.ours[path], incoming.theirs[path]))
    with app.merging(3 * largest) as merge_text:
        for path, (was, here, _) in wanted.items():
            contents = dict(remote.contents([one for one in (was, here) if one]))
            yield path, _joined(app, path, open_, (contents.get(was, b""), contents[here]), theirs[path], merge_text)


def _joined(
    app: App,
    path: str,
    open_: Callable[[bytes], Entry],
    here: tuple[bytes, bytes],
    theirs: Entry,
    merge_text: MergeText,
) -> bytes:
    """Return one sealed page out of what it came from and ours, both sealed, and theirs.

    SyncTrouble when ours does not open, so that neither side is dropped.
    """
    from sexjournal.entry import merging

    base, ours = here
    try:
        page = merging.merge(_perhaps(open_, base), open_(ours), theirs, merge_text)
        sealed = app.journal.sealed(page)
    except JournalError as trouble:
        reason = f"{path} was changed on two devices and cannot be joined: {trouble.sentence}"
        raise SyncTrouble(reason, trouble.hint) from None
    if merging.in_two_versions(page):
        app.say(f"{page.id} was changed on two devices at once: 'journal edit {page.id}' shows both versions")
    return sealed


def _perhaps(open_: Callable[[bytes], Entry], sealed: bytes) -> Entry | None:
    """The page that both came from; one that no longer opens is left out of account, so that nothing is dropped."""
    try:
        return open_(sealed) if sealed else None
    except JournalError:
        return None


def _gone(app: App, incoming: Incoming, page: Manifest, yes: bool) -> dict[str, str | None]:
    """Ask about pages that were removed there; those that are to stay are sealed anew, and so are no old version."""
    gone = incoming.plan.gone
    if not gone:
        return {}
    _name(app, [Refusal(name, "removed on another device") for name in gone])
    if not (yes or app.interactive):
        count = "a page was" if len(gone) == 1 else f"{len(gone)} pages were"
        raise SyncTrouble(f"{count} removed on another device", IN_A_TERMINAL)
    if _agreed(app, yes, "gone"):
        return dict.fromkeys(gone)
    open_ = app.journal.opens(page)
    ours = app.remote.contents(incoming.ours[name].oid for name in gone)
    return {name: app.remote.write(app.journal.sealed(open_(one))) for name, (_, one) in zip(gone, ours, strict=True)}


def _agreed(app: App, yes: bool, question: str) -> bool:
    return yes or (app.interactive and app.asker.confirm(app.wording.sync[question]))


# A second device


def begin(app: App, url: str) -> None:
    """Fetch a journal for the first time, or again before it was accepted here; nothing in it is believed yet."""
    app.repository.prepare()
    app.checkout.finish()
    remote = app.remote
    remote.set_url(url)
    incoming = remote.fetch()
    if not incoming:
        raise BadInput("there is no journal there yet", "on the first device: journal sync --remote URL")
    standing = remote.standing(incoming)
    if standing is Standing.NOTHING:
        remote.accept(incoming)
        return
    if not remote.only_adds(incoming):
        raise SyncTrouble(
            "there is another journal in this directory", "choose an empty one: journal --dir DIR init --from URL"
        )
    _land_first(app, incoming)


def begin_again(app: App) -> bool:
    """Fetch once more before the journal is accepted here, and take what only adds to it; return whether any did."""
    app.repository.prepare()
    app.checkout.finish()
    incoming = app.remote.fetch()
    if not incoming or not app.remote.only_adds(incoming):
        return False
    _land_first(app, incoming)
    return True


def _land_first(app: App, incoming: str) -> None:
    _refuse(app, incoming, trees.refusals({}, app.remote.tree(incoming)), NOT_A_JOURNAL)
    app.checkout.land(incoming)
    app.remote.accept(incoming)
