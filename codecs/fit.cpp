#include "codecs/fit.h"

#include <algorithm>

#include "codecs/fit_writer.h"
#include "codecs/json_text.h"
#include "codecs/part.h"
#include "codecs/piece.h"
#include "codecs/short_text.h"
#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

constexpr std::size_t kWindow = 8_KiB;
constexpr std::string_view kTruncatedMember = "\"audit.k8s.io/truncated\":\"true\"";
constexpr std::string_view kOursBegin = ",\"auditfwd\":{";

std::size_t digits_of(std::uint32_t n) { return std::to_string(n).size(); }

// What `auditfwd.id` adds to a record that has other members there.
std::size_t id_bytes(std::string_view id) {
    return id.empty() ? 0 : id.size() + std::string_view{",\"id\":\"\""}.size();
}

std::string id_member(std::string_view id) {
    std::string member;
    if (!id.empty()) {
        member = "\"id\":";
        append_quoted(member, id);
    }
    return member;
}

// Where our member's content ends in a record as RecordWriter makes them; 0: somewhere else.
std::size_t our_end(std::string_view record) {
    const auto begin = record.rfind(kOursBegin);
    if (begin == record.npos) return 0;
    const auto object = record.substr(begin + kOursBegin.size() - 1);
    const auto end = scan_kernel().skip(object.data(), object.size(), limits::kDepthMax).end;
    return end + 1 == object.size() ? record.size() - 2 : 0;
}

}  // namespace

std::string_view to_string(Fitted::How how) {
    constexpr std::string_view kNames[] = {"whole", "truncated", "split", "too_many_parts"};
    return kNames[static_cast<std::size_t>(how)];
}

Fitter::Fitter(const FitOptions& options) : options_{options}, tokens_{kWindow} {
    CHECK(options_.parts_max >= 2 && options_.parts_max <= kPartsMax);
}

Fitter::~Fitter() = default;

bool Fitter::fits(std::string_view record, std::string_view id) const {
    const auto fits_with = [&](std::size_t more) {
        const auto around = options_.overhead_bytes + more;
        return around <= options_.limit_bytes && record.size() <= options_.limit_bytes - around;
    };
    // Only near the limit it matters whether our member is there already.
    const auto most = id.empty() ? 0 : id_bytes_max(id.size());
    return fits_with(most) || (!id.empty() && fits_with(id_bytes(id)) && our_end(record) != 0);
}

Result<Fitted> Fitter::fit(std::string_view record, std::string_view id) {
    record_ = record;
    id_ = id;
    pieces_.clear();
    fitted_ = {};
    if (fits(record, id)) return fitted_;
    if (!measure(record, tokens_, measures_)) return Error{ErrorCode::kInvalid, "the record is not a JSON object"};
    if (options_.oversize == Oversize::kTruncate) return truncate(Fitted::How::kTruncated);
    if (!cut_pieces()) return truncate(Fitted::How::kTooManyParts);
    return truncate(Fitted::How::kSplit);
}

// The first step after which it fits.
Result<Fitted> Fitter::truncate(Fitted::How how) {
    const auto room = options_.limit_bytes - std::min(options_.limit_bytes, options_.overhead_bytes);
    for (std::size_t i = 1; i < kFitSteps; ++i) {
        const auto step = static_cast<FitStep>(i);
        const auto left = measures_.bytes_after(step);
        if (left > room) continue;
        describe(step, how);
        const auto bytes = left + bytes_added(measures_, {step, annotation_, ours_, 0});
        if (bytes > room) continue;
        step_ = step;
        items_bytes_ = room - bytes;
        fitted_.how = how;
        fitted_.step = step;
        fitted_.records = how == Fitted::How::kSplit ? static_cast<std::uint32_t>(pieces_.size() + 1) : 1;
        // Of items, up to one less than there is room for.
        const auto stays = left + (step == FitStep::kItems ? items_bytes_ : 0);
        fitted_.bytes_removed = how == Fitted::How::kSplit ? 0 : measures_.bytes - std::min(measures_.bytes, stays);
        return fitted_;
    }
    return Error{ErrorCode::kTooLarge, "what is guaranteed of a record does not fit into the limit"};
}

