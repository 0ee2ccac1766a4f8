"""A running strict stand-in for AWS (not part of this repository: see harness.shared), and its admin interface."""
import contextlib
import json
import os
import subprocess
import sys
import urllib.request

import harness


class StrictAws:
    KEY = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE0000TEST1", "AWS_SECRET_ACCESS_KEY": "secret"}

    def __init__(self, *arguments):
        script = harness.shared("components", "aws", "strict_aws.py")
        self.process = subprocess.Popen([sys.executable, script, "--port", "0", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, preexec_fn=harness.die_with_parent)
        self.url = self.process.stdout.readline().strip()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, name, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_admin/{name}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        if answer.headers["Content-Type"] == "application/x-ndjson":
            return [json.loads(line) for line in text.splitlines()]
        return json.loads(text)


@contextlib.contextmanager
def environment(**values):
    """The process' environment with these AWS variables and no others, for forwarders that are started within."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
