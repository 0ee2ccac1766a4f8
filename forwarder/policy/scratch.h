// Room for one decoded text: on the stack as long as it is short, so that deciding about an event allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace auditfwd {

class ScratchText {
public:
    ScratchText() {}  // leaves the array as it is: clearing it would cost more than deciding
    ScratchText(const ScratchText&) = delete;
    ScratchText& operator=(const ScratchText&) = delete;

    // At least `bytes` characters, until the next call. What a URI of ordinary length needs comes without allocation.
    char* reserve(std::size_t bytes) {
        if (bytes <= short_.size()) return short_.data();
        long_.reset(new char[bytes]);
        return long_.get();
    }

private:
    std::array<char, 2048> short_;
    std::unique_ptr<char[]> long_;
};

}  // namespace auditfwd
