// Records a destination will not take, kept with the reason until a human decides.
//
//   <spool>/deadletters/<sink>/<number>.ndjson     one line each, in a bounded directory (base/bounded_log.h)
//   <spool>/deadletters/<sink>/retry               asks the sink's delivery to send them once more
//   <spool>/deadletters/intake/                    what intake rejected: facts alone, nothing to send
//
// `auditfwd deadletters retry` creates the file `retry`. The running forwarder looks for it (at start, and every few
// seconds), sends every letter written until then, and removes the file; so one process alone moves letters. A kill
// in between may send some twice. A letter that is refused again is kept as a new one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/bounded_log.h"
#include "forwarder/base/clock.h"

namespace auditfwd {

// One line, read back; the views belong to the line.
struct DeadLetter {
    std::string_view spool_id;
    Offset offset{};
    std::string_view time;    // RFC 3339
    std::string_view reason;  // printable ASCII without quotes
    RecordFacts facts;
    std::string_view record;  // empty: it was larger than the directory may be
};

// Nothing when `line` is none that DeadLetters wrote, to the last bit: what it gives may be sent.
std::optional<DeadLetter> parse_dead_letter(std::string_view line);

// What is kept of a destination's own words.
std::string clean_reason(std::string_view reason);

// Writes them. Owner: the sink's delivery. Thread: the sink's helper.
class DeadLetters {
public:
    DeadLetters(FileSystem& files, const std::filesystem::path& spool, std::string_view sink, std::uint64_t bytes_max);

    // Durable after sync().
    Result<void> add(const RecordView& record, std::string_view spool_id, std::string_view reason, WallTime now);
    Result<void> sync() { return log_.sync(); }

    Result<bool> retry_is_asked();
    Result<void> retry_is_done();

    BoundedLog& log() { return log_; }
    const BoundedLog& log() const { return log_; }

private:
    Result<void> append(std::string_view facts, std::string_view record);

    FileSystem& files_;
    BoundedLog log_;
};

std::filesystem::path dead_letters_path(const std::filesystem::path& spool, std::string_view sink);

// What a directory of dead letters holds, for `auditfwd deadletters ls`.
struct DeadLetterSummary {
    std::string sink;  // or "intake"
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::map<std::string, std::uint64_t> reasons{};  // how many of each; at most 100, then "other"
    bool retry_asked = false;
};

Result<std::vector<DeadLetterSummary>> list_dead_letters(FileSystem& files, const std::filesystem::path& spool);

// Asks for one sink's letters to be sent again. Fails with kNotFound when it has none, with kInvalid for "intake".
Result<void> ask_for_retry(FileSystem& files, const std::filesystem::path& spool, std::string_view sink);

}  // namespace auditfwd
