"""Other parties' vectors, in their own layouts, a reader for each collection.

A folder holds a folder for each collection. What is there and not supported is told by kind and
number, so that nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from signet_vc.codec import jcs, strict_json
from signet_vc.codec.multibase import base58btc_encode
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.did import key as did_key
from signet_vc.did.error import DidError
from signet_vc.errors import ProblemError, UsageError
from signet_vc.interop.cases import Verdict
from signet_vc.interop.proof_steps import proof_steps
from signet_vc.interop.published_a2a import a2a_vectors
from signet_vc.interop.published_ap2 import ap2_vectors, checkout_vectors
from signet_vc.interop.published_case import PublishedCase
from signet_vc.interop.published_http import rfc9421_vectors, ucp_vectors
from signet_vc.interop.published_status import list_differences, refusal_differences
from signet_vc.keys.multikey import secret_from_multibase
from signet_vc.keys.signing import Key, public_key
from signet_vc.proofs import data_integrity

__all__ = ["ACCEPT", "REJECT", "Published", "collect"]

ACCEPT: Final[Verdict] = "accept"
REJECT: Final[Verdict] = "reject"
_MAX_FILE: Final = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One case. ``check`` tells what is wrong, or nothing."""

    kind: str
    identifier: str
    verdict: Verdict
    check: Callable[[], str]


