#include "forwarder/base/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "forwarder/base/assert.h"

namespace auditfwd {

TaskGroup::~TaskGroup() { CHECK(children_.empty()); }

void TaskGroup::spawn(Task<void> task) {
    const auto child = children_.emplace(children_.end());
    auto ended = [this, child](std::exception_ptr failure) {
        children_.erase(child);
        if (failure && !failure_) {
            failure_ = failure;
            cancel();
        }
        changed_.notify_all();
    };
    asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(child->slot(), std::move(ended)));
}

void TaskGroup::cancel() {
    // Completions are posted, never run inside emit, so the list does not change below the loop.
    for (auto& child : children_) child.emit(asio::cancellation_type::terminal);
}

Task<void> TaskGroup::join() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto state = co_await asio::this_coro::cancellation_state;
    bool passed_on = false;
    while (!children_.empty()) {
        if (state.cancelled() != asio::cancellation_type::none && !passed_on) {
            passed_on = true;
            cancel();
            co_await asio::this_coro::reset_cancellation_state();
        }
        co_await changed_.wait();
    }
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace auditfwd
