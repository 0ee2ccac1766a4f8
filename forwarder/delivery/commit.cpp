// Delivery's durable position.
#include "forwarder/delivery/delivery.h"

namespace auditfwd {

bool Delivery::commit_is_due() const {
    const auto now = context_.clock.steady();
    if (now < commit_after_) return false;
    if (hold_) return true;
    const bool progressed = progress_.done() != committed_.done || redeemed_ > 0;
    if (progressed && now >= last_commit_ + options_.commit_interval) return true;
    const auto due = sink_->checkpoint_due();
    return due && now >= *due;
}

// On failure either rolling_back_ is set, or hold_ stays and the next attempt is at commit_after_.
Task<void> Delivery::commit() {
    hold_ = true;
    while (sending_ > 0) co_await changed_.wait();
    if (rolling_back_) co_return;  // a record was given up half-way
    auto state = co_await sink_->checkpoint();
    if (!state) {
        meter_.commit_failures.Increment();
        note_trouble("lost what it had not made durable", state.error().message);
        rolling_back_ = true;
        changed_.notify_all();
        co_return;
    }
    auto progress = progress_;
    progress.redeem(redeemed_);
    const auto redeemed = redeemed_;
    Cursor cursor{.spool_id = committed_.spool_id,
                  .done = progress.done(),
                  .counts = progress.counts(),
                  .sink_state = *std::move(state)};
    bool letters_lost = false;
    auto save = [&]() -> Result<void> {
        auto synced = dead_letters_.sync();
        letters_lost = !synced;
        return letters_lost ? synced : save_cursor(context_.files, cursor_path_, cursor);
    };
    const auto saved = co_await helper_.run(save);
    if (!saved) {
        meter_.commit_failures.Increment();
        note_trouble("cannot save its cursor", saved.error().message);
        cursor_unsure_ = true;
        rolling_back_ = letters_lost;
        commit_after_ = context_.clock.steady() + commit_retry_.next_wait();
        changed_.notify_all();
        co_return;
    }
    if (cursor.done != committed_.done) roll_back_retry_.reset();
    commit_retry_.reset();
    cursor_unsure_ = false;
    progress_.redeem(redeemed);
    redeemed_ -= redeemed;
    committed_ = std::move(cursor);
    last_commit_ = context_.clock.steady();
    hold_ = false;
    reader_->release(committed_.done + 1);
    meter_.commits.Increment();
    publish();
    changed_.notify_all();
}

// A save that failed may have reached the disk all the same. Before the sink is taken back to the cursor committed
// last, that one is there again: otherwise a restart could ask the sink for what it has given up.
Task<Result<void>> Delivery::restore_cursor() {
    if (!cursor_unsure_) co_return Result<void>{};
    auto save = [&] { return save_cursor(context_.files, cursor_path_, committed_); };
    auto saved = co_await helper_.run(save);
    if (saved) cursor_unsure_ = false;
    co_return saved;
}

// Gives false when the delivery leaves before a commit worked.
Task<bool> Delivery::commit_now() {
    do {
        co_await commit();
        while (hold_ && !leaving() && context_.clock.steady() < commit_after_)
            co_await changed_.wait_until(commit_after_);
    } while (hold_ && !leaving());
    co_return !hold_;
}

}  // namespace auditfwd
