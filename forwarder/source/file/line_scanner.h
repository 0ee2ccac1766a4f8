// Finds where lines begin and end in a file that is read block by block, remembering nothing but numbers: a line of any
// length costs no memory.
//
// Two things are passed over. A line longer than the bound: nobody could hold it. A run of NUL bytes where a line would
// begin: the hole that is left when a log is truncated under a writer that goes on at its old place; the event behind
// it is good. Pure. Thread: one at a time.
#pragma once

#include <cstdint>
#include <string_view>

namespace auditfwd {

class LineScanner {
public:
    // Goes on where an earlier scan ended: a line begins at `begin` and has no end up to `scanned`. `line_bytes_max`
    // counts the newline.
    LineScanner(std::uint64_t begin, std::uint64_t scanned, std::uint64_t line_bytes_max)
        : begin_{begin}, scanned_{scanned}, line_bytes_max_{line_bytes_max} {}

    struct Oversize {
        std::uint64_t position = 0;
        std::uint64_t bytes = 0;
    };

    // Takes the bytes at scanned(). True when they complete a line: [begin(), end()) then; else feed on.
    bool feed(std::string_view block);
    // The file has ended for ever: a rest longer than the bound is passed over as well.
    void finish();

    std::uint64_t begin() const { return begin_; }      // of the first line that has not been passed over
    std::uint64_t end() const { return end_; }          // behind its newline
    std::uint64_t scanned() const { return scanned_; }  // up to here there is no newline after begin()

    std::uint64_t hole_bytes() const { return hole_bytes_; }
    std::uint64_t oversize_lines() const { return oversize_lines_; }
    const Oversize& last_oversize() const { return last_oversize_; }

private:
    void pass_over(std::uint64_t end);

    std::uint64_t begin_;
    std::uint64_t end_ = 0;
    std::uint64_t scanned_;
    std::uint64_t line_bytes_max_;
    std::uint64_t hole_bytes_ = 0;
    std::uint64_t oversize_lines_ = 0;
    Oversize last_oversize_;
};

}  // namespace auditfwd
