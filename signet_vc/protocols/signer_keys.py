"""From the name of a key in a header to the key, among those of whom the policy allows as signers.

What a token says of where its key is (``jku``, ``x5u``, ``x5c``) is never followed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from signet_vc.did.did_url import is_did, is_https_url
from signet_vc.did.resolver import holds_its_key, resolve_key
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.signing import PublicKey
from signet_vc.policy import Policy
from signet_vc.protocols import ucp_keys

__all__ = ["Named", "find_key"]

_PURPOSE: Final = "assertionMethod"
_MOST_ASKED: Final = 16  # key sets of signers, where a token does not say whose its key is


class Named(NamedTuple):
    """A key and whose it is: the DID or the https URL that it was found under."""

    issuer: str
    public_key: PublicKey


def find_key(kid: object, *, issuer: object, policy: Policy, at_ns: int) -> Named:
    """Find the key that a header names.

    kid: a DID URL, or a name in a key set. issuer: who the content says signed it (``iss``), None if it does
    not say; then the key set of every allowed signer that is an https URL is asked, in the policy's order.
    A DID that holds its key is found whether it is allowed or not, since nothing is fetched for it: whether
    the policy allows the issuer is the caller's to ask.

    Raises ProblemError: KEY_NOT_FOUND; PROOF_INVALID for a stranger, for whom nothing is looked up;
    KEY_NOT_CONTROLLED_BY_ISSUER and others as ``resolve_key``; as ``ucp_keys.load``. UnavailableError of
    RESOLVER_UNAVAILABLE.
    """
    if not isinstance(kid, str) or not kid:
        raise ProblemError.of(Code.KEY_NOT_FOUND, "the header's kid names no key")
    did, hash_sign, _ = kid.partition("#")
    if hash_sign and is_did(did):
        return _under_did(did if issuer is None else issuer, kid, policy, at_ns)
    if issuer is None:
        return _in_any_set(kid, policy, at_ns)
    if is_did(issuer):
        return _under_did(issuer, f"{issuer}#{kid}", policy, at_ns)
    if not isinstance(issuer, str) or not is_https_url(issuer):
        raise ProblemError.of(Code.KEY_NOT_FOUND, "iss is no DID and no https URL", "/iss")
    _check_known(issuer, policy, at_ns)
    return Named(issuer, _key_at(issuer, kid, policy))


def _in_any_set(kid: str, policy: Policy, at_ns: int) -> Named:
    signers = dict.fromkeys(
        signer.did
        for signer in policy.allowed_signers
        if signer.did.startswith("https://") and signer.active(at_ns)
    )
    for url in list(signers)[:_MOST_ASKED]:
        try:
            return Named(url, _key_at(url, kid, policy))
        except ProblemError as error:
            if error.codes != (Code.KEY_NOT_FOUND,):
                raise
    raise ProblemError.of(Code.KEY_NOT_FOUND, "no allowed signer's key set has a key of that kid")


def _key_at(url: str, kid: str, policy: Policy) -> PublicKey:
    """Give the key of a set or profile; one that has several of a name does not say which is meant."""
    found = ucp_keys.find(ucp_keys.load(url, policy.loader, policy.limits), kid)
    if found.unusable:
        raise ProblemError.of(Code.KEY_INVALID, "the key of that kid is not one for signatures here")
    if not found.keys:
        raise ProblemError.of(Code.KEY_NOT_FOUND, "the signer's key set has no key of that kid")
    if len(set(found.keys)) > 1:
        raise ProblemError.of(Code.KEY_INVALID, "the signer's key set has several keys of that kid")
    return found.keys[0]


def _under_did(issuer: object, method: str, policy: Policy, at_ns: int) -> Named:
    if not isinstance(issuer, str):
        raise ProblemError.of(Code.KEY_NOT_FOUND, "iss names nobody", "/iss")
    if not holds_its_key(issuer):
        _check_known(issuer, policy, at_ns)
    public_key = resolve_key(
        method, controller=issuer, purpose=_PURPOSE, resolver=policy.resolver, at_ns=at_ns
    )
    return Named(issuer, public_key)


def _check_known(issuer: str, policy: Policy, at_ns: int) -> None:
    if not policy.allows(issuer, at_ns):
        detail = "not checked: a stranger must not choose what is looked up"
        raise ProblemError.of(Code.PROOF_INVALID, detail)
