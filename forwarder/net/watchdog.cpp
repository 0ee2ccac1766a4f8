#include "forwarder/net/watchdog.h"

#include <boost/asio/steady_timer.hpp>

namespace auditfwd {

struct Watchdog::State : std::enable_shared_from_this<State> {
    explicit State(asio::ip::tcp::socket& s) : socket{&s}, timer{s.get_executor()} {}

    void sleep() {
        sleeping = true;
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (error || !self->socket) return;  // moved nearer, which began another sleep; or gone
            self->sleeping = false;
            self->look();
        });
    }

    void look() {
        if (until == SteadyTime::max()) return;
        if (SystemClock{}.steady() >= until) return fire();
        timer.expires_at(until);
        sleep();
    }

    void fire() {
        fired = true;
        until = SteadyTime::max();
        boost::system::error_code ignored;
        socket->cancel(ignored);
    }

    asio::ip::tcp::socket* socket;  // null when the watchdog is gone
    asio::steady_timer timer;
    SteadyTime until = SteadyTime::max();
    bool sleeping = false;
    bool fired = false;
};

Watchdog::Watchdog(asio::ip::tcp::socket& socket) : state_{std::make_shared<State>(socket)} {}

Watchdog::~Watchdog() {
    state_->socket = nullptr;
    state_->timer.cancel();
}

void Watchdog::set(SteadyTime until) {
    state_->fired = false;
    state_->until = until;
    if (state_->sleeping && state_->timer.expiry() <= until) return;
    state_->timer.expires_at(until);
    state_->sleep();
}

void Watchdog::clear() { state_->until = SteadyTime::max(); }

void Watchdog::rest() {
    clear();
    state_->timer.cancel();
    state_->sleeping = false;
}

void Watchdog::fire() { state_->fire(); }

bool Watchdog::fired() const { return state_->fired; }

}  // namespace auditfwd
