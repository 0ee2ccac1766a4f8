// Finds the few positions of a text at which redaction has to look closely: where a credential may begin that is known
// by its form, a string that holds JSON, an escape that may hide either. 32 or 64 bytes at a time.
//
// Method: three bytes in a row are looked up in tables by their halves, eight kinds of beginnings at once (the "Teddy"
// matcher of Intel's Hyperscan). It finds too much, never too little. Pure; thread: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auditfwd {

struct FormKernel {
    const char* name;
    // Appends the positions in [begin, end) to `out`, which has room for all; how many. 34 bytes behind `end` are
    // readable, and looked at: a beginning may reach over it.
    std::size_t (*find)(const char* text, std::uint32_t begin, std::uint32_t end, std::uint32_t* out);
};

const FormKernel& form_kernel();
// All this processor can run; for tests.
std::span<const FormKernel> form_kernels();

class FormScan {
public:
    FormScan(const char* text, std::uint32_t begin, std::uint32_t end, const FormKernel& kernel = form_kernel())
        : kernel_{kernel}, text_{text}, looked_{begin}, end_{end} {}

    // The next position; false: there is none.
    bool next(std::uint32_t& at) {
        while (next_ == count_) [[unlikely]] {
                if (looked_ == end_) return false;
                const auto to = end_ - looked_ > kChunk ? looked_ + kChunk : end_;
                count_ = kernel_.find(text_, looked_, to, found_.data());
                next_ = 0;
                looked_ = to;
            }
        at = found_[next_++];
        return true;
    }

private:
    static constexpr std::uint32_t kChunk = 2048;

    const FormKernel& kernel_;
    const char* const text_;
    std::uint32_t looked_;
    const std::uint32_t end_;
    std::size_t next_ = 0;
    std::size_t count_ = 0;
    std::array<std::uint32_t, kChunk> found_;
};

}  // namespace auditfwd
