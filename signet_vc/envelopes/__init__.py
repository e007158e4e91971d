"""Enveloping proofs: the credential is the payload of a signed message. They know nothing of tool calls."""
