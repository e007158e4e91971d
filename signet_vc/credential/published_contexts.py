"""Digests of the bundled contexts' bytes as their publishers give them out.

What is bundled is equal to them as JSON, and often other bytes. An issuer took its digests of the published
bytes, so these are what a digest in a credential is compared with. The rows of SHA-256 are the index's.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from signet_vc import resources

__all__ = ["published_digest"]

_ALGORITHMS: Final = (
    "sha256",
    "sha384",
    "sha512",
    "sha3_256",
    "sha3_384",
)  # the columns, as hashlib names them


def published_digest(identifier: str, algorithm: str) -> bytes | None:
    """The digest of a bundled context as it is published; None for another context or algorithm."""
    row = _TABLE.get(identifier)
    return b64decode(row[_ALGORITHMS.index(algorithm)]) if row and algorithm in _ALGORITHMS else None


_TABLE: Final[Mapping[str, tuple[str, str, str, str, str]]] = MappingProxyType(
    {
        resources.SIGNET_V1: (
            "i/OGIG7fNa/1w+eyiDxjfwA6JDYO5R9liHm3Fi5qejk=",
            "wUbw/5TBfo3bprMqokHU/JGnbsqIlDxAjHuf74P6sgXDOWbZdvvS393BVFKU7fce",
            "USXPRsgZYw2oY1DMyloLx7NPgjlGROjPJbfg34WW80z2Mu4iXjqwjTB0ycHpNztBupvVGaPbUpFiEPNKkOP2rg==",
            "wrt5HWF4GcIICdf+yLvB1z7gpYeBhSoT7c0B/Risdwc=",
            "LJJvid0dupSQrGuXeJXq4YYU5HVra/RFEKRndGJBm+85xmoRL3RGteHDeTyc59r2",
        ),
        resources.CREDENTIALS_V2: (
            "WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=",
            "l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
            "XVVFK9Lc+KKfWikEc+skKxxft31OaPGgqoe6pNuiaUhS1l7GPUisBKmdlW+fcVO5QG+E0tBMdIabAsI5odgTBQ==",
            "Kotc8nmJt0QYbqERZERXXzprQpKUvG/kK3KyU05MQ6U=",
            "4bY5WtuX95CZGckZ+ortoGuH48gqH7YAePGndCfNJSK32vyzR3IIfkLN4HqMgSRw",
        ),
        resources.CREDENTIALS_V1: (
            "q03dmlMXWIB6eaW0UFENYa6NFH6rlmzJogDAcJWwzcw=",
            "gsOz6rhjdUu/0rnxfY1tufYRafMBy/CwXh/EvrX1xR3U0uiIwnT0nD+7JAj2H67R",
            "U2pAs5DdqUqeORlsAAkPYmaOgYT+PIwCxKIshWZuaL9uhdPcfy26hbK2Lvldl94kEyVo2FBNtD8snILS6IQY0g==",
            "v8GUvXGrpjMGmIDHk3iASjFQYccz3VvZALcNDme2U6Y=",
            "NP/g0LZzluXKBQjrF5mgc9fgnx9qv/kFw7prxibHIKwPLD2ZrUZ9x1M8tOjn3SUf",
        ),
        resources.EXAMPLES_V2: (
            "Vzk/vGnW77m5tdyctrmICwlENgq/4ur0WcnljPInnXw=",
            "zNNbQTWCSUSi0bbz7dbua+RcENv7C6FvlmYJ1Y+I727HsPOHdzwELMYO9Mz68M26",
            "jVYwl+qxI5Zr1/uIolZtGfs2kRLav96brf1VPAThAb6yMJGPWPW5J4gfezLRYEX4rA9gG0V07rCVIb+/nlOWaQ==",
            "WMQN/HqvA4VIWibtVn1+YM7HGWrtQHB+FhINMt2CTZI=",
            "STCt/TVvy+QH6PCA8IDH7tw0dsBsgkewEl9VjCDwvUCVPz5M10dUhrMG9f2Q82MA",
        ),
        resources.UNDEFINED_TERMS_V2: (
            "gtq1FLpE6xj10bD2OMXhQMalVvv7UIlgG9wPpeuLJYE=",
            "sqZszdunC6Z62Zwv9S5gVY3wBjzqUcTKiG4l2epzz6u4eLr5LcKtK9omwxORhQ1o",
            "fFJf9JvEeexdp/zPXVZJfkvkCOsmnTZgnMH2zh+cTuI+Su+1PTcotKHKxW2mUY/P3nia8jpd+3f0zmk+te1YGw==",
            "CQUDzEu0IQn5qAtiWm4PMlmk+r8u57HOC9NBlbXmmN8=",
            "RBgMF2FTwAb8+9Bqn6o++gd07ftMJbr/qaqRwIxLvZxvdGZc2ekQ43wgg31DIqxu",
        ),
        resources.STATUS_V1: (
            "/aWt01MjHmpohKRrEubHVGQoGQDLNIKE2cNg9iOB2fc=",
            "rA74E4M+vWZrYXCmHFrazG19L1oEDRbCko6EFNT6B/ZNcDEwIeAr9Pl73RI+2ahO",
            "/yynZnuZA3O0axJTXmuN6OricBQyeHFa2TWxWSFlIeUUyxzNhRdBCiQpUn4k2PyW+I+Lc0iHomAubuB7g7Zv7Q==",
            "YT71dNZwfdZdeT10/jGDmXKuJ84a3Y3yBpdhQ33ebQ4=",
            "/1zw8zgh0fle3XhdsFuTtWYGNveISE95N39w94XkpcxgGvDg3EWVpPQZgrrMwW5u",
        ),
        resources.DATA_INTEGRITY_V2: (
            "Z/IebjOmwU5cz9L8eGX3R0+3GgSvfpQTbLOZ36yK6PQ=",
            "DuLXYmcX+LB81Em1JdXitx/icgn8meUwieAWndKUTXk/7qRSb8YLucyhzZZRI5H2",
            "Oc16mkBHt0uFJGQP41Yz6B6ChtFL27fnfQ4I2FCwDWo1sBhdXeNcR5uu2yOheYnZ9iislVMf3XnAxaD2Mtn6lQ==",
            "8BTRLj/IASaSbNf7NUS/sqZseKOHNMOGVt1rR2UPNYY=",
            "kQPau1nbZTZuqjpJ3GCfYjHaMvd2XyCiqjG9zuVdKMAnKtFEdJJ0yHO94l2Xo38I",
        ),
        resources.MULTIKEY_V1: (
            "uiwYLeLZL35HGEvMqPzwvq7m05hsUnv2ZMGVu8fFhZc=",
            "D6UWQdEvuMcBsuapSSVW8l0yu0r4SpbxGAjwpiO5ckNN0YqPHxhlvGjY7gRsTlo+",
            "En0TOOp/cC10XtW/aQDtqKrEQZ2lRjGB/KAsJ+BQhRBufT7s6eoOFWvP9cP5nurTl3hcRTvFeffdVJapkeELXw==",
            "Qc3UsZl2N3iba1QPeKvahW73+VDrkaEGd0F5N+jLgyY=",
            "FtTKLoawVYmEHpaiEnxSmHM8lQxgG1mGsOMsTx5EyKi88qAyNAxotA1kS4btjgJ0",
        ),
        resources.JWK_V1: (
            "DxS2L2Bxqv4A3yZXcOoMdQjhGCR9ebfYYaQG0qoAvs4=",
            "di3FXOefNh47vrfTyw3bPkS44ohSYfgoMYOVnRqqM5BK9qgAUFntlkFQDqt9jdrl",
            "Dvv/hFI9cgovMx/sT77clp7i51dkwO0yXHLLVrxTnTqcZCAjyVhzWv1TV1VKsffhMRHw3Phh9ZsrwEUSbNhSEQ==",
            "QpKo5eE8sxzS0lOOYCesawhIg7PUQk9fHoGsIfhbFDw=",
            "MY7660ItgYBSxJ2uKIevpSjfYKr4qNAM6wyfn83hXNanHfVZ5XUN33+cFsCxe5DG",
        ),
        resources.CID_V1: (
            "6iFuzBywLNObaT26IlAUHicLoL+ViQvhB92ano5D3oU=",
            "Mn2STUpIUY61Ql6KlDCj8g2WeLsREc3b8P8qZ7hU7khcLvFJ381FFt/Br35zO+wY",
            "K0b8eUWXuqjlW4ViHnujgprInNp3dJa2D+RMCqHLv/0MTudwmi2ftNYlU4A0K0mhWsCz1uYISlUFxsxCU8NXyw==",
            "ua25L4QZfWCpBWRrHS/oLz1epYe8QU083hcorepSxFk=",
            "6dGLXvtTQ25LjjCzFSLYxXpUTYts6OaMfo1UnOl2f5hl3HHvDynHvq17kPqi3OIJ",
        ),
        resources.DID_V1: (
            "Tz6uVWjJxfA2oIIIj54ZIBnuBvqniXPIf/kdVCG4ja0=",
            "dfTez4F0pvLUDA3b2M37QwDq0kZttJMiWaSDpuEXdJMvFYgHhuH7wWxLOZ+Ykbkr",
            "7FUpU2fb467JAguIB9BZCnNdh83Ls1/wTvaFN6bQm+njweR86tdLhV01hPg61AjzTam5JWR+CElUqvf1SAeFjw==",
            "DO4mLc4R9bunbuYJ2BXvYaGNKsMffni12Qa7ufFvbfg=",
            "0aThNq3JNTT0GFbNGr3mE2XuiTCCCuZsmyvriz6yfi6c/BloxfWbGv77rrgoIhZD",
        ),
    }
)
