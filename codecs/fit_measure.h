// One look at a record: how large it is after each step of the order, and what each step takes. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/edits.h"
#include "codecs/fit_order.h"
#include "codecs/json_tokens.h"

namespace auditfwd {

struct FitMeasures {
    // Something that a step takes, for `removed`; said until what is around it goes too.
    struct Note {
        FitStep step;
        FitStep until;
        std::string pointer;
    };

    std::uint64_t bytes = 0;                       // of the record
    std::array<std::int64_t, kFitSteps + 1> less;  // bytes that a step takes
    std::vector<Note> notes;                       // bounded: one for each kind of thing
    Removed unknown;                               // members that kUnknown takes, by name
    std::string before;                            // what `removed` says already, with brackets; may be empty
    std::uint64_t items = 0;                       // of the response
    std::uint64_t source_ips = 0;
    // The last step after which annotations and auditfwd have a member that is not rewritten; kNone: they have none.
    FitStep annotations_last = FitStep::kNone;
    FitStep ours_last = FitStep::kNone;
    bool has_annotations = false;  // an object
    bool has_ours = false;

    // Raw values of what every part repeats; empty: absent.
    std::string_view audit_id, stage, received, stage_time, cluster, source;

    void clear();
    // After all steps up to `step`, without what is said about it.
    std::uint64_t bytes_after(FitStep step) const;
};

// False: `record` is not an object of valid JSON without white space between its tokens.
bool measure(std::string_view record, JsonTokens& tokens, FitMeasures& measures);

}  // namespace auditfwd
