"""The file source: a log that is written, rotated and gzipped while it is read, by a forwarder that is stopped and
killed meanwhile. Everything arrives exactly once."""
import collections
import gzip
import os
import random
import re
import signal
import threading
import time

import events
import harness
from events import event


class Writer:
    """Writes a log as kube-apiserver does: whole lines mostly, sometimes half of one first; rotation by rename, the
    rotated file gzipped a little later."""

    def __init__(self, path, lines, seed, lines_a_second=20_000, lines_a_file=1500, compress=True):
        self.path, self.lines, self.chance = path, lines, random.Random(seed)
        self.pause, self.lines_a_file, self.compress = 100 / lines_a_second, lines_a_file, compress
        self.rotated = 0
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self):
        file = open(self.path, "ab", buffering=0)
        for at in range(0, len(self.lines), 100):
            text = b"".join(line + b"\n" for line in self.lines[at:at + 100])
            cut = self.chance.randrange(len(text))
            file.write(text[:cut])
            if self.chance.random() < 0.3:
                time.sleep(self.pause)
            file.write(text[cut:])
            if (at // 100 + 1) % (self.lines_a_file // 100) == 0:
                file.close()
                self.rotate()
                file = open(self.path, "ab", buffering=0)
            time.sleep(self.pause)
        file.close()

    def rotate(self):
        self.rotated += 1
        base, end = os.path.splitext(self.path)
        name = f"{base}-2026-11-24T10-{self.rotated // 60:02}-{self.rotated % 60:02}.000{end}"
        os.rename(self.path, name)
        if self.compress and self.rotated % 2 == 0:
            with open(name, "rb") as file:
                content = file.read()
            with gzip.open(name + ".gz.tmp", "wb") as file:
                file.write(content)
            os.rename(name + ".gz.tmp", name + ".gz")
            os.remove(name)

    def join(self):
        self.thread.join()


class FileSource(harness.Test):
    def setUp(self):
        super().setUp()
        os.mkdir(self.world.path("logs"))
        self.log = self.world.path("logs", "audit.log")

    def start(self, **settings):
        return self.world.start(sources=[{"file": {"path": self.log, "poll": "20ms"}}], **settings)

    def wait_for_all(self, forwarder, lines):
        expected = events.kept([b"".join(line + b"\n" for line in lines)])

        def arrived():
            stored = self.records_so_far()
            return stored if stored >= expected.total() else None
        harness.wait_until(arrived, f"{expected.total()} records", seconds=120)
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        self.assertEqual(collections.Counter(map(events.key, self.world.records())), expected)
        return metrics, expected.total()

    def records_so_far(self):
        return self.world.output().count(b"\n")

    def test_recorded_lines_rotated_while_being_read(self):
        lines = events.recorded_lines()
        forwarder = self.start()
        writer = Writer(self.log, lines, seed=1)
        writer.join()
        _, count = self.wait_for_all(forwarder, lines)
        self.note(f"{len(lines)} lines through {writer.rotated} rotations, {count} kept and found exactly once")

    def test_nothing_is_lost_or_repeated_through_kills_and_stops(self):
        seed = harness.number("AUDITFWD_SEED", int(time.time()))
        self.note(f"AUDITFWD_SEED={seed}")
        chance = random.Random(seed)
        lines = [events.line(made).strip() for made in events.mixed_events(12_000, seed=seed & 0xffff)]
        forwarder = self.start()
        writer = Writer(self.log, lines, seed=seed, lines_a_second=4000)
        while writer.thread.is_alive():
            time.sleep(chance.uniform(0.1, 0.8))
            if chance.random() < 0.7:
                forwarder.kill()
            else:
                self.assertEqual(forwarder.stop(), 0, forwarder.log())
            forwarder = self.start()
        writer.join()
        self.wait_for_all(forwarder, lines)

    def test_what_was_there_before_the_first_start_is_read(self):
        with open(self.log, "wb") as file:
            file.writelines(events.line(event(n)) for n in range(100))
        forwarder = self.start()
        harness.wait_until(lambda: self.records_so_far() == 100, "the old lines")
        self.assertEqual(forwarder.stop(), 0)

    def test_a_bad_line_costs_only_itself(self):
        with open(self.log, "wb") as file:
            file.write(events.line(event(1)) + b"not json\n\n" + events.line(event(2)) + b'{"kind":"Event"}\n' +
                       events.line(event(3)))
        forwarder = self.start()
        harness.wait_until(lambda: self.records_so_far() == 3, "the good lines")
        counts = harness.check_laws(forwarder.drain())
        self.assertEqual(counts["rejected"], 2)

    def test_copytruncate_is_noticed_and_counted(self):
        def write(first, count, mode):
            with open(self.log, mode) as file:
                file.writelines(events.line(event(n)) for n in range(first, first + count))
        write(0, 200, "wb")
        forwarder = self.start()
        harness.wait_until(lambda: self.records_so_far() == 200, "the first lines")
        before = forwarder.metrics()
        write(200, 50, "wb")  # truncates, same inode
        harness.wait_until(lambda: self.records_so_far() == 250, "the lines after truncation")
        grown = forwarder.metrics().grown(before)
        self.assertTrue([name for name in grown if re.search("trunc", name)], grown)

    def test_a_reload_signal_does_not_disturb_it(self):
        lines = [events.line(made).strip() for made in events.mixed_events(4000)]
        forwarder = self.start()
        writer = Writer(self.log, lines, seed=2, lines_a_second=8000)
        while writer.thread.is_alive():
            forwarder.signal(signal.SIGHUP)
            time.sleep(0.1)
        writer.join()
        self.wait_for_all(forwarder, lines)
