"""Records that are too large for a destination: split ones are joined to what they were, truncated ones are valid and
within the limit, and each counts once."""
import collections
import json
import unittest

import events
import harness


def large_events(sizes):
    """Events of about these sizes, of several shapes; the text is hard to cut and to escape."""
    made = []
    for n, size in enumerate(sizes):
        text = "\u00e4\"\\\n\U0001f600<&>" * (size // 24 + 1)
        items = [{"metadata": {"name": f"pod-{i}", "managedFields": [{"manager": "kubectl"}]}, "spec": {"node": text[:200]}}
                 for i in range(size // 500)]
        shapes = ({"request": {"kind": "Secret", "data": {"a": text}}}, {"response": {"kind": "PodList", "items": items}},
                  {"request": {"spec": [[text[:50]] * 20] * (size // 2500 + 1)}}, {"userAgent": text[: size // 4]})
        made.append(events.event(n, verb="update", resource="configmaps", group="", level="RequestResponse",
                                 **shapes[n % len(shapes)]))
    return made


NEWLINE = b"\n"


class Fitting(harness.Test):
    LIMIT = 262118  # of CloudWatch Logs before April 2025, without its 26 bytes

    def lines(self):
        sizes = [1_000, 262_000, 300_000, 600_000, 1_572_864, 3_145_728, 5_000, 262_100, 20_000_000]
        lines = [events.line(event) for event in large_events(sizes)]
        try:
            lines += [line + NEWLINE for line in events.recorded_lines()[:2000]]
        except unittest.SkipTest:  # there are none
            pass
        return b"".join(lines)

    def pipe(self, data, *arguments):
        return harness.run(harness.BINARY, "pipe", "--policy", "all", *arguments, stdin=data)

    def test_what_was_split_is_joined_byte_for_byte(self):
        data = self.lines()
        whole = self.pipe(data)
        split = self.pipe(data, "--limit", self.LIMIT, "--oversize", "split")
        self.assertLessEqual(max(map(len, split.split(b"\n"))), self.LIMIT)
        self.assertGreater(split.count(b"\n"), whole.count(b"\n"))
        joined = harness.run(harness.BINARY, "reassemble", stdin=split)
        # A record of more than 64 parts is truncated; all others are what they were.
        expected, got = whole.split(b"\n"), joined.split(b"\n")
        self.assertEqual(len(expected), len(got))
        different = [n for n, (a, b) in enumerate(zip(expected, got)) if a != b]
        self.assertEqual([b'"tooManyParts":true' in got[n] for n in different], [True] * len(different))
        self.assertLessEqual(len(different), 1)
        self.note(f"{len(expected) - 1} records, {split.count(NEWLINE)} lines with parts, {len(whole)} bytes")

    def test_parts_in_any_order_and_a_missing_one(self):
        split = self.pipe(self.lines(), "--limit", "64KiB").split(b"\n")[:-1]
        again = [line for line in split if b'"part":{' in line][:3]
        turned = harness.run(harness.BINARY, "reassemble", stdin=b"\n".join(reversed(split + again)))
        self.assertEqual(collections.Counter(turned.split(b"\n")),
                         collections.Counter(harness.run(harness.BINARY, "reassemble", stdin=b"\n".join(split)).split(b"\n")))
        second = next(n for n, line in enumerate(split) if b'"part":{"n":2,' in line)
        ran = harness.run(harness.BINARY, "reassemble", stdin=b"\n".join(split[:second] + split[second + 1:]), code=None)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"is missing", ran.stderr)

    def test_a_sink_with_a_limit_gets_records_within_it_and_counts_each_once(self):
        sinks = [self.world.file_sink("out"),
                 self.world.file_sink("split", file={"limit": "16KiB"}),
                 self.world.file_sink("truncated", file={"limit": "64KiB", "oversize": "truncate"}),
                 self.world.file_sink("few", file={"limit": "16KiB", "max_parts": 2})]
        forwarder = self.world.start(sinks=sinks, policy="all")
        made = large_events([1_000, 20_000, 100_000, 300_000, 2_000, 70_000])
        for event in made:
            self.assertEqual(forwarder.post(events.event_list([event])).status, 200)
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        whole = self.world.output("out")
        self.assertEqual(harness.run(harness.BINARY, "reassemble", stdin=self.world.output("split")), whole)
        for sink, limit in (("split", 16384), ("truncated", 65536), ("few", 16384)):
            self.assertLessEqual(max(map(len, self.world.output(sink).split(b"\n"))), limit)
            self.assertEqual(metrics.of("auditfwd_sink_offsets", sink=sink, state="delivered"), len(made))
        for sink in ("truncated", "few"):
            self.assertEqual(list(map(events.key, self.world.records(sink))), list(map(events.key, made)))
        cut = [record for record in self.world.records("truncated")
               if record.get("annotations", {}).get("audit.k8s.io/truncated") == "true"]
        self.assertEqual(len(cut), sum(len(line) > 65536 for line in whole.split(b"\n")))
        for record in cut:
            self.assertTrue(record["auditfwd"]["removed"])
        text = metrics.text
        for mode in ("split", "truncated", "too_many_parts"):
            self.assertRegex(text, f'auditfwd_sink_fitted_total{{[^}}]*mode="{mode}"')
        self.assertGreater(metrics.of("auditfwd_sink_fitted_bytes_removed_total", sink="truncated"), 0)
        self.assertEqual(json.loads(whole.split(b"\n")[0])["auditID"], made[0]["auditID"])
