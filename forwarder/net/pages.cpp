#include "forwarder/net/pages.h"

namespace auditfwd {

Task<HttpAnswer> Pages::handle(const HttpRequest& request, HttpBodyReader&) {
    const auto path = std::string_view{request.target}.substr(0, request.target.find('?'));
    const auto page = pages_.find(path);
    if (page == pages_.end()) co_return refusal(404, "unknown path");
    if (request.method != "GET") {
        auto answer = refusal(405, "this is read by GET");
        answer.allow = "GET";
        co_return answer;
    }
    co_return page->second();
}

}  // namespace auditfwd
