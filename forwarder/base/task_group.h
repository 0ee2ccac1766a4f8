// The children of a scope: no coroutine of the program runs outside one.
//
// The first child that fails with an exception cancels its siblings, and join() throws what it threw. Cancelling is
// terminal: the child's current wait ends and its next co_await throws. A graceful end is a flag the children look at.
// Owner: the scope. Thread: that of the executor, for every call.
#pragma once

#include <exception>
#include <list>

#include <boost/asio/cancellation_signal.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/signal.h"

namespace auditfwd {

class TaskGroup {
public:
    explicit TaskGroup(Executor executor) : executor_{executor}, changed_{executor} {}
    TaskGroup(const TaskGroup&) = delete;
    ~TaskGroup();  // CHECKs that it is empty: join() first

    void spawn(Task<void> task);
    void cancel();
    // Waits until every child has ended, also those spawned meanwhile. Cancelling join() itself cancels the children
    // and still waits for them.
    Task<void> join();

    std::size_t size() const { return children_.size(); }

private:
    Executor executor_;
    Signal changed_;
    std::list<asio::cancellation_signal> children_;
    std::exception_ptr failure_;
};

}  // namespace auditfwd
