#include "forwarder/base/signal.h"

#include "forwarder/base/assert.h"

namespace auditfwd {

namespace {

// Keeps a timer in the list for the time of one wait, however that ends.
class Waiting {
public:
    Waiting(std::list<asio::steady_timer*>& list, asio::steady_timer& timer)
        : list_{list}, place_{list.insert(list.end(), &timer)} {}
    Waiting(const Waiting&) = delete;
    ~Waiting() { list_.erase(place_); }

private:
    std::list<asio::steady_timer*>& list_;
    std::list<asio::steady_timer*>::iterator place_;
};

}  // namespace

Signal::~Signal() { CHECK(waiting_.empty()); }

Task<void> Signal::wait() { co_await wait_until(SteadyTime::max()); }

Task<bool> Signal::wait_until(SteadyTime until) {
    asio::steady_timer timer{executor_, until};
    const Waiting waiting{waiting_, timer};
    const auto [error] = co_await timer.async_wait(use_tuple);
    co_return error == asio::error::operation_aborted;
}

void Signal::notify_all() {
    for (auto* timer : waiting_) timer->cancel();
}

}  // namespace auditfwd
