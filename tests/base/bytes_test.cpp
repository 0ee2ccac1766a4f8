#include <gtest/gtest.h>

#include "forwarder/base/clock.h"
#include "forwarder/base/crypto.h"
#include "forwarder/base/metrics.h"

namespace auditfwd {
namespace {

TEST(Crc32c, Gives_the_check_value_of_the_catalogue) { EXPECT_EQ(crc32c("123456789"), 0xE3069283u); }

TEST(Crc32c, Goes_on_from_a_seed) { EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789")); }

TEST(Sha256, Gives_the_digest_of_FIPS_180) {
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256, Gives_case_2_of_RFC_4231) {
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Rfc3339, Has_six_digits_of_a_second) {
    using namespace std::chrono;
    EXPECT_EQ(to_rfc3339(WallTime{microseconds{1'700'000'000'000'042}}), "2023-11-14T22:13:20.000042Z");
}

TEST(Metrics, The_same_name_and_labels_are_the_same_counter) {
    Metrics metrics;
    metrics.counter("auditfwd_x_total", "x", {{"a", "b"}}).Increment();
    metrics.counter("auditfwd_x_total", "x", {{"a", "b"}}).Increment();
    EXPECT_NE(metrics.text().find("auditfwd_x_total{a=\"b\"} 2"), std::string::npos);
}

}  // namespace
}  // namespace auditfwd
