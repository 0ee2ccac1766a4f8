#include "forwarder/spool/cursor.h"

#include "forwarder/base/limits.h"
#include "forwarder/spool/checked_text.h"

namespace auditfwd {

namespace {

constexpr std::string_view kKind = "auditfwd-cursor 1";
constexpr std::size_t kFileBytesMax = 2 * limits::kCheckpointBytesMax + 1024;

Result<Cursor> parse(std::string_view text) {
    TRY(auto lines, spool::CheckedTextReader::open(text, kKind));
    Cursor cursor;
    TRY(const auto id, lines.text("spool"));
    TRY(const auto done, lines.integer("done"));
    TRY(cursor.counts.delivered, lines.integer("delivered"));
    TRY(cursor.counts.filtered, lines.integer("filtered"));
    TRY(cursor.counts.expired, lines.integer("expired"));
    TRY(cursor.counts.damaged, lines.integer("damaged"));
    TRY(cursor.counts.dead_lettered, lines.integer("dead_lettered"));
    TRY(cursor.counts.unused, lines.integer("unused"));
    TRY(const auto state, lines.text("sink_state"));
    TRY(cursor.sink_state, spool::hex_to_bytes(state));
    cursor.spool_id = std::string{id};
    cursor.done = Offset{done};
    return cursor;
}

}  // namespace

Result<std::optional<Cursor>> load_cursor(FileSystem& files, const std::filesystem::path& path) {
    auto text = read_file(files, path, kFileBytesMax);
    if (!text && text.error().code == ErrorCode::kNotFound) return std::optional<Cursor>{};
    if (!text) return std::move(text).error();
    auto cursor = parse(*text);
    if (!cursor) return std::move(cursor).error().at("cursor " + path.string());
    return std::optional<Cursor>{*std::move(cursor)};
}

Result<void> save_cursor(FileSystem& files, const std::filesystem::path& path, const Cursor& cursor) {
    if (cursor.sink_state.size() > limits::kCheckpointBytesMax)
        return Error{ErrorCode::kTooLarge, "cursor " + path.string() + ": the sink's state is too large"};
    spool::CheckedTextWriter lines{kKind};
    lines.add("spool", std::string_view{cursor.spool_id});
    lines.add("done", number(cursor.done));
    lines.add("delivered", cursor.counts.delivered);
    lines.add("filtered", cursor.counts.filtered);
    lines.add("expired", cursor.counts.expired);
    lines.add("damaged", cursor.counts.damaged);
    lines.add("dead_lettered", cursor.counts.dead_lettered);
    lines.add("unused", cursor.counts.unused);
    lines.add("sink_state", std::string_view{spool::bytes_to_hex(cursor.sink_state)});
    TRY_VOID(files.make_directory(path.parent_path()));
    return replace_file(files, path, std::move(lines).finish());
}

std::filesystem::path cursor_path(const std::filesystem::path& spool, std::string_view sink) {
    return spool / "cursors" / sink;
}

Result<std::vector<std::string>> list_cursors(FileSystem& files, const std::filesystem::path& spool) {
    auto names = files.list(spool / "cursors");
    if (!names && names.error().code == ErrorCode::kNotFound) return std::vector<std::string>{};
    if (names) std::erase_if(*names, [](const auto& name) { return name.ends_with(".tmp"); });
    return names;
}

}  // namespace auditfwd
