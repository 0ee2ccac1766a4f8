// Runs coroutines on workers from a test's own thread.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "forwarder/base/clock.h"
#include "forwarder/base/worker.h"

namespace auditfwd::testing {

inline std::vector<std::unique_ptr<Worker>> make_workers(unsigned count) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>("test " + std::to_string(i)));
    return workers;
}

// Stops a server (or a source) from outside, as App does from its main thread.
template <class Server>
void stop(Server& server, Worker& on, std::chrono::milliseconds grace = std::chrono::seconds{5}) {
    asio::co_spawn(on.executor(), server.stop(SystemClock{}.steady() + grace), asio::use_future).get();
}

}  // namespace auditfwd::testing
