"""``signet sign``: secure a credential, a presentation or an agent card."""

from __future__ import annotations

import time
from pathlib import Path

import click

from signet_vc import api, keystore
from signet_vc.cli.files import read
from signet_vc.cli.output import as_datetime, moment, shown
from signet_vc.cli.sign_card import signed_card
from signet_vc.codec import strict_json
from signet_vc.config import Config
from signet_vc.credential import profile
from signet_vc.did import key as did_key
from signet_vc.errors import ProblemError, UsageError
from signet_vc.issuing import SECURINGS
from signet_vc.keys.signing import PublicKey

__all__ = ["sign"]


@click.command(
    short_help="Secure a credential, presentation or agent card.",
    epilog="""\b
Examples:
  signet sign credential.json --key file:agent.key > signed.json
  signet sign credential.json --key env:MY_KEY --securing jws
  signet sign credential.json --key file:issuer.key --securing sd-jwt --disclosable credentialSubject.name
  signet sign agent-card.json --as agent-card --key file:card.key
""",
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--key",
    "key_source",
    required=True,
    metavar="SOURCE",
    help="env:NAME, file:PATH or keyring:SERVICE/NAME.",
)
@click.option("--suite", help="Cryptosuite. [default: the key's own]")
@click.option(
    "--securing",
    type=click.Choice(list(SECURINGS)),
    default="data-integrity",
    show_default=True,
    help="A proof in the document; or around it a compact JWS, an SD-JWT, or a COSE_Sign1 (bytes).",
)
@click.option("--expires", metavar="TIME", help="When the signature ends (2027-03-30T11:37:25Z).")
@click.option("--domain", multiple=True, help="Of a presentation: for whom it is. May be repeated.")
@click.option("--challenge", metavar="TEXT", help="Of a presentation: what it answers.")
@click.option("--proof-id", metavar="URL", help="Name the proof, for others to endorse it.")
@click.option("--add-proof", is_flag=True, help="Beside the proofs that the document has.")
@click.option(
    "--previous-proof",
    multiple=True,
    metavar="ID",
    help="A proof that the new one endorses. May be repeated.",
)
@click.option(
    "--disclosable",
    multiple=True,
    metavar="PATH",
    help="SD-JWT: what a holder may withhold. May be repeated.",
)
@click.option("--holder-key", metavar="DID", help="SD-JWT: the did:key whose key has to present it.")
@click.option("--as", "kind", type=click.Choice(["agent-card"]), help="Sign an A2A AgentCard in normal form.")
@click.option("--kid", metavar="NAME", help="Card: the key's DID URL, or its name in the key set at --jku.")
@click.option("--jku", metavar="URL", help="Card: the key set that has the key.")
@click.option(
    "--did-document",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Card: the document of the DID that --kid is under, where that does not hold its key.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Card: whose keys sign none. [default: SIGNET_CONFIG, else ~/.config/signet/config.yaml]",
)
def sign(
    file: str,
    key_source: str,
    suite: str | None,
    securing: str,
    *,
    expires: str | None,
    domain: tuple[str, ...],
    challenge: str | None,
    proof_id: str | None,
    add_proof: bool,
    previous_proof: tuple[str, ...],
    disclosable: tuple[str, ...],
    holder_key: str | None,
    kind: str | None,
    kid: str | None,
    jku: str | None,
    did_document: Path | None,
    config: Path | None,
) -> None:
    """Secure the credential, presentation or agent card in FILE (- is standard input); print it.

    What attests a tool call is refused: it is signed where the call is made, by the proxy or the library.
    """
    key = keystore.load(key_source)
    document = strict_json.loads(read(file))
    if not isinstance(document, dict):
        raise UsageError(f"{shown(file)} holds no credential or presentation, which is a JSON object")
    if profile.names_profile(document):
        raise UsageError(
            "a tool call is attested where it is made, by the proxy or the library, not from a file"
        )
    of_cards = (kid, jku, did_document, config)
    of_credentials = (suite, expires, domain, challenge, proof_id, add_proof, previous_proof, disclosable)
    if any((*of_credentials, holder_key) if kind else of_cards) or (kind and securing != "data-integrity"):
        raise UsageError(
            "these options are of credentials" if kind else "these options go with --as agent-card"
        )
    if kind is not None:
        settings = Config.load(config)
        card = signed_card(document, key, kid=kid, jku=jku, did_document=did_document, config=settings)
        click.echo(strict_json.dumps(card))
        return
    secured = api.sign(
        document,
        key,
        suite=suite,
        securing=securing,
        expires=None if expires is None else as_datetime(moment(expires, time.time_ns())),
        domain=domain,
        challenge=challenge,
        proof_id=proof_id,
        add_proof=add_proof,
        previous_proof=previous_proof or None,
        disclosable=disclosable,
        holder_key=None if holder_key is None else _key_of(holder_key),
    )
    if isinstance(secured, bytes):
        click.echo(secured, nl=False)
    else:
        click.echo(secured if isinstance(secured, str) else strict_json.dumps(secured))


def _key_of(did: str) -> PublicKey:
    try:
        return did_key.parse(did)
    except ProblemError as error:
        raise UsageError(f"--holder-key takes a did:key: {error.problems[0].detail}") from error
