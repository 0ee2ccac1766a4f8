// Redacts a JSON value by the places of its values: `strict` lets go every string that is at no allowed place (keys,
// numbers and words stay), rules of the user's own let go every value at a place they name.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "codecs/json_tokens.h"
#include "codecs/json_walk.h"
#include "forwarder/redaction/marks.h"
#include "forwarder/redaction/path_tree.h"

namespace auditfwd {

class PlaceWalk {
public:
    enum class Paths { kKept, kTaken };
    PlaceWalk(const PathTree& tree, Paths paths, std::size_t window);

    // The value at `range`, which stands where `node` is. `patch`: an array there is a JSON Patch of an object at
    // `node`. False: it is not RFC 8259.
    bool mark(std::string_view text, TextRange range, PathTree::Node node, bool patch, Marks& marks);

private:
    class Visitor;
    class PatchVisitor;
    bool mark_value(std::string_view text, TextRange range, PathTree::Node node, Marks& marks);

    const PathTree& tree_;
    const Paths paths_;
    JsonTokens tokens_;
    JsonTokens inner_tokens_;           // of a value inside a patch
    std::vector<PathTree::Node> path_;  // by depth
};

}  // namespace auditfwd
