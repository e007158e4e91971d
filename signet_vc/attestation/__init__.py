"""The engine: both sides of an attested call, with no protocol, no I/O and no clock in it."""
