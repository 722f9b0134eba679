"""A private intimacy journal for the terminal. Read the floors first, then follow one page.

The floors. A module imports from floors below, never from above, and never from a floor on the same line.
`.importlinter` holds the rules, and which module is the door to which library.

    __main__, main        the process: signals, streams, and the place where every error is caught
    cli                   the table of commands
    commands/             read the options of one command, call a workflow or the journal, print the result
    workflows/            work of several steps, with questions in between: writing, set-up, sync, doctor
    app                   the parts of one command, each made when first used
    journal/              the sealed pages on disk: read, find, save, change, reseal, commit
    terminal/             output on a terminal, and questions
    reflect/              which pages are due for a review; then and now
    keys/, git/, config   who can open the journal; commits and the remote; settings
    search/, prompts/     which pages are meant; the questions in English and Dutch
    openpgp/              gpg and Sequoia: seal, open, verify
    drafts/, system/      pages in memory, and the editor; files, locks, swap
    entry/                one page: front matter, text, dates, and the merge of two versions
    digest, errors        SHA-256; every error with a sentence, a hint and an exit code

entry, search, prompts and reflect are pure: the caller hands in the time and all data.

How a page travels from the keyboard to the disk:

    1. commands/write/new.py reads the options, workflows/new_page.py chooses the editor, questions or standard input.
    2. drafts/ keeps the text in memory-backed storage, so that an error or a kill loses no words.
    3. entry/ parses the text once. workflows/new_fields.py adds id, kind, moment of writing and date.
    4. journal/archive.py saves: journal/store.py names the file, keys/keyring.py gives the recipients,
       openpgp/sealing.py signs and encrypts, then reads the recipients of the message back.
    5. system/disk.py writes the file whole, journal/commits.py commits, and the draft is wiped.

How a page travels from the disk to the screen: journal/store.py opens the manifest (journal.asc) with the key of the
person, and every page with the journal key. journal/verdict.py decides whether a page is genuine. journal/index.py
remembers the result, sealed. search/ selects the pages, and terminal/ makes each text safe to print.

How a page travels from the remote to the disk: workflows/sync/exchange.py fetches beside the journal (git/remote.py).
git/trees.py refuses odd paths and plans the result for each path. manifest_chain.py follows the manifest from step to
step. incoming.py opens and verifies every page that arrives; doubtful pages need the consent of the person. merging.py
merges what both devices changed. Only then does git/checkout.py touch files of the journal.

Names that need a word more:

    commands/read/desk.py   `journal` alone: what waits, the last few pages, the state of git
    commands/keep/          keep the journal in order: sync, keys, doctor, lock, config
    config.py               the settings of a device; settings of the journal are in the manifest
    entry/fields.py         the fields of a page and the kinds of pages
    entry/dates.py          a date as it is stored
    entry/typed_dates.py    a typed date as a stored one; entry/date_rules.py: the words and forms for it
    entry/moments.py        a date with a time
    prompts/wording.py      all texts of one language
    prompts/questions.py    which questions a page has; workflows/questions.py asks them
    prompts/answers.py      the field of each answer; prompts/typed_answers.py: typed text as a value
    prompts/template.py     an empty page for the editor
    reflect/due.py          when a page is due for a review, and for how long
    reflect/review.py       what a review stores
    openpgp/sequoia.py      makes the journal keys, and opens pages in this process
    openpgp/gpg.py          the keys of the person; seals, and opens what Sequoia cannot
    openpgp/policy.py       when a message that gpg opened counts
    keys/coverage.py        for which keys a file is sealed, compared with the recipients of today
    git/refs.py             the names of our refs
    git/trees.py            which incoming paths and modes are refused
    drafts/places.py        which directories lie in memory
    drafts/draft.py         one draft; drafts/drafts.py: the drafts of one journal
    search/references.py    how a person names a page: `last`, `-2`, a date, an id
    search/posix.py         patterns of grep as patterns of Python
    workflows/recovery.py   offers the drafts of killed commands
    workflows/restoring.py  brings removed pages back from git's past

Words. A page is an Entry in memory, and a sealed file on disk. The manifest holds settings, recipients and the journal
key. Trust is the manifest that this device has accepted. The README has a glossary ("Carry it on").

Where to start reading: cli.py for the commands, app.py for the parts, workflows/new_page.py for a whole way through.
"""

__version__ = "0.1.0"
