// One segment of any bytes whatever, put through everything that reads segments. For the fuzzer and for tests.
#pragma once

#include <string>
#include <string_view>

namespace auditfwd::testing {

// The first byte says how: bit 0, whether checksums are set right first, so that what lies behind them is reached; bits
// 1 to 7, how much of the segment the durable mark covers, in 127ths. The rest is the segment. CHECKs what must hold.
void torture_segment(std::string_view input);

// The segment that FORMAT.md shows has this spool's id (and number 1, first offset 1), and so have the seeds.
std::string tortured_spool_id();

}  // namespace auditfwd::testing
