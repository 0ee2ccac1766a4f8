#include "forwarder/net/pages.h"

#include <gtest/gtest.h>

#include "tests/support/run_task.h"

namespace auditfwd {
namespace {

class NoBody final : public HttpBodyReader {
public:
    Task<Result<std::size_t>> read(std::span<char>, SteadyTime) override { co_return std::size_t{0}; }
};

TEST(Pages, Are_found_by_path_and_read_by_get) {
    Pages pages;
    int made = 0;
    pages.add("/livez", [&] { return HttpAnswer{200, std::to_string(++made)}; });
    asio::io_context context;
    NoBody body;
    const auto ask = [&](const std::string& method, const std::string& target) {
        HttpRequest request;
        request.method = method;
        request.target = target;
        std::optional<HttpAnswer> answer;
        auto task = [](Pages& p, const HttpRequest& r, HttpBodyReader& b, std::optional<HttpAnswer>& a) -> Task<void> {
            a = co_await p.handle(r, b);
        };
        testing::run_task(context, task(pages, request, body, answer));
        return *answer;
    };
    EXPECT_EQ(ask("GET", "/livez").body, "1");
    EXPECT_EQ(ask("GET", "/livez?verbose").body, "2");
    EXPECT_EQ(ask("POST", "/livez").status, 405u);
    EXPECT_EQ(ask("POST", "/livez").allow, "GET");
    EXPECT_EQ(ask("GET", "/livez/").status, 404u);
    EXPECT_EQ(ask("GET", "").status, 404u);
}

}  // namespace
}  // namespace auditfwd
