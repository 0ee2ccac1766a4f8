// One thread for calls that block (fsync of a sink's file, name lookup), so that workers never do.
//
// Owner: the component that makes such calls; it awaits each before the next. Thread: run() on any worker; the call
// itself on the helper's thread. The destructor waits for the call in hand.
#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "forwarder/base/asio.h"

namespace auditfwd {

class HelperThread {
public:
    // `name` is what `top -H` shows, at most 15 characters.
    explicit HelperThread(std::string name);
    ~HelperThread();

    // Calls `function` on the helper's thread and resumes the caller on its own. `function` must not throw, must give a
    // value, and lives until run() returns (a named variable of the caller). Not cancellable: it always completes.
    template <class F>
    Task<std::invoke_result_t<F&>> run(F& function) {
        using Value = std::invoke_result_t<F&>;
        std::optional<Value> value;
        const Executor executor = co_await asio::this_coro::executor;
        auto initiate = [this, executor, &function, &value](auto handler) {
            auto work = asio::make_work_guard(executor);
            asio::post(pool_, [work = std::move(work), &function, &value, handler = std::move(handler)]() mutable {
                value.emplace(function());
                auto caller = work.get_executor();
                asio::post(caller, std::move(handler));
            });
        };
        co_await asio::async_initiate<const asio::deferred_t, void()>(initiate, use);
        co_return *std::move(value);
    }

private:
    asio::thread_pool pool_{1};
};

}  // namespace auditfwd
