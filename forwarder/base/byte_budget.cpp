#include "forwarder/base/byte_budget.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "forwarder/base/assert.h"

namespace auditfwd {

struct ByteBudget::Waiter {
    Waiter(Executor executor, SteadyTime until, std::size_t wanted)
        : timer{std::move(executor), until}, bytes{wanted} {}
    asio::steady_timer timer;  // touched on its executor only
    const std::size_t bytes;
    bool granted = false;  // guarded by the budget's mutex
};

namespace {

// Takes a waiter out of the queue, or its grant back, unless the wait ended well.
template <class F>
class OnExit {
public:
    explicit OnExit(F f) : f_{std::move(f)} {}
    OnExit(const OnExit&) = delete;
    ~OnExit() { f_(); }

private:
    F f_;
};

}  // namespace

void ByteBudget::Reservation::shrink_to(std::size_t bytes) {
    if (bytes >= bytes_) return;
    budget_->give_back(bytes_ - bytes);
    bytes_ = bytes;
}

ByteBudget::~ByteBudget() { CHECK(in_use_ == 0 && waiters_.empty()); }

std::size_t ByteBudget::in_use() const {
    const std::lock_guard lock{mutex_};
    return in_use_;
}

Task<Result<ByteBudget::Reservation>> ByteBudget::reserve(std::size_t bytes, SteadyTime until) {
    if (bytes > total_) {
        co_return Error{ErrorCode::kTooLarge,
                        "memory: " + std::to_string(bytes) + " bytes asked, the budget is " + std::to_string(total_)};
    }
    const Executor executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor, until, bytes);
    {
        const std::lock_guard lock{mutex_};
        waiters_.push_back(waiter);
        grant_waiters();
        if (waiter->granted) co_return Reservation{*this, bytes};
    }
    bool taken = false;
    const OnExit leave{[&] {
        const std::lock_guard lock{mutex_};
        waiters_.remove(waiter);
        if (waiter->granted && !taken) in_use_ -= bytes;
        grant_waiters();  // who was behind us may fit
    }};
    co_await waiter->timer.async_wait(use_tuple);
    {
        const std::lock_guard lock{mutex_};
        taken = waiter->granted;
    }
    if (taken) co_return Reservation{*this, bytes};
    co_return Error{ErrorCode::kTimeout, "memory: " + std::to_string(bytes) + " bytes were not free in time"};
}

void ByteBudget::give_back(std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    CHECK(bytes <= in_use_);
    in_use_ -= bytes;
    grant_waiters();
}

void ByteBudget::grant_waiters() {
    while (!waiters_.empty() && waiters_.front()->bytes <= total_ - in_use_) {
        const auto waiter = std::move(waiters_.front());
        waiters_.pop_front();
        in_use_ += waiter->bytes;
        waiter->granted = true;
        // Posted: the waiter's timer belongs to its thread, and may not even be waited for yet. An expiry in the past
        // also ends a wait that begins after this ran.
        asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.expires_at(SteadyTime::min()); });
    }
}

}  // namespace auditfwd
