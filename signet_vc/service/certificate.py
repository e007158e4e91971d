"""A certificate for one run on loopback, signed by itself: for trying out what asks for https."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signet_vc.errors import UsageError

__all__ = ["context_for_this_run", "context_from_files"]

_DAYS = 30


def context_for_this_run() -> ssl.SSLContext:
    """Make a key and a certificate for localhost, 127.0.0.1 and ::1; neither is left behind in a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signet serve --ephemeral")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("localhost"),
                    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                    x509.IPAddress(ipaddress.ip_address("::1")),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory(prefix="signet-serve-") as folder:  # ssl reads files alone; mode 0700
        file = Path(folder) / "certificate.pem"
        file.write_bytes(pem)
        return context_from_files(file, None)


def context_from_files(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Read a certificate with its chain, and its key. Raises UsageError where they are none, or no pair."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # an encrypted key would be asked for on the terminal: a service has none
        context.load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:  # ssl.SSLError is one
        raise UsageError(f"the certificate and its key cannot be used: {error.strerror or error}") from error
    return context
