"""The digest of the program, to recognize files. Knows bytes alone."""

from __future__ import annotations


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hex digits."""
    import hashlib  # loads OpenSSL: 10 ms, and not every command needs a digest

    return hashlib.sha256(data).hexdigest()
