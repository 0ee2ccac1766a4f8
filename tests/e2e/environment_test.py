"""What the world does to a forwarder: a full or broken disk, a second owner, a configuration that is wrong."""
import json
import os
import re
import resource
import signal
import socket
import time
import unittest

import events
import harness
from events import event, event_list


def bulk(seed, count=400):
    """A body whose records do not compress well."""
    return event_list([event(n, seed=seed, userAgent=os.urandom(600).hex()) for n in range(count)])


class Refusal(harness.Test):
    """What happens at start-up ends the process with one clear line and the right exit code."""

    def fails(self, code, *patterns, **options):
        forwarder = self.world.launch(**options)
        self.assertEqual(forwarder.process.wait(30), code, forwarder.log())
        for pattern in patterns:
            self.assertRegex(forwarder.log(), pattern)
        return forwarder.log()

    def test_a_second_process_on_the_same_spool(self):
        first = self.world.start()
        other = harness.World()
        self.addCleanup(other.close)
        config = other.config(spool={"directory": self.world.path("spool")})
        second = other.launch(config)
        self.assertEqual(second.process.wait(30), 3, second.log())
        self.assertRegex(second.log(), re.escape(self.world.path("spool")))
        self.assertEqual(first.post(event_list([event(1)])).status, 200)
        self.assertEqual(first.stop(), 0)

    def test_an_address_in_use(self):
        first = self.world.start()
        other = harness.World()
        self.addCleanup(other.close)
        second = other.launch(sources=[harness.webhook(listen=f"127.0.0.1:{first.port}")])
        self.assertEqual(second.process.wait(30), 3, second.log())
        self.assertIn(str(first.port), second.log())

    def test_a_spool_directory_that_cannot_be_made(self):
        with open(self.world.path("file"), "w", encoding="ascii"):
            pass
        directory = self.world.path("file", "spool")
        self.fails(3, re.escape(directory), spool={"directory": directory})

    def test_a_spool_directory_that_cannot_be_written(self):
        directory = self.world.path("frozen")
        os.mkdir(directory, 0o500)

        def as_nobody():
            harness.die_with_parent()
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
        for place in (self.world.directory, self.world.path("out")):
            os.makedirs(place, exist_ok=True)
            os.chmod(place, 0o777)
        try:
            self.fails(3, re.escape(directory), before_exec=as_nobody, spool={"directory": directory})
        except PermissionError as failure:
            raise unittest.SkipTest("the binary lies where only root can run it") from failure

    def test_a_configuration_with_ten_errors_shows_all_ten(self):
        path = self.world.path("bad.yaml")
        with open(path, "w", encoding="ascii") as file:
            file.write("cluster: ''\n"            # 1
                       "memory: lots\n"           # 2
                       "wrokers: 3\n"             # 3
                       "policy: nowhere.yaml\n"   # 4, a file that does not exist
                       "spool:\n"
                       "  max_size: -1\n"         # 6
                       "  min_free: 200%\n"       # 7
                       "log:\n"
                       "  format: xml\n"          # 9
                       "admin:\n"
                       "  listen: here\n"         # 11
                       "shutdown_deadline: soon\n"  # 12
                       "sinks:\n"
                       "- name: a\n"              # 14, no kind
                       "- name: b\n"
                       "  discard: {}\n"
                       "  start: middle\n")       # 17
        for command in (("validate", "--config", path), ("run", "--config", path)):
            done = harness.run(harness.BINARY, *command, code=None)
            said = done.stderr.decode()
            self.assertEqual(done.returncode, 1, said)
            lines = {int(found) for found in re.findall(rf"{re.escape(path)}:(\d+)", said)}
            self.assertGreaterEqual(lines, {1, 2, 3, 6, 7, 9, 11, 12, 17}, said)
            self.assertGreaterEqual(len([text for text in said.splitlines() if path in text]), 10, said)

    def test_an_unknown_cursor_names_the_remedy(self):
        forwarder = self.world.start(sinks=[self.world.file_sink("out"), self.world.file_sink("gone")])
        self.assertEqual(forwarder.post(event_list([event(1)])).status, 200)
        forwarder.drain()
        self.assertEqual(forwarder.stop(), 0)
        said = self.fails(1, "spool forget gone")
        self.assertIn("gone", said)


