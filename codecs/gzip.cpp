#include "codecs/gzip.h"

#include <isa-l/igzip_lib.h>

#include <array>

#include "forwarder/base/assert.h"
#include "forwarder/base/units.h"

namespace auditfwd {

struct Gzip::State {
    State() { begin(); }

    void begin() {
        isal_deflate_init(&stream);
        stream.level = 1;
        stream.level_buf = level.data();
        stream.level_buf_size = static_cast<std::uint32_t>(level.size());
        stream.gzip_flag = IGZIP_GZIP;
    }

    isal_zstream stream;
    std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> level;
};

Gzip::Gzip() : state_{std::make_unique<State>()} {}
Gzip::~Gzip() = default;

void Gzip::deflate(std::string_view piece, bool end, std::string& out) {
    auto& stream = state_->stream;
    // ISA-L reads without writing.
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<std::uint32_t>(piece.size());
    stream.end_of_stream = end ? 1 : 0;
    for (bool more = true; more;) {
        const auto had = out.size();
        out.resize(had + 64_KiB);
        stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + had);
        stream.avail_out = static_cast<std::uint32_t>(64_KiB);
        CHECK(isal_deflate(&stream) == COMP_OK);
        more = stream.avail_out == 0;
        out.resize(out.size() - stream.avail_out);
    }
    CHECK(stream.avail_in == 0);
    if (!end) return;
    CHECK(stream.internal_state.state == ZSTATE_END);
    state_->begin();
}

}  // namespace auditfwd
