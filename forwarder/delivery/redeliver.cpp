// Delivery of dead letters that are to be sent once more.
//
// Piece by piece: its letters are sent, what the sink has is committed, then the piece is removed. New refusals go to
// the end of the same directory, behind the pieces that were there when the retry began.
#include <algorithm>
#include <array>

#include "forwarder/base/log.h"
#include "forwarder/delivery/delivery.h"

namespace auditfwd {

// Called with nothing in flight.
Task<void> Delivery::redeliver() {
    log_info("dead letters are sent once more", {{"sink", name_}});
    auto close = [this] { return dead_letters_.log().close_pieces(); };
    const auto pieces = co_await helper_.run(close);
    if (!pieces) {
        note_trouble("cannot read dead letters", pieces.error().message);
        retry_asked_ = false;  // until it is looked for again
        co_return;
    }
    for (const auto& piece : *pieces) {
        const bool moved = co_await redeliver_piece(piece);
        if (!moved) co_return;
    }
    auto done = [this] { return dead_letters_.retry_is_done(); };
    const auto ended = co_await helper_.run(done);
    if (!ended) note_trouble("cannot end the retry of dead letters", ended.error().message);
    retry_asked_ = false;
    changed_.notify_all();
}

// Gives false when the delivery leaves, or the disk fails: the letters stay, and the retry is still asked for.
Task<bool> Delivery::redeliver_piece(BoundedLog::Piece piece) {
    auto read = [&] { return read_file(context_.files, piece.path, piece.bytes); };
    const auto text = co_await helper_.run(read);
    if (!text && text.error().code == ErrorCode::kNotFound) co_return true;  // expired meanwhile
    if (!text) {
        note_trouble("cannot read dead letters", text.error().message);
        retry_asked_ = false;
        co_return false;
    }
    std::vector<DeadLetter> ours;
    std::vector<DeadLetter> foreign;
    std::vector<std::string_view> kept;  // lines with nothing to send
    for (std::string_view rest{*text}; !rest.empty();) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) break;  // torn: it was never promised
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const auto letter = parse_dead_letter(line);
        if (!letter || letter->record.empty()) {
            kept.push_back(line);
        } else {
            (letter->spool_id == committed_.spool_id ? ours : foreign).push_back(*letter);
        }
    }
    bool sent = co_await redeliver_letters(std::move(ours), Origin::kLetter);
    if (!sent) co_return false;
    sent = co_await redeliver_letters(std::move(foreign), Origin::kForeignLetter);
    if (!sent) co_return false;
    auto keep = [&]() -> Result<void> {
        for (const auto line : kept) TRY_VOID(dead_letters_.log().append(std::array{line}));
        return {};
    };
    auto remove = [&] { return dead_letters_.log().remove(piece); };
    auto ended = co_await helper_.run(keep);
    if (ended) {
        const bool committed = co_await commit_now();
        if (!committed) co_return false;
        ended = co_await helper_.run(remove);
    }
    if (ended) co_return true;
    note_trouble("cannot move dead letters", ended.error().message);
    retry_asked_ = false;
    co_return false;
}

Task<bool> Delivery::redeliver_letters(std::vector<DeadLetter> letters, Origin origin) {
    // A kill may have left a letter twice.
    const auto earlier = [](const DeadLetter& a, const DeadLetter& b) { return a.offset < b.offset; };
    const auto same = [](const DeadLetter& a, const DeadLetter& b) {
        return a.offset == b.offset && a.spool_id == b.spool_id;
    };
    std::stable_sort(letters.begin(), letters.end(), earlier);
    letters.erase(std::unique(letters.begin(), letters.end(), same), letters.end());
    for (std::size_t i = 0; i < letters.size();) {
        LoadedBatch batch;
        BatchRoom room{limits_};
        for (; i < letters.size(); ++i) {
            RecordView record{letters[i].offset, letters[i].record, letters[i].facts};
            if (!batcher_.lower(record)) continue;  // by a policy that was not there when it was written
            const bool too_large = room.too_large(record);
            if ((too_large && !batch.records.empty()) || batch.too_large || !room.take(record)) break;
            batch.too_large = too_large;
            if (record.json.data() != letters[i].record.data()) record.json = batch.lowered.add(record.json);
            batch.records.push_back(record);
            batch.owned_from.push_back(record.offset);
        }
        if (batch.records.empty()) break;
        bool ended = false;
        if (batch.too_large) {
            ended = co_await deliver_fitted(std::move(batch), origin);
        } else {
            Parts parts{std::move(batch)};
            ended = co_await deliver_parts(std::move(parts), origin);
        }
        if (!ended) co_return false;
    }
    co_return true;
}

}  // namespace auditfwd
