"""What ``signet_vc.mcp`` exports, and that the SDK is loaded only by who needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import signet_vc.mcp

NAMES = [
    "Agent",
    "AgentRole",
    "AgentSession",
    "Allow",
    "Attestation",
    "AttestingTransport",
    "Checked",
    "Decide",
    "Deny",
    "Escalate",
    "Server",
    "ServerRole",
    "ServerSession",
    "attest_server",
    "current_attestation",
]


def test_the_public_names():
    assert sorted(signet_vc.mcp.__all__) == NAMES
    for name in NAMES:
        assert getattr(signet_vc.mcp, name) is not None
    with pytest.raises(AttributeError):
        _ = signet_vc.mcp.nothing


def test_the_sessions_load_no_sdk():
    program = "import sys; from signet_vc.mcp import AgentSession, ServerSession; print('mcp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("missing", "told"), [("mcp", True), ("yaml", False)])
def test_without_the_sdk_it_says_what_to_install(missing, told):
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "try:\n    from signet_vc.mcp import attest_server\n"
        "except ImportError as error:\n    print('signet-vc[mcp]' in str(error))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(told)
