"""Every bad input, a hundred times a second beside a well-behaved neighbour: it gets its answer, it is counted, and the
neighbour's acknowledgements stay as quick as they were."""
import os
import socket
import ssl
import time

import events
import harness
from events import event, event_list

SECONDS = harness.number("AUDITFWD_BAD_INPUT_SECONDS", 2)
A_SECOND = 100
ATTEMPTS = 5       # the machine may have other things to do
NOISE_MS = 1.0     # below this a p99 says nothing


def request(body, path="/audit", length=None, method="POST", **headers):
    head = {"Host": "x", "Content-Type": "application/json", "Content-Length": length if length is not None else len(body)}
    head.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"{method} {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in head.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_status(connection):
    """The status of the answer, 0 when there is none."""
    received = b""
    try:
        while b"\r\n" not in received:
            piece = connection.recv(4096)
            if not piece:
                return 0
            received += piece
    except (ConnectionResetError, TimeoutError, ssl.SSLError):
        return 0
    return int(received.split(b" ", 2)[1])


class Sender:
    """Sends the same bytes again and again on connections of their own, and remembers the answers."""

    def __init__(self, port, content, answers, half_close=False, leave_open=False):
        self.port, self.content, self.answers = port, content, set(answers)
        self.half_close, self.leave_open = half_close, leave_open
        self.seen = set()
        self.sent = 0
        self.open = []

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self):
        self.sent += 1
        connection = self.connect()
        try:
            connection.sendall(self.content)
        except (BrokenPipeError, ConnectionResetError):
            pass  # answered before it had everything
        if self.leave_open:
            self.open.append(connection)
            return
        if self.half_close:
            connection.shutdown(socket.SHUT_WR)
        self.seen.add(read_status(connection))
        connection.close()

    def finish(self):
        for connection in self.open:
            connection.close()
        self.open = []


class TlsSender(Sender):
    def __init__(self, port, content, answers, context):
        super().__init__(port, content, answers)
        self.context = context

    def send(self):
        self.sent += 1
        try:
            with self.context.wrap_socket(self.connect()) as connection:
                connection.sendall(self.content)
                self.seen.add(read_status(connection))
        except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
            self.seen.add(0)


def nested(depth):
    return b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[' + events.line(event(1)).strip()[:-1] + \
        b',"requestObject":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}]}"


def without(member):
    return {name: value for name, value in event(1).items() if name != member}


