// Reads one rotated log through all its files, in order: the blocking half of the file source.
//
//   look() ──▶ how much to read ──▶ (memory is reserved) ──▶ read() ──▶ a chunk of whole lines ──▶ (durable) ──▶
//   advance()
//
// Follows a file by its open descriptor, so that renaming, compressing or deleting it takes nothing away, and moves on
// when the next file has bytes: only then has the writer left this one. Whatever is read counts only if the past of the
// file is afterwards still what it was; so a truncation under way is never mistaken for the log.
//
// Bound by the names' times: two rotations while nobody looked, with the clock set back between them, may be read in
// the wrong order; set back below a file that was done with before a restart, they are not found.
//
// Owner: the FileSource. Thread: one at a time (its helper's); all calls but advance() block.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/base/file_system.h"
#include "forwarder/intake/body.h"
#include "forwarder/source/file/file_metrics.h"
#include "forwarder/source/file/follower.h"
#include "forwarder/source/file/line_scanner.h"
#include "forwarder/source/file/log_directory.h"
#include "forwarder/source/file/loss_watch.h"

namespace auditfwd {

struct Look {
    enum class Kind {
        kWait,   // nothing to do until the log has changed
        kAgain,  // something was done; look again
        kRead,   // reserve memory for `bytes`, then read()
    };
    Kind kind = Kind::kWait;
    std::size_t bytes = 0;      // 0 with kRead: a position to make durable, without lines
    bool unterminated = false;  // the last line of a rotated file, without its newline
    bool behind = false;        // more is waiting than fits
};

struct Chunk {
    Position after;  // once its lines are durable
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
    std::uint64_t passed_over = 0;  // lines before or among them that were longer than line_bytes_max
    bool unterminated = false;
};

class LogReader {
public:
    struct Options {
        std::string source;              // its name, for the log
        std::filesystem::path path;      // of the live file
        std::size_t chunk_bytes = 0;     // at most line_bytes_max
        std::size_t line_bytes_max = 0;  // with its newline
        bool start_at_end = false;       // without a remembered position
    };

    LogReader(Options options, std::optional<Position> remembered, FileSystem& files, FileMetrics& metrics);
    ~LogReader();

    // One bounded step: finds the file, the next one, the next line's end. An error is of the file system or of a
    // directory in motion, and changes nothing: look again later.
    Result<Look> look();

    // Reads what look() found into `body`, which has room for it. Nothing when the file was truncated meanwhile.
    Result<std::optional<Chunk>> read(const Look& look, Body& body);

    // Everything up to here is durable.
    void advance(const Chunk& chunk);

    const Position& position() const { return position_; }

private:
    struct Scan {
        LineScanner lines;
        bool line_found = false;
        bool file_ended = false;
    };

    Result<Look> start();
    Result<void> start_new(const Listing& listing);
    Result<void> resume(const Listing& listing);
    Look wait_for_log();

    Result<std::optional<LogFile>> next_file();
    Result<void> learn_own_time(const Listing& listing);
    void note_losses(const LossWatch::Losses& losses);
    void say_lost(std::string_view what, const std::string& path, std::uint64_t bytes) const;
    Result<Look> move_on(const LogFile& next);

    Result<Look> look_at_file(const std::optional<LogFile>& next);
    Look whole_lines(std::uint64_t end, bool next_waits) const;
    Result<Look> end_of_file(const LogFile& next);
    Result<Scan> scan();
    Result<bool> intact();
    Result<void> go_back();
    void adopt(const LineScanner& lines);
    void follow(std::unique_ptr<File> file, const LogFile& found, const Past& past);
    std::string own_path() const;

    const Options options_;
    LogDirectory directory_;
    FileMetrics& metrics_;
    const std::optional<Position> remembered_;

    bool started_ = false;
    bool mark_due_ = false;  // where a start at the end began is not durable yet
    bool absence_told_ = false;
    std::unique_ptr<File> file_;  // absent until there is one to follow
    bool compressed_ = false;
    LossWatch losses_;
    Position position_;
    Past known_;                     // the position's past, or further: what was looked at and not yet taken
    std::uint64_t begin_ = 0;        // of the next line: at the position, or behind what was passed over after it
    std::uint64_t scanned_ = 0;      // up to here it has no end
    std::uint64_t passed_over_ = 0;  // lines since the position
    std::uint64_t size_seen_ = 0;    // of file_ on disk, the largest
    std::string scratch_;
};

}  // namespace auditfwd
