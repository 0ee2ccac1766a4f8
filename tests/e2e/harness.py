"""Runs the real binary and looks at it from outside: starts it on free ports in a directory of its own, sends to it,
reads what it wrote, what it counts and what it used, and ends it by its pid.

A test gets a World (one temporary directory), starts Forwarders in it, and everything is gone afterwards; with
AUDITFWD_KEEP=1 the directory of a failed test stays and is named.

    class MyTest(harness.Test):
        def test_something(self):
            forwarder = self.world.start(sinks=[self.world.file_sink("out")])
            self.assertEqual(forwarder.post(event_list(events)).status, 200)
            forwarder.drain()
            records = self.world.records("out")

Python's standard library alone. Nothing sleeps for a guessed time: wait_until() polls for a condition.
"""
import base64
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from authority import Authority, tls_context  # noqa: F401 - the one module that tests import
from client import Client, in_parallel, post_in_parallel, post_until_accepted  # noqa: F401
from metrics import Metrics, check_laws  # noqa: F401
from process import PATIENCE, die_with_parent, run, wait_until  # noqa: F401

BINARY = None  # set by run.py
LOAD = None


def shared(*parts):
    """A path in the folder of recorded data, or skips the test."""
    root = os.environ.get("AUDITFWD_SHARED") or os.path.join(os.path.dirname(__file__), "../../../shared")
    path = os.path.join(root, *parts)
    if not os.path.exists(path):
        raise unittest.SkipTest(f"no recorded data: {'/'.join(parts)} is not in AUDITFWD_SHARED")
    return path


def number(name, default):
    """A number of rounds or seconds that the environment may change."""
    return int(os.environ.get(name) or default)


def percentile(values, fraction):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


