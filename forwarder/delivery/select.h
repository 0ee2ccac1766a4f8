// Whether a sink wants a record, decided by the block's table alone: the record is not parsed. Pure.
#pragma once

#include "codecs/record.h"
#include "forwarder/delivery/options.h"

namespace auditfwd {

// A Selection made fast: one bit for each value of a fact.
class Selector {
public:
    explicit Selector(const Selection& selection);

    bool wants(const RecordFacts& facts) const {
        return facts.priority <= priority_ && has(levels_, facts.level) && has(verbs_, facts.verb) &&
               has(codes_, facts.code);
    }

private:
    template <class Fact>
    static bool has(unsigned bits, Fact fact) {
        return (bits >> static_cast<unsigned>(fact) & 1u) != 0;
    }

    Priority priority_;
    unsigned levels_;
    unsigned verbs_;
    unsigned codes_;
};

}  // namespace auditfwd
