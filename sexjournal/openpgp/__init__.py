"""OpenPGP: seal and open bytes, with gpg or with pysequoia. Knows bytes and keys; knows no pages and no journal.

Start with opening.py and sealing.py. gpg.py starts gpg through process.py, status.py holds the answer, policy.py
decides whether a message counts, and diagnosis.py says why gpg failed. sequoia.py opens in this process.
"""
