// Whether a sink wants a record: first by its row in the block's table, then, if names are asked for, by what its text
// says. Pure.
#pragma once

#include "codecs/record.h"
#include "codecs/record_words.h"
#include "forwarder/delivery/options.h"

namespace auditfwd {

// A Selection made fast: one bit for each value of a fact.
class Selector {
public:
    explicit Selector(const Selection& selection);

    // Everything is wanted.
    bool trivial() const { return trivial_; }

    // Whether the record may be wanted.
    bool wants(const RecordFacts& facts) const {
        return facts.priority <= priority_ && has(levels_, facts.level) && has(verbs_, facts.verb) &&
               has(codes_, facts.code);
    }
    // Whether it is, if it may be.
    bool selects(const RecordView& record) const { return words_.empty() || wants_words(record); }

private:
    template <class Fact>
    static bool has(unsigned bits, Fact fact) {
        return (bits >> static_cast<unsigned>(fact) & 1u) != 0;
    }
    bool wants_words(const RecordView& record) const;

    Priority priority_;
    unsigned levels_;
    unsigned verbs_;
    unsigned codes_;
    std::vector<std::string> namespaces_;
    std::vector<std::string> users_;
    std::vector<std::string> detections_;
    WordSet words_;  // those asked for
    bool trivial_;
};

}  // namespace auditfwd
