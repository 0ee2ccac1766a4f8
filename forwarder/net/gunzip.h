// gzip to bytes, in slices (RFC 1952; members one after the other count as one stream). Over ISA-L.
//
// Output is bounded by the room the caller has, so that a bomb costs what its declared size costs, and by a slice, so
// that nobody waits for one. Owner: whoever reads; holds about 90 KiB. Thread: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "forwarder/base/result.h"

namespace auditfwd {

class Gunzip {
public:
    static constexpr std::size_t kSliceBytes = 256 * 1024;

    Gunzip();
    ~Gunzip();

    struct Step {
        std::size_t consumed = 0;
        std::size_t produced = 0;
        bool pending = false;  // more output waits: step again, even without input
    };
    // Fails with kInvalid when `in` is not gzip or its checksum is wrong, with kTooLarge when `out` is empty and there
    // is more to come.
    Result<Step> step(std::string_view in, std::span<char> out);

    // The stream may end here: behind a whole member.
    bool complete() const { return complete_; }

private:
    struct State;
    std::unique_ptr<State> state_;
    bool complete_ = false;
};

}  // namespace auditfwd
