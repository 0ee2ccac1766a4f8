// A thread with its event loop. Every coroutine and every mutable object belongs to exactly one worker; what crosses
// over is posted to the other one's executor as a moved value.
//
// Owner: App. stop() lets the loop run dry (all tasks joined) and joins the thread.
#pragma once

#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "forwarder/base/asio.h"

namespace auditfwd {

class Worker {
public:
    // `name` is what `top -H` shows, at most 15 characters.
    explicit Worker(std::string name);
    ~Worker();  // stop()

    Executor executor() { return context_.get_executor(); }
    asio::io_context& context() { return context_; }
    void stop();

private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace auditfwd
