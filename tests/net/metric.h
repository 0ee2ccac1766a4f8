// Reads one number out of the exposition text, as an operator's dashboard does.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "forwarder/base/metrics.h"

namespace auditfwd::testing {

// `series` is name and labels as exposed: `auditfwd_x_total{a="b"}`. Throws when there is none.
inline double metric(Metrics& metrics, const std::string& series) {
    const auto text = "\n" + metrics.text();
    const auto found = text.find("\n" + series + " ");
    if (found == std::string::npos) throw std::runtime_error{"no series " + series};
    return std::stod(text.substr(found + series.size() + 2));
}

// Waits for what another thread is about to count; at most ten seconds.
inline bool metric_becomes(Metrics& metrics, const std::string& series, double value) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (metric(metrics, series) != value) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace auditfwd::testing
