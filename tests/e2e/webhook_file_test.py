"""Webhook to file, with events made here: the main job end to end, needing nothing from outside."""
import collections
import gzip
import http.client
import json
import unittest

import events
import harness
from events import event, event_list


class WebhookToFile(harness.Test):
    def test_what_the_policy_keeps_arrives_exactly_once_and_both_laws_hold(self):
        bodies = [event_list(events.mixed_events(400, seed=seed)) for seed in range(12)]
        forwarder = self.world.start()
        answers = harness.post_in_parallel(forwarder.port, bodies)
        self.assertEqual({answer.status for answer in answers}, {200})
        metrics = forwarder.drain()
        counts = harness.check_laws(metrics)
        self.assertEqual(counts["received"], 12 * 400)
        self.assertEqual(counts["rejected"], 0)
        expected = events.kept(bodies)
        self.assertEqual(collections.Counter(map(events.key, self.world.records())), expected)
        self.assertEqual(counts["stored"], expected.total())

    def test_every_record_has_the_promised_shape(self):
        forwarder = self.world.start()
        self.assertEqual(forwarder.post(event_list(events.mixed_events(64))).status, 200)
        forwarder.drain()
        for text in self.world.output().splitlines():
            self.assertNotIn(b"\n", text)
            record = json.loads(text.decode())
            self.assertEqual((record["kind"], record["apiVersion"]), ("Event", "audit.k8s.io/v1"))
            self.assertEqual(list(record)[-1], "auditfwd")
            self.assertEqual(record["auditfwd"]["source"], "webhook")
            if record["level"] == "Metadata":
                self.assertFalse({"requestObject", "responseObject"} & set(record))

    def test_a_secret_that_the_policy_removes_is_nowhere(self):
        forwarder = self.world.start()
        self.assertEqual(forwarder.post(event_list(events.mixed_events(200))).status, 200)
        metrics = forwarder.drain()
        forms = {form: secret for secret in events.SECRETS for form in events.forms_of(secret)}
        held = {**self.world.every_byte(), "/metrics": metrics.text.encode()}
        self.assertFalse(events.find_any(forms, held))
        self.assertIn(b'"resource":"secrets"', held["spool (decompressed)"])  # the search looked at something

    def test_every_shape_of_body_is_understood(self):
        one = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", **event(1)}
        bodies = {
            "EventList": event_list([event(2), event(3)]),
            "Event": json.dumps(one).encode(),
            "array": json.dumps([{**one, **event(4)}, {**one, **event(5)}]).encode(),
            "lines": events.line(event(6)) + events.line(event(7)),
            "white space": json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event(8)]},
                                      indent=3).encode(),
            "old version": event_list([event(9)]).replace(b"audit.k8s.io/v1", b"audit.k8s.io/v1beta1"),
            "member order": json.dumps(dict(reversed(list(one.items()))) | {"auditID": event(10)["auditID"]}).encode(),
        }
        forwarder = self.world.start()
        for name, body in bodies.items():
            with self.subTest(name):
                answer = forwarder.post(body)
                self.assertEqual(answer.status, 200, answer.body)
        forwarder.drain()
        ids = collections.Counter(record["auditID"] for record in self.world.records())
        self.assertEqual(ids, collections.Counter(event(n)["auditID"] for n in range(1, 11)))

    def test_gzip_and_chunked_bodies_are_read(self):
        forwarder = self.world.start()
        self.assertEqual(forwarder.post(gzip.compress(event_list([event(1)])), Content_Encoding="gzip").status, 200)
        connection = http.client.HTTPConnection("127.0.0.1", forwarder.port, timeout=30)
        body = event_list([event(2)])
        connection.request("POST", "/audit", (body[at:at + 100] for at in range(0, len(body), 100)),
                           {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}, encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        forwarder.drain()
        self.assertEqual(len(self.world.records()), 2)

    def test_one_bad_item_costs_only_itself(self):
        bad = [{**event(1), "auditID": ""}, {k: v for k, v in event(2).items() if k != "auditID"},
               {**event(3), "stage": "Sometime"}, 7, "text", None, [event(4)]]
        good = [event(n) for n in range(10, 20)]
        forwarder = self.world.start()
        answer = forwarder.post(event_list([item for pair in zip(good, bad) for item in pair] + good[len(bad):]))
        self.assertEqual(answer.status, 200)
        counts = harness.check_laws(forwarder.drain())
        self.assertEqual((counts["rejected"], counts["stored"]), (len(bad), len(good)))
        self.assertEqual(sorted(record["auditID"] for record in self.world.records()),
                         sorted(item["auditID"] for item in good))

    def test_a_restart_goes_on_where_it_was(self):
        ids = []
        for life in range(3):
            forwarder = self.world.start()
            made = [event(n, seed=life) for n in range(100)]
            ids += [one["auditID"].encode() for one in made]
            self.assertEqual(forwarder.post(event_list(made)).status, 200)
            harness.check_laws(forwarder.metrics())
            self.assertEqual(forwarder.stop(), 0, forwarder.log())
        self.world.start().drain()
        self.assertEqual(self.world.audit_ids(), collections.Counter(ids))

    def test_two_sinks_get_the_same(self):
        sinks = [self.world.file_sink("out"), self.world.file_sink("packed", file={"compress": True})]
        forwarder = self.world.start(sinks=sinks)
        self.assertEqual(forwarder.post(event_list(events.mixed_events(400))).status, 200)
        forwarder.drain()
        self.assertEqual(forwarder.stop(), 0)
        self.assertTrue(self.world.output("out"))
        self.assertEqual(self.world.output("out"), self.world.output("packed"))


if __name__ == "__main__":
    unittest.main()
