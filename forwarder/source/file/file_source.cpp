#include "forwarder/source/file/file_source.h"

#include <algorithm>

#include "forwarder/base/limits.h"
#include "forwarder/base/units.h"
#include "forwarder/source/file/gzip_file.h"

namespace auditfwd {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kChunkBytes = 512_KiB;
constexpr milliseconds kDelayMin{100};
constexpr milliseconds kDelayMax{5'000};

LogReader::Options reader_options(const FileSourceOptions& options, const ByteBudget& budget, bool start_at_end) {
    // What could never be granted is as good as too long.
    CHECK(budget.total() > memory_for_body(limits::kMemoryPerBodyByte));
    const auto most = (budget.total() - memory_for_body(0)) / limits::kMemoryPerBodyByte;
    LogReader::Options reader;
    reader.source = options.name;
    reader.path = options.path;
    reader.line_bytes_max = options.line_bytes_max == 0 ? most : std::min(options.line_bytes_max, most);
    reader.chunk_bytes = std::min(kChunkBytes, reader.line_bytes_max);
    reader.start_at_end = start_at_end;
    return reader;
}

std::optional<Position> remember(const FileSourceOptions& options, const std::optional<std::string>& checkpoint,
                                 FileMetrics& metrics) {
    if (!checkpoint) return std::nullopt;
    auto position = parse_position(*checkpoint);
    if (position) return *position;
    metrics.lost_positions.Increment();
    log_error("the checkpoint is of another version; everything that is there is read",
              {{"source", options.name}, {"path", options.path.string()}});
    return std::nullopt;
}

// The same chunk would be refused again.
bool is_final(ErrorCode code) { return code == ErrorCode::kInvalid || code == ErrorCode::kTooLarge; }

}  // namespace

FileSource::FileSource(FileSourceOptions options, Executor executor, Intake& intake, ByteBudget& budget,
                       FileSystem& files, const Clock& clock, Metrics& metrics, std::optional<std::string> checkpoint)
    : options_{std::move(options)},
      intake_{intake},
      budget_{budget},
      clock_{clock},
      metrics_{metrics, options_.name},
      reader_{reader_options(options_, budget, options_.start_at_end && !checkpoint),
              remember(options_, checkpoint, metrics_), files, metrics_},
      helper_{"file-source"},
      stopped_{std::move(executor)},
      delay_{kDelayMin} {}

std::size_t FileSource::memory_bytes_max() { return GzipFile::kMemory + 64_KiB; }

void FileSource::stop() {
    stopping_ = true;
    stopped_.notify_all();
}

Task<void> FileSource::run() {
    auto look_once = [this] { return reader_.look(); };
    while (!stopping_) {
        const auto look = co_await helper_.run(look_once);
        if (!look) {
            file_trouble(look.error());
            co_await pause(std::max(options_.poll, kDelayMin));
        } else if (look->kind == Look::Kind::kWait) {
            co_await pause(options_.poll);
        } else if (look->kind == Look::Kind::kRead) {
            co_await forward(*look);
        }
    }
}

// From memory to outcome. Whatever fails leaves the position where it was; the next look begins there.
Task<void> FileSource::forward(const Look& look) {
    auto memory = co_await budget_.reserve(memory_for_body(look.bytes), clock_.steady() + limits::kMemoryWait);
    if (!memory) {
        metrics_.retries.Increment();
        intake_troubles_.warn("no memory for the log's next lines yet",
                              {{"source", options_.name}, {"bytes", std::to_string(look.bytes)}});
        co_return;
    }
    if (stopping_) co_return;
    Body body{look.bytes, *std::move(memory)};
    auto read = [&] { return reader_.read(look, body); };
    auto result = co_await helper_.run(read);
    if (!result) {
        file_trouble(result.error());
        co_await pause(std::max(options_.poll, kDelayMin));
    } else if (*result) {
        Chunk chunk = **std::move(result);
        co_await submit(std::move(body), std::move(chunk), look.behind);
    }
}

Task<void> FileSource::submit(Body body, Chunk chunk, bool behind) {
    Origin origin{options_.cluster, options_.name, {}, options_.trusted};
    Submission submission{std::move(body), std::move(origin)};
    submission.framing = Framing::kLines;
    submission.durability = behind ? Durability::kSync : options_.durability;
    submission.passed_over = chunk.passed_over;
    submission.checkpoint = Checkpoint{options_.name, to_text(chunk.after)};
    const auto answer = co_await intake_.submit(std::move(submission));
    if (answer || is_final(answer.error().code)) {
        settle(chunk, answer);
        delay_ = kDelayMin;
        co_return;
    }
    metrics_.retries.Increment();
    if (!stopping_)
        intake_troubles_.warn("the log's next lines could not be stored; they are read and tried again",
                              {{"source", options_.name}, {"error", answer.error().message}});
    co_await back_off();
}

void FileSource::settle(const Chunk& chunk, const Result<Accepted>& answer) {
    reader_.advance(chunk);
    if (!answer) {
        metrics_.refused_chunks.Increment();
        log_error("lines of the log were refused for good and are left out",
                  {{"source", options_.name},
                   {"end", std::to_string(chunk.after.past.offset)},
                   {"bytes", std::to_string(chunk.bytes)},
                   {"error", answer.error().message}});
        return;
    }
    metrics_.bytes.Increment(static_cast<double>(chunk.bytes));
    metrics_.lines.Increment(static_cast<double>(chunk.lines));
    if (chunk.unterminated) metrics_.unterminated_lines.Increment();
}

void FileSource::file_trouble(const Error& error) {
    if (error.code == ErrorCode::kUnavailable) return;  // the log was just being rotated
    metrics_.errors.Increment();
    file_troubles_.warn("the log cannot be read; trying again",
                        {{"source", options_.name}, {"path", options_.path.string()}, {"error", error.message}});
}

Task<void> FileSource::back_off() {
    co_await pause(delay_);
    delay_ = std::min(delay_ * 2, kDelayMax);
}

Task<void> FileSource::pause(milliseconds time) {
    const auto until = clock_.steady() + time;
    bool notified = true;
    while (!stopping_ && notified) notified = co_await stopped_.wait_until(until);
}

}  // namespace auditfwd
