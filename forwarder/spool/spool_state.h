// What a spool must remember outside its segments.
//
// `state` is replaced as a whole and durably, before numbers of a new range are used and at a clean close. `mark` is
// overwritten in place after each sync of a segment, without a sync of its own: after a crash of the process it is
// exact, after a power loss it may be old or gone, and what it says is true whenever it can be read. Pure, but for the
// functions that take a FileSystem.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "codecs/record.h"
#include "forwarder/base/file_system.h"
#include "forwarder/spool/segment_header.h"

namespace auditfwd::spool {

// A sync covered this much. What is bad below it is damage, what is bad above it never was acknowledged.
struct DurableMark {
    std::uint64_t segment = 0;
    std::uint64_t end = 0;  // bytes of that segment
    Offset last{};          // newest record below
    bool operator==(const DurableMark&) const = default;
    // Marks of one spool are ordered: a later one covers an earlier one.
    friend bool operator<(const DurableMark& a, const DurableMark& b) {
        return a.segment != b.segment ? a.segment < b.segment : a.end < b.end;
    }
};

struct SpoolState {
    SpoolId id{};
    Offset used_to{};  // numbers above it were never given to a record
    DurableMark mark;
    bool operator==(const SpoolState&) const = default;
};

std::string encode_state(const SpoolState& state);
Result<SpoolState> parse_state(std::string_view text);

// Always of the same length.
std::string encode_mark(const SpoolId& spool, const DurableMark& mark);
// Fails for another spool's as well.
Result<DurableMark> parse_mark(std::string_view text, const SpoolId& spool);

// Nothing when there is none. Fails with kInvalid if its bytes are damaged.
Result<std::optional<SpoolState>> load_state(FileSystem& files, const std::filesystem::path& spool);
Result<void> save_state(FileSystem& files, const std::filesystem::path& spool, const SpoolState& state);

// Nothing when there is none that can be believed.
std::optional<DurableMark> load_mark(FileSystem& files, const std::filesystem::path& spool, const SpoolId& id);

}  // namespace auditfwd::spool
