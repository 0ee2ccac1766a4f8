"""Sends to a webhook as API servers do."""
import collections
import http.client
import threading
import time

from process import PATIENCE

Answer = collections.namedtuple("Answer", "status headers body")


class Client:
    """One keep-alive connection to a webhook."""

    def __init__(self, port, context=None, timeout=PATIENCE):
        make = http.client.HTTPConnection if context is None else http.client.HTTPSConnection
        extra = {} if context is None else {"context": context}
        self.connection = make("127.0.0.1", port, timeout=timeout, **extra)

    def post(self, body, path="/audit", **headers):
        head = {"Content-Type": "application/json"}
        head.update({name.replace("_", "-"): value for name, value in headers.items()})
        self.connection.request("POST", path, body, head)
        answer = self.connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def get(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def post_until_accepted(client, body, seconds=PATIENCE, **headers):
    """Sends again after a 503, as an API server does; gives the answers it got, the last one being the accepted one."""
    answers = []
    end = time.monotonic() + seconds
    while True:
        answers.append(client.post(body, **headers))
        if answers[-1].status != 503 or time.monotonic() > end:
            return answers
        time.sleep(int(answers[-1].headers.get("Retry-After", "1")))


def post_in_parallel(port, bodies, connections=8, **headers):
    """Posts `bodies` over so many connections; gives their answers in the order of the bodies."""
    answers = [None] * len(bodies)
    turns = iter(range(len(bodies)))
    lock = threading.Lock()
    failures = []

    def send():
        try:
            with Client(port) as client:
                while True:
                    with lock:
                        n = next(turns, None)
                    if n is None:
                        return
                    answers[n] = post_until_accepted(client, bodies[n], **headers)[-1]
        except Exception as failure:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(failure)

    in_parallel([send] * connections)
    if failures:
        raise failures[0]
    return answers


def in_parallel(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
