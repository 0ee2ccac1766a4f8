// Runs `auditfwd` as a process, without a shell.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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

// A directory of the test's own, removed with it.
class TestDirectory {
public:
    TestDirectory();
    TestDirectory(const TestDirectory&) = delete;
    ~TestDirectory();
    const std::filesystem::path& path() const { return path_; }
    // The path of a new file.
    std::string write(std::string_view name, std::string_view text) const;

private:
    std::filesystem::path path_;
};

std::string read_whole(const std::filesystem::path& path);

}  // namespace auditfwd
