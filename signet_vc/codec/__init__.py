"""Bytes to values and back: strict JSON, canonical JSON, base encodings, digests, times."""
