#include "forwarder/delivery/select.h"

namespace auditfwd {

namespace {

template <class Fact>
unsigned bits_of(const std::vector<Fact>& wanted) {
    if (wanted.empty()) return ~0u;
    unsigned bits = 0;
    for (const auto fact : wanted) bits |= 1u << static_cast<unsigned>(fact);
    return bits;
}

}  // namespace

Selector::Selector(const Selection& selection)
    : priority_{selection.priority},
      levels_{bits_of(selection.levels)},
      verbs_{bits_of(selection.verbs)},
      codes_{bits_of(selection.codes)} {}

}  // namespace auditfwd
