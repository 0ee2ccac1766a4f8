#!/usr/bin/env python3
"""Each rule of tidy.py sees its breach, and lets the nearest innocent line pass."""
import os
import shutil
import tempfile
import unittest

import tidy

HERE = os.path.dirname(os.path.abspath(__file__))


class Tree:
    """A small repository with this one's table."""

    def __init__(self):
        self.root = tempfile.mkdtemp()
        os.makedirs(os.path.join(self.root, "tests/tidy"))
        shutil.copy(os.path.join(HERE, "includes.txt"), os.path.join(self.root, "tests/tidy"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def breaches(check, text, path="forwarder/policy/x.cpp"):
    with Tree() as tree:
        tree.write(path, text)
        return [what for where, _, what in tidy.CHECKS[check](tree.root) if where == path]


class Includes(unittest.TestCase):
    def test_downward_is_fine_and_upward_is_refused(self):
        self.assertFalse(breaches("includes", '#include "codecs/record.h"\n#include "forwarder/policy/policy.h"\n'))
        self.assertTrue(breaches("includes", '#include "forwarder/spool/spool.h"\n'))

    def test_a_single_allowed_header_does_not_open_its_room(self):
        source = "forwarder/source/file/x.cpp"
        self.assertFalse(breaches("includes", '#include "forwarder/spool/spool.h"\n', source))
        self.assertTrue(breaches("includes", '#include "forwarder/spool/segment.h"\n', source))

    def test_sibling_sinks_are_blind_to_each_other(self):
        self.assertTrue(breaches("includes", '#include "sinks/discard/sink.h"\n', "sinks/file/x.cpp"))

    def test_a_library_stays_at_home(self):
        self.assertFalse(breaches("includes", "#include <simdjson.h>\n", "codecs/x.cpp"))
        self.assertTrue(breaches("includes", "#include <simdjson.h>\n"))
        self.assertTrue(breaches("includes", "#include <boost/beast/http.hpp>\n", "forwarder/source/webhook/x.cpp"))

    def test_an_unknown_library_is_refused_and_the_system_is_not(self):
        self.assertTrue(breaches("includes", "#include <rapidjson/document.h>\n"))
        self.assertFalse(breaches("includes", "#include <vector>\n#include <sys/stat.h>\n"))

    def test_a_folder_outside_every_room_is_refused(self):
        self.assertTrue(breaches("includes", "", "forwarder/new/x.cpp"))


class Lengths(unittest.TestCase):
    def test_a_file_may_have_500_lines(self):
        self.assertFalse(breaches("lengths", "int x;\n" * 500))
        self.assertTrue(breaches("lengths", "int x;\n" * 501))

    def test_a_function_may_have_70_lines(self):
        for shape in ("void f(int a) {%s}\n", "A::A(int a) : a_{a} {%s}\n", "class A {\n int f() const {%s}\n};\n",
                      "struct A f(B b) {%s}\n", "namespace n {\nvoid f() {%s}\n}\n", "TEST(A, b) {%s}\n",
                      "auto f() -> int {%s}\n", "int f() {\n if (a) {\n}\n auto g = [&] {%s};\n}\n"):
            with self.subTest(shape):
                self.assertFalse(breaches("lengths", shape % ("\n  g();" * 60 + "\n")))
                self.assertTrue(breaches("lengths", shape % ("\n  g();" * 80 + "\n")))

    def test_a_class_or_a_table_may_be_longer(self):
        self.assertFalse(breaches("lengths", "class A : public B<int(int)> {" + "\nint x;" * 80 + "\n};\n"))
        self.assertFalse(breaches("lengths", "#if defined(X)\nMACRO(1)\nstruct A {" + "\nint x;" * 80 + "\n};\n#endif\n"))
        self.assertFalse(breaches("lengths", "const int k[] = {" + "\nf(1)," * 80 + "\n};\n"))

    def test_braces_in_text_do_not_count(self):
        self.assertFalse(breaches("lengths", 'void f() { g("{", \'{\', R"({)"); /* { */ }  // {\n' + "int x;\n" * 80))


class Words(unittest.TestCase):
    def test_a_header_needs_its_pragma(self):
        self.assertTrue(breaches("words", "int x;\n", "codecs/x.h"))
        self.assertFalse(breaches("words", "// What.\n#pragma once\n", "codecs/x.h"))

    def test_a_path_of_one_machine_is_refused(self):
        self.assertTrue(breaches("words", 'auto p = "/' + 'tmp/x";\n'))
        self.assertFalse(breaches("words", 'auto p = directory / "work/x";\n'))


class Coroutines(unittest.TestCase):
    def test_a_braced_temporary_beside_co_await(self):
        self.assertTrue(breaches("coroutines", "co_await put({.bucket = s});\n"))
        self.assertTrue(breaches("coroutines", "auto r = co_await put(Options{s, t});\n"))
        self.assertTrue(breaches("coroutines", "co_await run(\n  [p = std::move(p)] { return p; });\n"))

    def test_what_is_named_or_plain_passes(self):
        self.assertFalse(breaches("coroutines", "TaskGroup group{co_await asio::this_coro::executor};\n"))
        self.assertTrue(breaches("coroutines", "if (co_await ready()) { return; }\n"))
        self.assertTrue(breaches("coroutines", "while (go_on && !co_await ready(1)) {}\n"))
        self.assertFalse(breaches("coroutines", "if (const bool is = co_await ready(); is) { return; }\n"))
        self.assertFalse(breaches("coroutines", "if (go_on) co_await ready();\n"))
        self.assertFalse(breaches("coroutines", "co_await wait_until(now + seconds{5});\n"))
        self.assertFalse(breaches("coroutines", "Options o{s};\nco_await put(std::move(o));\n"))

    def test_forbidden_words_count_in_code_only(self):
        self.assertTrue(breaches("coroutines", "co_spawn(x, f(), asio::detached);\n"))
        self.assertFalse(breaches("coroutines", "// detached is forbidden\n"))
        self.assertTrue(breaches("coroutines", "auto f = [=] { return x; };\n"))
        self.assertTrue(breaches("coroutines", "asio::experimental::concurrent_channel<void(int)> c;\n"))


class Table(unittest.TestCase):
    def test_the_document_shows_the_table_as_it_is(self):
        with Tree() as tree:
            with open(os.path.join(tree.root, "tests/tidy/includes.txt"), encoding="utf-8") as file:
                table = file.read()
            tree.write("ARCHITECTURE.md", "# A\n```\n" + table + "```\n")
            self.assertFalse(list(tidy.check_table(tree.root)))
            tree.write("ARCHITECTURE.md", "# A\n```\n" + table.replace("codecs", "codex", 1) + "```\n")
            self.assertTrue(list(tidy.check_table(tree.root)))


if __name__ == "__main__":
    unittest.main()
