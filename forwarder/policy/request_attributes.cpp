#include "forwarder/policy/request_attributes.h"

#include "forwarder/policy/percent.h"

namespace auditfwd {

namespace {

// The parts of a path between slashes, empty ones included.
class Parts {
public:
    explicit Parts(std::string_view trimmed) : rest_{trimmed}, more_{!trimmed.empty()} {}

    bool more() const { return more_; }

    // Empty when there is none.
    std::string_view next() {
        if (!more_) return {};
        // Parts are short: a call to memchr takes longer than looking.
        std::size_t size = 0;
        while (size < rest_.size() && rest_[size] != '/') ++size;
        if (size == rest_.size()) {
            more_ = false;
            return rest_;
        }
        const auto part = rest_.substr(0, size);
        rest_.remove_prefix(size + 1);
        return part;
    }

private:
    std::string_view rest_;
    bool more_;
};

std::string_view trim_slashes(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

// `parts` stands behind the version and has more. False when a legacy marker is all there is.
bool read_resource(Parts parts, RequestAttributes& out) {
    auto part = parts.next();
    const bool proxy = part == "proxy";
    if (proxy || part == "watch") {
        if (!parts.more()) return false;
        out.legacy = true;
        part = parts.next();
    }
    out.resource = part;
    out.name = parts.next();
    if (part == "namespaces") {
        out.in_namespace = out.name;
        const auto third = parts.next();
        // `status` and `finalize` belong to the namespace itself; any other third part is a resource inside it.
        if (third == "status" || third == "finalize") {
            out.subresource = third;
        } else if (parts.more() || !third.empty()) {
            out.resource = third;
            out.name = parts.next();
            out.subresource = parts.next();
        }
    } else {
        out.subresource = parts.next();
    }
    if (proxy) out.subresource = {};  // what follows is the proxied path
    return true;
}

}  // namespace

std::optional<RequestAttributes> parse_request_uri(std::string_view uri, ScratchText& scratch) {
    RequestAttributes out;
    const auto question = uri.find('?');
    if (question != uri.npos) out.query = uri.substr(question + 1);
    const auto raw = uri.substr(0, question);
    if (!raw.starts_with('/') && raw != "*") return std::nullopt;
    const auto path = percent_decode(raw, PercentMode::kPath, scratch);
    if (!path) return std::nullopt;
    out.path = *path;

    Parts parts{trim_slashes(*path)};
    const auto prefix = parts.next();
    const bool grouped = prefix == "apis";
    if (!grouped && prefix != "api") return out;
    const auto group = grouped ? parts.next() : std::string_view{};
    const auto version = parts.next();
    if (!parts.more()) return out;
    out.is_resource = true;
    out.group = group;
    out.version = version;
    if (!read_resource(parts, out)) return std::nullopt;
    return out;
}

}  // namespace auditfwd
