// CHECK: what cannot be. For what the world does, see result.h.
//
// Always on, in release builds too: a broken invariant in a program that promises not to lose evidence must stop it
// before it acknowledges or deletes anything.
#pragma once

namespace auditfwd {

// Says where and what on stderr, then aborts. Prints no event content: `what` is the text of the condition.
[[noreturn]] void check_failed(const char* file, int line, const char* what) noexcept;

}  // namespace auditfwd

#define CHECK(condition)                                              \
    do {                                                              \
        if (!(condition)) [[unlikely]]                                \
            ::auditfwd::check_failed(__FILE__, __LINE__, #condition); \
    } while (false)
