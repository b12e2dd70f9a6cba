"""Debian's gpg with a key ring of its own."""

import os
import re
import shutil
import subprocess
import tempfile

MIME_HEAD = 'MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; protocol="application/pgp-{protocol}";\r\n boundary="pgp"'


class Failed(Exception):
    pass


class Read:
    """What gpg found in a message."""

    def __init__(self, plain, status):
        self.plain = plain
        lines = [line.removeprefix("[GNUPG:] ").split() for line in status.splitlines() if line.startswith("[GNUPG:] ")]
        self.status = {line[0]: line[1:] for line in lines}
        # Ids of the keys that it was encrypted to.
        self.to = [line[1] for line in lines if line[0] == "ENC_TO"]

    @property
    def signer(self):
        """Fingerprint of the primary key of who made a good signature."""
        return self.status["VALIDSIG"][-1] if "GOODSIG" in self.status and "VALIDSIG" in self.status else None


class Gpg:
    def __enter__(self):
        # Short: the agent listens in it.
        self.home = tempfile.mkdtemp(prefix="gpg-")
        return self

    def __exit__(self, *_):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *arguments, given=b"", at=None):
        """Gives its output and status lines. `at`: what it takes for now."""
        command = ["gpg", "--batch", "--yes", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]
        command += ["--trust-model", "always", "--status-fd", "2"]
        if at:
            command += ["--faked-system-time", at.strftime("%Y%m%dT%H%M%S!")]
        environment = {**os.environ, "GNUPGHOME": self.home, "LC_ALL": "C.UTF-8"}
        done = subprocess.run([*command, *arguments], input=given, capture_output=True, env=environment, check=False)
        status = done.stderr.decode("utf-8", "replace")
        if done.returncode:
            raise Failed(f"gpg {' '.join(arguments[:2])}: {status[-600:]}")
        return done.stdout, status

    def new(self, address, algorithm="default", until="1y", at=None):
        """A new key that signs and encrypts, of one of gpg's two default algorithms; its fingerprint."""
        _, status = self.run("--quick-generate-key", address, algorithm, "default", until, at=at)
        return next(line for line in status.splitlines() if "KEY_CREATED" in line).split()[3]

    def public(self, fingerprint):
        return self.run("--armor", "--export", fingerprint)[0].decode()

    def import_(self, key):
        """Fingerprint of what is imported."""
        _, status = self.run("--import", given=key.encode() if isinstance(key, str) else key)
        return next(line for line in status.splitlines() if "IMPORT_OK" in line).split()[3]

    def revoke(self, fingerprint):
        """By the revocation that gpg prepared; a colon before its armour protects it from accidents."""
        with open(f"{self.home}/openpgp-revocs.d/{fingerprint}.rev", encoding="utf-8") as prepared:
            self.run("--import", given=prepared.read().replace(":-----BEGIN", "-----BEGIN").encode())

    def key_ids(self, fingerprint):
        """Of the primary key and all subkeys."""
        listed = self.run("--with-colons", "--list-keys", fingerprint)[0].decode().splitlines()
        return [line.split(":")[4] for line in listed if line.startswith(("pub:", "sub:"))]

    def encrypt(self, plain, to, signed_by=None, more=()):
        sign = ["--sign", "--local-user", signed_by] if signed_by else []
        return self.run("--armor", *sign, *more, "--encrypt", "--recipient", to, given=plain)[0].decode()

    def read(self, message, at=None):
        return Read(*self.run("--decrypt", given=message, at=at))

    def signer(self, data, signature, at=None):
        """Fingerprint of the primary key of who made this signature of `data`, if it is good."""
        path = f"{self.home}/signature.asc"
        with open(path, "wb") as file:
            file.write(signature)
        return Read(*self.run("--verify", path, "-", given=data, at=at)).signer


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def encrypted_mime(armoured):
    """Headers and body of PGP/MIME (RFC 3156, 4)."""
    head = MIME_HEAD.format(kind="encrypted", protocol="encrypted")
    control = "--pgp\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
    data = f'--pgp\nContent-Type: application/octet-stream; name="encrypted.asc"\n\n{armoured}\n--pgp--\n'
    return head, crlf(control + data)


def halves(mail):
    """What is signed in a mail, as the bytes that came, and the part that has its signature (RFC 3156, 5)."""
    boundary = re.search(rb'^Content-Type: multipart/signed;(?:[^\r]|\r\n[ \t])*?boundary="([^"]+)"', mail, re.MULTILINE)[1]
    _, entity, signature, *_ = mail.split(b"\r\n--" + boundary)
    return entity.removeprefix(b"\r\n"), signature


def signed_mime(entity, signature):
    """The same for what is only signed (RFC 3156, 5)."""
    head = MIME_HEAD.format(kind="signed", protocol="signature") + "; micalg=pgp-sha512"
    body = f"--pgp\n{entity}\n--pgp\nContent-Type: application/pgp-signature; name=\"signature.asc\"\n\n{signature}\n--pgp--\n"
    return head, crlf(body)
