// JSON values as the text that rules compare: a string's content, anything else as compact JSON.
//
// Inside compact JSON strings stay as they are written, except for escapes an API server does not write: these are
// read. A lone surrogate's escape stays as it is written (`\ud800`, six characters): the plugin reads it so. What
// cannot be unescaped, or finds no room, stays as it stands. Owner: an EventFields; thread: its worker's.
#pragma once

#include <cstddef>
#include <string_view>

#include "codecs/json_text.h"
#include "codecs/json_tokens.h"
#include "forwarder/detection/fields/scratch.h"

namespace auditfwd {

class Texts {
public:
    explicit Texts(Scratch& scratch) : scratch_{scratch}, tokens_{kWindow} {}

    // Of a raw value, with its quotes or brackets. Lives as long as the event and the scratch.
    std::string_view of(std::string_view raw) {
        if (raw.front() == '"') return of_string(raw.substr(1, raw.size() - 2));
        return raw.front() == '{' || raw.front() == '[' ? compact(raw) : raw;
    }
    std::string_view of_string(std::string_view content) {
        return has_backslash(content) ? unescaped(content) : content;
    }
    std::string_view compact(std::string_view raw);
    // Indented by two blanks; compact where that would take too much room.
    std::string_view pretty(std::string_view event);

private:
    std::string_view unescaped(std::string_view content);

    static constexpr std::size_t kWindow = 4'096;
    Scratch& scratch_;
    JsonTokens tokens_;
};

}  // namespace auditfwd
