#include "codecs/json_scan.h"

#include "codecs/json_scan_block.h"

namespace auditfwd {

namespace {

// Fastest last.
struct Kernels {
    ScanKernel all[3];
    std::size_t count = 0;

    Kernels() {
        all[count++] = scan::kPortable;
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi") &&
            __builtin_cpu_supports("popcnt"))
            all[count++] = scan::kAvx2;
        if (count == 2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2"))
            all[count++] = scan::kAvx512;
#endif
    }
};

const Kernels& kernels() {
    static const Kernels found;
    return found;
}

}  // namespace

const ScanKernel& scan_kernel() { return kernels().all[kernels().count - 1]; }

std::span<const ScanKernel> scan_kernels() { return {kernels().all, kernels().count}; }

}  // namespace auditfwd