class FullDisk(harness.Test):
    def fill(self, forwarder, limit=400):
        """Posts until refused; gives the accepted bodies' seeds and the refusal."""
        accepted = []
        with forwarder.client() as client:
            for seed in range(1, limit):
                answer = client.post(bulk(seed))
                if answer.status != 200:
                    return accepted, answer
                accepted.append(seed)
        raise AssertionError("never refused")

    def test_at_the_disk_bound_a_dead_sink_that_holds_the_disk_makes_intake_refuse(self):
        forwarder = self.world.start(
            sinks=[self.world.file_sink("out"), self.world.dead_sink("late")],
            spool={"directory": self.world.path("spool"), "max_size": "8MiB", "segment_size": "1MiB", "min_free": "0%"})
        accepted, answer = self.fill(forwarder)
        self.assertEqual((answer.status, answer.headers.get("Retry-After")), (503, "3"))
        self.assertLessEqual(self.size_of("spool"), 8 << 20)
        self.assertEqual(forwarder.get("/livez").status, 200)
        harness.check_laws(forwarder.metrics())
        forwarder.drain("out")
        self.world.revive("late")
        harness.check_laws(forwarder.drain())
        self.assertEqual(harness.post_until_accepted(forwarder.client(), bulk(9999))[-1].status, 200)
        forwarder.drain()
        self.assertEqual(self.world.output("late"), self.world.output("out"))
        self.assertEqual(len(self.world.records()), 400 * (len(accepted) + 1))

    def test_a_sink_that_may_expire_loses_its_oldest_and_holds_nobody_up(self):
        late = self.world.dead_sink("late", when_full="expire")
        forwarder = self.world.start(
            sinks=[self.world.file_sink("out"), late],
            spool={"directory": self.world.path("spool"), "max_size": "8MiB", "segment_size": "1MiB", "min_free": "0%"})
        with forwarder.client() as client:
            for seed in range(1, 60):
                self.assertEqual(harness.post_until_accepted(client, bulk(seed))[-1].status, 200)
        self.assertLessEqual(self.size_of("spool"), 8 << 20)
        self.world.revive("late")
        metrics = forwarder.drain()
        harness.check_laws(metrics)
        self.assertGreater(metrics.of("auditfwd_sink_offsets", sink="late", state="expired"), 0)
        self.assertEqual(len(self.world.records("out")), 400 * 59)
        kept = self.world.output("late")
        self.assertTrue(kept and self.world.output("out").endswith(kept))

    def size_of(self, folder):
        total = 0
        for place, _, names in os.walk(self.world.path(folder)):
            total += sum(os.path.getsize(os.path.join(place, name)) for name in names)
        return total

    def test_a_disk_without_room_is_answered_503_and_life_goes_on_when_there_is_room(self):
        """A file system of 16 MiB, in a mount namespace of the forwarder's own."""
        probe = harness.run("unshare", "--mount", "true", code=None)
        if probe.returncode != 0:
            raise unittest.SkipTest("no right to mount a small file system")
        spool = self.world.path("spool")
        os.mkdir(spool)
        script = 'mount -t tmpfs -o size=16m none "$1" && dd if=/dev/zero of="$1/ballast" bs=1M count=8 status=none && ' \
                 'shift && exec "$@"'
        forwarder = self.world.start(
            prefix=("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", spool),
            sinks=[self.world.file_sink("out"), self.world.dead_sink("late")])
        accepted, answer = self.fill(forwarder)
        self.assertEqual(answer.status, 503)
        self.assertEqual(forwarder.get("/livez").status, 200)
        os.remove(f"/proc/{forwarder.pid}/root{spool}/ballast")
        self.assertEqual(harness.post_until_accepted(forwarder.client(), bulk(9999))[-1].status, 200)
        self.world.revive("late")
        harness.check_laws(forwarder.drain())
        self.assertEqual(len(self.world.records()), 400 * (len(accepted) + 1))
        self.assertEqual(self.world.output("late"), self.world.output("out"))
        self.assertEqual(forwarder.stop(), 0)

    def test_a_segment_that_cannot_grow_is_left_for_a_new_one(self):
        """No file may grow beyond 2 MiB: the write that would fails with EFBIG, and the next segment takes its place."""
        self.writes_are_honest(2 << 20)

    def test_writes_that_fail_are_refused_until_they_work_again(self):
        """No file may grow at all for a while."""
        self.writes_are_honest(1 << 40, stop_for_a_while=True)

    def writes_are_honest(self, file_bytes_max, stop_for_a_while=False):
        def limit_files():
            harness.die_with_parent()
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, resource.RLIM_INFINITY))
        forwarder = self.world.start(before_exec=limit_files, sinks=[
            self.world.file_sink("out", retry_max="500ms", parked_retry="500ms", file={"rotate_size": "256KiB"})])
        acknowledged = set()
        statuses = []
        with forwarder.client() as client:
            for seed in range(1, 41):
                if stop_for_a_while and seed in (11, 31):
                    resource.prlimit(forwarder.pid, resource.RLIMIT_FSIZE,
                                     (0 if seed == 11 else file_bytes_max, resource.RLIM_INFINITY))
                answer = harness.post_until_accepted(client, bulk(seed, 100), 0 if 11 <= seed < 31 else 30)[-1]
                self.assertIn(answer.status, (200, 503))
                statuses.append(answer.status)
                if answer.status == 200:
                    acknowledged |= {event(n, seed=seed)["auditID"].encode() for n in range(100)}
                elif stop_for_a_while:
                    self.assertEqual(forwarder.get("/readyz").status, 503)
                    self.assertEqual(forwarder.get("/livez").status, 200)
        if stop_for_a_while:
            self.assertIn(503, statuses[10:30])
            self.assertEqual(set(statuses[:10] + statuses[30:]), {200})
        harness.check_laws(forwarder.metrics())
        forwarder.kill()
        again = self.world.start()
        harness.check_laws(again.drain())
        found = self.world.audit_ids()
        self.assertFalse({one for one in acknowledged if found[one] != 1})


