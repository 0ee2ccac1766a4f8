// What is wrong with rule files, all of it, with places: "file:line:column: text".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd::detection {

// Where something stands in the files that were given; lines and columns count from 1, columns in bytes.
struct Place {
    std::size_t file = 0;
    std::size_t line = 1;
    std::size_t column = 1;
};

class Diagnostics {
public:
    // Shown at most, of errors and of warnings; the last line says how many more there are.
    static constexpr std::size_t kShownMax = 100;

    std::size_t add_file(std::string_view name);

    // `subject` is what the text is about: "rule \"X\"", or empty.
    void error(const Place& place, std::string_view subject, std::string_view text);
    void warning(const Place& place, std::string_view subject, std::string_view text);

    bool failed() const { return !errors_.lines.empty(); }
    std::vector<std::string> errors() const { return shown(errors_); }
    std::vector<std::string> warnings() const { return shown(warnings_); }
    const std::string& file(std::size_t index) const { return files_[index]; }

private:
    struct Line {
        Place place;
        std::string text;
    };
    struct List {
        std::vector<Line> lines;
        std::size_t more = 0;
    };

    void add(List& list, const Place& place, std::string_view subject, std::string_view text) const;
    static std::vector<std::string> shown(const List& list);

    std::vector<std::string> files_;
    List errors_;
    List warnings_;
};

// Text of a file for a message: in quotes, control characters replaced, not longer than a line allows.
std::string quoted(std::string_view text);

}  // namespace auditfwd::detection
