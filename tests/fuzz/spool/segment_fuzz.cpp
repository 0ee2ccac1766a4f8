#include <cstddef>
#include <cstdint>

#include "forwarder/base/log.h"
#include "tests/spool/segment_torture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool quiet = [] {
        auditfwd::open_log(auditfwd::LogFormat::kText, auditfwd::LogLevel::kError);
        return true;
    }();
    (void)quiet;
    auditfwd::testing::torture_segment({reinterpret_cast<const char*>(data), size});
    return 0;
}
