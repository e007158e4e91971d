"""Credentials: what they must look like, whatever secures them."""
