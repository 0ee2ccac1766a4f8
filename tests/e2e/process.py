"""Commands, conditions and their patience."""
import ctypes
import signal
import subprocess
import time

PATIENCE = 60.0  # seconds until a condition that must come true is given up


def wait_until(condition, what, seconds=PATIENCE):
    """Polls until `condition()` is true, and gives what it gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.01)


def run(*command, stdin=b"", code=0, timeout=PATIENCE):
    """Runs a command to its end and gives what it printed; `code` None takes any exit code and gives all."""
    done = subprocess.run([str(part) for part in command], input=stdin, capture_output=True, timeout=timeout, check=False)
    if code is None:
        return done
    assert done.returncode == code, f"{command}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}"
    return done.stdout


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no forwarder outlives its test
