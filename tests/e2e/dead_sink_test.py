"""A sink that always fails beside one that works: the working one is as quick as without it, and when the dead one
comes back it gets everything in order."""
import threading
import time

import events
import harness

SECONDS = harness.number("AUDITFWD_LAG_SECONDS", 4)
ATTEMPTS = 5
NOISE_MS = 1.0


class Tail(threading.Thread):
    """Notes when each auditID appears in a file sink's output."""

    def __init__(self, world, sink):
        super().__init__(daemon=True)
        self.world, self.sink, self.seen, self.ended = world, sink, {}, False

    def run(self):
        read = {}
        while not self.ended:
            for path in self.world.output_files(self.sink):
                with open(path, "rb") as file:
                    file.seek(read.get(path, 0))
                    fresh = file.read()
                whole = fresh[:fresh.rfind(b"\n") + 1]
                read[path] = read.get(path, 0) + len(whole)
                now = time.monotonic()
                for line in whole.splitlines():
                    at = line.find(b'"auditID":"') + 11
                    self.seen[line[at:at + 36].decode()] = now
            time.sleep(0.001)


class DeadSink(harness.Test):
    def lags(self, world, seconds, with_dead):
        """From acknowledgement to appearance in the output, in milliseconds, of one event every 5 ms."""
        sinks = [world.file_sink("out")]
        if with_dead:
            sinks.append(world.dead_sink("dead"))
        forwarder = world.start(sinks=sinks)
        tail = Tail(world, "out")
        tail.start()
        acknowledged = {}
        begin = time.monotonic()
        with forwarder.client() as client:
            for n in range(int(seconds * 200)):
                time.sleep(max(0.0, begin + n / 200 - time.monotonic()))
                made = events.event(n)
                self.assertEqual(client.post(events.event_list([made])).status, 200)
                acknowledged[made["auditID"]] = time.monotonic()
        forwarder.drain("out")
        harness.wait_until(lambda: len(tail.seen) >= len(acknowledged), "all records are seen")
        tail.ended = True
        tail.join()
        return forwarder, [max(0.0, 1000 * (tail.seen[one] - at)) for one, at in acknowledged.items()]

    def test_the_working_one_is_as_quick_as_without_it(self):
        for attempt in range(1, ATTEMPTS + 1):
            p99 = {}
            for with_dead in (False, True):
                world = harness.World()
                self.addCleanup(world.close)
                forwarder, lags = self.lags(world, SECONDS * attempt, with_dead)
                p99[with_dead] = harness.percentile(lags, 0.99)
                harness.check_laws(forwarder.metrics())
                if with_dead:
                    self.recovers(forwarder, world)
                self.assertEqual(forwarder.stop(), 0, forwarder.log())
            self.note(f"lag p99 {p99[False]:.2f} ms alone, {p99[True]:.2f} ms beside a dead sink")
            if p99[True] <= 1.2 * max(p99[False], NOISE_MS):
                return
        self.fail("the dead sink slows the working one down")

    def recovers(self, forwarder, world):
        world.revive("dead")
        harness.check_laws(forwarder.drain())
        self.assertEqual(world.output("dead"), world.output("out"))

    def test_load_beside_a_dead_sink_is_taken_in_order_after_it_comes_back(self):
        forwarder = self.world.start(sinks=[self.world.file_sink("out"), self.world.dead_sink("dead")])
        report = harness.Load(forwarder.port, 2, rate=20000, batch=200).wait()
        self.assertEqual(set(report["answers"]), {"200"})
        forwarder.drain("out")
        self.assertEqual(forwarder.metrics().of("auditfwd_sink_offsets", sink="dead", state="pending"), report["events"])
        self.recovers(forwarder, self.world)
