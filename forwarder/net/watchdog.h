// Ends the waits of a socket that last too long.
//
// Cheap to set for every read: its timer moves only when a limit comes nearer, and looks again when it runs out.
// Owner: the socket's stream, which it may not outlive. Thread: the socket's.
#pragma once

#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"

namespace auditfwd {

class Watchdog {
public:
    explicit Watchdog(asio::ip::tcp::socket& socket);
    Watchdog(const Watchdog&) = delete;
    ~Watchdog();

    // From now on waits of the socket end at `until`, aborted.
    void set(SteadyTime until);
    void clear();
    // As clear(), and leaves no timer behind: of a connection that is put aside.
    void rest();
    // Ends the wait in hand now.
    void fire();
    // Since the last set().
    bool fired() const;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the timer's handler, which may run after us
};

}  // namespace auditfwd