def collect(folder: Path) -> tuple[list[Published], dict[str, int]]:
    """The cases below ``folder`` that can be run, and the number of those that cannot, by kind.

    Raises UsageError for a folder that is none, or a file that is not what its place says.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    cases: list[Published] = []
    unsupported: dict[str, int] = {}
    for place in sorted(each for each in _places(folder) if each.is_dir()):
        name = place.relative_to(folder).as_posix()
        kind = f"published/{name}"
        try:
            if name in _SUPPORTED:
                cases += _SUPPORTED[name](kind, place)
            else:
                unsupported[kind] = _number(place)
        except (OSError, ProblemError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{place} does not hold what its name says: {error!r}") from error
    return cases, unsupported


def _places(folder: Path) -> Iterator[Path]:
    """The collections: the folders, and of W3C's each suite's."""
    for place in folder.iterdir():
        if place.name.startswith("w3c-"):
            yield from place.iterdir()
        else:
            yield place


def _number(place: Path) -> int:
    """How many cases a collection seems to have: its secured documents, else its files."""
    files = list(place.rglob("*.json"))
    return len([each for each in files if each.name.startswith("signed")]) or len(files)


def _read(file: Path) -> Json:
    return strict_json.loads(file.read_bytes(), max_bytes=_MAX_FILE)


# --- RFC 8785 -----------------------------------------------------------------------------------------


def _jcs(kind: str, place: Path) -> Iterator[Published]:
    for file in sorted((place / "input").iterdir()):
        expected = bytes.fromhex((place / "outhex" / f"{file.stem}.txt").read_text("ascii"))
        yield Published(
            kind=kind,
            identifier=f"{kind}/{file.stem}",
            verdict=ACCEPT,
            check=partial(_canonical, file.read_bytes(), expected),
        )


def _canonical(data: bytes, expected: bytes) -> str:
    try:
        found = jcs.canonicalize(strict_json.loads(data))
    except ProblemError as error:
        return f"refused: {error}"
    return "" if found == expected else "another canonical form"


# --- did:key ------------------------------------------------------------------------------------------

# The draft's options, as the functions here name them; experimental types are off in both.
_OPTIONS: Final = {
    "publicKeyFormat": "public_key_format",
    "enableEncryptionKeyDerivation": "enable_encryption_key_derivation",
}


def _did_key(kind: str, place: Path) -> Iterator[Published]:
    for number, case in enumerate(_read(place / "documents.json")["cases"], 1):
        check = partial(_resolved, case)
        yield Published(kind=kind, identifier=f"{kind}/documents/{number}", verdict=ACCEPT, check=check)
    for number, case in enumerate(_read(place / "invalid.json")["cases"], 1):
        check = partial(_not_resolved, case)
        yield Published(kind=kind, identifier=f"{kind}/invalid/{number}", verdict=REJECT, check=check)


def _document(case: JsonObject) -> JsonObject:
    options: dict[str, Any] = {
        _OPTIONS[name]: value for name, value in case.get("options", {}).items() if name in _OPTIONS
    }
    return did_key.document(case["did"], **options)


def _resolved(case: JsonObject) -> str:
    try:
        document = _document(case)
    except DidError as error:
        return f"refused: {error.error}"
    return "" if document == case["didDocument"] else "another document"


def _not_resolved(case: JsonObject) -> str:
    try:
        _document(case)
    except DidError as error:
        return "" if error.error == case["error"] else f"refused as {error.error}"
    return "accepted"


# --- Wycheproof ---------------------------------------------------------------------------------------


def _wycheproof(kind: str, place: Path) -> Iterator[Published]:
    for group in _read(place / "ed25519_test.json")["testGroups"]:
        raw = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            yield Published(
                kind=kind,
                identifier=f"{kind}/ed25519/{case['tcId']}",
                verdict=ACCEPT if case["result"] == "valid" else REJECT,
                check=partial(_signature, raw, case),
            )


def _signature(raw: bytes, case: JsonObject) -> str:
    try:
        verified = public_key("Ed25519", raw).verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    except ProblemError:
        verified = False
    if verified == (case["result"] == "valid"):
        return ""
    return "accepted" if verified else "refused"


# --- W3C ----------------------------------------------------------------------------------------------

# A file's name begins with the step and ends with the suite's; the steps that are text, and as what.
_STEPS: Final = {
    "canonDoc": "canonicalDocument",
    "docHash": "documentHash",
    "proofCanon": "canonicalProofConfiguration",
    "proofHash": "proofConfigurationHash",
    "combinedHash": "combinedHash",
}


def _w3c(kind: str, place: Path) -> Iterator[Published]:
    (signed,) = place.glob("signed*.json")
    suffix = signed.stem.removeprefix("signed")
    document = _read(signed)
    yield Published(
        kind=kind, identifier=f"{kind}/verify", verdict=ACCEPT, check=partial(_verified, document)
    )
    for name, step in _STEPS.items():
        expected = (place / f"{name}{suffix}.txt").read_text("utf-8").strip()
        yield Published(
            kind=kind,
            identifier=f"{kind}/{name}",
            verdict=ACCEPT,
            check=partial(_step, document, step, expected),
        )
    pair = place.parent / "keyPair.json"
    if pair.is_file():  # Ed25519's, which signs the same every time; ECDSA's nonce is the signer's own
        secret = _read(pair)["privateKeyMultibase"]
        check = partial(_signed_again, document, secret)
        yield Published(kind=kind, identifier=f"{kind}/sign", verdict=ACCEPT, check=check)


def _w3c_sets(kind: str, place: Path) -> Iterator[Published]:
    for signed in sorted(place.glob("signed*.json")):
        check = partial(_verified, _read(signed))
        yield Published(kind=kind, identifier=f"{kind}/{signed.stem}", verdict=ACCEPT, check=check)


def _verified(document: JsonObject) -> str:
    # W3C's examples name an issuer that does not control the key: the signature is all that they show.
    result = data_integrity.verify(document, controller=data_integrity.Controller.ANY)
    return "; ".join(map(str, result.problems))


def _step(document: JsonObject, step: str, expected: str) -> str:
    found = proof_steps(document, document["proof"])[step]  # the files end with or without a line's end
    return "" if found.removesuffix("\n") == expected else f"another {step}"


def _signed_again(document: JsonObject, secret: str) -> str:
    key = Key.from_secret(*secret_from_multibase(secret))
    message = bytes.fromhex(proof_steps(document, document["proof"])["combinedHash"])
    found = "z" + base58btc_encode(key.sign(message))
    return "" if found == document["proof"]["proofValue"] else "another signature"


# --- neighbouring protocols -----------------------------------------------------------------------------


def _neighbours(
    *readers: Callable[[Path], Iterator[PublishedCase]],
) -> Callable[[str, Path], Iterator[Published]]:
    def cases(kind: str, place: Path) -> Iterator[Published]:
        for reader in readers:
            for each in reader(place):
                identifier = f"{kind}/{each.name}"
                yield Published(kind=kind, identifier=identifier, verdict=each.verdict, check=each.check)

    return cases


# --- status lists -------------------------------------------------------------------------------------


def _status_lists(kind: str, place: Path) -> Iterator[Published]:
    for name, verdict, differences in (
        ("lists", ACCEPT, list_differences),
        ("invalid", REJECT, refusal_differences),
    ):
        for number, case in enumerate(_read(place / f"{name}.json")["cases"], 1):
            check = partial(differences, case)
            yield Published(kind=kind, identifier=f"{kind}/{name}/{number}", verdict=verdict, check=check)


_SUPPORTED: Final[dict[str, Callable[[str, Path], Iterator[Published]]]] = {
    "jcs": _jcs,
    "did-key": _did_key,
    "wycheproof": _wycheproof,
    "bitstring-status-list": _status_lists,
    "rfc9421": _neighbours(rfc9421_vectors),
    "ucp": _neighbours(ucp_vectors, checkout_vectors),
    "a2a": _neighbours(a2a_vectors),
    "ap2": _neighbours(ap2_vectors),
    "w3c-vc-di-eddsa/eddsa-jcs-2022": _w3c,
    "w3c-vc-di-eddsa/eddsa-rdfc-2022": _w3c,
    "w3c-vc-di-eddsa/proof-set-chain": _w3c_sets,
    "w3c-vc-di-ecdsa/ecdsa-jcs-2019-p256": _w3c,
    "w3c-vc-di-ecdsa/ecdsa-jcs-2019-p384": _w3c,
    "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256": _w3c,
}
