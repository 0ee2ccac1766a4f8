// Names of members the forwarder knows, however a client writes them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codecs/event.h"

namespace auditfwd {

struct KeyMatch {
    int index = -1;     // which name; -1: another
    bool exact = true;  // false: the name in other letters
};

// `content` is a key without its quotes, as it stands in the text.
KeyMatch match_key(std::string_view content, std::span<const std::string_view> names);
// The same for event-level members; the index is a Field.
KeyMatch match_field(std::string_view content);

// Members of user and impersonatedUser, of objectRef, and of responseStatus.
enum UserKey { kUserName, kUserUid, kUserGroups, kUserExtra };
std::span<const std::string_view> user_keys();
std::span<const std::string_view> reference_keys();
enum StatusKey { kStatusCode };
std::span<const std::string_view> status_keys();

}  // namespace auditfwd
