// The times that bodies took, all of them: percentiles are exact.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace auditfwd::load {

class Latencies {
public:
    void add(std::chrono::nanoseconds took) {
        milliseconds_.push_back(std::chrono::duration<float, std::milli>{took}.count());
    }
    std::size_t count() const { return milliseconds_.size(); }

    // In milliseconds, of the fraction in [0, 1] (1: the longest); 0 when there is none.
    double percentile(double fraction);

private:
    std::vector<float> milliseconds_;
};

}  // namespace auditfwd::load
