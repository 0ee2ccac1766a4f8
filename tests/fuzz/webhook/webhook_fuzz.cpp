// What strangers and token files say to the webhook.
#include <cstdlib>

#include "forwarder/source/webhook/authenticate.h"
#include "forwarder/source/webhook/route.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto where = auditfwd::route("POST", text);
    if (const auto* events = std::get_if<auditfwd::EventsFor>(&where)) {
        if (!events->cluster.empty() && !auditfwd::is_cluster_name(events->cluster)) std::abort();
    }
    // The first line is what a client sends, the rest a token file.
    const auto line = text.substr(0, text.find('\n'));
    const auto table = auditfwd::TokenTable::parse(text.substr(line.size()));
    auditfwd::HttpRequest request;
    request.authorization = line;
    const auto who = auditfwd::authenticate(request, {table ? &*table : nullptr, true});
    if (const auto* peer = std::get_if<auditfwd::Peer>(&who)) {
        // Only a token that stands in the file lets anybody in.
        if (!peer->token || text.substr(line.size()).find(*auditfwd::bearer_token(line)) == text.npos) std::abort();
    }
    return 0;
}
