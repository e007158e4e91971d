"""The cryptosuites that there are: one table. Which of them is allowed is for policy to say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from signet_vc.errors import UsageError
from signet_vc.keys.key_type import KeyType
from signet_vc.proofs.jcs_suites import ECDSA_JCS_2019, EDDSA_JCS_2022
from signet_vc.proofs.rdfc_suites import ECDSA_RDFC_2019, EDDSA_RDFC_2022
from signet_vc.proofs.suite import Suite

__all__ = ["SUITES", "default_suite"]

SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {suite.name: suite for suite in (EDDSA_JCS_2022, ECDSA_JCS_2019, EDDSA_RDFC_2022, ECDSA_RDFC_2019)}
)

# The first of the table that takes a key is the one that it is used with.
_DEFAULTS: Final[Mapping[str, Suite]] = MappingProxyType(
    {name: suite for suite in reversed(tuple(SUITES.values())) for name in suite.key_types}
)


def default_suite(key_type: KeyType) -> Suite:
    """Give the suite that is used with a key unless another is asked for.

    Raises UsageError for a type of key that no suite takes.
    """
    suite = _DEFAULTS.get(key_type.name)
    if suite is None:
        raise UsageError(f"no cryptosuite takes a {key_type.name} key")
    return suite