class Health(harness.Test):
    def test_ready_depends_on_intake_and_spool_and_not_on_sinks(self):
        forwarder = self.world.start(sinks=[self.world.dead_sink("late")])
        self.assertEqual(forwarder.post(event_list([event(1)])).status, 200)
        self.assertEqual(forwarder.get("/readyz").status, 200)
        self.assertEqual(forwarder.get("/livez").status, 200)
        self.assertEqual(forwarder.get("/nothing").status, 404)

    def test_the_admin_endpoint_shows_no_event(self):
        forwarder = self.world.start()
        made = event(1, user="someone-very-special", namespace="a-very-special-place")
        self.assertEqual(forwarder.post(event_list([made])).status, 200)
        forwarder.drain()
        for path in ("/metrics", "/", "/livez", "/readyz"):
            self.assertNotIn(b"very-special", forwarder.get(path).body)
        self.assertNotIn("very-special", forwarder.log())

    def test_pipe_gives_what_the_webhook_stores(self):
        body = event_list(events.mixed_events(200))
        forwarder = self.world.start()
        self.assertEqual(forwarder.post(body).status, 200)
        forwarder.drain()
        piped = harness.run(harness.BINARY, "pipe", stdin=body)
        strip = re.compile(rb',"auditfwd":\{[^{}]*\}\}$', re.MULTILINE)
        self.assertEqual(strip.sub(b"}", piped), strip.sub(b"}", self.world.output()))

    def test_log_lines_can_be_json(self):
        forwarder = self.world.start(log={"format": "json"})
        self.assertEqual(forwarder.stop(), 0)
        for text in forwarder.log().splitlines():
            self.assertIsInstance(json.loads(text), dict, text)

    def test_it_tells_systemd(self):
        path = self.world.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(10)
            forwarder = self.world.start(prefix=("env", f"NOTIFY_SOCKET={path}"))
            self.assertIn(b"READY=1", notify.recv(1000))
            begin = time.monotonic()
            self.assertEqual(forwarder.stop(), 0)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertIn(b"STOPPING=1", notify.recv(1000))
