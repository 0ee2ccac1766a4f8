// Runs `auditfwd` as a process, without a shell.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace auditfwd {

struct Ran {
    int exit = -1;  // -1: it was killed by a signal
    std::string out;
    std::string err;

    std::vector<std::string> err_lines() const;
};

enum class Stdout {
    kCollected,
    kNobodyReads,  // a pipe whose reader is gone
    kFull,         // a disk that takes nothing
};

// Waits for its end. `input` is its standard input.
Ran auditfwd_run(const std::vector<std::string>& arguments, std::string_view input = {},
                 Stdout out = Stdout::kCollected);

// Writes a new file into a directory; its path.
std::string write(const testing::TemporaryDirectory& directory, const std::string& name, std::string_view text);
std::string read_whole(const std::filesystem::path& path);

}  // namespace auditfwd