// What the record says about `step`.
void Fitter::describe(FitStep step, Fitted::How how) {
    Removed removed;
    removed.add_entries(measures_.before);
    for (const auto& note : measures_.notes) {
        if (note.step <= step && step < note.until) removed.add(note.pointer);
    }
    if (step >= FitStep::kUnknown) removed.add_all(measures_.unknown);
    if (removed.empty()) removed.add("/auditfwd/removed");  // it was none
    annotation_ = kTruncatedMember;
    ours_.clear();
    const auto add = [this](std::string_view member) {
        if (!ours_.empty() && !member.empty()) ours_ += ',';
        ours_ += member;
    };
    std::string list = "\"removed\":[";
    if (step >= FitStep::kOurs) {
        list += "\"+" + std::to_string(removed.count()) + '"';
    } else {
        removed.append_to(list);
    }
    add(list += ']');
    if (step >= FitStep::kItemDetails && measures_.items != 0) add("\"items\":" + std::to_string(measures_.items));
    if (how == Fitted::How::kTooManyParts) add("\"tooManyParts\":true");
    if (how == Fitted::How::kSplit) {
        add(part_member(1));
        if (!id_.empty()) add(id_member(id_ + "/1"));
    } else {
        add(id_member(id_));
    }
}

std::string Fitter::part_member(std::uint32_t n) const {
    return "\"part\":{\"n\":" + std::to_string(n) + ",\"of\":" + std::to_string(pieces_.size() + 1) + ",\"id\":\"" +
           part_id_ + "\"}";
}

void Fitter::prepare_parts() {
    head_ = '{';
    const auto add = [this](std::string_view name, std::string_view raw) {
        if (raw.empty()) return;
        ((head_ += '"') += name) += "\":\"";
        append_short(head_, raw.substr(1, raw.size() - 2), kNameBytesKept);
        head_ += "\",";
    };
    add("auditID", measures_.audit_id);
    add("stage", measures_.stage);
    add("requestReceivedTimestamp", measures_.received);
    add("stageTimestamp", measures_.stage_time);
    head_ += "\"auditfwd\":{";
    add("cluster", measures_.cluster);
    add("source", measures_.source);
    part_id_ = part_id(record_);
}

// Where the pieces end. False: there would be too many.
bool Fitter::cut_pieces() {
    prepare_parts();
    // Numbers take the same room in all parts.
    const auto digits = digits_of(options_.parts_max);
    const auto id = id_.empty() ? 0 : id_bytes(id_) + 1 + digits;
    const auto around = options_.overhead_bytes + head_.size() + part_member(0).size() - digits_of(0) - digits_of(1) +
                        2 * digits + std::string_view{",\"piece\":\"\"}}"}.size() + id;
    if (around >= options_.limit_bytes) return false;
    for (std::size_t at = 0; at < record_.size();) {
        const auto bytes = piece_bytes(record_.substr(at), options_.limit_bytes - around);
        if (bytes == 0 || pieces_.size() + 2 > options_.parts_max) return false;
        at += bytes;
        pieces_.push_back(static_cast<std::uint32_t>(at));
    }
    return true;
}

void Fitter::append(std::uint32_t n, std::string& out) {
    CHECK(n >= 1 && n <= fitted_.records);
    if (fitted_.how == Fitted::How::kWhole) return append_with_id(out, record_, id_);
    if (n == 1) {
        const FitText text{step_, annotation_, ours_, items_bytes_};
        return write_fitted(record_, tokens_, measures_, text, out);
    }
    const auto begin = n == 2 ? 0 : pieces_[n - 3];
    (out += head_) += part_member(n);
    out += ",\"piece\":\"";
    append_piece(out, record_.substr(begin, pieces_[n - 2] - begin));
    out += '"';
    if (!id_.empty()) (out += ',') += id_member(id_ + '/' + std::to_string(n));
    out += "}}";
}

void append_with_id(std::string& out, std::string_view record, std::string_view id) {
    if (id.empty()) {
        out += record;
        return;
    }
    if (const auto at = our_end(record); at != 0) {
        out += record.substr(0, at);
        if (record[at - 1] != '{') out += ',';
        out += id_member(id);
        out += "}}";
        return;
    }
    // Another's record: our member stands elsewhere, or nowhere.
    JsonTokens tokens{kWindow};
    FitMeasures measures;
    if (!measure(record, tokens, measures)) {
        out += record;
        return;
    }
    write_fitted(record, tokens, measures, {FitStep::kNone, {}, id_member(id), 0}, out);
}

}  // namespace auditfwd
