// Counts a send that is outstanding: no checkpoint is taken meanwhile. Part of Delivery.
#pragma once

#include "forwarder/delivery/delivery.h"

namespace auditfwd {

class Delivery::Sending {
public:
    explicit Sending(Delivery& delivery) : delivery_{delivery} { ++delivery_.sending_; }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;
    ~Sending() {
        --delivery_.sending_;
        delivery_.changed_.notify_all();
    }

private:
    Delivery& delivery_;
};

}  // namespace auditfwd
