"""Write the vectors: `python interop/generate.py [FOLDER]`, the same bytes on every run.

Verdicts and problem codes are stated in `generator/` by hand, from the specifications; nothing is asked
of `signet_vc`. A case to be refused is a case to be accepted with one thing changed.
"""  # noqa: INP001 - a script that is run from the checkout

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from generator import (
    a2a_cards,
    a2a_messages,
    a2a_signatures,
    chains,
    controllers,
    cose,
    data_model,
    data_model_references,
    data_model_schemas,
    did_jwk,
    ecdsa,
    eddsa,
    http_profile,
    http_signatures,
    jwt,
    keys,
    mandates_chains,
    mandates_content,
    presentations,
    presentations_enveloped,
    rdfc,
    rdfc_ecdsa,
    requests_call,
    requests_form,
    requests_securing,
    requests_trust,
    requests_values,
    responses_form,
    responses_outcomes,
    responses_results,
    responses_securing,
    responses_trust,
    sd_jwt,
    sd_jwt_bindings,
    status,
    ucp_checkouts,
    values,
)
from generator.book import Book
from generator.requests import Requests
from generator.responses import Responses

KINDS = (values, keys, eddsa, ecdsa, jwt)
LATER_KINDS = (
    rdfc,
    rdfc_ecdsa,
    chains,
    sd_jwt,
    sd_jwt_bindings,
    cose,
    presentations,
    presentations_enveloped,
    status,
    did_jwk,
    data_model,
    data_model_references,
    data_model_schemas,
    controllers,
)
NEIGHBOURS = (
    http_signatures,
    http_profile,
    a2a_cards,
    a2a_signatures,
    a2a_messages,
    mandates_chains,
    mandates_content,
    ucp_checkouts,
)
OF_REQUESTS = (requests_securing, requests_form, requests_values, requests_trust, requests_call)
OF_RESPONSES = (
    responses_securing,
    responses_form,
    responses_results,
    responses_outcomes,
    responses_trust,
)


def main(folder: Path) -> None:
    """Write all cases and their index to `folder`, in place of what is there."""
    book = Book()
    for kind in KINDS:
        kind.add(book)
    requests, responses = Requests(book), Responses(book)
    for part in OF_REQUESTS:
        part.add(requests)
    for part in OF_RESPONSES:
        part.add(responses)
    for later in (*LATER_KINDS, *NEIGHBOURS):
        later.add(book)
    book.check()
    shutil.rmtree(folder, ignore_errors=True)
    book.write(folder)
    refused = sum(case.verdict == "reject" for case in book.cases)
    sys.stdout.write(f"{len(book.cases)} cases, {refused} of them to be refused\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "vectors")
