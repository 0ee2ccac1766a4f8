#include "forwarder/net/gunzip.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>

namespace auditfwd {

struct Gunzip::State {
    inflate_state isal;

    void begin_member() {
        isal_inflate_init(&isal);
        isal.crc_flag = ISAL_GZIP;
    }
};

Gunzip::Gunzip() : state_{new State} { state_->begin_member(); }
Gunzip::~Gunzip() = default;

Result<Gunzip::Step> Gunzip::step(std::string_view in, std::span<char> out) {
    if (complete_ && !in.empty()) {
        state_->begin_member();
        complete_ = false;
    }
    // Without room a byte is tried for: a stream may end exactly where the room does.
    std::array<char, 1> beyond;
    const auto room = out.empty() ? std::span<char>{beyond} : out.first(std::min(out.size(), kSliceBytes));

    auto& isal = state_->isal;
    // ISA-L reads its input, though it takes a pointer to change.
    isal.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
    isal.avail_in = static_cast<std::uint32_t>(in.size());
    isal.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    isal.avail_out = static_cast<std::uint32_t>(room.size());
    if (isal_inflate(&isal) != ISAL_DECOMP_OK) return Error{ErrorCode::kInvalid, "body: not gzip"};

    const auto produced = room.size() - isal.avail_out;
    if (out.empty() && produced > 0) return Error{ErrorCode::kTooLarge, "body: larger than allowed when unzipped"};
    const auto consumed = in.size() - isal.avail_in;
    complete_ = isal.block_state == ISAL_BLOCK_FINISH;
    // A caller goes on while there is input: it must not go on for ever.
    if (!in.empty() && consumed == 0 && produced == 0 && !complete_)
        return Error{ErrorCode::kInvalid, "body: not gzip"};
    return Step{consumed, produced, !complete_ && isal.avail_out == 0};
}

}  // namespace auditfwd
