// Standard output of a subcommand: buffered, and indifferent to a reader that goes away.
#pragma once

#include <string>
#include <string_view>

#include "forwarder/app/cli/command_line.h"

namespace auditfwd::cli {

class Output {
public:
    explicit Output(int file = 1) : file_{file} {}
    Output(const Output&) = delete;

    void write(std::string_view text);
    // Nobody reads any more, or the disk refuses: further work is useless.
    bool gone() const { return closed_ || failed_ != 0; }
    // Writes what is left. kDone also when the reader went away; says on stderr what else went wrong.
    Exit finish();

private:
    void flush();

    const int file_;
    std::string buffer_;
    bool closed_ = false;
    int failed_ = 0;  // errno
};

}  // namespace auditfwd::cli
