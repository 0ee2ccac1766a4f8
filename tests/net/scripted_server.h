// A server on a thread of its own that answers with given bytes, whatever is asked: what no proper server does.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace auditfwd::testing {

// For each connection in turn a list of answers: one for each request head that comes. An empty answer is none: the
// server waits. After its last answer a connection is ended; after the last connection no more are accepted.
class ScriptedServer {
public:
    using Tcp = boost::asio::ip::tcp;
    using Answers = std::vector<std::string>;

    explicit ScriptedServer(std::vector<Answers> connections)
        : acceptor_{context_, Tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}},
          port_{acceptor_.local_endpoint().port()},
          thread_{[this, script = std::move(connections)] { serve(script); }} {}

    ~ScriptedServer() {
        leaving_ = true;
        boost::system::error_code ignored;
        // Wakes an accept or a read that waits.
        Tcp::socket knock{knocking_};
        knock.connect(Tcp::endpoint{boost::asio::ip::address_v4::loopback(), port_}, ignored);
        thread_.join();
    }

    std::uint16_t port() const { return port_; }
    // Heads that were read so far, of all connections.
    int requests() const { return requests_; }
    int connections() const { return connections_; }

private:
    void serve(const std::vector<Answers>& script) {
        for (const auto& answers : script) {
            boost::system::error_code error;
            Tcp::socket socket{context_};
            acceptor_.accept(socket, error);
            if (error || leaving_) return;
            ++connections_;
            std::string unread;
            for (const auto& answer : answers) {
                const auto bytes =
                    boost::asio::read_until(socket, boost::asio::dynamic_buffer(unread), "\r\n\r\n", error);
                if (error) break;
                unread.erase(0, bytes);
                ++requests_;
                if (answer.empty()) wait_for_end(socket);
                boost::asio::write(socket, boost::asio::buffer(answer), error);
            }
        }
    }

    // Until the client goes.
    static void wait_for_end(Tcp::socket& socket) {
        boost::system::error_code error;
        char scratch[4096];
        while (!error) socket.read_some(boost::asio::buffer(scratch), error);
    }

    boost::asio::io_context context_;
    boost::asio::io_context knocking_;
    Tcp::acceptor acceptor_;
    const std::uint16_t port_;
    std::atomic<bool> leaving_ = false;
    std::atomic<int> requests_ = 0;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

}  // namespace auditfwd::testing
