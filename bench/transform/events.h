// Audit events as a kube-apiserver writes them, made up: the same stream for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace auditfwd::bench {

enum class Mix {
    kMetadata,  // level Metadata alone, ~1.2 KB each: leases, lists, health checks, access reviews
    kBodies     // 28 % with request and response objects, managedFields included
};

class Events {
public:
    explicit Events(std::uint64_t seed) : random_{seed} {}

    // A webhook body of `count` events, as an EventList; 64 readable bytes behind its size.
    std::string list(Mix mix, std::size_t count);

private:
    void append_event(std::string& out, Mix mix);
    std::string pod(const std::string& name);
    std::string hex(std::size_t digits);
    std::string time();
    std::size_t below(std::size_t n) { return random_() % n; }

    std::mt19937_64 random_;
};

}  // namespace auditfwd::bench
