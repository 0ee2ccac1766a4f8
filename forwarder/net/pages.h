// A handler for a few pages that are read: GET, by path, made anew each time.
//
// Owner: whoever serves them; complete before the server starts. Thread: that of its lane.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "forwarder/net/http.h"

namespace auditfwd {

class Pages final : public HttpHandler {
public:
    using Page = std::function<HttpAnswer()>;

    // `path` without a query, which is ignored.
    void add(std::string path, Page page) { pages_.insert_or_assign(std::move(path), std::move(page)); }

    Task<HttpAnswer> handle(const HttpRequest& request, HttpBodyReader& body) override;

private:
    std::map<std::string, Page, std::less<>> pages_;
};

}  // namespace auditfwd
