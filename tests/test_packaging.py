"""The wheel: what is in it, and that it works from where it is installed, without this checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from signet_vc._version import __version__

ROOT = Path(__file__).resolve().parents[1]
DATA = ("contexts", "schemas", "vectors")

VERIFY_A_NEW_CREDENTIAL = """
import signet_vc
from signet_vc import Policy, SigningKey, present, sign, verify

key, holder = SigningKey.generate(), SigningKey.generate("P-384")
credential = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": key.did,
    "credentialSubject": {"id": "https://example.org/subject"},
}
policy = Policy(allowed_signers=[key.did])
secured = [sign(credential, key), sign(credential, key, suite="eddsa-rdfc-2022")]
secured += [sign(credential, key, securing=way) for way in ("jws", "sd-jwt", "cose")]
for each in secured:
    verify(each, policy).raise_for_problems()
verify(present(secured, holder, suite="ecdsa-rdfc-2019"), policy).raise_for_problems()
print(signet_vc.__file__)
"""
LOADED = "import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"


def run(*command, cwd):
    finished = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built offline by the backend that the locks install."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A new environment that holds the wheel, and sees the dependencies of this one but not this checkout.

    A ``.pth`` file adds the packages of this environment; the ``.pth`` files beside them, the
    editable install's among them, are not read then.
    """
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    packages.joinpath("dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=folder)
    return folder


def files_below(folder):
    return {
        file.relative_to(ROOT / folder).as_posix() for file in (ROOT / folder).rglob("*") if file.is_file()
    }


def test_the_wheel_carries_the_data_and_nothing_else_of_the_checkout(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for source, target in zip(("contexts", "schemas", "interop/vectors"), DATA, strict=True):
        prefix = f"signet_vc/_data/{target}/"
        assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} == files_below(source)
        assert files_below(source)
    assert {name.partition("/")[0] for name in names} == {"signet_vc", f"signet_vc-{__version__}.dist-info"}


def test_the_wheel_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        folder = f"signet_vc-{__version__}.dist-info"
        metadata = HeaderParser().parsestr(archive.read(f"{folder}/METADATA").decode())
        scripts = archive.read(f"{folder}/entry_points.txt").decode()
    assert metadata["Name"] == "signet-vc"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert f"{folder}/licenses/LICENSE" in names
    assert "signet_vc/py.typed" in names
    assert scripts.splitlines()[1:] == [
        "signet = signet_vc.cli.main:main",
        "signet-vc = signet_vc.cli.main:main",
    ]


def test_the_wheel_requires_no_copyleft(wheel):
    """LGPL, GPL and AGPL serve tests, demo and bench only; MPL, unmodified, is admitted."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = HeaderParser().parsestr(
            archive.read(f"signet_vc-{__version__}.dist-info/METADATA").decode()
        )
    requirements = " ".join(metadata.get_all("Requires-Dist"))
    assert [
        name for name in ("openvc", "jwcrypto", "sd-jwt", "vaara", "pymerkle") if name in requirements
    ] == []


def test_a_credential_verifies_from_the_installed_wheel(installed):
    place = run(installed / "bin" / "python", "-I", "-c", VERIFY_A_NEW_CREDENTIAL, cwd=installed)
    assert Path(place.strip()).is_relative_to(installed)


@pytest.mark.parametrize("name", ["signet", "signet-vc"])
def test_the_command_runs_from_the_installed_wheel(installed, name):
    assert __version__ in run(installed / "bin" / name, "--version", cwd=installed)


def test_the_vectors_pass_from_the_installed_wheel(installed):
    summary = json.loads(run(installed / "bin" / "signet", "interop", "run", "--json", cwd=installed))[
        "summary"
    ]
    assert summary["failed"] == 0
    assert summary["cases"] >= 80


@pytest.mark.parametrize(
    "module", ["signet_vc", "signet_vc.mcp.session", "signet_vc.mcp.stdio_proxy", "signet_vc.cli.main"]
)
def test_importing_stays_light(module):
    """Start-up time: what is large, and what is an extra, loads where it is used, and not before."""
    loaded = json.loads(run(sys.executable, "-c", LOADED.format(module=module), cwd=ROOT))
    heavy = {
        "mcp",
        "mcp_types",
        "pyld",
        "lxml",
        "rdflib",
        "multiformats",
        "jsonschema",
        "starlette",
        "uvicorn",
    }
    assert heavy & set(loaded) == set()


@pytest.mark.parametrize("extra", ["starlette", "uvicorn", "mcp", "keyring"])
def test_nothing_but_its_own_commands_needs_an_extra(extra):
    """A credential is verified, and the command line helps, where an extra is not installed."""
    without = f"import sys; sys.modules[{extra!r}] = None\n"
    run(sys.executable, "-c", without + VERIFY_A_NEW_CREDENTIAL, cwd=ROOT)
    helps = "from signet_vc.cli.main import main; sys.argv = ['signet', '--help']; main()"
    assert "serve" in run(sys.executable, "-c", without + helps, cwd=ROOT)
