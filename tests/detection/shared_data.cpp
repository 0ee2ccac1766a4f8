#include "tests/detection/shared_data.h"

#include <zstd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace auditfwd {

std::optional<std::string> shared_file(const std::string& path) {
    const char* named = std::getenv("AUDITFWD_SHARED");
    std::ifstream file{std::string{named != nullptr ? named : AUDITFWD_SHARED_DEFAULT} + "/" + path, std::ios::binary};
    if (!file) return std::nullopt;
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (!path.ends_with(".zst")) return bytes;

    std::string out;
    auto* const stream = ZSTD_createDStream();
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::string chunk(ZSTD_DStreamOutSize(), '\0');
    while (in.pos < in.size) {
        ZSTD_outBuffer to{chunk.data(), chunk.size(), 0};
        if (ZSTD_isError(ZSTD_decompressStream(stream, &to, &in)) != 0) break;
        out.append(chunk, 0, to.pos);
    }
    ZSTD_freeDStream(stream);
    return out;
}

}  // namespace auditfwd
