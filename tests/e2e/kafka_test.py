"""Records on their way to a real Apache Kafka broker, through everything that happens to brokers."""
import collections
import json
import os
import random
import unittest

import events
import harness
import kafka_broker

ROUNDS = harness.number("AUDITFWD_KILL_ROUNDS", 3)


class ToKafka(harness.Test):
    def broker(self, **properties):
        kafka = kafka_broker.Kafka(self.world.path("kafka"), **properties)
        self.addCleanup(kafka.kill)
        return kafka

    def start(self, kafka, kafka_sink=None, **settings):
        sinks = [self.world.file_sink("out"), kafka_sink or kafka_broker.sink(kafka.address)]
        return self.world.start(sinks=sinks, **settings)

    def assert_same_as_file(self, messages):
        """Every line of the file sink, once, byte for byte; those with one key in the file's order."""
        lines = self.world.output("out").split(b"\n")[:-1]
        values = collections.Counter(message.value for message in messages)
        missing, more = collections.Counter(lines) - values, values - collections.Counter(lines)
        self.assertEqual((list(missing)[:3], list(more)[:3]), ([], []), f"{missing.total()} missing, {more.total()} too many")
        place = {line: n for n, line in enumerate(lines)}
        last, partition = {}, {}
        for message in messages:
            self.assertEqual(json.loads(message.value)["auditID"].encode()[:256], message.key)
            self.assertEqual(partition.setdefault(message.key, message.partition), message.partition)
            self.assertLess(last.get(message.key, -1), place[message.value])
            last[message.key] = place[message.value]

    def test_everything_arrives_complete_in_order_and_as_in_the_file(self):
        kafka = self.broker().start()
        kafka.create("audit")
        bodies = [events.event_list(events.mixed_events(400, seed=seed)) for seed in range(8)]
        try:
            bodies += events.recorded_bodies()
        except unittest.SkipTest as skipped:
            self.note(f"without the recording: {skipped}")
        forwarder = self.start(kafka)
        answers = harness.post_in_parallel(forwarder.port, bodies)
        self.assertEqual({answer.status for answer in answers}, {200})
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        stored = int(metrics.of("auditfwd_last_offset"))
        messages = kafka.read("audit", stored + 1)
        self.assert_same_as_file(messages)
        self.assertGreater(len({message.partition for message in messages}), 1)
        self.assertEqual({message.headers[b"auditfwd-cluster"] for message in messages}, {b"default"})
        ids = {message.headers[b"auditfwd-id"] for message in messages}
        self.assertEqual(len(ids), stored)
        harness.wait_until(lambda: forwarder.metrics().of("auditfwd_kafka_brokers_up", sink="siem") == 1,
                           "the client's statistics are shown")
        self.assertEqual(set(kafka.stored_compressions("audit")), {4})  # zstd, on the broker's disk
        self.note(f"{stored} records in {sum(kafka.stored_compressions('audit').values())} batches")

    def test_a_broker_killed_under_load_loses_and_doubles_nothing(self):
        kafka = self.broker().start()
        kafka.create("audit")
        forwarder = self.start(kafka)
        load = harness.Load(forwarder.port, 8 * ROUNDS, rate=1000, batch=50)
        for _ in range(ROUNDS):
            before = forwarder.metrics().of("auditfwd_sink_offsets", sink="siem", state="delivered")
            harness.wait_until(lambda: forwarder.metrics().of("auditfwd_sink_offsets", sink="siem", state="delivered")
                               > before + 500, "records are delivered again", 120)
            kafka.kill()
            kafka.start()
        report = load.wait()
        self.assertEqual(set(report["answers"]), {"200"})
        metrics = forwarder.drain(seconds=120)
        harness.check_laws(metrics)
        self.assertEqual(metrics.of("auditfwd_kafka_producers_total"), 1)
        messages = kafka.read("audit", report["events"] + 1)
        self.assert_same_as_file(messages)
        self.note(f"{report['events']} records through {ROUNDS} kills of the broker")

    def test_a_broker_that_is_down_at_the_start_is_waited_for(self):
        kafka = self.broker()
        forwarder = self.start(kafka)
        self.assertEqual(forwarder.post(events.event_list(events.mixed_events(100))).status, 200)
        forwarder.drain("out")  # the sink beside it has everything
        harness.wait_until(lambda: "cannot be opened" in forwarder.log(), "it is said")
        self.assertEqual(forwarder.metrics().of("auditfwd_sink_up", sink="siem"), 0)
        kafka.start()
        kafka.create("audit")
        metrics = forwarder.drain()
        self.assertEqual(metrics.of("auditfwd_sink_up", sink="siem"), 1)
        self.assert_same_as_file(kafka.read("audit", 101))

    def test_a_wrong_password_is_said_and_never_shown(self):
        kafka = self.broker().start()
        kafka.create("audit")
        password = self.world.path("password")
        with open(password, "w", encoding="ascii") as file:
            file.write("not-the-right-one\n")
        sasl = {"mechanism": "PLAIN", "username": "alice", "password_file": password}
        forwarder = self.start(kafka, kafka_broker.sink(f"127.0.0.1:{kafka.sasl_port}", kafka={"sasl": sasl}))
        self.assertEqual(forwarder.post(events.event_list(events.mixed_events(100))).status, 200)
        forwarder.drain("out")
        harness.wait_until(lambda: "Invalid username or password" in forwarder.log(), "it is said")
        with open(password, "w", encoding="ascii") as file:
            file.write(kafka.PASSWORD + "\n")
        forwarder.drain()
        self.assert_same_as_file(kafka.read("audit", 101))
        for secret in ("not-the-right-one", kafka.PASSWORD):
            self.assertNotIn(secret, forwarder.log())
            self.assertNotIn(secret, forwarder.metrics().text)

    def test_a_missing_topic_is_said_and_used_once_it_is_there(self):
        kafka = self.broker().start()
        forwarder = self.start(kafka)
        self.assertEqual(forwarder.post(events.event_list(events.mixed_events(100))).status, 200)
        forwarder.drain("out")
        harness.wait_until(lambda: "the topic audit does not exist" in forwarder.log(), "it is said")
        kafka.create("audit")
        forwarder.drain()
        self.assert_same_as_file(kafka.read("audit", 101))

    def test_a_record_that_the_topic_does_not_take_is_a_dead_letter_and_its_neighbours_arrive(self):
        kafka = self.broker().start()
        kafka.create("audit", partitions=1, max_message_bytes=20000)
        forwarder = self.start(kafka, policy="all", redaction="off")
        noise = random.Random(1)
        made = [events.event(n, verb="create", level="RequestResponse", group="apps", resource="deployments",
                             request={"kind": "Deployment", "noise": noise.randbytes(20000 if n == 20 else 300).hex()})
                for n in range(41)]
        self.assertEqual(forwarder.post(events.event_list(made)).status, 200)
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        self.assertEqual(metrics.of("auditfwd_sink_offsets", sink="siem", state="dead_lettered"), 1)
        values = [message.value for message in kafka.read("audit", 1000, patience=5)]  # some twice
        expected = [line for line in self.world.output("out").splitlines() if made[20]["auditID"].encode() not in line]
        self.assertEqual(sorted(set(values)), sorted(expected))
        self.assertEqual(len(os.listdir(self.world.path("spool", "deadletters", "siem"))), 1)


if __name__ == "__main__":
    unittest.main()
