// Makes of one record what a destination takes: the record itself, a smaller one, or several. FITTING.md has the rules.
//
//   record ──Fitter──▶ the record, when it fits
//                  ──▶ truncated: valid and smaller, saying what went
//                  ──▶ split: a truncated one, and the whole record in pieces that `auditfwd reassemble` joins
//
// Pure and total: for every JSON object there is something to send, within the limit, and always the same. Work is
// linear in the record; memory is what append() adds and constants.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/fit_measure.h"
#include "codecs/fit_options.h"
#include "codecs/fit_order.h"
#include "forwarder/base/result.h"
#include "forwarder/base/units.h"

namespace auditfwd {

// What became of a record.
struct Fitted {
    enum class How : std::uint8_t {
        kWhole,
        kTruncated,
        kSplit,
        kTooManyParts,  // truncated, though it was to be split
    };
    How how = How::kWhole;
    FitStep step = FitStep::kNone;    // the last one that was needed, for the first of several
    std::uint32_t records = 1;        // that append() gives
    std::uint64_t bytes_removed = 0;  // that no record carries
};

std::string_view to_string(Fitted::How how);  // "whole", "truncated", "split", "too_many_parts"

// Owner and thread: whoever made it. Holds 40 KiB from its first large record on.
class Fitter {
public:
    explicit Fitter(const FitOptions& options);
    ~Fitter();

    // Decides about `record`, one JSON object without white space between its tokens, which stays where it is until the
    // next call; one byte behind it may be read. `id` is what goes into `auditfwd.id`; empty: nothing does. Fails with
    // kInvalid when the record is no such object, with kTooLarge when the limit is below what is guaranteed.
    Result<Fitted> fit(std::string_view record, std::string_view id = {});

    // Appends record `n`, from 1, of what was decided; no newline.
    void append(std::uint32_t n, std::string& out);

    bool fits(std::string_view record, std::string_view id = {}) const;

private:
    Result<Fitted> truncate(Fitted::How how);
    bool cut_pieces();
    std::string part_member(std::uint32_t n) const;
    void describe(FitStep step, Fitted::How how);
    void prepare_parts();

    const FitOptions options_;
    JsonTokens tokens_;
    FitMeasures measures_;
    std::string_view record_;
    std::string id_;
    Fitted fitted_;
    FitStep step_ = FitStep::kNone;
    std::string annotation_;
    std::string ours_;
    std::size_t items_bytes_ = 0;
    std::string head_;                   // of every part but the first, up to its number
    std::string part_id_;                // of the record
    std::vector<std::uint32_t> pieces_;  // where each ends
};

// `record` with `id` in `auditfwd.id`, otherwise as it is. Adds at most id_bytes_max(id.size()).
void append_with_id(std::string& out, std::string_view record, std::string_view id);
constexpr std::size_t id_bytes_max(std::size_t id_bytes) {
    return std::string_view{",\"auditfwd\":{\"id\":\"\"}"}.size() + id_bytes;
}

}  // namespace auditfwd
