// Writes a log as kube-apiserver does: one write per line, rename rotation, compression of rotated files beside them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/source/file/log_names.h"

namespace auditfwd::testing {

// Removed with all that is in it.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class LogWriter {
public:
    explicit LogWriter(std::filesystem::path live);
    LogWriter(const LogWriter&) = delete;
    ~LogWriter();

    void write(std::string_view bytes);
    // Renames the live file and begins a new one. Gives the time in the rotated file's name.
    std::string rotate();
    // Rotated names get this time, and later ones.
    void set_time_ms(unsigned long long ms) { time_ms_ = ms; }

    // Of rotated files, by their times.
    void compress(const std::string& time);
    void begin_compressing(const std::string& time);  // half a gzip file beside it
    void remove(const std::string& time);

    // copytruncate: the writer goes on at the beginning, or (not told) at its old place, which leaves a hole.
    void truncate(bool leave_hole);

    std::filesystem::path rotated(const std::string& time, bool compressed = false) const;
    const std::filesystem::path& live() const { return live_; }

private:
    void open();

    std::filesystem::path live_;
    LogNames names_;
    int descriptor_ = -1;
    unsigned long long place_ = 0;
    unsigned long long time_ms_ = 0;
};

std::string gzip(std::string_view bytes);
void write_file(const std::filesystem::path& path, std::string_view bytes);
std::string read_all(const std::filesystem::path& path);
std::vector<std::string> split_lines(std::string_view text);  // a last one without newline as well

}  // namespace auditfwd::testing
