"""Certificates for tests, made by openssl's own tool."""
import os
import ssl

from process import run


def tls_context(authority=None, certificate=None, key=None):
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=authority)
    context.check_hostname = False
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


class Authority:
    """A certificate authority in a directory, by openssl's own tool."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self.certificate = self._path("ca.pem")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test authority", "-days", "2",
            "-keyout", self._path("ca.key"), "-out", self.certificate)

    def _path(self, name):
        return os.path.join(self.directory, name)

    def issue(self, name, days=1):
        """Gives (certificate, key) for `name`; negative days make an expired one."""
        key, request, certificate = (self._path(f"{name}.{end}") for end in ("key", "csr", "pem"))
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        extensions = self._path(f"{name}.ext")
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"subjectAltName=DNS:{name},IP:127.0.0.1\n")
        run("openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._path("ca.key"),
            "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", certificate)
        return certificate, key
