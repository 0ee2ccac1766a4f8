// What a file sink's cursor remembers of the file it writes. Pure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "codecs/record.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/file_system.h"

namespace auditfwd {

struct FileState {
    std::filesystem::path path;  // of the file that is written, or will be
    Offset first{};              // the number in its name: nothing in it is older
    bool created = false;        // with `created`, what follows is known too
    FileId id{};
    std::uint64_t length = 0;  // of what is committed
    WallTime begun{};          // when it was created
    bool operator==(const FileState&) const = default;
};

std::string encode(const FileState& state);
// Nothing for what encode() did not write.
std::optional<FileState> decode_file_state(std::string_view text);

// DIR/NAME.EXT and 7 give DIR/NAME-00000000000000000007.EXT, with .zst if compressed.
std::filesystem::path output_path(const std::filesystem::path& configured, Offset first, bool compressed);

}  // namespace auditfwd
