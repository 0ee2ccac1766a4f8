"""Detections from outside: in records, in explanations, in metrics, and rules that change while it runs."""
import json
import os
import signal

import harness
from events import event, event_list, line
from process import run

RULES = """
- list: readers
  items: [alice]
- macro: done
  condition: ka.stage = ResponseComplete
- rule: Config map written
  desc: d
  condition: done and ka.verb = create and ka.target.resource = configmaps and ka.req.configmap.obj contains password
  output: user=%ka.user.name data=%ka.req.configmap.obj
  priority: WARNING
  source: k8s_audit
  tags: [T1552, mitre]
- rule: Read by somebody else
  desc: d
  condition: done and ka.verb = get and not ka.user.name in (readers)
  output: user=%ka.user.name
  priority: INFO
  source: k8s_audit
- rule: Never
  desc: d
  condition: ka.verb = nosuch
  output: o
  priority: INFO
  source: k8s_audit
"""

POLICY = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [
    {"level": "None", "verbs": ["get"]},
    {"level": "Metadata", "namespaces": ["shop"]},
    {"level": "RequestResponse"}]}


def config_map(n, **members):
    return event(n, verb="create", group="", resource="configmaps", level="RequestResponse",
                 request={"data": {"password": "hunter-e2e"}}, **members)


class Detection(harness.Test):
    def setUp(self):
        super().setUp()
        self.rules = self.write("rules.d/10-ours.yaml", RULES)
        self.policy = self.write("policy.json", json.dumps(POLICY))

    def write(self, name, text):
        path = self.world.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        return path

    def asked(self, command, *events, redaction="off"):
        arguments = ("--policy", self.policy, "--redaction", redaction, "--rules", self.rules)
        said = run(harness.BINARY, command, *arguments, stdin=b"".join(map(line, events)))
        return [json.loads(one) for one in said.splitlines()]

    def test_outputs_are_rendered_from_what_is_kept(self):
        kept, removed = self.asked("explain", config_map(1, namespace="other"), config_map(2))
        self.assertEqual([one["rule"] for one in kept["detections"]], ["Config map written"])
        self.assertEqual(kept["detections"][0]["output"], 'user=alice data={"password":"hunter-e2e"}')
        self.assertEqual(removed["level"], "Metadata")
        self.assertEqual(removed["removed"], ["/requestObject"])
        self.assertEqual(removed["detections"][0]["output"], "user=alice data=<NA>")
        self.assertEqual(removed["detections"][0]["because"], [
            'ka.stage = ResponseComplete', 'ka.verb = create', 'ka.target.resource = configmaps',
            'ka.req.configmap.obj contains password'])

    def test_an_event_that_the_policy_drops_is_explained_too(self):
        (dropped,) = self.asked("explain", event(1, user="bob"))
        self.assertTrue(dropped["dropped"])
        self.assertEqual(dropped["detections"][0]["output"], "user=bob")
        self.assertEqual(self.asked("pipe", event(1, user="bob")), [])

    def test_records_carry_name_priority_and_tags(self):
        (record,) = self.asked("pipe", config_map(1))
        self.assertEqual(record["auditfwd"]["detections"], ["Config map written"])
        self.assertEqual(record["auditfwd"]["priority"], "Warning")
        self.assertEqual(record["auditfwd"]["tags"], ["T1552", "mitre"])
        self.assertNotIn("outputs", record["auditfwd"])

    def test_rules_can_be_listed_checked_and_tested(self):
        listed = run(harness.BINARY, "rules", "list", "--rules", os.path.dirname(self.rules)).decode()
        self.assertIn("Config map written", listed)
        self.assertEqual(run(harness.BINARY, "rules", "check", self.rules), b"3 rules\n")
        bad = self.write("bad.yaml", RULES + "- rule: x\n  condition: ka.nosuch exists\n")
        done = run(harness.BINARY, "rules", "check", bad, code=None)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"bad.yaml:", done.stderr)
        tests = self.write("tests.yaml", "- test: t\n  event: {verb: get, user: {username: bob}}\n"
                                         "  detects: [Read by somebody else]\n  quiet: all\n")
        self.assertEqual(run(harness.BINARY, "rules", "test", "--rules", self.rules, tests),
                         b"1 tests, 0 failed\n")

    def test_metrics_count_by_rule_what_was_dropped_and_what_never_fired(self):
        forwarder = self.world.start(policy=self.policy, rules=[os.path.dirname(self.rules)])
        made = [config_map(n) for n in range(100)] + [event(1000 + n, user="bob") for n in range(60)]
        self.assertEqual(forwarder.post(event_list(made)).status, 200)
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        self.assertEqual(metrics.of("auditfwd_detections_total", rule="Config map written", priority="Warning"), 100)
        self.assertEqual(metrics.of("auditfwd_detections_total", rule="Read by somebody else"), 60)
        self.assertEqual(metrics.of("auditfwd_detections_dropped_total", rule="Read by somebody else"), 60)
        self.assertEqual(metrics.of("auditfwd_detection_rules", state="loaded"), 3)
        self.assertEqual(metrics.of("auditfwd_detection_rules", state="never_matched"), 1)
        self.assertGreater(metrics.of("auditfwd_detection_timed_total"), 0)
        self.assertGreater(metrics.of("auditfwd_detection_timed_seconds_total"), 0)
        self.assertNotIn("hunter-e2e", metrics.text + forwarder.log())

    def test_rules_are_read_again_without_a_restart_and_bad_ones_change_nothing(self):
        forwarder = self.world.start(policy=self.policy, rules=[os.path.dirname(self.rules)])
        numbers = iter(range(1, 100_000))

        def detections():
            made = config_map(next(numbers))
            self.assertEqual(forwarder.post(event_list([made])).status, 200)
            forwarder.drain()
            return next(one["auditfwd"].get("detections", []) for one in self.world.records()
                        if one["auditID"] == made["auditID"])

        self.assertEqual(detections(), ["Config map written"])
        # A second file of the directory, after the first: it takes a rule of it away.
        self.write("rules.d/20-site.yaml", "- rule: Config map written\n  override: {enabled: replace}\n  enabled: false\n")
        forwarder.signal(signal.SIGHUP)
        harness.wait_until(lambda: detections() == [], "the rule that was disabled")
        said = len(forwarder.log())
        self.write("rules.d/20-site.yaml", "- rule: Config map written\n  enabled: perhaps\n")
        forwarder.signal(signal.SIGHUP)
        harness.wait_until(lambda: "20-site.yaml" in forwarder.log()[said:], "a loud complaint")
        self.assertEqual(detections(), [])
        os.remove(self.world.path("rules.d/20-site.yaml"))
        forwarder.signal(signal.SIGHUP)
        harness.wait_until(lambda: detections() == ["Config map written"], "the rule again")
