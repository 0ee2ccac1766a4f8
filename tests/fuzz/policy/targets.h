// What the fuzzers of this room do with an input; the tests do the same with every seed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace auditfwd {

// A policy file: loads in both ways without harm, strictly only what loads leniently, and decides.
void try_policy_file(const std::uint8_t* data, std::size_t size);

// A verb, a newline, a requestURI: attributes lie where they may, and the compiled policy agrees with itself.
void try_request(const std::uint8_t* data, std::size_t size);

}  // namespace auditfwd
