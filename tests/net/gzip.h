// gzip, for tests.
#pragma once

#include <isa-l/igzip_lib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace auditfwd::testing {

inline std::string gzip(std::string_view text) {
    std::string level(ISAL_DEF_LVL1_DEFAULT, '\0');
    std::string zipped(text.size() + text.size() / 8 + 1024, '\0');
    isal_zstream stream;
    isal_deflate_init(&stream);
    stream.level = 1;
    stream.level_buf = reinterpret_cast<std::uint8_t*>(level.data());
    stream.level_buf_size = static_cast<std::uint32_t>(level.size());
    stream.gzip_flag = IGZIP_GZIP;
    stream.end_of_stream = 1;
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<std::uint32_t>(text.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(zipped.data());
    stream.avail_out = static_cast<std::uint32_t>(zipped.size());
    if (isal_deflate(&stream) != COMP_OK || stream.internal_state.state != ZSTATE_END) {
        throw std::runtime_error{"gzip"};
    }
    zipped.resize(zipped.size() - stream.avail_out);
    return zipped;
}

}  // namespace auditfwd::testing
