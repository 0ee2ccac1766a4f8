"""The bound on memory: at 64 MiB, twenty senders of 5 MB bodies at once, and all are answered in the end."""
import random

import events
import harness
from events import event, event_list

MEMORY = 64 << 20
ABOVE = 32 << 20
SENDERS = 20
BODY = 5_000_000


def noise(bytes_, chance):
    """Text that compression cannot make much smaller than half."""
    return chance.randbytes(bytes_ // 2).hex()


def pods(count, bytes_each, chance, first=0):
    """Events whose bodies the policy keeps."""
    return [event(first + n, verb="update", group="apps", resource="deployments", level="RequestResponse",
                  request={"kind": "Deployment", "text": noise(bytes_each, chance)}) for n in range(count)]


class Memory(harness.Test):
    def bodies(self, chance):
        return {
            "many small events": event_list([event(n, userAgent=noise(900, chance)) for n in range(BODY // 1350)]),
            "fifty events of 100 KB": event_list(pods(50, BODY // 50, chance)),
            "one event": event_list(pods(1, BODY, chance)),
            "lines": b"".join(events.line(one) for one in pods(10, BODY // 10, chance)),
        }

    def test_peak_stays_within_the_bound_and_everyone_is_answered(self):
        for name, body in self.bodies(random.Random(1)).items():
            with self.subTest(name):
                world = harness.World()
                self.addCleanup(world.close)
                forwarder = world.start(memory="64MiB")
                self.assertGreater(len(body), 0.9 * BODY)
                answers = harness.post_in_parallel(forwarder.port, [body] * SENDERS * 2, connections=SENDERS)
                self.assertEqual({answer.status for answer in answers}, {200})
                harness.check_laws(forwarder.drain())
                peak = forwarder.memory_peak()
                self.note(f"{name}: {len(answers)} bodies of {len(body) / 1e6:.1f} MB, peak {peak / (1 << 20):.1f} MiB")
                self.assertLessEqual(peak, MEMORY + ABOVE)

    def test_a_body_that_can_never_fit_is_refused_at_once(self):
        forwarder = self.world.start(memory="64MiB")
        answer = forwarder.post(event_list([event(1, userAgent="x" * (16 << 20))]))
        self.assertEqual(answer.status, 413)
        self.assertLessEqual(forwarder.memory_peak(), MEMORY + ABOVE)

    def test_chunked_senders_are_bounded_too(self):
        forwarder = self.world.start(memory="64MiB")
        body = event_list(pods(50, BODY // 50, random.Random(2)))

        def pieces():
            return (body[at:at + 65536] for at in range(0, len(body), 65536))
        failures = []

        def send():
            try:
                with forwarder.client() as client:
                    for _ in range(20):
                        client.connection.request("POST", "/audit", pieces(), {
                            "Content-Type": "application/json", "Transfer-Encoding": "chunked"}, encode_chunked=True)
                        answer = client.connection.getresponse()
                        answer.read()
                        if answer.status == 200:
                            return
                    failures.append(f"still {answer.status}")
            except OSError as failure:
                failures.append(failure)
        harness.in_parallel([send] * 6)
        self.assertFalse(failures)
        self.assertLessEqual(forwarder.memory_peak(), MEMORY + ABOVE)
