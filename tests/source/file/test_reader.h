// Drives a LogReader by hand: what would be submitted is collected, and the process can be restarted at any moment.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "forwarder/source/file/log_reader.h"
#include "tests/source/file/log_writer.h"

namespace auditfwd::testing {

class TestReader {
public:
    TestReader(LogReader::Options options, FileSystem& files)
        : options_{std::move(options)}, files_{files}, metrics{registry, "file"} {
        restart();
    }

    // As after a crash: all that is left is what was durable.
    void restart() {
        std::optional<Position> position;
        if (durable_position) position = parse_position(*durable_position).value();
        reader_ = std::make_unique<LogReader>(options_, position, files_, metrics);
    }

    // One look and what follows from it; false when there was nothing to do or the file system failed. With `store`
    // false the intake refuses.
    bool step(bool store = true) {
        const auto look = reader_->look();
        last_look_failed = !look;
        if (!look || look->kind == Look::Kind::kWait) return false;
        if (look->kind == Look::Kind::kAgain) return true;
        largest_read = std::max(largest_read, look->bytes);
        Body body{look->bytes, ByteBudget::Reservation{}};
        const auto chunk = reader_->read(*look, body);
        last_look_failed = !chunk;
        if (!chunk) return false;
        if (!*chunk || !store) return true;
        text += body.text();
        if ((*chunk)->unterminated) text += '\n';
        durable_position = to_text((*chunk)->after);
        durable_lines += (*chunk)->lines;
        ++chunks;
        reader_->advance(**chunk);
        return true;
    }

    // Until nothing is left to do.
    void run() {
        while (step()) {
        }
    }

    double lost() const {
        return metrics.truncations.Value() + metrics.lost_positions.Value() + metrics.lost_files.Value() +
               metrics.gaps.Value() + metrics.damaged_files.Value();
    }

private:
    LogReader::Options options_;
    FileSystem& files_;
    Metrics registry;
    std::unique_ptr<LogReader> reader_;

public:
    FileMetrics metrics;
    std::string text;  // all that is durable
    std::optional<std::string> durable_position;
    std::uint64_t durable_lines = 0;
    std::uint64_t chunks = 0;
    std::size_t largest_read = 0;
    bool last_look_failed = false;
};

// A directory with a log, its writer and its reader, with chunks and lines short enough to be written by hand.
class LogReaderTest : public ::testing::Test {
protected:
    LogReader::Options options(bool start_at_end = false) const {
        LogReader::Options options;
        options.source = "file";
        options.path = directory_.path() / "audit.log";
        options.chunk_bytes = 64;
        options.line_bytes_max = 200;
        options.start_at_end = start_at_end;
        return options;
    }

    TemporaryDirectory directory_;
    LogWriter log_{directory_.path() / "audit.log"};
    SystemFileSystem files_;
    TestReader reader_{options(), files_};
};

}  // namespace auditfwd::testing
