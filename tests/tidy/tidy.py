#!/usr/bin/env python3
"""The house rules that a machine can check. Prints every breach as file:line: what, and fails.

    tidy.py [--root DIR] [includes|lengths|words|coroutines|table ...]     all checks when none is named

includes    who may include whom, and which library is at home where: includes.txt
lengths     a file of 500 lines is refused (300 are reported), a function of more than 70 too
words       #pragma once; nothing of the machine it was written on
coroutines  what CONTRIBUTING.md forbids because this toolchain breaks it
table       ARCHITECTURE.md shows includes.txt as it is
"""
import argparse
import fnmatch
import os
import re
import sys

FILE_LINES_REPORTED = 300
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
CODE_FOLDERS = ("codecs", "forwarder", "sinks", "bench", "tests")
TEXT_SUFFIXES = (".h", ".cpp", ".md", ".txt", ".py", ".json", ".yaml", ".yml", ".sh", "dev", "run", "show")


class Source:
    """A C++ file: its lines, and the same lines with comments and literals blanked out."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8") as file:
            self.text = file.read()
        self.lines = self.text.split("\n")
        self.code = blank(self.text)

    def line_at(self, position):
        return self.code.count("\n", 0, position) + 1


# Raw strings, comments, strings and characters; a quote between digits (1'000) is none of them.
LITERALS = re.compile(
    r'R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"'
    r'|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def blank(text):
    return LITERALS.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def walk(root, folders, suffixes):
    for folder in folders:
        for directory, names, files in os.walk(os.path.join(root, folder)):
            names[:] = sorted(name for name in names if not name.startswith((".", "build", "__pycache__")))
            for name in sorted(files):
                if name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(directory, name), root)


def sources(root):
    return [Source(root, path) for path in walk(root, CODE_FOLDERS, (".h", ".cpp"))]


def matches(path, pattern):
    return pattern == "*" or path == pattern or path.startswith(pattern.rstrip("/") + "/") or fnmatch.fnmatch(path, pattern)


def read_table(root):
    """Two tables in one file: rooms (what each may include), then libraries (who may include each)."""
    tables = [[], []]
    which = 0
    with open(os.path.join(root, "tests/tidy/includes.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("# Third parties"):
                which = 1
            if line.strip() and not line.startswith("#"):
                name, *allowed = line.split()
                tables[which].append((name, [] if allowed == ["-"] else allowed))
    return tables


INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check_includes(root):
    rooms, libraries = read_table(root)
    ours = tuple(folder + "/" for folder in CODE_FOLDERS)
    for source in sources(root):
        holders = [(name, allowed) for name, allowed in rooms if matches(source.path, name)]
        if not holders:
            yield source.path, 1, "is in no room of includes.txt"
            continue
        room, allowed = max(holders, key=lambda row: len(row[0]))
        for number, line in enumerate(source.lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            bracket, header = found.groups()
            if header.startswith(ours):
                if bracket == "<":
                    yield source.path, number, f"our own {header} is included with quotes"
                if not at_home(header, room, rooms) and not any(matches(header, place) for place in allowed):
                    yield source.path, number, f"{room} must not include {header}"
            elif bracket == '"':
                yield source.path, number, f"{header}: includes begin at the root of the repository"
            elif "/" in header or header.endswith(".h"):
                yield from foreign_include(source.path, number, header, libraries)


def at_home(header, room, rooms):
    """Whether `header` lies in `room` itself, not in a room inside it."""
    return max((name for name, _ in rooms if matches(header, name)), key=len, default=None) == room


SYSTEM = re.compile(r"^(sys/|netinet/|arpa/|linux/|x86intrin|immintrin|arm_neon|unistd|fcntl|fnmatch|signal|errno|pthread|dirent|poll|ifaddrs|netdb|syslog|termios|malloc|sched|spawn|time\.h|stdio|stdlib|string\.h)")


def foreign_include(path, number, header, libraries):
    homes = [(name, allowed) for name, allowed in libraries if header.startswith(name)]
    if not homes:
        if not SYSTEM.match(header):
            yield path, number, f"{header} belongs to no library of includes.txt"
        return
    library, allowed = max(homes, key=lambda row: len(row[0]))
    if not any(matches(path, place) for place in allowed):
        yield path, number, f"{library} is not at home here"


def check_lengths(root):
    for source in sources(root):
        count = len(source.text.splitlines())
        if count > FILE_LINES_MAX:
            yield source.path, count, f"{count} lines; at most {FILE_LINES_MAX}"
        elif count > FILE_LINES_REPORTED:
            print(f"note: {source.path}: {count} lines; it may want to be two files")
        for first, last in functions(source):
            if last - first + 1 > FUNCTION_LINES_MAX:
                yield source.path, first, f"a function of {last - first + 1} lines; at most {FUNCTION_LINES_MAX}"


# What stands before a brace that does not open a function, at the beginning of a line.
SCOPE = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:inline\s+|typedef\s+)?(?:namespace|class|struct|union|enum|extern)\b", re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def functions(source):
    """Line ranges of function bodies: braces after a parameter list, outside any other function."""
    stack = []  # for each open brace: the line of a function's begin, or None
    begin = 0   # of the text that leads to the next brace
    code = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source.code)
    for found in re.finditer(r"[{};]", code):
        at, mark = found.start(), found.group()
        if mark == "{":
            lead = code[begin:at]
            if re.search(r"[\w>]$", lead):  # a value: member_{x}
                stack.append(None)
                continue
            is_function = "(" in lead and not any(stack) and not is_scope(lead) and not lead.rstrip().endswith(("=", ","))
            stack.append(source.line_at(begin + len(lead) - len(lead.lstrip())) if is_function else None)
        elif mark == "}" and stack:
            first = stack.pop()
            if first:
                yield first, source.line_at(at)
            elif re.match(r"\}\s*[,{]", code[at:]):  # the value ends, its list of initialisers goes on
                continue
        begin = at + 1


def is_scope(lead):
    return bool(SCOPE.search(lead)) and not re.search(r"\)\s*(const|noexcept|override|->[^{]*)*\s*$", lead)


# Written in pieces, so that this file does not breach its own rule.
MACHINE = re.compile(r"(?<![\w.])(/" + r"work/|/" + r"tmp/|/" + r"root/|/" + r"home/\w)")


def check_words(root):
    for source in sources(root):
        if source.path.endswith(".h") and "\n#pragma once\n" not in "\n" + source.text:
            yield source.path, 1, "no #pragma once"
        for number, line in enumerate(source.code.split("\n"), 1):
            if source.path.endswith(".h") and re.match(r"\s*using namespace\b", line):
                yield source.path, number, "using namespace in a header"
    documents = [path for path in os.listdir(root) if path.endswith((".md", ".txt", ".json")) or path == "dev"]
    for path in [*sorted(documents), *walk(root, (*CODE_FOLDERS, "demo", "helm", ".ci"), TEXT_SUFFIXES)]:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if MACHINE.search(line):
                    yield path, number, "a path of one machine"


FORBIDDEN = (
    (re.compile(r"\bdetached\b"), "detached: nothing runs outside a TaskGroup"),
    (re.compile(r"\[\s*=\s*[\],]"), "[=]: captures are named"),
    (re.compile(r"\bexperimental::(\w+::)*(basic_)?(concurrent_)?channel\b"), "experimental channels lose what they hold"),
)


def check_coroutines(root):
    for source in sources(root):
        for pattern, why in FORBIDDEN:
            for found in pattern.finditer(source.code):
                yield source.path, source.line_at(found.start()), why
        for number, line in enumerate(source.lines, 1):
            if re.search(r"#\s*include.*asio/experimental/.*channel", line):
                yield source.path, number, "experimental channels lose what they hold"
        for found in re.finditer(r"\bco_await\b", source.code):
            awaited = expression(source.code, found.end())
            if owning_temporary(awaited):
                yield source.path, source.line_at(found.start()), (
                    "a braced temporary or a lambda beside co_await: g++ 12 may destroy it twice; name it first")
        for found in re.finditer(r"\b(?:if|while|switch)\s*\(", source.code):
            condition = expression(source.code, found.end())
            end = found.end() + len(condition)
            if source.code[end:end + 1] == ";":  # that was the initialiser
                condition = expression(source.code, end + 1)
            if re.search(r"\bco_await\b", condition):
                yield source.path, source.line_at(found.start()), (
                    "co_await in a condition: g++ 12 destroys what is awaited twice when it throws; name the result first")


def expression(code, begin):
    """From `begin` to where the expression ends: `;`, or a bracket that was opened before it."""
    depth = 0
    for at in range(begin, len(code)):
        mark = code[at]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
            if depth < 0:
                return code[begin:at]
        elif mark == ";" and depth == 0:
            return code[begin:at]
    return code[begin:]


# Braces around numbers only (seconds{5}, Offset{1}) own nothing.
PLAIN = re.compile(r"\b\w+\{\s*[\w.']*\s*\}")


def owning_temporary(awaited):
    return "{" in PLAIN.sub("", awaited)


def check_table(root):
    path = os.path.join(root, "ARCHITECTURE.md")
    with open(os.path.join(root, "tests/tidy/includes.txt"), encoding="utf-8") as file:
        table = file.read().strip()
    if not os.path.exists(path):
        yield "ARCHITECTURE.md", 1, "is missing"
        return
    with open(path, encoding="utf-8") as file:
        if table not in file.read():
            yield "ARCHITECTURE.md", 1, "does not show tests/tidy/includes.txt as it is"


CHECKS = {"includes": check_includes, "lengths": check_lengths, "words": check_words, "coroutines": check_coroutines,
          "table": check_table}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    arguments = parser.parse_args()
    root = os.path.normpath(arguments.root)
    unknown = set(arguments.checks) - set(CHECKS)
    if unknown:
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    breaches = 0
    for name in arguments.checks or CHECKS:
        for path, line, what in CHECKS[name](root):
            print(f"{path}:{line}: {what}")
            breaches += 1
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
