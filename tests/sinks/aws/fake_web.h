// What can be reached over HTTP, as a test has it: endpoints answered by functions. It demands what the real ones do.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>

#include "forwarder/net/http_call.h"

namespace auditfwd::testing {

class FakeWeb {
public:
    using Answer = std::function<Result<HttpReply>(const HttpCall&)>;

    // `authority` as HttpEndpoint::authority() gives it. Who is not there cannot be connected to.
    void serve(const std::string& authority, Answer answer) { places_[authority] = std::move(answer); }

    std::unique_ptr<HttpCaller> connect(const HttpEndpoint& endpoint) {
        return std::make_unique<Caller>(*this, endpoint);
    }

    std::vector<std::string> calls;  // "METHOD authority target"

private:
    class Caller final : public HttpCaller {
    public:
        Caller(FakeWeb& web, HttpEndpoint endpoint) : web_{web}, endpoint_{std::move(endpoint)} {}
        const HttpEndpoint& endpoint() const override { return endpoint_; }
        Task<Result<HttpReply>> call(const HttpCall& call) override {
            co_await asio::post(use);
            web_.calls.push_back(call.method + ' ' + endpoint_.authority() + ' ' + call.target);
            const auto place = web_.places_.find(endpoint_.authority());
            if (place == web_.places_.end()) co_return Error{ErrorCode::kUnavailable, "cannot connect"};
            co_return place->second(call);
        }

    private:
        FakeWeb& web_;
        const HttpEndpoint endpoint_;
    };

    std::map<std::string, Answer> places_;
};

inline std::string field_of(const HttpCall& call, std::string_view name) {
    HttpReply look;
    look.fields = call.fields;
    return std::string{look.field(name)};
}

inline HttpReply reply(unsigned status, std::string body, HttpFields fields = {}) {
    HttpReply made;
    made.status = status;
    made.body = std::move(body);
    made.fields = std::move(fields);
    return made;
}

}  // namespace auditfwd::testing
