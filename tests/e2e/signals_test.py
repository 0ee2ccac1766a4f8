"""SIGTERM and SIGHUP: an orderly end that loses nothing, and a reload that takes all of a new configuration or none."""
import collections
import json
import os
import signal
import socket
import threading
import time

import harness
from events import event, event_list


def policy(*rules):
    return json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": list(rules)})


class Terminate(harness.Test):
    def test_under_load_it_ends_in_order_and_loses_nothing(self):
        forwarder = self.world.start()
        ids = self.world.path("ids.txt")
        load = harness.Load(forwarder.port, 10, rate=20000, batch=100, each_once=True, ids=ids, patience=10)
        time.sleep(1)
        begin = time.monotonic()
        self.assertEqual(forwarder.stop(), 0, forwarder.log())
        took = time.monotonic() - begin
        report = load.wait()
        self.note(f"ended in {took:.2f} s; answers {report['answers']}")
        self.assertLess(took, 25)
        acknowledged, unknown = harness.read_ids(ids)
        self.assertTrue(acknowledged)
        again = self.world.start()
        harness.check_laws(again.drain())
        found = self.world.audit_ids()
        self.assertEqual({one for one in acknowledged if found[one] != 1}, set())
        self.assertLessEqual(set(found), acknowledged | unknown)

    def test_idle_it_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            forwarder = self.world.start()
            begin = time.monotonic()
            forwarder.signal(number)
            self.assertEqual(forwarder.process.wait(30), 0, forwarder.log())
            self.assertLess(time.monotonic() - begin, 3)

    def test_an_idle_connection_does_not_hold_it_up(self):
        forwarder = self.world.start()
        with forwarder.client() as client:
            self.assertEqual(client.post(event_list([event(1)])).status, 200)
            begin = time.monotonic()
            self.assertEqual(forwarder.stop(), 0, forwarder.log())
            self.assertLess(time.monotonic() - begin, 5)

    def test_a_half_sent_request_does_not_hold_it_up_for_ever(self):
        forwarder = self.world.start()
        with socket.create_connection(("127.0.0.1", forwarder.port)) as half:
            half.sendall(b"POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            time.sleep(0.2)
            self.assertEqual(forwarder.stop(), 0, forwarder.log())

    def test_a_dead_sink_does_not_hold_it_up_for_ever(self):
        forwarder = self.world.start(shutdown_deadline="21s", sinks=[
            self.world.file_sink("out"), self.world.dead_sink("dead")])
        self.assertEqual(forwarder.post(event_list([event(1)])).status, 200)
        begin = time.monotonic()
        self.assertEqual(forwarder.stop(), 0, forwarder.log())
        self.assertLess(time.monotonic() - begin, 22)


class Reload(harness.Test):
    def setUp(self):
        super().setUp()
        self.policy = self.world.path("policy.json")

    def write_policy(self, text):
        with open(self.policy + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.policy + ".new", self.policy)

    def level_of(self, forwarder, n):
        """What the forwarder makes of a new event: its level in the output, or None."""
        made = event(n, verb="update", group="apps", resource="deployments", level="RequestResponse", request={"a": n})
        answer = forwarder.post(event_list([made]))
        self.assertEqual(answer.status, 200)
        forwarder.drain()
        return next((one["level"] for one in self.world.records() if one["auditID"] == made["auditID"]), None)

    def test_takes_a_new_policy_whole_and_keeps_the_old_one_when_the_new_is_bad(self):
        self.write_policy(policy({"level": "Metadata"}))
        forwarder = self.world.start(policy=self.policy)
        self.assertEqual(self.level_of(forwarder, 1), "Metadata")

        self.write_policy(policy({"level": "RequestResponse"}))
        forwarder.signal(signal.SIGHUP)
        numbers = iter(range(100, 100_000))
        harness.wait_until(lambda: self.level_of(forwarder, next(numbers)) == "RequestResponse", "the new policy")

        self.write_policy(policy({"level": "None"}).replace("None", "Nothing"))
        said = len(forwarder.log())
        forwarder.signal(signal.SIGHUP)
        harness.wait_until(lambda: "policy" in forwarder.log()[said:], "a loud complaint")
        self.assertEqual(self.level_of(forwarder, 2), "RequestResponse")

        self.write_policy(policy({"level": "None"}))
        forwarder.signal(signal.SIGHUP)
        harness.wait_until(lambda: self.level_of(forwarder, next(numbers)) is None, "the policy that drops")
        self.assertEqual(forwarder.stop(), 0)

    def test_a_changed_file_is_taken_without_a_signal(self):
        self.write_policy(policy({"level": "Metadata"}))
        forwarder = self.world.start(policy=self.policy)
        self.assertEqual(self.level_of(forwarder, 1), "Metadata")
        self.write_policy(policy({"level": "Request"}))
        numbers = iter(range(100, 100_000))
        harness.wait_until(lambda: self.level_of(forwarder, next(numbers)) == "Request", "the new policy")

    def test_under_load_nobody_is_refused(self):
        self.write_policy(policy({"level": "Metadata"}))
        forwarder = self.world.start(policy=self.policy)
        stop = threading.Event()

        def hang_up():
            while not stop.wait(0.05):
                forwarder.signal(signal.SIGHUP)
        thread = threading.Thread(target=hang_up)
        thread.start()
        report = harness.Load(forwarder.port, 3, rate=5000, batch=50).wait()
        stop.set()
        thread.join()
        self.assertEqual(set(report["answers"]), {"200"})
        harness.check_laws(forwarder.drain())
        self.assertEqual(set(self.world.audit_ids().values()), {1})
        self.assertEqual(collections.Counter(report["answers"])["200"] * 50, report["events"])
