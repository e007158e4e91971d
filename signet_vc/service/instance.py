"""An instance of the service: one key, and how it secures what it issues and presents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signet_vc.keys.signing import Signer
from signet_vc.service.status_lists import StatusLists

__all__ = ["EPHEMERAL", "Instance", "Row", "ephemeral"]

DATA_INTEGRITY: Final = "data-integrity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One issuer and holder.

    name: in its paths. securing: ``data-integrity``, ``jws``, ``sd-jwt`` or ``cose``. suite: of a proof; None
    for the key's own. lists: the status lists that what it issues is entered in, if any. tags: what W3C's
    suites may test it as.
    """

    name: str
    key: Signer
    securing: str = DATA_INTEGRITY
    suite: str | None = None
    lists: StatusLists | None = None
    tags: tuple[str, ...] = ()

    @property
    def did(self) -> str:
        """The issuer, and the holder, that it is."""
        return self.key.verification_method.partition("#")[0]

    @property
    def algorithm(self) -> str:
        """The type of its key."""
        return self.key.public_key.key_type.name


@dataclass(frozen=True, slots=True)
class Row:
    """An instance to make: its name, key type, securing, suite, tags; whether it keeps status lists."""

    name: str
    algorithm: str
    securing: str = DATA_INTEGRITY
    suite: str | None = None
    tags: tuple[str, ...] = ()
    keeps_lists: bool = False


# One a tag: of several W3C's suites would call the first.
EPHEMERAL: Final[tuple[Row, ...]] = (
    Row("eddsa-jcs-2022", "Ed25519", suite="eddsa-jcs-2022", tags=("eddsa-jcs-2022", "vc2.0")),
    Row("eddsa-rdfc-2022", "Ed25519", suite="eddsa-rdfc-2022", tags=("eddsa-rdfc-2022",)),
    Row("ecdsa-jcs-2019-p256", "P-256", suite="ecdsa-jcs-2019", tags=("ecdsa-jcs-2019",)),
    Row("ecdsa-jcs-2019-p384", "P-384", suite="ecdsa-jcs-2019"),
    Row("ecdsa-rdfc-2019-p256", "P-256", suite="ecdsa-rdfc-2019", tags=("ecdsa-rdfc-2019",)),
    Row("ecdsa-rdfc-2019-p384", "P-384", suite="ecdsa-rdfc-2019"),
    Row("vc-jwt", "Ed25519", securing="jws", tags=("EnvelopingProof",)),
    Row("vc-sd-jwt", "Ed25519", securing="sd-jwt"),
    Row("vc-cose", "Ed25519", securing="cose"),
    Row("status", "Ed25519", suite="eddsa-jcs-2022", tags=("BitstringStatusList",), keeps_lists=True),
)


def ephemeral(
    new_key: Callable[[str], Signer], new_lists: Callable[[str, Signer], StatusLists] | None
) -> list[Instance]:
    """Make an instance of every row with a key of its own.

    new_lists: makes the status lists of an instance by its name and key; None where the service has no https
    address for them.
    """
    made = []
    for row in EPHEMERAL:
        if row.keeps_lists and new_lists is None:
            continue
        key = new_key(row.algorithm)
        lists = new_lists(row.name, key) if row.keeps_lists and new_lists is not None else None
        made.append(
            Instance(
                name=row.name, key=key, securing=row.securing, suite=row.suite, lists=lists, tags=row.tags
            )
        )
    return made
