"""A TLS server on loopback that gives one fixed answer, and the authority that certifies it."""

import datetime as dt
import ssl
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = dt.timedelta(days=1)


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self._certificate = self._sign(self._key, self._name, (), ca=True)
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        """Return a server's context with a certificate for these names, its authority in the chain."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(key, x509.Name([]), names, ca=False)
        path = self._directory / f"{names[0]}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM) + self.pem.encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self, key: ec.EllipticCurvePrivateKey, subject: x509.Name, names: tuple[str, ...], *, ca: bool
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if names:
            alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternatives, critical=not list(subject))
        return builder.sign(self._key, hashes.SHA256())


class TlsServer:
    """Serves on a free port of 127.0.0.1 while entered; without an answer it keeps the connection and is silent."""

    def __init__(self, context: ssl.SSLContext, answer: bytes | None) -> None:
        self.requests: list[bytes] = []
        self.server_names: list[str] = []
        self._answer = answer
        self._ended = threading.Event()
        context.sni_callback = self._remember
        self._server = ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._context = context

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _remember(self, _socket: ssl.SSLSocket | ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        self.server_names.append(name or "")

    def _handler(self) -> type[StreamRequestHandler]:
        server = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                server.serve(self)

        return Handler

    def serve(self, handler: StreamRequestHandler) -> None:
        """Serve one connection for as long as the client keeps it, if it is HTTP that is spoken."""
        try:
            with self._context.wrap_socket(handler.request, server_side=True) as connection:
                while request := connection.recv(65536):
                    self.requests.append(request)
                    if self._answer is None:
                        self._ended.wait()
                        return
                    connection.sendall(self._answer)
                    if not self._answer.startswith(b"HTTP/"):
                        return
        except OSError:
            return
