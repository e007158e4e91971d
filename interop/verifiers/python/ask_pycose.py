"""pycose: the signature of a COSE_Sign1 message, under the key that its ``kid`` names."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import cbor2
from adapting import Case, Refused, Unsupported, data, jwk_of_did, serve
from pycose.keys.ec2 import EC2Key
from pycose.keys.okp import OKPKey
from pycose.messages.sign1message import Sign1Message

ALGORITHMS = {-7, -8, -35, -36}  # not those of RFC 9864
KID = 4


def message(case: Case) -> dict[str, Any]:
    """Verify, without the tag, which cbor2 6 and pycose take apart differently."""
    parts = cbor2.loads(data(case["input"]["message"])[1:])
    protected = cbor2.loads(parts[0])
    if protected[1] not in ALGORITHMS:
        raise Unsupported("an algorithm of RFC 9864")
    jwk = jwk_of_did(protected[KID].decode())
    x, y = (urlsafe_b64decode(jwk.get(name, "") + "==") for name in ("x", "y"))
    curve = jwk["crv"].replace("-", "_").upper()
    read = Sign1Message.from_cose_obj(parts, allow_unknown_attributes=True)
    read.key = OKPKey(crv=curve, x=x) if jwk["kty"] == "OKP" else EC2Key(crv=curve, x=x, y=y)
    if not read.verify_signature():
        raise Refused("the signature does not verify")
    return {"document": json.loads(read.payload or b"")}


serve("pycose", {"vc-cose": message})
