"""CloudWatch Logs, against a stand-in that verifies every signature, enforces every limit and fails on command."""
import base64
import collections
import datetime
import json
import random
import time
import unittest

import events
import harness
from strict_aws import StrictAws, environment

ROUNDS = harness.number("AUDITFWD_KILL_ROUNDS", 3)
PUT = {"service": "logs", "op": "PutLogEvents"}


def bodies(count, events_each, seed=1, size=200):
    """Event lists of now."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    made = [events.event(n, seed=seed, stageTimestamp=now, userAgent="x" * size) for n in range(count * events_each)]
    return [events.event_list(made[at:at + events_each]) for at in range(0, len(made), events_each)]


class CloudWatch(harness.Test):
    def setUp(self):
        super().setUp()
        self.aws = StrictAws()
        self.addCleanup(self.aws.close)

    def sink(self, name="cw", **settings):
        own = {"group": "/k8s/audit", "stream": "s", "region": "us-east-1", "endpoint": self.aws.url}
        own.update(settings.pop("cloudwatch", {}))
        return {"name": name, "start": "oldest", "retry_max": "1s", "parked_retry": "500ms", "cloudwatch": own, **settings}

    def start(self, keys=None, **settings):
        with environment(**(StrictAws.KEY if keys is None else keys)):
            return self.world.start(sinks=[self.sink(**settings)])

    def stored(self):
        """How often each record is there, by its id."""
        ids = collections.Counter()
        for one in self.aws.ask("events"):
            record = json.loads(one["message"])
            ids[record["auditfwd"]["id"]] += 1
        return ids

    def test_stores_every_record_once_in_full_calls(self):
        forwarder = self.start()
        sent = bodies(24, 500, size=700)
        # A backlog: nothing is taken until all is in the spool.
        self.aws.ask("faults", {**PUT, "times": -1, "action": "error", "status": 503, "code": "ServiceUnavailableException"})
        answers = harness.post_in_parallel(forwarder.port, sent)
        self.assertEqual({answer.status for answer in answers}, {200})
        before = forwarder.cpu_seconds()
        self.aws.ask("faults", method="DELETE")
        metrics = forwarder.drain()
        spent = forwarder.cpu_seconds() - before
        harness.check_laws(metrics)
        ids = self.stored()
        self.assertEqual((len(ids), set(ids.values())), (12_000, {1}))
        calls = [one for one in self.aws.ask("requests?op=PutLogEvents") if one["committed"]]
        counted = metrics.of("auditfwd_cloudwatch_counted_bytes_total", sink="cw")
        # The first call and the last are what was there.
        self.note(f"{len(calls)} calls, {counted / len(calls) / 1048576:.1%} of the limit on average, "
                  f"{sum(one['bytes'] for one in calls) / counted:.1%} of it sent, "
                  f"{self.aws.ask('summary')['connections']} connections, "
                  f"{spent / len(ids) * 1e6:.1f} us of CPU for an event")
        self.assertGreaterEqual(counted / (len(calls) - 1) / 1048576, 0.9)

    def test_whatever_happens_nothing_is_lost_and_only_lost_answers_double(self):
        forwarder = self.start()
        seed = random.randrange(1 << 32)
        faults = [
            {**PUT, "rate": 0.2, "times": 6, "action": "error", "status": 400, "code": "ThrottlingException"},
            {**PUT, "rate": 0.2, "times": 6, "action": "error", "status": 500, "code": "InternalFailure"},
            {**PUT, "rate": 0.2, "times": 4, "action": "reset_after"},
            {**PUT, "rate": 0.2, "times": 4, "action": "reset"},
            {**PUT, "rate": 0.2, "times": 3, "action": "cut"},
            {**PUT, "rate": 0.2, "times": 3, "action": "early", "status": 503, "code": "ServiceUnavailableException"},
            {**PUT, "rate": 0.2, "times": 3, "action": "delay", "delay": 0.5},
        ]
        self.aws.ask("faults", faults)
        sent = bodies(60, 50, seed=seed)
        for body in sent:
            self.assertEqual(forwarder.post(body).status, 200)
            time.sleep(0.02)
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        ids = self.stored()
        self.assertEqual(len(ids), 3000)
        twice = ids.total() - len(ids)
        ambiguous = metrics.of("auditfwd_cloudwatch_ambiguous_events_total", sink="cw")
        self.note(f"seed {seed}: {twice} of 3,000 twice, {ambiguous:.0f} counted as ambiguous; "
                  f"{json.dumps(self.aws.ask('summary')['calls'])}")
        self.assertLessEqual(twice, ambiguous)
        self.assertEqual(metrics.of("auditfwd_sink_offsets", sink="cw", state="dead_lettered"), 0)

    def test_killed_again_and_again_it_loses_nothing(self):
        total = 0
        for life in range(ROUNDS):
            forwarder = self.start()
            for body in bodies(10, 50, seed=life):
                self.assertEqual(forwarder.post(body).status, 200)
                total += 50
            time.sleep(random.uniform(0, 0.3))
            forwarder.kill()
        self.start().drain()
        ids = self.stored()
        self.note(f"{ids.total() - total} of {total} twice after {ROUNDS} kills")
        self.assertEqual(len(ids), total)

    def test_an_event_of_long_ago_goes_with_the_time_it_was_received_or_not_at_all(self):
        old = events.event(1, seed=7, stageTimestamp="2020-01-01T00:00:00.000000Z")
        with environment(**StrictAws.KEY):
            forwarder = self.world.start(sinks=[
                self.sink(), self.sink("strict", cloudwatch={"restamp": False, "group": "/k8s/strict"})])
        self.assertEqual(forwarder.post(events.event_list([old])).status, 200)
        self.assertEqual(forwarder.post(bodies(1, 20, seed=8)[0]).status, 200)
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        self.assertEqual(collections.Counter(one["group"] for one in self.aws.ask("events")),
                         {"/k8s/audit": 21, "/k8s/strict": 20})
        flagged = [one for one in self.aws.ask("events") if '"restamped":"too_old"' in one["message"]]
        self.assertEqual([one["group"] for one in flagged], ["/k8s/audit"])
        self.assertEqual(metrics.of("auditfwd_sink_offsets", sink="strict", state="dead_lettered"), 1)

    def test_a_wrong_secret_is_said_and_a_right_one_helps(self):
        forwarder = self.start(keys={**StrictAws.KEY, "AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assertEqual(forwarder.post(bodies(1, 5)[0]).status, 200)
        harness.wait_until(lambda: "InvalidSignatureException" in forwarder.log(), "the log says why")
        self.assertNotIn("wrong", forwarder.log())
        self.assertEqual(forwarder.stop(), 0)
        self.start().drain()
        self.assertEqual(len(self.stored()), 5)

    def test_a_clock_that_is_off_is_corrected(self):
        self.aws.ask("clock", {"offset_s": -1200})
        forwarder = self.start()
        self.assertEqual(forwarder.post(bodies(1, 5)[0]).status, 200)
        forwarder.drain()
        self.assertEqual(len(self.stored()), 5)
        self.assertIn("clock", forwarder.log())

    def rotates(self, keys, before=lambda: None):
        """Short-lived credentials are renewed while events flow, and none of them waits."""
        self.aws.ask("settings", {"session_seconds": 3})
        forwarder = self.start(keys=keys)
        for n, body in enumerate(bodies(25, 4, seed=3)):
            if n == 12:
                before()
            self.assertEqual(forwarder.post(body).status, 200)
            time.sleep(0.2)
        forwarder.drain()
        self.assertEqual(len(self.stored()), 100)
        issued = self.aws.ask("credentials")["issued"]
        refused = [one for one in self.aws.ask("requests?op=PutLogEvents") if "Expired" in one["code"]]
        self.note(f"{len(issued)} sessions, {len(refused)} calls with expired ones")
        self.assertGreaterEqual(len(issued), 2)
        for one in issued:
            self.assertNotIn(one["access_key"], forwarder.log())
        return forwarder

    def token(self, audience):
        def part(value):
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
        claims = {"aud": [audience], "exp": int(time.time()) + 3600, "sub": "system:serviceaccount:audit:auditfwd",
                  "jti": str(random.random())}
        return f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln"

    def write_token(self, audience):
        with open(self.world.path("token"), "w", encoding="ascii") as file:
            file.write(self.token(audience))

    def test_irsa(self):
        self.write_token("sts.amazonaws.com")
        self.rotates({"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/audit", "AWS_ENDPOINT_URL_STS": self.aws.url,
                      "AWS_WEB_IDENTITY_TOKEN_FILE": self.world.path("token")},
                     lambda: self.write_token("sts.amazonaws.com"))

    def test_pod_identity(self):
        self.write_token("pods.eks.amazonaws.com")
        self.rotates({"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.aws.url + "/v1/credentials",
                      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": self.world.path("token")})

    def test_instance_metadata(self):
        self.rotates({"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.aws.url})

    def test_no_credentials_at_all_are_said_and_waited_for(self):
        forwarder = self.start(keys={"AWS_EC2_METADATA_DISABLED": "true"})
        harness.wait_until(lambda: "AWS credentials: none found" in forwarder.log(), "the log says so")
        self.assertEqual(forwarder.post(bodies(1, 5)[0]).status, 200)
        self.assertEqual(forwarder.stop(), 0)


if __name__ == "__main__":
    unittest.main()
