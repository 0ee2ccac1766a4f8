"""Reads /metrics, and holds it against the laws of accounting."""
import re


class Metrics:
    """One reading of /metrics."""

    LINE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        self.text = text
        self.series = {}
        for line in text.splitlines():
            found = self.LINE.match(line)
            if found and not line.startswith("#"):
                labels = tuple(sorted(self.LABEL.findall(found[2] or "")))
                self.series[found[1], labels] = float(found[3])

    def of(self, name, **labels):
        """The sum of the series of that name that have these labels."""
        wanted = set(labels.items())
        return sum(value for (n, have), value in self.series.items() if n == name and wanted <= set(have))

    def values(self, name, label):
        return sorted({dict(have)[label] for n, have in self.series if n == name and label in dict(have)})

    def grown(self, earlier):
        """The series that are larger than in `earlier`, and by how much."""
        return {f"{name}{dict(labels) or ''}": value - earlier.series.get((name, labels), 0.0)
                for (name, labels), value in self.series.items() if value > earlier.series.get((name, labels), 0.0)}


SINK_STATES = ("delivered", "filtered", "expired", "damaged", "dead_lettered", "pending", "unused")


def check_laws(metrics):
    """Both accounting laws, from one reading."""
    events = {result: metrics.of("auditfwd_events_total", result=result)
              for result in ("received", "generated", "stored", "dropped", "rejected")}
    assert events["received"] + events["generated"] == events["stored"] + events["dropped"] + events["rejected"], events
    last = metrics.of("auditfwd_last_offset")
    for sink in metrics.values("auditfwd_sink_offsets", "sink"):
        states = {state: metrics.of("auditfwd_sink_offsets", sink=sink, state=state) for state in SINK_STATES}
        assert sum(states.values()) == last, (sink, last, states)
        assert sum(states.values()) == metrics.of("auditfwd_sink_offsets", sink=sink), "a state nobody knows"
    return events
