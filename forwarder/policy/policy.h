// The audit Policy (audit.k8s.io/v1): what may leave, at which level. It means what kube-apiserver's checker means by
// it; see README.md of this room for the sources and the few deliberate differences.
//
// Pure and immutable after loading: shared as const between workers, replaced whole on reload. Thread: any.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/record.h"
#include "forwarder/base/result.h"

namespace auditfwd {

// What a policy reads of an event, JSON-unescaped. Never objectRef: a client writes its name and namespace.
struct RequestFacts {
    Stage stage = Stage::kResponseComplete;
    std::string_view request_uri;
    std::string_view verb;
    std::string_view user_name;
    std::span<const std::string_view> groups;
    bool has_user = false;  // false iff username, uid, groups and extra are all empty: no rule with users matches
};

struct Decision {
    Level level = Level::kNone;  // what the policy asks for; the event keeps the lower of this and its own
    bool drop = true;            // level None, or the stage is omitted
    std::uint32_t rule = 0;      // from 1, in file order; 0: none matched
    bool omit_managed_fields = false;
    bool unreadable = false;  // the requestURI cannot be parsed: level Metadata at most, never dropped, rule 0
};

class Policy {
public:
    struct LoadOptions {
        bool lenient = false;  // unknown and duplicate fields warn instead of failing, as upstream
    };
    struct Loaded;

    // `text` is YAML or JSON; `name` is what messages call it. Fails with kInvalid; the message holds every error, one
    // a line, each with file, line and key.
    static Result<Loaded> load(std::string_view text, std::string_view name, LoadOptions options);
    // "eks", "metadata" or "all"; null for another name.
    static std::shared_ptr<const Policy> built_in(std::string_view name);

    Decision decide(const RequestFacts& request) const;
    // For an event whose verb, user or requestURI is absent or was cut, so that decide() cannot be asked.
    static Decision unreadable();

    // The highest level that a request for this resource can get; empty: that any request can get. Never too low,
    // except for resources of other API groups with a built-in resource's name.
    Level highest_level(std::string_view resource) const;

    // Line of a rule (from 1) in its file; 0 when unknown.
    std::size_t line(std::uint32_t rule) const;
    std::size_t rules() const;

    ~Policy();

private:
    struct Impl;
    explicit Policy(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> impl_;
};

struct Policy::Loaded {
    std::shared_ptr<const Policy> policy;
    std::vector<std::string> warnings;  // one line each, with file, line and key
};

}  // namespace auditfwd
