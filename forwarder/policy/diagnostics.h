// What is wrong with one policy file, all of it, in the order of its lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd {

class Diagnostics {
public:
    explicit Diagnostics(std::string_view file) : file_{file} {}

    // `path` is the key ("rules[2].verbs[0]"), empty for the file as a whole; lines count from 1.
    void error(std::size_t line, std::string_view path, std::string_view text) { add(errors_, line, path, text); }
    void warning(std::size_t line, std::string_view path, std::string_view text) { add(warnings_, line, path, text); }

    bool failed() const { return !errors_.lines.empty(); }
    // "file:line: path: text". A bounded number; the last one says how many more there are.
    std::vector<std::string> errors() const { return shown(errors_); }
    std::vector<std::string> warnings() const { return shown(warnings_); }

private:
    struct Line {
        std::size_t line;
        std::string text;
    };
    struct List {
        std::vector<Line> lines;
        std::size_t more = 0;
    };

    void add(List& list, std::size_t line, std::string_view path, std::string_view text);
    static std::vector<std::string> shown(const List& list);

    const std::string file_;
    List errors_;
    List warnings_;
};

// Text of the file for a message: in quotes, control characters replaced, not longer than a line allows.
std::string quoted(std::string_view text);

}  // namespace auditfwd
