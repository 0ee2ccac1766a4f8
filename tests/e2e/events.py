"""Audit events to send: made ones, which need nothing, and the recorded ones of a real API server where they are."""
import base64
import collections
import json
import os
import tempfile

import harness

READ = "2026-11-24T10:00:00.000000Z"


def event(n, *, verb="get", resource="widgets", group="example.com", namespace="shop", name="w", subresource=None,
          level="Metadata", stage="ResponseComplete", user="alice", groups=("system:authenticated",), code=200,
          request=None, response=None, seed=1, **members):
    """An event in kube-apiserver's key order; its auditID holds `seed` and `n`."""
    prefix = f"/api/v1/namespaces/{namespace}" if not group else f"/apis/{group}/v1/namespaces/{namespace}"
    path = "/".join(filter(None, (f"{prefix}/{resource}", None if verb in ("list", "create") else name, subresource)))
    reference = {"resource": resource, "namespace": namespace, "name": name, "apiGroup": group, "apiVersion": "v1",
                 "subresource": subresource}
    made = {
        "level": level, "auditID": f"{seed:08x}-e2e0-4000-8000-{n:012x}", "stage": stage, "requestURI": path,
        "verb": verb, "user": {"username": user, "groups": list(groups)}, "sourceIPs": ["10.0.0.1"],
        "userAgent": "e2e/1", "objectRef": {key: value for key, value in reference.items() if value},
    }
    if stage != "RequestReceived":
        made["responseStatus"] = {"metadata": {}, "code": code}
    if request is not None:
        made["requestObject"] = request
    if response is not None:
        made["responseObject"] = response
    made["requestReceivedTimestamp"] = READ
    made["stageTimestamp"] = READ
    made.update(members)
    return made


def event_list(events):
    return json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": list(events)},
                      separators=(",", ":"), ensure_ascii=False).encode()


def line(made):
    """As kube-apiserver's log backend writes it."""
    return json.dumps({"kind": "Event", "apiVersion": "audit.k8s.io/v1", **made}, separators=(",", ":"),
                      ensure_ascii=False).encode() + b"\n"


SECRETS = ("Tr0ub4dor&3-not-a-real-password", "ey.not-a-real-token.e2e", "plain \"quoted\"\nnot-a-real-line", "nicht-echt-äöü-✓")


def mixed_events(count, seed=1):
    """What a cluster does all day: kept and dropped events, all levels, bodies with secrets in them, odd text."""
    made = []
    for n in range(count):
        secret = SECRETS[n // 8 % len(SECRETS)]
        data = {"password": base64.b64encode(secret.encode()).decode()}
        kinds = (
            {},
            {"stage": "RequestReceived"},
            {"verb": "create", "group": "", "resource": "secrets", "level": "RequestResponse", "code": 201,
             "request": {"kind": "Secret", "apiVersion": "v1", "data": data, "stringData": {"p": secret}},
             "response": {"kind": "Secret", "apiVersion": "v1", "data": data}},
            {"verb": "update", "group": "", "resource": "configmaps", "level": "RequestResponse",
             "request": {"kind": "ConfigMap", "apiVersion": "v1", "data": {"settings": secret}}},
            {"verb": "create", "group": "authentication.k8s.io", "resource": "tokenreviews", "level": "RequestResponse",
             "request": {"kind": "TokenReview", "spec": {"token": secret}}},
            {"verb": "patch", "group": "", "resource": "events", "level": "RequestResponse", "request": {"reason": "x"}},
            {"verb": "update", "group": "apps", "resource": "deployments", "level": "RequestResponse", "name": "wäb",
             "request": {"kind": "Deployment", "spec": {"replicas": n, "text": "\u2028 <&> \"\\ \U0001f600"}},
             "response": {"kind": "Deployment", "spec": {"replicas": n}}},
            {"verb": "list", "group": "", "resource": "pods", "level": "Request", "user": "system:serviceaccount:ci:x"},
        )
        made.append(event(n, seed=seed, **kinds[n % len(kinds)]))
    return made


def key(made):
    """What tells events apart, also where a client chose the auditID."""
    return made.get("auditID"), made.get("stage"), made.get("requestReceivedTimestamp"), made.get("stageTimestamp")


def parse(raw):
    """As a reader that repairs invalid UTF-8 sees it."""
    return json.loads(raw.decode(errors="replace"))


def kept(bodies, *arguments):
    """How often each event of these bodies (or lines) is kept, as `auditfwd explain` says: Counter of key()."""
    counts = collections.Counter()
    for body in bodies:
        explained = [json.loads(text) for text in
                     harness.run(harness.BINARY, "explain", *arguments, stdin=body).splitlines()]
        items = items_of(body)
        assert len(explained) == len(items), (len(explained), len(items))
        for item, said in zip(items, explained):
            assert said["auditID"] == item["auditID"]
            if not said["dropped"]:
                counts[key(item)] += 1
    return counts


def items_of(body):
    """The events of an EventList or of lines."""
    try:
        whole = parse(body)
    except json.JSONDecodeError:
        return [parse(text) for text in body.split(b"\n") if text]
    return whole["items"] if "items" in whole else [whole]


def recorded_bodies():
    """The webhook bodies as the API server posted them."""
    folder = harness.shared("corpus/kube/batches")
    return [harness.run("zstd", "-dcq", os.path.join(folder, name)) for name in sorted(os.listdir(folder))]


def recorded_lines():
    """The lines of the audit log, without their newlines."""
    return harness.run("zstd", "-dcq", harness.shared("corpus/kube/events.ndjson.zst")).rstrip(b"\n").split(b"\n")


def batches_of(lines, size=400):
    """EventLists of so many lines each, every line as it is."""
    head = b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
    return [head + b",".join(lines[at:at + size]) + b"]}\n" for at in range(0, len(lines), size)]


def planted_secrets(*kinds):
    """Values that were in the bodies of these kinds, in every form in which they could leak: {form: where}."""
    forms = {}
    with open(harness.shared("corpus/kube/secrets.txt"), encoding="utf-8") as file:
        for text in file:
            if text.startswith("#"):
                continue
            _, value, where, _ = text.rstrip("\n").split("\t")
            if not where.startswith(kinds) or "aws-auth" in where:
                continue
            plain = value.replace("\\n", "\n").replace("\\t", "\t").replace("\\u2028", "\u2028").replace("\\\\", "\\")
            for form in forms_of(plain):
                forms[form] = where
    return forms


def forms_of(secret):
    """Plain, JSON-escaped (once, and inside a string inside JSON), base64."""
    forms = {secret.encode()}
    for ascii_only in (True, False):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        twice = json.dumps(once, ensure_ascii=ascii_only)[1:-1]
        forms |= {once.encode(), twice.encode()}
        go = once.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
        forms.add(go.encode())
    forms |= harness.in_base64(secret.encode())
    return {form for form in forms if len(form) >= 8}


def find_any(forms, held):
    """Which of the forms are in which of the byte strings: [(where it was planted, where it was found)]. By grep, whose
    matcher takes thousands of strings at once; it reads lines, so forms with a newline are looked for one by one."""
    found = []
    with tempfile.NamedTemporaryFile() as patterns:
        patterns.write(b"\n".join(sorted(form for form in forms if b"\n" not in form)))
        patterns.flush()
        for place, content in held.items():
            grep = harness.run("env", "LC_ALL=C", "grep", "-aoFf", patterns.name, code=None, stdin=content)
            found += [(forms[hit], place) for hit in sorted(set(grep.stdout.split(b"\n"))) if hit in forms]
            found += [(forms[form], place) for form in forms if b"\n" in form and form in content]
    return found
