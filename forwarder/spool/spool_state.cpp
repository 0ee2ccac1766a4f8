#include "forwarder/spool/spool_state.h"

#include <algorithm>

#include "codecs/stored_block.h"
#include "forwarder/base/crypto.h"
#include "forwarder/spool/checked_text.h"
#include "forwarder/spool/layout.h"

namespace auditfwd::spool {

namespace {

constexpr std::string_view kStateKind = "auditfwd-spool-state 1";
constexpr std::string_view kMarkKind = "auditfwd-spool-mark 1";
constexpr std::size_t kFileBytesMax = 4096;

void add_mark(CheckedTextWriter& lines, const DurableMark& mark) {
    lines.add("segment", mark.segment);
    lines.add("end", mark.end);
    lines.add("last", number(mark.last));
}

Result<Offset> read_offset(CheckedTextReader& lines, std::string_view key) {
    TRY(const auto value, lines.integer(key));
    if (value > kOffsetMax) return Error{ErrorCode::kInvalid, "\"" + std::string{key} + "\" is too large"};
    return Offset{value};
}

Result<DurableMark> read_mark(CheckedTextReader& lines) {
    DurableMark mark;
    TRY(mark.segment, lines.integer("segment"));
    TRY(mark.end, lines.integer("end"));
    TRY(mark.last, read_offset(lines, "last"));
    return mark;
}

Result<SpoolId> read_id(CheckedTextReader& lines) {
    TRY(const auto hex, lines.text("spool"));
    TRY(const auto bytes, hex_to_bytes(hex));
    SpoolId id;
    if (bytes.size() != id.size()) return Error{ErrorCode::kInvalid, "the spool's id has not 32 hex digits"};
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return id;
}

}  // namespace

std::string encode_state(const SpoolState& state) {
    CheckedTextWriter lines{kStateKind};
    lines.add("spool", std::string_view{to_hex(state.id)});
    lines.add("used_to", number(state.used_to));
    add_mark(lines, state.mark);
    return std::move(lines).finish();
}

Result<SpoolState> parse_state(std::string_view text) {
    TRY(auto lines, CheckedTextReader::open(text, kStateKind));
    SpoolState state;
    TRY(state.id, read_id(lines));
    TRY(state.used_to, read_offset(lines, "used_to"));
    TRY(state.mark, read_mark(lines));
    return state;
}

std::string encode_mark(const SpoolId& spool, const DurableMark& mark) {
    CheckedTextWriter lines{kMarkKind};
    lines.add("spool", std::string_view{to_hex(spool)});
    add_mark(lines, mark);
    return std::move(lines).finish();
}

Result<DurableMark> parse_mark(std::string_view text, const SpoolId& spool) {
    TRY(auto lines, CheckedTextReader::open(text, kMarkKind));
    TRY(const auto id, read_id(lines));
    if (id != spool) return Error{ErrorCode::kInvalid, "the mark is another spool's"};
    return read_mark(lines);
}

Result<std::optional<SpoolState>> load_state(FileSystem& files, const std::filesystem::path& spool) {
    const auto path = state_path(spool);
    auto text = read_file(files, path, kFileBytesMax);
    if (!text && text.error().code == ErrorCode::kNotFound) return std::optional<SpoolState>{};
    if (!text) return std::move(text).error();
    auto state = parse_state(*text);
    if (!state) return std::move(state).error().at(path.string());
    return std::optional<SpoolState>{*state};
}

Result<void> save_state(FileSystem& files, const std::filesystem::path& spool, const SpoolState& state) {
    return replace_file(files, state_path(spool), encode_state(state));
}

std::optional<DurableMark> load_mark(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id) {
    const auto text = read_file(files, mark_path(spool), kFileBytesMax);
    if (!text) return std::nullopt;
    const auto mark = parse_mark(*text, id);
    if (!mark) return std::nullopt;
    return *mark;
}

}  // namespace auditfwd::spool
