"""Decentralized identifiers: from a DID URL to the key that it names. No I/O."""
