// Rules of the user's own: values that go, at a JSON pointer.
//
//   /userAgent                        in the event itself; of an object or array all values inside
//   Widget:/spec/credentials/*/key    in bodies of that kind, and in items of its lists
//   widgets:/spec/credentials         in bodies of requests for that resource, patches included
//   *:/spec/password                  in all bodies
//
// `*` stands for any member or element. Names are case-sensitive; a member whose name is disguised by escapes is taken
// for a match. Immutable; thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/redaction/body_context.h"
#include "forwarder/redaction/path_tree.h"

namespace auditfwd {

class RedactionRules {
public:
    RedactionRules() = default;
    // complain_of_rule() has nothing to say of any.
    explicit RedactionRules(const std::vector<std::string>& rules);

    bool empty() const { return !event_ && bodies_.empty(); }
    const PathTree& tree() const { return tree_; }
    // Where the rules for the event itself begin.
    PathTree::Node event() const { return event_ ? *event_ : PathTree::kNowhere; }
    // Calls take(node) for each set of rules that a body of `kind`, unescaped, may be subject to.
    template <class Take>
    void each(std::string_view kind, const BodyContext& context, Take take) const {
        for (const auto& body : bodies_) {
            if (matches(body.what, kind, context)) take(body.node);
        }
    }

private:
    struct Body {
        std::string what;
        PathTree::Node node;
    };
    static bool matches(std::string_view what, std::string_view kind, const BodyContext& context);
    PathTree::Node root_of(std::string_view what);

    PathTree tree_;
    std::optional<PathTree::Node> event_;
    std::vector<Body> bodies_;
};

}  // namespace auditfwd
