#include "forwarder/delivery/retry.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

using namespace std::chrono_literals;

Retry drawing(double fraction) {
    return Retry{50ms, 400ms, [fraction] { return fraction; }};
}

TEST(Retry, The_ceiling_doubles_up_to_the_maximum) {
    auto retry = drawing(0.999);
    EXPECT_EQ(retry.next_wait(), 50ms);
    EXPECT_EQ(retry.next_wait(), 99ms);
    EXPECT_EQ(retry.next_wait(), 199ms);
    EXPECT_EQ(retry.next_wait(), 399ms);
    EXPECT_EQ(retry.next_wait(), 399ms);
}

TEST(Retry, The_wait_is_never_less_than_the_destination_asked_for) { EXPECT_EQ(drawing(0.0).next_wait(3s), 3s); }

TEST(Retry, A_wild_wish_is_bounded) { EXPECT_EQ(drawing(0.0).next_wait(24h), Retry::kAskedMax); }

TEST(Retry, Success_makes_the_next_failure_start_small) {
    auto retry = drawing(0.999);
    retry.next_wait();
    retry.next_wait();
    retry.reset();
    EXPECT_EQ(retry.next_wait(), 50ms);
}

}  // namespace
}  // namespace auditfwd
