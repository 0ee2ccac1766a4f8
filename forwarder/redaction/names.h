// Names what was redacted, for `removed`: the JSON pointer of each value, `*` for indices.
//
// Only looked for once something was redacted: redaction itself keeps no paths.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codecs/edits.h"
#include "codecs/event.h"
#include "codecs/json_tokens.h"

namespace auditfwd {

class Names {
public:
    // `places` are positions in the event's text, in values or keys of members; those in members that are cut are
    // passed over. `tokens` are used. True: one of them is read by policies (user name, groups, verb).
    bool add(const Event& event, std::span<const std::uint32_t> places, JsonTokens& tokens, Removed& removed);

private:
    std::vector<std::uint32_t> places_;  // sorted
    std::vector<TextRange> keys_;        // by depth; empty in an array
};

}  // namespace auditfwd
