"""Moments: the stamps of pages and reviews, such as 2026-11-22T09:14+01:00. Knows no clock."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_of(stamp: object) -> datetime | None:
    """Return the moment of a stamp, without a time zone where the stamp has none; None for any other value."""
    try:
        return datetime.fromisoformat(str(stamp))
    except ValueError:
        return None


def comparable(moment: datetime | None) -> datetime:
    """Return a moment that can be compared with every other: no time zone counts as UTC, None as the earliest."""
    moment = moment or datetime.min
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
