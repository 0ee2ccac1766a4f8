// The bytes of one request, line group or file chunk, read once into memory that the walker may over-read.
//
// A Body owns its bytes and the reservation that pays for them (and for what will be rendered from them). Owner: the
// source until it submits, then the intake. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "forwarder/base/assert.h"
#include "forwarder/base/byte_budget.h"
#include "forwarder/base/limits.h"

namespace auditfwd {

class Body {
public:
    Body() = default;
    // Room for `capacity` bytes and the padding behind them, not initialised.
    Body(std::size_t capacity, ByteBudget::Reservation memory)
        : bytes_{new char[capacity + limits::kPadding]}, capacity_{capacity}, memory_{std::move(memory)} {}
    Body(Body&&) noexcept = default;
    Body& operator=(Body&&) noexcept = default;

    // Where to read to, and how much fits.
    char* free_begin() { return bytes_.get() + size_; }
    std::size_t free_bytes() const { return capacity_ - size_; }
    void filled(std::size_t bytes) {
        CHECK(bytes <= free_bytes());
        size_ += bytes;
    }
    void append(std::string_view text) {
        CHECK(text.size() <= free_bytes());
        std::memcpy(free_begin(), text.data(), text.size());
        size_ += text.size();
    }

    // limits::kPadding bytes behind it may be read.
    std::string_view text() const { return {bytes_.get(), size_}; }
    // For repairs in place.
    char* data() { return bytes_.get(); }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    ByteBudget::Reservation& memory() { return memory_; }
    // Frees the bytes; the reservation stays.
    void drop_bytes() {
        bytes_.reset();
        size_ = capacity_ = 0;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    ByteBudget::Reservation memory_;
};

// What intake needs for a body of `bytes`: the body, its records, their compressed blocks, and a little for its walk.
constexpr std::size_t memory_for_body(std::size_t bytes) { return bytes * limits::kMemoryPerBodyByte + 256 * 1024; }

}  // namespace auditfwd
