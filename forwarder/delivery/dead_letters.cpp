#include "forwarder/delivery/dead_letters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "forwarder/base/crypto.h"

namespace auditfwd {

namespace {

constexpr std::string_view kIntake = "intake";
constexpr std::string_view kRetryFile = "retry";
constexpr std::string_view kReason = R"("reason":")";
constexpr std::size_t kReasonBytesMax = 256;
constexpr std::size_t kReasonsMax = 100;

// Takes `expected` off the front of `text`.
bool skip(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

// Takes what stands before `end`, and `end` itself.
bool take_until(std::string_view& text, std::string_view end, std::string_view& value) {
    const auto at = text.find(end);
    if (at == std::string_view::npos) return false;
    value = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return true;
}

template <class T>
bool take_number(std::string_view& text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

template <class Fact>
bool take_fact(std::string_view& text, Fact last, Fact& value) {
    unsigned read = 0;
    if (!skip(text, ",") || !take_number(text, read) || read > static_cast<unsigned>(last)) return false;
    value = static_cast<Fact>(read);
    return true;
}

// As in the sink's block: [stage time, level, verb, code, priority].
bool take_facts(std::string_view& text, RecordFacts& facts) {
    return take_number(text, facts.stage_time_ms) && take_fact(text, Level::kRequestResponse, facts.level) &&
           take_fact(text, VerbClass::kDelete, facts.verb) && take_fact(text, CodeClass::k5xx, facts.code) &&
           take_fact(text, Priority::kNone, facts.priority);
}

std::string facts_text(const RecordFacts& facts) {
    return fmt::format("[{},{},{},{},{}]", facts.stage_time_ms, static_cast<unsigned>(facts.level),
                       static_cast<unsigned>(facts.verb), static_cast<unsigned>(facts.code),
                       static_cast<unsigned>(facts.priority));
}

void count_reason(DeadLetterSummary& summary, std::string_view line) {
    std::string_view before;
    std::string_view reason = "unknown";
    if (take_until(line, kReason, before)) take_until(line, "\"", reason);
    std::string key = clean_reason(reason);
    if (summary.reasons.size() >= kReasonsMax && !summary.reasons.contains(key)) key = "other";
    ++summary.reasons[key];
}

// Calls `each` with the first bytes of every line: enough for all but the record.
template <class F>
Result<void> for_each_line(File& file, F each) {
    constexpr std::size_t kLineBytes = 1024;
    std::string buffer(64 * 1024, '\0');
    std::string line;
    for (std::uint64_t position = 0;;) {
        TRY(const auto n, file.read_at(position, buffer));
        position += n;
        for (std::string_view rest{buffer.data(), n}; !rest.empty();) {
            const auto end = rest.find('\n');
            const auto piece = rest.substr(0, end);
            line.append(piece.substr(0, kLineBytes - std::min(kLineBytes, line.size())));
            if (end == std::string_view::npos) break;
            each(std::string_view{line});
            line.clear();
            rest.remove_prefix(end + 1);
        }
        if (n < buffer.size()) return {};
    }
}

Result<DeadLetterSummary> summarize(FileSystem& files, const std::filesystem::path& directory) {
    DeadLetterSummary summary{.sink = directory.filename().string()};
    TRY(const auto pieces, list_pieces(files, directory));
    for (const auto& piece : pieces) {
        auto file = files.open(piece.path, OpenMode::kRead);
        if (!file) continue;  // expired meanwhile
        summary.bytes += piece.bytes;
        TRY_VOID(for_each_line(**file, [&](std::string_view line) {
            ++summary.count;
            count_reason(summary, line);
        }));
    }
    summary.retry_asked = files.stat(directory / kRetryFile).has_value();
    return summary;
}

}  // namespace

std::string clean_reason(std::string_view reason) {
    std::string clean{reason.substr(0, kReasonBytesMax)};
    for (auto& c : clean) {
        if (c == '"') c = '\'';
        if (c == '\\') c = '/';
        if (c < 0x20 || c > 0x7e) c = '?';
    }
    return clean;
}

std::optional<DeadLetter> parse_dead_letter(std::string_view line) {
    DeadLetter letter;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t crc = 0;
    if (!skip(line, R"({"crc32c":)") || !take_number(line, crc) || crc32c(line) != crc) return {};
    if (!skip(line, R"(,"spool":")") || !take_until(line, R"(","offset":)", letter.spool_id)) return {};
    if (!take_number(line, offset) || !skip(line, R"(,"time":")")) return {};
    if (!take_until(line, R"(",)", letter.time) || !skip(line, kReason)) return {};
    if (!take_until(line, R"(","bytes":)", letter.reason) || !take_number(line, bytes)) return {};
    if (!skip(line, R"(,"facts":[)") || !take_facts(line, letter.facts)) return {};
    if (!skip(line, R"(],"record":)") || !line.ends_with('}')) return {};
    line.remove_suffix(1);
    if (line != "null") {
        if (line.size() != bytes) return {};
        letter.record = line;
    }
    letter.offset = Offset{offset};
    letter.facts.bytes = bytes;
    return letter;
}

DeadLetters::DeadLetters(FileSystem& files, const std::filesystem::path& spool, std::string_view sink,
                         std::uint64_t bytes_max)
    : files_{files}, log_{files, dead_letters_path(spool, sink), bytes_max} {}

Result<void> DeadLetters::add(const RecordView& record, std::string_view spool_id, std::string_view reason,
                              WallTime now) {
    const auto facts = fmt::format(R"(,"spool":"{}","offset":{},"time":"{}",{}{}","bytes":{},"facts":{},"record":)",
                                   spool_id, number(record.offset), to_rfc3339(now), kReason, clean_reason(reason),
                                   record.json.size(), facts_text(record.facts));
    auto added = append(facts, record.json);
    if (added || added.error().code != ErrorCode::kTooLarge) return added;
    return append(facts, "null");
}

Result<void> DeadLetters::append(std::string_view facts, std::string_view record) {
    const auto crc = crc32c("}", crc32c(record, crc32c(facts)));
    const auto head = fmt::format(R"({{"crc32c":{}{})", crc, facts);
    const std::array<std::string_view, 3> line{head, record, "}"};
    return log_.append(line);
}

Result<bool> DeadLetters::retry_is_asked() {
    const auto found = files_.stat(log_.directory() / kRetryFile);
    if (found) return true;
    if (found.error().code == ErrorCode::kNotFound) return false;
    return found.error();
}

Result<void> DeadLetters::retry_is_done() {
    TRY_VOID(files_.remove(log_.directory() / kRetryFile));
    return files_.sync_directory(log_.directory());
}

std::filesystem::path dead_letters_path(const std::filesystem::path& spool, std::string_view sink) {
    return spool / "deadletters" / sink;
}

Result<std::vector<DeadLetterSummary>> list_dead_letters(FileSystem& files, const std::filesystem::path& spool) {
    std::vector<DeadLetterSummary> summaries;
    const auto root = spool / "deadletters";
    const auto names = files.list(root);
    if (!names && names.error().code == ErrorCode::kNotFound) return summaries;
    if (!names) return names.error();
    for (const auto& name : *names) {
        const auto found = files.stat(root / name);
        if (!found || !found->is_directory) continue;
        TRY(auto summary, summarize(files, root / name));
        summaries.push_back(std::move(summary));
    }
    return summaries;
}

Result<void> ask_for_retry(FileSystem& files, const std::filesystem::path& spool, std::string_view sink) {
    if (sink == kIntake) {
        return Error{ErrorCode::kInvalid,
                     "the dead letters of intake hold facts about rejected events, not the events: send those again "
                     "from their source"};
    }
    const auto directory = dead_letters_path(spool, sink);
    TRY(const auto pieces, list_pieces(files, directory));
    const bool any = std::any_of(pieces.begin(), pieces.end(), [](const auto& piece) { return piece.bytes > 0; });
    if (!any) return Error{ErrorCode::kNotFound, "no dead letters of a sink named " + clean_reason(sink)};
    TRY(auto file, files.open(directory / kRetryFile, OpenMode::kCreate));
    return files.sync_directory(directory);
}

}  // namespace auditfwd
