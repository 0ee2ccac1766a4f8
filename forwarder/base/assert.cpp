#include "forwarder/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace auditfwd {

void check_failed(const char* file, int line, const char* what) noexcept {
    std::fprintf(stderr, "auditfwd: internal error: %s:%d: CHECK(%s) failed\n", file, line, what);
    std::abort();
}

}  // namespace auditfwd
