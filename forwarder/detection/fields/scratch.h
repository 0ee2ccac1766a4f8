// Memory for what has to be made of one event: unescaped texts, lists of views. Nothing is allocated as long as an
// event needs little.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "forwarder/base/units.h"

namespace auditfwd {

class Scratch {
public:
    static constexpr std::size_t kBytesMax = 4_MiB;  // of one event

    // Everything given out is gone.
    void clear() {
        used_ = total_ = 0;
        more_.clear();
    }

    // Null when the event has had its share. Stays where it is until clear().
    template <class T>
    T* take(std::size_t count) {
        static_assert(alignof(T) <= kAlignment);
        return static_cast<T*>(take_bytes(count * sizeof(T)));
    }

private:
    static constexpr std::size_t kKept = 32_KiB;
    static constexpr std::size_t kAlignment = alignof(std::max_align_t);

    void* take_bytes(std::size_t bytes) {
        bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
        if (bytes > kBytesMax - total_) return nullptr;
        total_ += bytes;
        if (bytes <= kKept - used_) {
            void* const at = kept_.get() + used_;
            used_ += bytes;
            return at;
        }
        more_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
        return more_.back().get();
    }

    const std::unique_ptr<std::byte[]> kept_ = std::make_unique_for_overwrite<std::byte[]>(kKept);
    std::size_t used_ = 0;
    std::size_t total_ = 0;
    std::vector<std::unique_ptr<std::byte[]>> more_;
};

}  // namespace auditfwd
