"""An https server on loopback that answers what a test says, byte by byte, and remembers its requests."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[["Connection"], None]


class Connection:
    """One request, and what may be sent for it; ``closing`` is set when the test is over."""

    def __init__(self, stream: ssl.SSLSocket, request: bytes, closing: threading.Event) -> None:
        self.stream = stream
        self.request = request
        self.closing = closing

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode()

    def send(self, data: bytes) -> None:
        self.stream.sendall(data)

    def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def drip(self, data: bytes) -> None:
        """A byte at a time, each long before any timeout of one read."""
        for byte in data:
            if self.closing.wait(0.01):
                return
            self.send(bytes([byte]))


class Server:
    """``answers``: path -> what answers it. Requests for ``name`` go to 127.0.0.1 (see ``lookup``)."""

    def __init__(self, directory: Path, name: str = "signet.test", *, certified: str | None = None) -> None:
        self.name = name
        self.answers: dict[str, Answer] = {}
        self.requests: list[bytes] = []
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        files = _certificate(directory, certified or name)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*files)
        self.trust = ssl.create_default_context(cafile=str(files[0]))
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    @property
    def domain(self) -> str:
        return f"{self.name}:{self.port}"

    def url(self, path: str) -> str:
        return f"https://{self.domain}{path}"

    def lookup(self, host: str, port: int) -> list[str]:
        assert (host, port) == (self.name, self.port)
        return ["127.0.0.1"]

    def forget(self) -> None:
        """Begin anew, for another test."""
        self.answers.clear()
        self.requests.clear()

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=30).close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            raw, _ = self._listener.accept()
            if self.closing.is_set():
                raw.close()
                return
            thread = threading.Thread(target=self._serve, args=(raw,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        raw.settimeout(30)
        try:
            with raw, self._context.wrap_socket(raw, server_side=True) as stream:
                request = b""
                while b"\r\n\r\n" not in request:
                    data = stream.recv(65536)
                    if not data:
                        return
                    request += data
                self.requests.append(request)
                connection = Connection(stream, request, self.closing)
                self.answers.get(connection.path, _absent)(connection)
                with contextlib.suppress(ValueError):  # where the answer ended the connection itself
                    stream.unwrap()
        except OSError:  # a client that went away, or does not trust this server
            return


def _absent(connection: Connection) -> None:
    connection.answer(b"", status="404 Not Found")


@contextlib.contextmanager
def serving(directory: Path, name: str = "signet.test", *, certified: str | None = None) -> Iterator[Server]:
    server = Server(directory, name, certified=certified)
    try:
        yield server
    finally:
        server.close()


def _certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own for ``name``, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = directory / f"{name}.pem", directory / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
