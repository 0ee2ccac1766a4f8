#include "forwarder/delivery/delivery.h"

#include <algorithm>

#include "forwarder/base/assert.h"
#include "forwarder/base/log.h"
#include "forwarder/delivery/start.h"

namespace auditfwd {

namespace {

constexpr std::chrono::seconds kRetryPoll{5};
constexpr std::chrono::seconds kNotableTrouble{10};
// A wait for the spool that missed its stop would last this long.
constexpr std::chrono::seconds kSpoolWait{1};

Result<void> check_name(std::string_view sink) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const bool good = !sink.empty() && sink.size() <= 64 && sink.front() != '.' && !sink.ends_with(".tmp") &&
                      sink.find_first_not_of(kAllowed) == std::string_view::npos && sink != "intake";
    if (good) return {};
    return Error{ErrorCode::kInvalid,
                 "a sink's name is up to 64 letters, digits, '-', '_' and '.', not first a '.', "
                 "not 'intake': its cursor and its dead letters are files of that name"};
}

}  // namespace

Result<std::unique_ptr<Delivery>> Delivery::open(std::string sink, DeliveryOptions options, const MakeSink& make,
                                                 DeliveryContext context) {
    TRY_VOID(check_name(sink));
    const auto path = cursor_path(context.spool_directory, sink);
    TRY(auto cursor, start_cursor(context.files, path, context.spool.state(), options.start_oldest, sink));
    if (sum(cursor.counts) != number(cursor.done))
        return Error{ErrorCode::kInvalid, "cursor " + path.string() + ": its counts do not add up to its position"};
    return std::unique_ptr<Delivery>{
        new Delivery{std::move(sink), std::move(options), make, std::move(context), std::move(cursor)}};
}

Delivery::Delivery(std::string sink, DeliveryOptions options, const MakeSink& make, DeliveryContext context,
                   Cursor cursor)
    : name_{std::move(sink)},
      options_{std::move(options)},
      context_{std::move(context)},
      cursor_path_{cursor_path(context_.spool_directory, name_)},
      helper_{"sink " + name_},
      sink_{make(helper_)},
      limits_{sink_->limits()},
      reader_{context_.spool.reader(name_, cursor.done + 1, options_.when_full, context_.executor)},
      meter_{name_, context_.metrics, context_.clock, [&spool = context_.spool] { return spool.state().last; }},
      dead_letters_{context_.files, context_.spool_directory, name_, options_.dead_letter_bytes_max},
      changed_{context_.executor},
      committed_{std::move(cursor)},
      progress_{committed_.done, committed_.counts},
      batcher_{limits_, options_.select},
      wanted_{batcher_.wanted()},
      read_retry_{options_.retry_min, options_.retry_max, context_.random},
      commit_retry_{options_.retry_min, options_.retry_max, context_.random},
      roll_back_retry_{options_.retry_min, options_.retry_max, context_.random} {
    batcher_.restart(committed_.done + 1);
    publish();
}

Delivery::~Delivery() = default;

void Delivery::stop() {
    stopping_ = true;
    sink_->stop();
    changed_.notify_all();
}

Task<void> Delivery::run() {
    try {
        while (!stopping_) {
            const bool opened = co_await open_sink();
            if (opened) co_await deliver();
        }
    } catch (...) {
        sink_->abandon();
        throw;
    }
    meter_.update([](auto& status) { status.state = DeliveryState::kStopped; });
}

Task<bool> Delivery::open_sink() {
    Retry retry{options_.retry_min, options_.retry_max, context_.random};
    const auto first_wait = std::exchange(rolling_back_, false) ? roll_back_retry_.next_wait() : Milliseconds{0};
    start_from_committed();
    co_await pause(first_wait);
    while (!stopping_) {
        meter_.update([](auto& status) { status.state = DeliveryState::kOpening; });
        auto opened = co_await restore_cursor();
        if (opened) opened = co_await sink_->open(committed_.sink_state, committed_.done + 1);
        if (opened) {
            note_success();
            co_return true;
        }
        meter_.open_failures.Increment();
        const bool parked = opened.error().code == ErrorCode::kInvalid;
        note_trouble(parked ? "cannot be opened without help" : "cannot be opened", opened.error().message);
        if (parked) meter_.update([](auto& status) { status.state = DeliveryState::kParked; });
        peek_lag();
        const auto wait = std::max(retry.next_wait(), parked ? options_.parked_retry : Milliseconds{0});
        co_await pause(wait);
    }
    co_return false;
}

// Ends, with every child, when the delivery leaves: with sink and cursor in step, or rolling back.
Task<void> Delivery::deliver() {
    TaskGroup children{context_.executor};
    std::exception_ptr failure;
    children.spawn(watch_spool());
    children.spawn(watch_retry());
    children.spawn(tend_sink());
    try {
        co_await loop(children);
        if (!rolling_back_) co_await commit();
        if (!rolling_back_) co_await sink_->close();
    } catch (...) {
        failure = std::current_exception();
    }
    children.cancel();
    co_await asio::this_coro::reset_cancellation_state();
    co_await children.join();
    co_await asio::this_coro::throw_if_cancelled(true);
    if (failure) std::rethrow_exception(failure);
}

