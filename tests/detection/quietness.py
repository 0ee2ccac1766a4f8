#!/usr/bin/env python3
"""How often each built-in rule fires on recorded traffic, as a Markdown table: quietness.py AUDITFWD EVENTS...

EVENTS are files of audit events, one a line, .zst or plain. Fails when the parts of a cluster, which do what they do all
day, set off more than one detection in 10,000 events; a rule that is expected to fire there stands in REASONS. Files
that are not there are left out; without any the exit code is 77 (skipped).
"""

import collections
import json
import os
import re
import subprocess
import sys

ALLOWED = 1 / 10_000
COMPONENT = re.compile(r"system:(apiserver|kube-[a-z-]+|node:.*|serviceaccount:kube-system:.*)|eks:.*")
REASONS = {}


def lines_of(path):
    text = open(path, "rb").read()
    if path.endswith(".zst"):
        text = subprocess.run(["zstd", "-dcq"], input=text, stdout=subprocess.PIPE, check=True).stdout
    return [line for line in text.split(b"\n") if line]


def user_of(line):
    return json.loads(line.decode("utf-8", "replace")).get("user", {}).get("username", "")


def main(auditfwd, paths):
    paths = [path for path in paths if os.path.exists(path)]
    if not paths:
        print("no recorded traffic")
        return 77
    lines = [line for path in paths for line in lines_of(path)]
    component = [COMPONENT.fullmatch(user_of(line)) is not None for line in lines]
    explained = subprocess.run(
        [auditfwd, "explain", "--policy", "metadata"], input=b"\n".join(lines) + b"\n", stdout=subprocess.PIPE
    ).stdout
    fired = {True: collections.Counter(), False: collections.Counter()}
    for line in explained.splitlines():
        event = json.loads(line)
        for detection in event.get("detections", []):
            fired[component[event["n"]]][detection["rule"]] += 1
    listed = subprocess.run([auditfwd, "rules", "list"], stdout=subprocess.PIPE, check=True, text=True).stdout
    rules = [(line[:13].strip(), line[14:]) for line in listed.splitlines() if line and not line.startswith(" ")]
    events = sum(component)
    print(f"| rule | priority | components, of {events:,} | others, of {len(lines) - events:,} |")
    print("| --- | --- | --- | --- |")
    for priority, rule in rules:
        reason = f" ({REASONS[rule]})" if rule in REASONS and fired[True][rule] else ""
        print(f"| {rule} | {priority} | {fired[True][rule]}{reason} | {fired[False][rule]} |")
    unexpected = sum(count for rule, count in fired[True].items() if rule not in REASONS)
    if unexpected > ALLOWED * events:
        print(f"{unexpected} detections in {events} events of components", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
