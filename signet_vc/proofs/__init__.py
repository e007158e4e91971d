"""Embedded proofs: W3C Data Integrity. They know keys and DIDs, and nothing of tool calls."""
