// The words between the HTTP server and who answers: a request's head, a way to read its body, an answer.
//
// Pure values, and two interfaces. Rules of framing (what is refused before a handler sees it) are request_parser.h's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/limits.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// How long a client may take for each step; the design's numbers, tests shorten them.
struct HttpTimeouts {
    std::chrono::milliseconds handshake = std::chrono::seconds{10};
    std::chrono::milliseconds head = std::chrono::seconds{10};  // from its first byte; from accept for the first one
    std::chrono::milliseconds idle = std::chrono::seconds{90};  // between requests
    std::chrono::milliseconds body_silence = limits::kBodySilence;
    std::chrono::milliseconds write = std::chrono::seconds{10};
    std::chrono::milliseconds drain = std::chrono::seconds{2};  // reading on after a refusal
    // An older connection is closed after its next answer: what was checked at the handshake (expiry, revocation by a
    // new CA file) does not last for ever, and load spreads over replicas.
    std::chrono::milliseconds age_max = std::chrono::hours{1};
};

// The head of a request; larger ones are refused with 431. Also what is read at once of a body that needs decoding.
inline constexpr std::size_t kHttpHeadBytesMax = 16 * 1024;
// A refused body up to this is read and thrown away, so that its client can keep the connection.
inline constexpr std::size_t kHttpSkipBytesMax = 256 * 1024;
// What is read and thrown away before a connection is closed: closed with unread bytes it would be reset, and the
// client might never see the answer.
inline constexpr std::size_t kHttpDrainBytesMax = 16 * 1024 * 1024;
// What one open connection may hold besides its body: idle it is 21 KiB, 35 with TLS (measured), and TLS needs up to
// 33 more while a record is in hand.
inline constexpr std::size_t kHttpConnectionBytes = 64 * 1024;

enum class ContentCoding { kIdentity, kGzip, kOther };

// Who the other side proved to be by a client certificate.
struct TlsPeer {
    bool has_certificate = false;  // one that the client CA signed and that was valid at the handshake
    std::string name;              // one of its names that is allowed; empty when none is
};

struct HttpRequest {
    std::string method;
    std::string target;         // as sent: path and query
    std::string authorization;  // the header's value; empty when absent
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    ContentCoding coding = ContentCoding::kIdentity;
    bool expects_continue = false;
    bool keep_alive = true;
    bool http_1_0 = false;

    TlsPeer peer;
    SteadyTime received_at{};  // the end of its head: all times of the answer count from here

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

// Reads the body of the request in hand. Owner: the session; valid until the handler returns.
class HttpBodyReader {
public:
    virtual ~HttpBodyReader() = default;

    // Reads the whole body, unchunked and unzipped, to the begin of `into`, and gives its size; at most once. A client
    // that expects it is told to continue first. Fails with kTimeout (at `until`, or after a silence), kTooLarge (it
    // does not fit), kInvalid (wrong chunks, not gzip, ends early), kCancelled (the connection is gone).
    virtual Task<Result<std::size_t>> read(std::span<char> into, SteadyTime until) = 0;
};

struct HttpAnswer {
    HttpAnswer(unsigned s, std::string b) : status{s}, body{std::move(b)} {}

    unsigned status;
    std::string body;
    std::string_view content_type = "application/json";  // always a valid one: clients re-send otherwise
    std::string_view allow{};                            // methods, with 405
    unsigned retry_after_s = 0;                          // 0: no such header
    bool close = false;                                  // end the connection behind it
};

// Answers requests. Owner: App or a source; outlives the server. Thread: that of the lane it was given to.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    // `request` and `body` live until it returns. A body that was not read is drained or the connection closed.
    virtual Task<HttpAnswer> handle(const HttpRequest& request, HttpBodyReader& body) = 0;
};

// The answer's bytes. `keep_alive` is what the connection does afterwards.
std::string render(const HttpAnswer& answer, bool keep_alive);

// {"error":"…"}, escaped.
HttpAnswer refusal(unsigned status, std::string_view reason);

// Appends `text` as a JSON string; bytes that are not printable ASCII become '?'.
void append_json_string(std::string& out, std::string_view text);

}  // namespace auditfwd
