"""What `./dev run` shows after it has built: the bundled recording, through the webhook, into files."""
import os

import harness

REPOSITORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


class Demo(harness.Test):
    def test_the_bundled_recording_goes_in_and_comes_out_without_its_secret(self):
        forwarder = self.world.start(sinks=[
            {"name": "output", "start": "oldest", "file": {"path": self.world.path("auditfwd-data/output/audit.ndjson")}}])
        shown = harness.run("sh", "-c", 'cd "$1" && exec "$2"/demo/show "$3" "$4"', "sh", self.world.directory, REPOSITORY,
                            forwarder.ready_path, forwarder.pid).decode()
        for expected in ("56 audit events", '"accepted":', '"resource":"secrets"', "kube-apiserver --audit-policy-file",
                         f"http://127.0.0.1:{forwarder.port}/audit", "auditfwd-data/output"):
            self.assertIn(expected, shown)
        self.assertNotIn("STILL THERE", shown)
        self.assertNotIn("not-a-real", shown)
        forwarder.drain()
        self.assertGreater(len(self.world.records("auditfwd-data/output")), 30)
