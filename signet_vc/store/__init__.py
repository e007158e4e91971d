"""Where evidence is kept: one protocol, SQLite and memory behind it."""

from __future__ import annotations

from signet_vc.store.opening import default_url, open_store
from signet_vc.store.reading import Filters, RefusalFilters, Store

__all__ = ["Filters", "RefusalFilters", "Store", "default_url", "open_store"]
