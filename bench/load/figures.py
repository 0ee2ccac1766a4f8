#!/usr/bin/env python3
"""The whole binary's figures: webhook -> spool, synced -> discard, under auditfwd-load.

    figures.py --binary AUDITFWD --load AUDITFWD-LOAD [--seconds 10] [--directory DIR]

The spool is made in DIR (here, when none is named): its disk decides what a sync costs, so that is measured first.
"""
import argparse
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/e2e"))
import harness  # noqa: E402


def sync_times(directory, count=200):
    """Milliseconds that an append of 64 KiB and its fdatasync take."""
    times = []
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        for _ in range(count):
            begin = time.perf_counter()
            file.write(os.urandom(65536))
            file.flush()
            os.fdatasync(file.fileno())
            times.append(1000 * (time.perf_counter() - begin))
    return times


class Case:
    def __init__(self, name, goal, **load):
        self.name, self.goal, self.load = name, goal, load

    def measure(self, directory, seconds):
        """A fresh forwarder under this load; a second of it to warm up, which does not count."""
        world = harness.World(directory)
        try:
            forwarder = world.start(sinks=[{"name": "discard", "start": "oldest", "discard": {}}])
            harness.Load(forwarder.port, 1, seed=99, **self.load).wait()
            cpu, begin = forwarder.cpu_seconds(), time.monotonic()
            report = harness.Load(forwarder.port, seconds, **self.load).wait()
            cpu, wall = forwarder.cpu_seconds() - cpu, time.monotonic() - begin
            harness.check_laws(forwarder.drain())
            return report, cpu, wall, forwarder.memory_peak()
        finally:
            world.close()

    def print(self, directory, seconds):
        report, cpu, wall, memory = self.measure(directory, seconds)
        refused = {answer: n for answer, n in report["answers"].items() if answer != "200"}
        print(f"{self.name}\n"
              f"    {report['events_per_second']:,} events/s, {report['megabytes_per_second']} MB/s; "
              f"{cpu / wall:.3f} cores; {report['events'] / cpu:,.0f} events/s per core\n"
              f"    acknowledged p50 {report['p50_ms']:.2f} ms, p99 {report['p99_ms']:.2f} ms, "
              f"p99.9 {report['p999_ms']:.2f} ms, longest {report['max_ms']:.2f} ms\n"
              f"    memory peak {memory / (1 << 20):.0f} MiB{f'; other answers {refused}' if refused else ''}\n"
              f"    goal: {self.goal}", flush=True)


CASES = (
    Case("closed loop, 8 connections, bodies of 400", "200,000 events/s per core", connections=8, batch=400),
    Case("closed loop, 1 connection, bodies of 400", "(one API server at its fastest)", connections=1, batch=400),
    Case("closed loop, 64 connections, bodies of 1", "(blocking mode of the API server)", connections=64, batch=1),
    Case("4,000 events/s, bodies of 400", "0.05 cores, p99 5 ms + one sync", connections=4, batch=400, rate=4000),
    Case("4,000 events/s, bodies of 40", "p99 5 ms + one sync", connections=4, batch=40, rate=4000),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--directory", default=os.getcwd())
    arguments = parser.parse_args()
    harness.BINARY, harness.LOAD = os.path.abspath(arguments.binary), os.path.abspath(arguments.load)
    times = sync_times(arguments.directory)
    print(f"{os.cpu_count()} cores, shared with the load generator; a sync of 64 KiB takes p50 {harness.percentile(times, 0.5):.2f} ms, "
          f"p99 {harness.percentile(times, 0.99):.2f} ms")
    for case in CASES:
        case.print(arguments.directory, arguments.seconds)


if __name__ == "__main__":
    main()
