#include "forwarder/redaction/place_walk.h"

#include <algorithm>
#include <string>

#include "codecs/json_text.h"

namespace auditfwd {

namespace {

std::string_view content_of(std::string_view text, TextRange string) {
    return text.substr(string.begin + 1, string.size() - 2);
}

bool is_operation(std::string_view raw) {
    constexpr std::string_view kOperations[] = {R"("add")",  R"("remove")", R"("replace")",
                                                R"("test")", R"("copy")",   R"("move")"};
    return std::find(std::begin(kOperations), std::end(kOperations), raw) != std::end(kOperations);
}

// Where a path of a JSON Patch leads; `otherwise` when it cannot be read.
PathTree::Node follow(const PathTree& tree, PathTree::Node node, std::string_view raw, PathTree::Node otherwise) {
    if (raw.size() < 2 || raw[0] != '"' || has_backslash(raw)) return otherwise;
    auto rest = raw.substr(1, raw.size() - 2);
    while (!rest.empty()) {
        if (rest[0] != '/') return otherwise;
        // Inside of what goes everything goes; what stays does so at its own place alone.
        if (otherwise == PathTree::kEverywhere && tree.ends(node)) return otherwise;
        rest.remove_prefix(1);
        std::string part{rest.substr(0, rest.find('/'))};
        rest.remove_prefix(part.size());
        for (auto at = part.find('~'); at != part.npos && at + 1 < part.size(); at = part.find('~', at + 1))
            part.replace(at, 2, part[at + 1] == '1' ? "/" : "~");
        node = tree.member(node, part);
    }
    return node;
}

}  // namespace

class PlaceWalk::Visitor : public JsonVisitor {
public:
    Visitor(const PlaceWalk& walk, std::string_view text, PathTree::Node node, std::vector<PathTree::Node>& path,
            Marks& marks)
        : tree_{walk.tree_},
          takes_{walk.paths_ == Paths::kTaken},
          text_{text},
          path_{path},
          marks_{marks},
          next_{node} {
        path_.clear();
    }
    void open(std::uint32_t at, bool object) {
        if (whole_ == 0 && (takes_ ? disguised_ || tree_.ends(next_) : fields_))
            whole_ = path_.size() + 1, whole_begin_ = at;
        fields_ = disguised_ = false;
        path_.push_back(next_);
        next_ = object ? PathTree::kNowhere : tree_.element(next_);
    }
    void close(std::uint32_t at) {
        if (whole_ == path_.size()) {
            if (!takes_) marks_.value({whole_begin_, at + 1});
            whole_ = 0;
        }
        path_.pop_back();
        if (!path_.empty()) next_ = tree_.element(path_.back());  // in an object the next key says
    }
    void key(TextRange key) {
        const auto name = content_of(text_, key);
        next_ = tree_.member(path_.back(), name);
        fields_ = name == "fieldsV1";
        disguised_ = takes_ && path_.back() != PathTree::kNowhere && has_backslash(name);
    }
    void value(TextRange value) {
        fields_ = false;
        const bool goes =
            takes_ ? whole_ != 0 || disguised_ || tree_.ends(next_) : text_[value.begin] == '"' && !tree_.ends(next_);
        disguised_ = false;
        if (goes) marks_.value(value);
    }

private:
    const PathTree& tree_;
    const bool takes_;
    const std::string_view text_;
    std::vector<PathTree::Node>& path_;  // of the containers around
    Marks& marks_;
    PathTree::Node next_;  // of the value to come
    // Inside a container that goes whole, how deep it is; else 0. When places are kept that is the value of a member
    // fieldsV1: keys of managed fields hold values, k:{"name":"x"} and v:"x".
    std::size_t whole_ = 0;
    std::uint32_t whole_begin_ = 0;
    bool fields_ = false;
    bool disguised_ = false;
};

// Of a JSON Patch: where a value goes is known at the end of its operation.
class PlaceWalk::PatchVisitor : public JsonVisitor {
public:
    PatchVisitor(PlaceWalk& walk, std::string_view text, PathTree::Node node, Marks& marks)
        : walk_{walk}, text_{text}, node_{node}, marks_{marks} {}
    void open(std::uint32_t at, bool object) {
        if (depth_ == 1) operation_ = at, is_object_ = object, path_ = value_ = {}, odd_ = false;
        if (depth_ == 2) begin_ = at;
        ++depth_;
    }
    void close(std::uint32_t at) {
        --depth_;
        if (depth_ == 2) member({begin_, at + 1});
        if (depth_ == 1) end_operation(at + 1);
    }
    void key(TextRange key) {
        if (depth_ == 2) name_ = content_of(text_, key);
    }
    void value(TextRange value) {
        if (depth_ == 2) member(value);
        if (depth_ == 1 && walk_.paths_ == Paths::kKept && text_[value.begin] == '"') marks_.value(value);
    }

private:
    void member(TextRange value) {
        const auto raw = text_.substr(value.begin, value.size());
        if (name_ == "value" && value_.size() == 0)
            value_ = value;
        else if (name_ == "path" && path_.size() == 0 && raw[0] == '"')
            path_ = value;
        else if (!(name_ == "op" && is_operation(raw)) && !(name_ == "from" && raw[0] == '"'))
            odd_ = true;
    }
    void end_operation(std::uint32_t end) {
        const auto otherwise = walk_.paths_ == Paths::kTaken ? PathTree::kEverywhere : PathTree::kNowhere;
        if (!is_object_ || odd_) {
            walk_.mark_value(text_, {operation_, end}, otherwise, marks_);
        } else if (value_.size() != 0) {
            const auto raw = text_.substr(path_.begin, path_.size());
            walk_.mark_value(text_, value_, follow(walk_.tree_, node_, raw, otherwise), marks_);
        }
    }

    PlaceWalk& walk_;
    const std::string_view text_;
    const PathTree::Node node_;
    Marks& marks_;
    std::size_t depth_ = 0;
    std::string_view name_;
    TextRange path_, value_;
    std::uint32_t operation_ = 0, begin_ = 0;
    bool is_object_ = false, odd_ = false;
};

PlaceWalk::PlaceWalk(const PathTree& tree, Paths paths, std::size_t window)
    : tree_{tree}, paths_{paths}, tokens_{window}, inner_tokens_{window} {}

bool PlaceWalk::mark_value(std::string_view text, TextRange range, PathTree::Node node, Marks& marks) {
    inner_tokens_.reset(text.data(), range.begin, range.end);
    Visitor visitor{*this, text, node, path_, marks};
    JsonWalk walk{inner_tokens_};
    return inner_tokens_.ready() && walk.value(1, visitor) == range.end;
}

bool PlaceWalk::mark(std::string_view text, TextRange range, PathTree::Node node, bool patch, Marks& marks) {
    if (!patch || text[range.begin] != '[') return mark_value(text, range, node, marks);
    tokens_.reset(text.data(), range.begin, range.end);
    PatchVisitor visitor{*this, text, node, marks};
    JsonWalk walk{tokens_};
    return tokens_.ready() && walk.value(1, visitor) == range.end;
}

}  // namespace auditfwd
