// Delivery, from batches to what became of their records.
#include "forwarder/base/log.h"
#include "forwarder/delivery/delivery.h"
#include "forwarder/delivery/sending.h"

namespace auditfwd {

// Counts a batch in flight, and tells the loop when it has ended, however it does.
class Delivery::InFlight {
public:
    explicit InFlight(Delivery& delivery) : delivery_{delivery} {}
    InFlight(const InFlight&) = delete;
    ~InFlight() {
        --delivery_.in_flight_;
        delivery_.changed_.notify_all();
    }

private:
    Delivery& delivery_;
};

Task<void> Delivery::deliver_batch(LoadedBatch batch) {
    const InFlight in_flight{*this};
    if (batch.too_large) {
        co_await deliver_fitted(std::move(batch), Origin::kSpool);
        co_return;
    }
    Parts parts{std::move(batch)};
    co_await deliver_parts(std::move(parts), Origin::kSpool);
}

Task<bool> Delivery::deliver_parts(Parts parts, Origin origin) {
    Retry retry{options_.retry_min, options_.retry_max, context_.random};
    while (!parts.empty()) {
        auto outcome = co_await send(parts.front().records, origin);
        if (!outcome) co_return false;
        if (auto* const failed = std::get_if<Transient>(&*outcome)) {
            meter_.transient_batches.Increment();
            note_trouble("did not take a batch", failed->reason);
            if (const auto stored = parts.take(failed->stored); !stored.records.empty())
                account_delivered(stored, origin);
            co_await pause(retry.next_wait(failed->retry_after));
        } else if (auto* const refused = std::get_if<Permanent>(&*outcome)) {
            meter_.permanent_batches.Increment();
            const bool kept = co_await refuse(parts, std::move(*refused), origin);
            if (!kept) co_return false;
        } else {
            meter_.delivered_batches.Increment();
            retry.reset();
            note_success();
            account_delivered(parts.front(), origin);
            parts.pop_front();
            if (std::get<Delivered>(*outcome).commit_first) hold_ = true;
        }
    }
    co_return true;
}

Task<std::optional<Outcome>> Delivery::send(Batch batch, Origin origin) {
    while (hold_ && !leaving()) co_await changed_.wait();
    if (leaving()) co_return std::nullopt;
    const Sending sending{*this};
    if (!limits_.id_in_record) co_return co_await sink_->send(batch);
    std::string text;
    std::vector<std::size_t> ends;
    for (const auto& record : batch) {
        append_with_id(text, record.json, id_of(record.offset, origin));
        ends.push_back(text.size());
    }
    std::vector<RecordView> named{batch.begin(), batch.end()};
    for (std::size_t i = 0, begin = 0; i < named.size(); begin = ends[i++]) {
        named[i].json = std::string_view{text}.substr(begin, ends[i] - begin);
        named[i].facts.bytes = static_cast<std::uint32_t>(named[i].json.size());
    }
    co_return co_await sink_->send(named);
}

Task<bool> Delivery::refuse(Parts& parts, Permanent answer, Origin origin) {
    auto culprits = parts.front().records.size() == 1 ? std::vector<std::size_t>{0} : std::move(answer.refused);
    const auto all = parts.front().records.size();
    auto refused = parts.take(culprits);
    if (refused.records.empty()) {
        parts.halve_front();
        co_return true;
    }
    if (answer.others_stored && refused.records.size() < all) {
        account_delivered(parts.front(), origin);
        parts.pop_front();
    }
    co_return co_await dead_letter(std::move(refused), std::move(answer.reason), origin);
}

Task<bool> Delivery::dead_letter(Part part, std::string reason, Origin origin) {
    Retry retry{options_.retry_min, options_.retry_max, context_.random};
    std::size_t written = 0;
    std::uint64_t expired = 0;
    const auto spool_id = origin == Origin::kForeignLetter ? std::string(32, '0') : committed_.spool_id;
    auto write = [&]() -> Result<void> {
        const auto before = dead_letters_.log().expired();
        Result<void> added;
        while (added && written < part.records.size()) {
            added = dead_letters_.add(part.records[written], spool_id, reason, context_.clock.wall());
            if (added) ++written;
        }
        expired += dead_letters_.log().expired() - before;
        return added;
    };
    for (;;) {
        const auto added = co_await helper_.run(write);
        if (added) break;
        note_trouble("cannot write dead letters", added.error().message);
        co_await pause(retry.next_wait());
        if (leaving()) co_return false;
    }
    meter_.dead_letters.Increment(static_cast<double>(written));
    meter_.dead_letters_expired.Increment(static_cast<double>(expired));
    log_warn("records refused for good are kept as dead letters",
             {{"sink", name_}, {"records", std::to_string(written)}, {"reason", clean_reason(reason)}});
    if (origin == Origin::kSpool) {
        for_each_owned_range(part, [&](OffsetRange range, std::uint64_t n) {
            finish(range, {.filtered = range.size() - n, .dead_lettered = n});
        });
    }
    co_return true;
}

void Delivery::account_delivered(const Part& part, Origin origin) {
    std::uint64_t bytes = 0;
    for (const auto& record : part.records) bytes += record.json.size();
    meter_.bytes.Increment(static_cast<double>(bytes));
    if (origin != Origin::kSpool) {
        if (origin == Origin::kLetter) redeemed_ += part.records.size();
        meter_.redelivered.Increment(static_cast<double>(part.records.size()));
        return;
    }
    for_each_owned_range(part, [&](OffsetRange range, std::uint64_t n) {
        finish(range, {.delivered = n, .filtered = range.size() - n});
    });
}

void Delivery::finish(OffsetRange range, const CursorCounts& counts) {
    progress_.finish(range, counts);
    publish();
}

}  // namespace auditfwd
