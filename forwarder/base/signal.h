// Something may have changed: a condition variable for coroutines of one worker.
//
// Waiters re-test their condition in a loop; a notification without a waiter is lost. Owner: whoever owns the
// condition. Thread: that of the executor, for every call. Waiting honours terminal cancellation (the next co_await
// throws).
#pragma once

#include <list>

#include <boost/asio/steady_timer.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"

namespace auditfwd {

class Signal {
public:
    explicit Signal(Executor executor) : executor_{std::move(executor)} {}
    Signal(const Signal&) = delete;
    ~Signal();  // CHECKs that nobody waits

    Task<void> wait();
    // Returns at `until` at the latest; true when notified.
    Task<bool> wait_until(SteadyTime until);

    void notify_all();

private:
    Executor executor_;
    std::list<asio::steady_timer*> waiting_;
};

}  // namespace auditfwd
