// Writes what is left of a record after a step of the order. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "codecs/fit_measure.h"

namespace auditfwd {

struct FitText {
    FitStep step = FitStep::kNone;
    std::string_view annotation;  // a member for `annotations`; may be empty
    std::string_view ours;        // members for `auditfwd`; may be empty
    std::size_t items_bytes = 0;  // at kItems: what the items that stay may take
};

// Bytes that writing `text` adds to measures.bytes_after(text.step), apart from items that stay.
std::size_t bytes_added(const FitMeasures& measures, const FitText& text);

// Appends it to `out`. `record` is what was measured.
void write_fitted(std::string_view record, JsonTokens& tokens, const FitMeasures& measures, const FitText& text,
                  std::string& out);

}  // namespace auditfwd
