"""Certificates that the tests make: an authority, and servers' own, good and bad."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
NOT_FOR = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


class Authority:
    """One that signs; its own certificate lies in `file`."""

    def __init__(self, folder: Path, words: str = "Alueen oma varmentaja") -> None:
        self.folder, self.name, self.key = folder, _name(words), ec.generate_private_key(ec.SECP256R1())
        made = self._made(self.name, self.key.public_key(), issuer=self.name, until=datetime.now(UTC) + 30 * DAY)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = dict.fromkeys(NOT_FOR, False)
        made = made.add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage), critical=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def certificate(self, host: str, *, is_old: bool = False, is_own: bool = False) -> tuple[Path, Path]:
        """A server's certificate and key: `is_old`: run out yesterday; `is_own`: signed by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        until = datetime.now(UTC) + (-DAY if is_old else 30 * DAY)
        made = self._made(_name(host), key.public_key(), until=until, issuer=_name(host) if is_own else self.name)
        try:
            named: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            named = x509.DNSName(host)
        made = made.add_extension(x509.SubjectAlternativeName([named]), critical=False)
        signed = made.sign(key if is_own else self.key, hashes.SHA256())
        stem = f"{host}-{is_old:d}{is_own:d}"
        crt, pem = self.folder / f"{stem}.crt", self.folder / f"{stem}.key"
        crt.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        kept = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        pem.write_bytes(key.private_bytes(*kept))
        return crt, pem

    @staticmethod
    def _made(name: x509.Name, key: ec.EllipticCurvePublicKey, *, issuer: x509.Name, until: datetime) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
        return made.serial_number(x509.random_serial_number()).not_valid_before(until - 60 * DAY).not_valid_after(until)
