// Runs one coroutine to its end on an event loop of its own and gives what it returned, or throws what it threw.
#pragma once

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "forwarder/base/asio.h"

namespace auditfwd::testing {

// The loop runs dry, so a coroutine that is left suspended for ever shows as a hanging test.
template <class T>
T run_task(asio::io_context& context, Task<T> task) {
    std::optional<T> value;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown, T result) {
        failure = thrown;
        if (!thrown) value.emplace(std::move(result));
    });
    context.restart();
    context.run();
    if (failure) std::rethrow_exception(failure);
    return *std::move(value);
}

void run_task(asio::io_context& context, Task<void> task);

}  // namespace auditfwd::testing