Task<void> Delivery::loop(TaskGroup& children) {
    std::optional<LoadedBatch> ready;
    for (;;) {
        if (leaving() && in_flight_ == 0) co_return;
        if (!leaving() && commit_is_due()) {
            co_await commit();
        } else if (!leaving() && retry_asked_ && !hold_) {
            // What is in flight ends first: the sink may want one send at a time.
            if (in_flight_ == 0) co_await redeliver();
            if (in_flight_ > 0) co_await changed_.wait_until(wake_at());
        } else if (!leaving() && ready && in_flight_ < in_flight_max()) {
            ++in_flight_;
            children.spawn(deliver_batch(*std::exchange(ready, std::nullopt)));
        } else if (!leaving() && !ready && !at_end_ && context_.clock.steady() >= read_after_) {
            ready = co_await load();
        } else {
            co_await changed_.wait_until(wake_at());
        }
    }
}

unsigned Delivery::in_flight_max() const {
    const auto most = std::max(limits_.in_flight_max, 1u);
    return options_.in_flight_max == 0 ? most : std::min(most, options_.in_flight_max);
}

SteadyTime Delivery::wake_at() const {
    auto wake = SteadyTime::max();
    const bool progressed = progress_.done() != committed_.done || redeemed_ > 0;
    if (hold_) wake = std::min(wake, commit_after_);
    if (progressed) wake = std::min(wake, std::max(commit_after_, last_commit_ + options_.commit_interval));
    if (const auto due = sink_->checkpoint_due()) wake = std::min(wake, std::max(commit_after_, *due));
    if (!at_end_ && read_after_ > context_.clock.steady()) wake = std::min(wake, read_after_);
    return wake;
}

Task<void> Delivery::watch_spool() {
    try {
        for (;;) {
            while (!at_end_) co_await changed_.wait();
            co_await reader_->wait_for(batcher_.next(), context_.clock.steady() + kSpoolWait);
            at_end_ = false;
            changed_.notify_all();
        }
    } catch (const boost::system::system_error&) {  // cancelled: the delivery leaves
    }
}

Task<void> Delivery::watch_retry() {
    try {
        auto look = [this] { return dead_letters_.retry_is_asked(); };
        for (;;) {
            const auto asked = co_await helper_.run(look);
            retry_asked_ = asked && *asked;
            if (retry_asked_) changed_.notify_all();
            while (retry_asked_) co_await changed_.wait();
            if (const auto why = sink_->held_up_by(); !why.empty()) note_trouble("waits for its destination", why);
            const auto until = context_.clock.steady() + kRetryPoll;
            while (context_.clock.steady() < until) co_await changed_.wait_until(until);
        }
    } catch (const boost::system::system_error&) {  // cancelled: the delivery leaves
    }
}

Task<void> Delivery::tend_sink() {
    try {
        co_await sink_->tend();
    } catch (const boost::system::system_error&) {  // cancelled: the delivery leaves
    }
}

void Delivery::start_from_committed() {
    progress_ = Progress{committed_.done, committed_.counts};
    batcher_.restart(committed_.done + 1);
    reads_.clear();
    at_end_ = false;
    redeemed_ = 0;
    hold_ = true;  // the sink's first state is committed before the first send
    commit_after_ = {};
    publish();
}

Task<void> Delivery::pause(Milliseconds wait) {
    const auto until = context_.clock.steady() + wait;
    while (!leaving() && context_.clock.steady() < until) co_await changed_.wait_until(until);
}

void Delivery::publish() {
    while (!reads_.empty() && reads_.front().last <= progress_.done()) reads_.pop_front();
    meter_.update([this](auto& status) {
        status.done = progress_.done();
        status.committed = committed_.done;
        status.counts = progress_.counts();
        status.oldest_pending = reads_.empty() ? std::nullopt : std::optional{reads_.front().received};
    });
}

void Delivery::note_trouble(std::string_view what, std::string_view why) {
    const auto reason = clean_reason(why);
    if (!trouble_since_) trouble_since_ = context_.clock.steady();
    trouble_log_.warn("sink " + std::string{what} + "; it is tried again", {{"sink", name_}, {"reason", reason}});
    meter_.update([&](auto& status) {
        if (status.state == DeliveryState::kRunning) status.state = DeliveryState::kRetrying;
        status.last_error = std::string{what} + ": " + reason;
        status.last_error_time = context_.clock.wall();
    });
}

void Delivery::note_success() {
    meter_.update([](auto& status) { status.state = DeliveryState::kRunning; });
    // A destination that stumbles now and then is normal; its counters tell.
    if (trouble_since_ && context_.clock.steady() - *trouble_since_ >= kNotableTrouble)
        log_info("sink works again", {{"sink", name_}});
    trouble_since_.reset();
}

}  // namespace auditfwd
