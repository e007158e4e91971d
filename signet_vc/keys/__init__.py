"""Key material: types of keys, their formats, and signers. No I/O."""
