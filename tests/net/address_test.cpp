#include "forwarder/net/address.h"

#include <gtest/gtest.h>

namespace auditfwd {
namespace {

TEST(Address, Is_read_and_written_the_same) {
    for (const std::string text : {"127.0.0.1:9880", "0.0.0.0:0", "[::1]:65535", "[::]:1"}) {
        const auto endpoint = parse_address(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(to_string(*endpoint), text);
    }
}

TEST(Address, Is_refused_when_it_is_no_number_or_has_no_port) {
    for (const std::string text :
         {"", ":", "127.0.0.1", "127.0.0.1:", ":9880", "localhost:9880", "127.0.0.1:65536", "127.0.0.1:-1",
          "127.0.0.1:9880 ", "::1:9880", "[127.0.0.1]:9880", "[]:1", "[::1]"}) {
        const auto endpoint = parse_address(text);
        ASSERT_FALSE(endpoint) << text;
        EXPECT_EQ(endpoint.error().code, ErrorCode::kInvalid);
    }
}

}  // namespace
}  // namespace auditfwd
