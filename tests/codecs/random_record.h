// Records of any shape and size: members of events with any value, strange ones between them, padding anywhere.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace auditfwd {

class RandomRecord {
public:
    explicit RandomRecord(std::uint64_t seed) : random_{seed} {}

    // One JSON object without white space, with an auditID that is a string. About `bytes`, or fewer.
    std::string record(std::size_t bytes);

    bool chance(int percent) { return below(100) < percent; }
    int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

private:
    std::string string(std::size_t bytes);
    std::string value(std::size_t bytes, int depth);
    std::string member(const std::string& name, std::string value);
    std::string key(const std::string& name);
    std::string object(std::vector<std::string> members);
    std::string array(const std::vector<std::string>& elements);
    std::string of_event(const std::string& name, std::size_t bytes);
    std::string user(std::size_t bytes);
    std::string body(std::size_t bytes);
    std::string kube_object(std::size_t bytes);
    std::string ours(std::size_t bytes);
    std::size_t share(std::size_t bytes) { return bytes == 0 ? 0 : random_() % bytes; }

    std::mt19937_64 random_;
};

}  // namespace auditfwd
