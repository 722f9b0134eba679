"""OpenPGP: gpg, its agent, and Sequoia in this process. Knows bytes and keys; knows no pages and no journal."""
