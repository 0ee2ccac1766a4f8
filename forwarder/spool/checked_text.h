// Small files of `key value` lines, readable by humans, whose last line is a checksum of the others.
//
//   auditfwd-cursor 1
//   done 42
//   crc32c 5f0e7a31
//
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "forwarder/base/result.h"

namespace auditfwd::spool {

class CheckedTextWriter {
public:
    // `kind` names the file's format and its version.
    explicit CheckedTextWriter(std::string_view kind) : text_{std::string{kind} + '\n'} {}
    // No newline in `value`.
    void add(std::string_view key, std::string_view value);
    // Always 20 digits, so that a file can be overwritten in place.
    void add(std::string_view key, std::uint64_t value);
    std::string finish() &&;

private:
    std::string text_;
};

// Reads the lines in the order they were written. Values stay valid as long as the text.
class CheckedTextReader {
public:
    // Fails with kInvalid if the text is of another kind or its checksum does not match.
    static Result<CheckedTextReader> open(std::string_view text, std::string_view kind);
    // The next line's value, if its key is `key`.
    Result<std::string_view> text(std::string_view key);
    Result<std::uint64_t> integer(std::string_view key);

private:
    explicit CheckedTextReader(std::string_view lines) : lines_{lines} {}
    std::string_view lines_;
};

// Bytes as lower-case hex digits, and back; fails with kInvalid.
std::string bytes_to_hex(std::string_view bytes);
Result<std::string> hex_to_bytes(std::string_view hex);

}  // namespace auditfwd::spool
