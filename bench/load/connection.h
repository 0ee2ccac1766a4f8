// One keep-alive connection to the webhook, as an API server would hold it.
//
// Owner: one sender. Thread: that of its executor.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "forwarder/base/asio.h"

namespace auditfwd::load {

struct Target {
    std::string host = "127.0.0.1";
    unsigned short port = 9880;
    std::string path = "/audit";
    std::string token;  // bearer; empty: none
    std::chrono::seconds patience{30};
};

struct Answer {
    unsigned status = 0;  // 0: none came (no connection, cut off, patience at its end)
    std::chrono::seconds retry_after{0};
};

class Connection {
public:
    Connection(Executor executor, const Target& target)
        : executor_{std::move(executor)}, target_{target}, stream_{executor_} {}

    // Connects when it is not, sends `body`, waits for the answer. `body` must live until then.
    Task<Answer> post(std::string_view body);

private:
    Task<bool> connect();

    Executor executor_;
    const Target& target_;
    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer received_;
    bool connected_ = false;
};

}  // namespace auditfwd::load