class BadInput(harness.Test):
    def setUp(self):
        super().setUp()
        authority = harness.Authority(self.world.path("authority"))
        certificate, key = authority.issue("server")
        tokens = self.world.path("tokens")
        with open(tokens, "w", encoding="ascii") as file:
            file.write("not-a-real-token default\n")
        os.chmod(tokens, 0o600)
        self.forwarder = self.world.start(memory="64MiB", sources=[
            harness.webhook(),
            harness.webhook(name="tokens", tokens_file=tokens),
            harness.webhook(name="tls", tls={
                "certificate": certificate, "key": key, "client_ca": authority.certificate})])
        expired = authority.issue("expired", days=-1)
        self.expired = harness.tls_context(authority.certificate, *expired)

    def kinds(self):
        """Name, sender, and a part of the name of the counter that must move (of the label or the metric)."""
        port = self.forwarder.port
        good = event_list([event(1)])

        def at(content, *answers, **options):
            return Sender(port, content, answers, **options)
        return {
            "not JSON": at(request(b"hello"), 400),
            "nothing but brackets": at(request(b"[" * 100_000), 400),
            "nested too deep": at(request(nested(5000)), 200),
            "cut in the middle": at(request(good[:len(good) // 2]), 400),
            "items that are no list": at(request(b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":7}'), 400),
            "auditID that is a number": at(request(event_list([{**event(1), "auditID": 7}])), 200, 400),
            "an event that is a list": at(request(event_list([[1, 2]])), 200, 400),
            "1 GB announced": at(request(b"", length=1 << 30), 413),
            "half a body, then closed": at(request(good[:100], length=len(good)), 0, 400, 408, half_close=True),
            "half a body, then silence": at(request(good[:100], length=len(good)), leave_open=True),
            "half a header, then silence": at(b"POST /audit HTT", leave_open=True),
            "unknown level": at(request(event_list([{**event(1), "level": "Everything"}])), 200),
            "unknown stage": at(request(event_list([{**event(1), "stage": "Sometime"}])), 200, 400),
            "no auditID": at(request(event_list([without("auditID")])), 200, 400),
            "invalid UTF-8": at(request(event_list([event(1, user="U+")]).replace(b"U+", b"\xff\xfe")), 200),
            "NUL in a string": at(request(event_list([event(1, user="U+")]).replace(b"U+", b"\0")), 200, 400),
            "NUL between values": at(request(good.replace(b":[", b":\0[", 1)), 400),
            "unknown path": at(request(good, path="/elsewhere"), 404),
            "GET": at(request(b"", method="GET"), 405),
            "unknown encoding": at(request(good, Content_Encoding="br"), 415),
            "gzip that is none": at(request(good, Content_Encoding="gzip"), 400),
            "headers of 200 KB": at(request(good, X_Long="x" * 200_000), 431),
            "no HTTP": at(b"\x16\x03\x01\x02\x00" + b"\0" * 200 + b"\r\n\r\n", 0, 400),
            "no token": Sender(self.forwarder.port_of("tokens"), request(good), (401,)),
            "wrong token": Sender(self.forwarder.port_of("tokens"), request(good, Authorization="Bearer wrong"), (401,)),
            "token of another cluster": Sender(
                self.forwarder.port_of("tokens"), request(good, path="/audit/other", Authorization="Bearer not-a-real-token"), (403,)),
            "expired certificate": TlsSender(self.forwarder.port_of("tls"), request(good), (0,), self.expired),
        }

    def neighbour(self, seconds, seed):
        return harness.Load(self.forwarder.port, seconds, connections=1, rate=1000, batch=5, seed=seed)

    def shoot(self, sender, seconds):
        begin = time.monotonic()
        for n in range(int(seconds * A_SECOND)):
            due = begin + n / A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            sender.send()

    def test_each_kind_is_answered_and_counted_and_disturbs_nobody(self):
        for name, sender in self.kinds().items():
            with self.subTest(name):
                self.look_at(name, sender)
        harness.check_laws(self.forwarder.drain())
        self.assertEqual(self.forwarder.stop(), 0)

    def look_at(self, name, sender):
        for attempt in range(1, ATTEMPTS + 1):
            seconds = SECONDS * attempt
            plain = self.neighbour(seconds, 1).wait()
            before = self.forwarder.metrics()
            load = self.neighbour(seconds, 2)
            self.shoot(sender, seconds)
            beside = load.wait()
            sender.finish()
            self.assertEqual(set(beside["answers"]), {"200"}, "the neighbour was refused")
            if beside["p99_ms"] <= 2 * max(plain["p99_ms"], NOISE_MS):
                break
        else:
            self.fail(f"{name}: the neighbour's p99 went from {plain['p99_ms']} ms to {beside['p99_ms']} ms")
        self.assertLessEqual(sender.seen, sender.answers, "answers")
        grown = self.counters_moved(before, int(seconds * A_SECOND * 0.9))
        self.note(f"{name}: answers {sorted(sender.seen)}, neighbour p99 {plain['p99_ms']:.2f} -> {beside['p99_ms']:.2f} ms; "
                  f"{', '.join(grown)}")

    # What good requests move as well.
    USUAL = ("'result': 'received'", "'result': 'stored'", "'result': 'dropped'", "'code': '200'", "_bucket", "_sum", "_count",
             "bytes", "sync", "auditfwd_last_offset", "auditfwd_sink_", "auditfwd_http_connections_total",
             "auditfwd_http_connections{", "auditfwd_spool_", "process_")

    def counters_moved(self, before, at_least):
        """Counters of trouble, which together grew at least so much."""
        def moved():
            grown = {name: by for name, by in self.forwarder.metrics().grown(before).items()
                     if not any(usual in name for usual in self.USUAL)}
            return sorted(grown) if sum(grown.values()) >= at_least else None
        # Silence is noticed after its time limit.
        return harness.wait_until(moved, "a counter says so", seconds=20)


class SlowSenders(harness.Test):
    def test_a_silent_sender_is_answered_408_and_a_slow_one_too(self):
        forwarder = self.world.start()
        good = event_list([event(1)])
        silent = socket.create_connection(("127.0.0.1", forwarder.port), timeout=30)
        slow = socket.create_connection(("127.0.0.1", forwarder.port), timeout=30)
        silent.sendall(request(good[:100], length=len(good)))
        begin = time.monotonic()
        slow.sendall(request(good[:10], length=len(good)))
        slow.settimeout(2)
        status = 0
        for byte in good[10:]:
            try:
                slow.sendall(bytes([byte]))
                status = read_status(slow)
                if status:
                    break
            except (BrokenPipeError, ConnectionResetError):
                break
        took = time.monotonic() - begin
        self.assertIn(status, (0, 408))
        self.assertLess(took, 20, "the whole body may take 15 s")
        self.assertEqual(read_status(silent), 408)

    def test_idle_connections_hold_nobody_up_and_too_many_are_turned_away_and_counted(self):
        forwarder = self.world.start(memory="64MiB")
        before = forwarder.metrics()
        idle = [socket.create_connection(("127.0.0.1", forwarder.port)) for _ in range(40)]
        self.assertEqual(forwarder.post(event_list([event(1)])).status, 200)
        idle += [socket.create_connection(("127.0.0.1", forwarder.port)) for _ in range(400)]
        harness.wait_until(lambda: "auditfwd_http_connections_refused_total{'server': 'webhook'}" in
                           forwarder.metrics().grown(before), "some are turned away")
        for connection in idle:
            connection.close()

        def served_again():
            try:
                return forwarder.post(event_list([event(2)])).status == 200
            except ConnectionResetError:
                return False
        harness.wait_until(served_again, "served when the others have left")
        self.assertEqual(harness.check_laws(forwarder.metrics())["received"], 2)
