// The few words of Asio that the program is written in.
//
// Task<T> is a coroutine; it starts when it is awaited or spawned (task_group.h), and runs on one worker (worker.h).
// Every operation is awaited with `use` (throws on error) or `use_tuple` (gives the error code first); nothing else.
// Hazards of g++ 12.2 and Boost 1.81 that every coroutine here must respect are listed in CONTRIBUTING.md.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>

namespace auditfwd {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;
using Executor = asio::any_io_executor;

inline constexpr asio::deferred_t use{};
inline constexpr auto use_tuple = asio::as_tuple(asio::deferred);

}  // namespace auditfwd
