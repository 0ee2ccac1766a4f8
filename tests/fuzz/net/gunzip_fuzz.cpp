// Bytes that may be gzip, given in portions and unzipped into small rooms.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "forwarder/net/gunzip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t portion = 1 + data[0];
    const std::size_t room = 1 + data[1] * 16u;
    std::string_view zipped{reinterpret_cast<const char*>(data + 2), size - 2};
    auditfwd::Gunzip gunzip;
    std::vector<char> out(room);
    while (!zipped.empty()) {
        // A copy of its own size, so that reading past it is seen.
        const std::vector<char> owned{zipped.begin(),
                                      zipped.begin() + static_cast<long>(std::min(portion, zipped.size()))};
        std::string_view in{owned.data(), owned.size()};
        zipped.remove_prefix(in.size());
        bool pending = false;
        while (!in.empty() || pending) {
            const auto step = gunzip.step(in, out);
            if (!step) return 0;
            if (step->consumed > in.size() || step->produced > out.size()) std::abort();
            const bool moved = step->consumed > 0 || step->produced > 0 || gunzip.complete();
            if (!moved && (!in.empty() || step->pending)) std::abort();  // the caller would go on for ever
            in.remove_prefix(step->consumed);
            pending = step->pending;
        }
    }
    return 0;
}
