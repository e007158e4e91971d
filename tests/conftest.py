"""What holds for every test: no skip in CI, no address but loopback, nobody's own files.

Other parties' material is in ``published.py``, servers of the npm registry in ``node_servers.py``.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

NOT_APPLICABLE = "not applicable"
"""A reason that begins so is the only one for which a test may be skipped in CI (no POSIX signals, say)."""

IN_CI = bool(os.environ.get("CI"))
HOME = pytest.StashKey[Path]()


def pytest_configure(config):
    """A home of its own for each test process: tests neither read nor write the developer's."""
    home = Path(tempfile.mkdtemp(prefix="signet-tests-"))
    config.stash[HOME] = home
    for name in [name for name in os.environ if name.startswith(("SIGNET_", "XDG_"))]:
        del os.environ[name]
    os.environ["HOME"] = str(home)
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    settings.register_profile("tests", deadline=None, derandomize=IN_CI, print_blob=True)
    settings.load_profile("tests")
    sys.addaudithook(_refuse_other_hosts)


def pytest_unconfigure(config):
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    if report.skipped:
        _fail_in_ci(report)
    return report


def _fail_in_ci(report):
    """CI has everything that a test may need: what is skipped there is a fault of CI, and shows as one."""
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if IN_CI and not reason.startswith(NOT_APPLICABLE):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {reason}"


def _refuse_other_hosts(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host is not None and not _is_here(host):
        message = f"a test reached for {host!r}; loopback is all that there is"
        raise PermissionError(message)


def _is_here(host):
    name = host.decode() if isinstance(host, bytes) else host
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name in {"", "localhost"}
    return address.is_loopback or address.is_unspecified
