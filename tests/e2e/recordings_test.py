"""The recorded traffic of a real kube-apiserver through the webhook: everything accepted, kept exactly once, no secret
of it anywhere."""
import collections
import os

import events
import harness


class Recordings(harness.Test):
    def post_by_curl(self, forwarder, bodies):
        for n, body in enumerate(bodies):
            path = self.world.path(f"body-{n}")
            with open(path, "wb") as file:
                file.write(body)
            status = harness.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json",
                                 "--data-binary", f"@{path}", f"http://127.0.0.1:{forwarder.port}/audit")
            os.remove(path)
            self.assertEqual(status, b"200", f"body {n}, {len(body)} bytes")

    def check_output(self, forwarder, bodies):
        counts = harness.check_laws(forwarder.drain(seconds=120))
        sent = sum(len(events.items_of(body)) for body in bodies)
        self.assertEqual(counts["received"], sent)
        expected = events.kept(bodies)
        self.assertEqual(collections.Counter(map(events.key, self.world.records())), expected)
        self.note(f"{sent} events sent, {expected.total()} kept and found exactly once")

    def test_bodies_as_they_were_posted(self):
        bodies = events.recorded_bodies()
        forwarder = self.world.start()
        self.post_by_curl(forwarder, bodies)
        answers = harness.post_in_parallel(forwarder.port, bodies)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.check_output(forwarder, bodies * 2)

    def test_log_lines_in_batches_of_400(self):
        bodies = events.batches_of(events.recorded_lines())
        forwarder = self.world.start()
        self.post_by_curl(forwarder, bodies)
        answers = harness.post_in_parallel(forwarder.port, bodies)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.check_output(forwarder, bodies * 2)

    def test_no_secret_that_sat_in_a_removed_body_is_anywhere(self):
        forms = events.planted_secrets("Secret ", "TokenReview ", "ConfigMap ")
        self.assertGreater(len(forms), 1000)
        bodies = events.recorded_bodies() + events.batches_of(events.recorded_lines())
        present = events.find_any(forms, {"sent": b"".join(bodies)})
        self.assertGreater(len(present), 300, "the search finds what was sent")
        forwarder = self.world.start(log={"level": "debug"})
        answers = harness.post_in_parallel(forwarder.port, bodies)
        self.assertEqual({answer.status for answer in answers}, {200})
        metrics = forwarder.drain(seconds=120)
        held = {**self.world.every_byte(), "/metrics": metrics.text.encode()}
        self.assertFalse(events.find_any(forms, held))
        self.note(f"{len(present)} of {len(forms)} forms sent, none found in {sum(map(len, held.values()))} bytes")
