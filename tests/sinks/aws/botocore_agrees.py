#!/usr/bin/env python3
"""Has botocore sign what sign_random_requests signed, and compares: botocore_agrees.py PROGRAM

AUDITFWD_PYTHON may name a Python that has botocore (./dev test makes one). AUDITFWD_SIGNATURES: how many, 10,000 if not
given; AUDITFWD_SEED: from where. Exits with 77, skipped, without botocore.
"""
import datetime
import json
import os
import random
import subprocess
import sys
from urllib.parse import quote

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
except ImportError:
    other = os.environ.pop("AUDITFWD_PYTHON", "")
    if other:
        os.execv(other, [other, *sys.argv])
    print("skipped: botocore is not installed for this Python, nor is AUDITFWD_PYTHON one that has it")
    sys.exit(77)


def text(hexadecimal):
    return bytes.fromhex(hexadecimal).decode("latin-1")


def pairs(items):
    return [(text(name), text(value)) for name, value in items]


def sign(one):
    """The signature botocore gives that request."""
    moment = datetime.datetime.fromtimestamp(one["time"], datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: moment.replace(tzinfo=None)
    credentials = botocore.credentials.Credentials(one["key"], one["secret"], one["token"] or None)
    scheme = "http" if ":" in one["host"] else "https"
    query = "&".join(f"{quote(n.encode('latin-1'), safe='-_.~')}={quote(v.encode('latin-1'), safe='-_.~')}"
                     for n, v in pairs(one["query"]))
    url = f"{scheme}://{one['host']}{text(one['path'])}" + (f"?{query}" if query else "")
    request = botocore.awsrequest.AWSRequest(one["method"], url, data=bytes.fromhex(one["body"]),
                                             headers=dict(pairs(one["headers"])))
    arguments = [credentials, one["service"], one["region"]]
    if one["presigned"]:
        kind = botocore.auth.S3SigV4QueryAuth if one["s3"] else botocore.auth.SigV4QueryAuth
        auth = kind(*arguments, expires=one["expires"])
        auth.add_auth(request)
        return request.url.rsplit("X-Amz-Signature=", 1)[1]
    if not one["s3"]:
        # Allowed for all services, and what we do.
        request.headers["X-Amz-Content-SHA256"] = botocore.auth.SigV4Auth(*arguments).payload(request)
    auth = (botocore.auth.S3SigV4Auth if one["s3"] else botocore.auth.SigV4Auth)(*arguments)
    if one["unsigned"]:
        auth.payload = lambda _: "UNSIGNED-PAYLOAD"  # botocore's own choice depends on checksums we do not try here
    auth.add_auth(request)
    return request.headers["Authorization"].rsplit("Signature=", 1)[1]


def main():
    count = int(os.environ.get("AUDITFWD_SIGNATURES") or 10_000)
    seed = int(os.environ.get("AUDITFWD_SEED") or random.randrange(1 << 32))
    print(f"seed {seed}, botocore {botocore.__version__}")
    made = subprocess.run([sys.argv[1], str(count), str(seed)], stdout=subprocess.PIPE, check=True).stdout
    wrong = seen = 0
    for line in made.splitlines():
        one = json.loads(line)
        seen += 1
        if sign(one) != one["signature"]:
            wrong += 1
            if wrong <= 3:
                print("differs:", {k: pairs(v) if isinstance(v, list) else v for k, v in one.items()}, text(one["path"]))
    print(f"{seen} requests, {wrong} signatures differ")
    return 0 if wrong == 0 and seen == count else 1


if __name__ == "__main__":
    sys.exit(main())
