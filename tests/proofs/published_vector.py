"""One of W3C's folders of vectors of a cryptosuite, step by step."""

from __future__ import annotations

from published import SHARED, published_json

from signet_vc.did.key import parse
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import SUITES

__all__ = ["Vector"]


class Vector:
    """suffix: how the names of the folder's files end."""

    def __init__(self, folder, suffix):
        self.folder, self.suffix = folder, suffix
        self.unsigned = published_json(f"vectors/{folder.split('/', maxsplit=1)[0]}/unsigned.json")
        self.options = published_json(f"vectors/{folder}/proofConfig{suffix}.json")
        self.signed = published_json(f"vectors/{folder}/signed{suffix}.json")
        self.public_key = parse(self.options["verificationMethod"].partition("#")[0])

    def text(self, name):
        file = SHARED / "vectors" / self.folder / f"{name}{self.suffix}.txt"
        return file.read_text(encoding="utf-8").strip()

    def prepared(self):
        return data_integrity.prepare(
            self.unsigned,
            suite=SUITES[self.options["cryptosuite"]],
            key_type=self.public_key.key_type,
            verification_method=self.options["verificationMethod"],
            created=self.options["created"],
        )
