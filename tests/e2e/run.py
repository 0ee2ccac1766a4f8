#!/usr/bin/env python3
"""Runs end-to-end tests: run.py --binary AUDITFWD [--load AUDITFWD-LOAD] MODULE[.Class[.test]] …

Exits 0 when all passed, 77 when all were skipped, else 1.
"""
import argparse
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--load")
    parser.add_argument("tests", nargs="+")
    arguments = parser.parse_args()
    harness.BINARY = os.path.abspath(arguments.binary)
    harness.LOAD = arguments.load and os.path.abspath(arguments.load)
    suite = unittest.defaultTestLoader.loadTestsFromNames(arguments.tests)
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
    if not result.wasSuccessful():
        return 1
    return 77 if result.testsRun == len(result.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
