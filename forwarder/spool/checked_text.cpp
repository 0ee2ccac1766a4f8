#include "forwarder/spool/checked_text.h"

#include <fmt/format.h>

#include <charconv>

#include "forwarder/base/assert.h"
#include "forwarder/base/crypto.h"

namespace auditfwd::spool {

namespace {

constexpr std::string_view kChecksumKey = "crc32c ";
constexpr std::size_t kChecksumLine = 7 + 8 + 1;

std::string checksum_line(std::string_view text) { return fmt::format("{}{:08x}\n", kChecksumKey, crc32c(text)); }

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

void CheckedTextWriter::add(std::string_view key, std::string_view value) {
    CHECK(value.find('\n') == std::string_view::npos);
    text_ += fmt::format("{} {}\n", key, value);
}

void CheckedTextWriter::add(std::string_view key, std::uint64_t value) {
    text_ += fmt::format("{} {:020}\n", key, value);
}

std::string CheckedTextWriter::finish() && { return text_ + checksum_line(text_); }

Result<CheckedTextReader> CheckedTextReader::open(std::string_view text, std::string_view kind) {
    if (text.size() < kChecksumLine) return Error{ErrorCode::kInvalid, "too short"};
    const auto lines = text.substr(0, text.size() - kChecksumLine);
    if (checksum_line(lines) != text.substr(lines.size())) return Error{ErrorCode::kInvalid, "checksum mismatch"};
    CheckedTextReader reader{lines};
    const auto end = reader.lines_.find('\n');
    if (end == std::string_view::npos || reader.lines_.substr(0, end) != kind)
        return Error{ErrorCode::kInvalid, "not the format \"" + std::string{kind} + "\""};
    reader.lines_.remove_prefix(end + 1);
    return reader;
}

Result<std::string_view> CheckedTextReader::text(std::string_view key) {
    const auto end = lines_.find('\n');
    const auto line = lines_.substr(0, end);
    if (end == std::string_view::npos || !line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ')
        return Error{ErrorCode::kInvalid, "no \"" + std::string{key} + "\" where it should be"};
    lines_.remove_prefix(end + 1);
    return line.substr(key.size() + 1);
}

Result<std::uint64_t> CheckedTextReader::integer(std::string_view key) {
    TRY(const auto digits, text(key));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return Error{ErrorCode::kInvalid, "\"" + std::string{key} + "\" is not a number"};
    return value;
}

std::string bytes_to_hex(std::string_view bytes) {
    return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Result<std::string> hex_to_bytes(std::string_view hex) {
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const int high = digit_of(hex[i]);
        const int low = digit_of(hex[i + 1]);
        if (high < 0 || low < 0) return Error{ErrorCode::kInvalid, "not hex digits"};
        bytes += static_cast<char>(high << 4 | low);
    }
    if (hex.size() % 2 != 0) return Error{ErrorCode::kInvalid, "an odd number of hex digits"};
    return bytes;
}

}  // namespace auditfwd::spool
