// Bytes to gzip (RFC 1952), piece by piece: the counterpart of net's Gunzip. Over ISA-L, its level 1.
//
// Owner: whoever compresses; holds about 300 KiB. Thread: one at a time. Failure of the library is a CHECK.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace auditfwd {

class Gzip {
public:
    Gzip();
    ~Gzip();

    // Appends to `out` what it has of `piece` so far.
    void add(std::string_view piece, std::string& out) { deflate(piece, false, out); }
    // Ends the stream; the next add() begins another.
    void finish(std::string& out) { deflate({}, true, out); }

private:
    void deflate(std::string_view piece, bool end, std::string& out);

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace auditfwd
