// Delivery of a record that the sink does not take as it is: truncated, or in parts.
#include "forwarder/base/log.h"
#include "forwarder/delivery/delivery.h"
#include "forwarder/delivery/sending.h"

namespace auditfwd {

namespace {

constexpr std::string_view kTooLarge = "larger than the sink takes";

// What one send carries of a record: parts [first, last).
struct Piece {
    std::string text;
    std::vector<RecordView> records;
};

// As many parts from `n` on as one batch takes, at least one.
void fill(Piece& piece, Fitter& fitter, std::uint32_t n, std::uint32_t count, const RecordView& record,
          const SinkLimits& limits, std::size_t records_max) {
    piece.text.clear();
    std::vector<std::size_t> ends;
    std::size_t bytes = 0;
    for (; n <= count && ends.size() < std::min(limits.batch_records_max, records_max); ++n) {
        const auto begin = piece.text.size();
        fitter.append(n, piece.text);
        bytes += piece.text.size() - begin + limits.record_overhead_bytes;
        if (!ends.empty() && bytes > limits.batch_bytes_max) {
            piece.text.resize(begin);
            break;
        }
        ends.push_back(piece.text.size());
    }
    piece.records.assign(ends.size(), record);
    const auto first = n - static_cast<std::uint32_t>(ends.size());
    for (std::size_t i = 0, begin = 0; i < ends.size(); begin = ends[i++]) {
        auto& part = piece.records[i];
        part.json = std::string_view{piece.text}.substr(begin, ends[i] - begin);
        part.facts.bytes = static_cast<std::uint32_t>(part.json.size());
        part.part = count == 1 ? 0 : first + static_cast<std::uint32_t>(i);
    }
}

}  // namespace

std::string Delivery::id_of(Offset offset, Origin origin) const {
    if (!limits_.id_in_record) return {};
    const auto spool_id = origin == Origin::kForeignLetter ? std::string(32, '0') : committed_.spool_id;
    return spool_id + '/' + std::to_string(number(offset));
}

// The batch's one record. Gives false when the delivery leaves before all of it was sent.
Task<bool> Delivery::deliver_fitted(LoadedBatch batch, Origin origin) {
    Parts parts{std::move(batch)};
    const auto record = parts.front().records.front();
    Fitter fitter{{.limit_bytes = limits_.record_bytes_max,
                   .overhead_bytes = limits_.record_overhead_bytes,
                   .oversize = limits_.oversize,
                   .parts_max = limits_.parts_max}};
    const auto fitted = fitter.fit(record.json, id_of(record.offset, origin));
    if (!fitted) {
        Permanent answer{.reason = std::string{kTooLarge}, .refused = {0}};
        co_return co_await refuse(parts, std::move(answer), origin);
    }
    auto outcome = co_await send_parts(fitter, record, fitted->records);
    if (!outcome) co_return false;
    if (auto* const refused = std::get_if<Permanent>(&*outcome)) {
        meter_.permanent_batches.Increment();
        refused->refused = {0};
        co_return co_await refuse(parts, std::move(*refused), origin);
    }
    note_fitted(*fitted);
    account_delivered(parts.front(), origin);
    co_return true;
}

// What became of all of them together. Nothing when the delivery leaves before the end: what the sink has had of the
// record is not committed then.
Task<std::optional<Outcome>> Delivery::send_parts(Fitter& fitter, RecordView record, std::uint32_t count) {
    Retry retry{options_.retry_min, options_.retry_max, context_.random};
    Piece piece;
    std::optional<Sending> sending;  // from the first send that was delivered to the last one: no commit comes between
    std::size_t records_max = SIZE_MAX;
    for (std::uint32_t n = 1; n <= count;) {
        fill(piece, fitter, n, count, record, limits_, records_max);
        while (n == 1 && hold_ && !leaving()) co_await changed_.wait();
        if (n == 1 && leaving()) co_return std::nullopt;
        if (!sending) sending.emplace(*this);
        auto outcome = co_await sink_->send(piece.records);
        if (auto* const failed = std::get_if<Transient>(&outcome)) {
            meter_.transient_batches.Increment();
            note_trouble("did not take a batch", failed->reason);
            if (n == 1) sending.reset();
            co_await pause(retry.next_wait(failed->retry_after));
            if (!leaving()) continue;
            rolling_back_ = rolling_back_ || n > 1;
            co_return std::nullopt;
        }
        if (std::holds_alternative<Permanent>(outcome)) {
            if (piece.records.size() == 1) co_return outcome;
            records_max = 1;  // to see whether one of them is to blame
            continue;
        }
        meter_.delivered_batches.Increment();
        retry.reset();
        note_success();
        if (std::get<Delivered>(outcome).commit_first) hold_ = true;
        n += static_cast<std::uint32_t>(piece.records.size());
    }
    co_return Outcome{Delivered{}};
}

void Delivery::note_fitted(const Fitted& fitted) {
    if (fitted.how == Fitted::How::kWhole) return;
    context_.metrics
        .counter("auditfwd_sink_fitted_total",
                 "Records that were too large for the destination and were delivered truncated or split, by the last "
                 "step that was needed (of a split one: for its first part).",
                 {{"sink", name_},
                  {"mode", std::string{to_string(fitted.how)}},
                  {"step", std::string{to_string(fitted.step)}}})
        .Increment();
    context_.metrics
        .counter("auditfwd_sink_fitted_bytes_removed_total",
                 "Bytes of records that went nowhere because they did not fit.", {{"sink", name_}})
        .Increment(static_cast<double>(fitted.bytes_removed));
}

}  // namespace auditfwd