class Forwarder:
    """One running `auditfwd run`. Made by World.start()."""

    def __init__(self, directory, config, prefix=(), before_exec=die_with_parent, arguments=()):
        self.directory = directory
        self.config_path = os.path.join(directory, "config.yaml")
        with open(self.config_path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1)  # YAML holds JSON
        self.ready_path = os.path.join(directory, "ready.json")
        if os.path.exists(self.ready_path):
            os.remove(self.ready_path)
        self.log_path = os.path.join(directory, "log.txt")
        with open(self.log_path, "ab") as log, open(os.path.join(directory, "stdout.txt"), "ab") as out:
            self.process = subprocess.Popen(
                [*prefix, BINARY, "run", "--config", self.config_path, "--ready-file", self.ready_path, *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=log, preexec_fn=before_exec)
        self.pid = self.process.pid
        self.ports = {}

    def wait_ready(self, seconds=PATIENCE):
        def look():
            if self.process.poll() is not None:
                raise AssertionError(f"the forwarder ended with {self.process.returncode}:\n{self.log()}")
            try:
                with open(self.ready_path, encoding="utf-8") as file:
                    return json.load(file)
            except (FileNotFoundError, json.JSONDecodeError):
                return None
        self.ports = wait_until(look, "the forwarder is ready", seconds)
        return self

    @property
    def port(self):
        return self.ports["webhook"]

    def port_of(self, source):
        """Of one of several webhooks, by its name."""
        return self.ports["sources"][source]

    def client(self, **options):
        return Client(self.port, **options)

    def post(self, body, **headers):
        with self.client() as client:
            return client.post(body, **headers)

    def metrics(self):
        with Client(self.ports["admin"]) as client:
            return Metrics(client.get("/metrics").body.decode())

    def get(self, path):
        with Client(self.ports["admin"]) as client:
            return client.get(path)

    def drain(self, *sinks, seconds=PATIENCE):
        """Waits until these sinks (all) have everything, and gives that reading of the metrics."""
        def drained():
            metrics = self.metrics()
            pending = [metrics.of("auditfwd_sink_offsets", sink=sink, state="pending")
                       for sink in sinks or metrics.values("auditfwd_sink_offsets", "sink")]
            return metrics if pending and not any(pending) else None
        return wait_until(drained, "everything is delivered", seconds)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def memory_peak(self):
        """The most it had in memory (VmHWM), in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1])

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number_):
        self.process.send_signal(number_)

    def stop(self, seconds=PATIENCE):
        """SIGTERM; gives the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        """SIGKILL: what a crash leaves behind."""
        if self.process.poll() is None:
            self.process.kill()
        return self.process.wait(PATIENCE)


class World:
    """One temporary directory and the forwarders in it."""

    def __init__(self, inside=None):
        self.directory = tempfile.mkdtemp(prefix="auditfwd-e2e-", dir=inside)
        self.forwarders = []

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def config(self, **settings):
        """Webhook and admin on free ports, a spool and the sink `out` in this directory; `settings` replace members."""
        config = {
            "sources": [webhook()],
            "spool": {"directory": self.path("spool"), "min_free": "0%"},
            "sinks": [self.file_sink("out")],
            "admin": {"listen": "127.0.0.1:0"},
        }
        config.update(settings)
        return config

    def file_sink(self, name, **settings):
        sink = {"name": name, "start": "oldest", "file": {"path": self.path(name, "audit.ndjson")}}
        sink["file"].update(settings.pop("file", {}))
        sink.update(settings)
        return sink

    def dead_sink(self, name, **settings):
        """A file sink that fails until revive(): a file stands where its directory should be. Tried again often."""
        with open(self.path(name), "w", encoding="ascii"):
            pass
        return self.file_sink(name, retry_max="500ms", parked_retry="500ms", **settings)

    def revive(self, name):
        os.remove(self.path(name))

    def launch(self, config=None, prefix=(), before_exec=die_with_parent, arguments=(), **settings):
        """Starts a forwarder and does not wait for it."""
        forwarder = Forwarder(self.directory, config or self.config(**settings), prefix, before_exec, arguments)
        self.forwarders.append(forwarder)
        return forwarder

    def start(self, *arguments, **settings):
        return self.launch(*arguments, **settings).wait_ready()

    def output_files(self, sink="out"):
        """What a file sink wrote, in the order of offsets."""
        folder = self.path(sink)
        names = [name for name in os.listdir(folder)] if os.path.isdir(folder) else []
        numbered = [(int(re.search(r"(\d+)\.ndjson", name)[1]), name) for name in names if re.search(r"\d+\.ndjson", name)]
        return [os.path.join(folder, name) for _, name in sorted(numbered)]

    def output(self, sink="out"):
        """The bytes of all records of a file sink."""
        parts = []
        for path in self.output_files(sink):
            with open(path, "rb") as file:
                content = file.read()
            parts.append(run("zstd", "-dcq", stdin=content) if path.endswith(".zst") else content)
        return b"".join(parts)

    def records(self, sink="out"):
        """Every record of a file sink, parsed; fails on a line that is not JSON in valid UTF-8."""
        return [json.loads(line.decode()) for line in self.output(sink).split(b"\n") if line]

    def audit_ids(self, sink="out"):
        """How often each auditID is in the output (records of the load generator have one each)."""
        return collections.Counter(re.findall(rb'"auditID":"([^"]*)"', self.output(sink)))

    def spool_text(self):
        """The records of all segments, decompressed by zstd's own tool, whatever it makes of a torn tail."""
        segments = []
        for folder, _, names in os.walk(self.path("spool")):
            segments += [os.path.join(folder, name) for name in names]
        texts = [run("zstd", "-dcqf", "--no-pass-through", path, code=None).stdout for path in sorted(segments)]
        return b"".join(texts)

    def every_byte(self):
        """Everything that lies in the directory, by path; the spool decompressed as well. For leak tests."""
        held = {}
        for folder, _, names in os.walk(self.directory):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    held[os.path.relpath(path, self.directory)] = file.read()
        held["spool (decompressed)"] = self.spool_text()
        return held

    def close(self, keep=False):
        for forwarder in self.forwarders:
            forwarder.kill()
        if keep:
            print(f"kept: {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


def webhook(**settings):
    return {"webhook": {"listen": "127.0.0.1:0", **settings}}


class Test(unittest.TestCase):
    """A test case with a world of its own."""

    def setUp(self):
        self.world = World()
        self.addCleanup(self._close)

    def _close(self):
        outcome = getattr(self, "_outcome", None)
        failed = outcome is not None and not outcome.success
        if failed and self.world.forwarders:
            log = self.world.forwarders[-1].log()
            print(f"--- the forwarder's log, its end\n{log[-4000:]}---")
        self.world.close(keep=failed and bool(os.environ.get("AUDITFWD_KEEP")))

    def note(self, text):
        """Figures that the reader of the test's output wants to see, passed or not."""
        print(f"{self._testMethodName}: {text}", flush=True)


class Load:
    """A running auditfwd-load."""

    def __init__(self, port, seconds=None, **options):
        command = [LOAD, "--port", str(port), "--json"]
        if seconds is not None:
            command += ["--seconds", str(seconds)]
        for name, value in options.items():
            flag = "--" + name.replace("_", "-")
            command += [flag] if value is True else [flag, str(value)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=die_with_parent)

    def wait(self, seconds=300):
        """Its report; also when nothing was acknowledged."""
        out, _ = self.process.communicate(timeout=seconds)
        return json.loads(out)


def read_ids(path):
    """What auditfwd-load --ids wrote: the acknowledged auditIDs, and those whose fate is unknown."""
    acknowledged, unknown = set(), set()
    with open(path, "rb") as file:
        for line in file.read().split(b"\n"):
            if line:
                status, audit_id = line.split(b" ")
                (acknowledged if status == b"200" else unknown).add(audit_id)
    return acknowledged, unknown


def in_base64(value):
    """How `value` looks inside a base64 text, wherever it begins in it."""
    return {base64.b64encode(b"\0" * shift + value)[(0, 2, 3)[shift]:].rstrip(b"=")[:-1] for shift in range(3)}


