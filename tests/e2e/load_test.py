"""The load generator itself: what it sends, what it measures, what it says was acknowledged."""
import http.server
import json
import threading
import time

import harness


class Receiver:
    """A webhook that remembers what it got; `stall` seconds before the answer number `stall_at`, `refuse` answers 503
    to every second body."""

    def __init__(self, stall_at=None, stall=0.0, refuse=False):
        receiver = self
        self.bodies, self.lock = [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.bodies.append(body)
                    n = len(receiver.bodies)
                    if n == stall_at:
                        time.sleep(stall)  # with the lock: everyone waits
                status = 503 if refuse and n % 2 else 200
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def events(self):
        return [item for body in self.bodies for item in json.loads(body)["items"]]


class Load(harness.Test):
    def test_every_event_has_an_id_of_its_own_and_about_the_size_asked_for(self):
        with Receiver() as receiver:
            report = harness.Load(receiver.port, bodies=20, batch=50, connections=4, event_bytes=1200).wait()
            events = receiver.events()
        self.assertEqual(report["events"], 1000)
        self.assertEqual(len({event["auditID"] for event in events}), 1000)
        sizes = [len(json.dumps(event, separators=(",", ":"))) for event in events]
        self.assertTrue(1100 < sum(sizes) / len(sizes) < 1300, sum(sizes) / len(sizes))

    def test_a_rate_is_kept(self):
        with Receiver() as receiver:
            report = harness.Load(receiver.port, 2, rate=2000, batch=20, connections=2).wait()
        self.assertEqual(report["events"], 4000)
        self.assertTrue(1.8 < report["seconds"] < 2.5, report)

    def test_at_a_rate_a_stall_is_charged_to_every_body_it_held_up(self):
        with Receiver(stall_at=50, stall=1.0) as receiver:
            report = harness.Load(receiver.port, 2, rate=1000, batch=10, connections=1).wait()
        # 100 bodies a second: a stall of a second is felt by about a hundred of the two hundred.
        self.assertGreater(report["p99_ms"], 800)
        self.assertGreater(report["p50_ms"], 5)
        self.assertEqual(report["answers"], {"200": 200})

    def test_the_list_of_ids_says_what_was_acknowledged_and_nothing_is_sent_twice(self):
        ids = self.world.path("ids.txt")
        with Receiver(refuse=True) as receiver:
            harness.Load(receiver.port, bodies=50, batch=3, connections=8, each_once=True, ids=ids).wait()
            sent = [event["auditID"].encode() for event in receiver.events()]
        acknowledged, unknown = harness.read_ids(ids)
        self.assertFalse(acknowledged & unknown)
        self.assertEqual(acknowledged | unknown, set(sent))
        self.assertEqual(len(sent), len(set(sent)))
        self.assertTrue(acknowledged and unknown)

    def test_a_refused_body_is_sent_again(self):
        with Receiver(refuse=True) as receiver:
            report = harness.Load(receiver.port, bodies=10, batch=3, connections=1).wait()
        self.assertEqual(report["events"], 30)
        self.assertEqual(report["answers"], {"200": 10, "503": 10})

    def test_nobody_listening_is_reported_as_no_answer(self):
        with Receiver() as receiver:
            port = receiver.port
        report = harness.Load(port, bodies=1, batch=1, connections=1).wait()
        self.assertEqual((report["events"], set(report["answers"])), (0, {"0"}))
