"""SIGKILL under load: what was acknowledged is delivered after the restart, and nothing twice."""
import random
import time

import harness

ROUNDS = harness.number("AUDITFWD_KILL_ROUNDS", 3)
ROUNDS_IN_A_LIFE = 5  # with the same directories, before starting from nothing again


class Kill(harness.Test):
    def test_acknowledged_events_survive_and_come_once(self):
        seed = harness.number("AUDITFWD_SEED", int(time.time()))
        self.note(f"{ROUNDS} rounds, AUDITFWD_SEED={seed}")
        chance = random.Random(seed)
        total = 0
        for first in range(0, ROUNDS, ROUNDS_IN_A_LIFE):
            acknowledged, unknown = set(), set()
            for n in range(first, min(ROUNDS, first + ROUNDS_IN_A_LIFE)):
                ids = self.round(n, chance)
                acknowledged |= ids[0]
                unknown |= ids[1]
                self.check(acknowledged, unknown, n)
            total += len(acknowledged)
            self.world.close()
            self.world = harness.World()
        self.note(f"{total} events acknowledged, each delivered once")

    def round(self, n, chance):
        """One life of the forwarder under load, cut off; gives the acknowledged auditIDs and those without an answer."""
        forwarder = self.world.start(sinks=[
            self.world.file_sink("out", file={"rotate_size": "2MiB"}),
            self.world.file_sink("packed", file={"compress": True})])
        ids = self.world.path("ids.txt")
        load = harness.Load(forwarder.port, 10, seed=n + 1, each_once=True, ids=ids, connections=8, patience=10,
                            batch=chance.choice((1, 20, 400)), rate=chance.choice((3000, 20000)))
        time.sleep(chance.uniform(0.05, 1.5))
        forwarder.kill()
        load.wait()
        return harness.read_ids(ids)

    def check(self, acknowledged, unknown, n):
        forwarder = self.world.start(sinks=[
            self.world.file_sink("out", file={"rotate_size": "2MiB"}),
            self.world.file_sink("packed", file={"compress": True})])
        harness.check_laws(forwarder.drain())
        self.assertEqual(forwarder.stop(), 0, forwarder.log())
        for sink in ("out", "packed"):
            found = self.world.audit_ids(sink)
            lost = acknowledged - set(found)
            self.assertFalse(lost, f"round {n}, sink {sink}: {len(lost)} of {len(acknowledged)} acknowledged events lost")
            twice = [one for one in acknowledged if found[one] > 1]
            self.assertFalse(twice, f"round {n}, sink {sink}: {len(twice)} events delivered twice")
            strange = set(found) - acknowledged - unknown
            self.assertFalse(strange, f"round {n}, sink {sink}: {len(strange)} records that were never sent")
