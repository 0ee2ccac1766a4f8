#include "tests/fuzz/policy/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auditfwd::try_policy_file(data, size);
    return 0;
}
