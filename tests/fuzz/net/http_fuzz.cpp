// A request's bytes, given at once and in portions: both must be understood the same, or refused the same.
#include <cstdlib>
#include <string>

#include "forwarder/net/body_framing.h"
#include "forwarder/net/request_head.h"

namespace auditfwd {
namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

struct Outcome {
    bool refused = false;
    bool done = false;
    std::size_t consumed = 0;
    std::string body;
    bool operator==(const Outcome&) const = default;
};

Outcome read_body(const HttpRequest& request, std::string_view bytes, std::size_t portion) {
    BodyFraming framing{request};
    Outcome outcome;
    while (outcome.consumed < bytes.size() && !framing.done()) {
        const auto given = bytes.substr(outcome.consumed, portion);
        const auto piece = framing.next(given);
        if (!piece) {
            outcome.refused = true;
            outcome.consumed = 0;  // where it was noticed depends on the portions
            return outcome;
        }
        require(piece->consumed > 0 && piece->consumed <= given.size());
        outcome.consumed += piece->consumed;
        outcome.body += piece->data;
    }
    outcome.done = framing.done();
    return outcome;
}

void try_request(std::string_view bytes, std::size_t portion) {
    const auto head = find_head(bytes);
    std::size_t searched = 0;
    std::optional<std::size_t> found;
    for (std::size_t n = 0; !found && n < bytes.size(); searched = n) {
        n = std::min(bytes.size(), n + portion);
        found = find_head(bytes.substr(0, n), searched);
    }
    require(found == head);
    if (!head) return;
    const auto request = parse_head(bytes.substr(0, *head));
    if (!request) return;
    require(!(request->chunked && request->content_length));
    const auto rest = bytes.substr(*head);
    require(read_body(*request, rest, rest.size()) == read_body(*request, rest, portion));
}

}  // namespace
}  // namespace auditfwd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    auditfwd::try_request({reinterpret_cast<const char*>(data + 1), size - 1}, 1 + data[0] % 16);
    return 0;
}
