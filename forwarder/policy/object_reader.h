// Reads a document into typed values, saying of each that is wrong where it stands and what would be right.
//
// Everything is reported, nothing stops at the first error. Absent and null are the same, as in Kubernetes.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/policy/diagnostics.h"
#include "forwarder/policy/document.h"

namespace auditfwd {

// A node and where it was met.
struct Value {
    const Node& node;
    std::size_t line;
    std::string path;  // "rules[2].verbs"

    bool absent() const { return node.kind == Node::Kind::kNull; }
};

struct ObjectField {
    std::string_view name;
    std::function<void(const Value&)> read;
};

class ObjectReader {
public:
    // `lenient`: unknown fields and duplicates are warnings, and the last duplicate counts.
    ObjectReader(const Document& document, bool lenient, Diagnostics& diagnostics)
        : document_{document}, lenient_{lenient}, diagnostics_{diagnostics} {}

    Value root() const;

    // Reads the fields that are there, in the order of the file. False when `value` is no mapping.
    bool object(const Value& value, std::span<const ObjectField> fields);
    // Calls `item` for each; false when `value` is no list. `of` says of what ("strings").
    bool list(const Value& value, std::string_view of, const std::function<void(const Value&)>& item);

    // Nothing, and an error, when it is something else. Absent gives "".
    std::optional<std::string> string(const Value& value);
    std::optional<bool> boolean(const Value& value);
    // `check` is called for each that is a string.
    using CheckString = std::function<void(const Value&, const std::string&)>;
    std::vector<std::string> strings(const Value& value, const CheckString& check = {});
    // A mapping whose values are strings. Checked, not kept.
    void string_map(const Value& value);

    void error(const Value& value, std::string_view text) { diagnostics_.error(value.line, value.path, text); }

private:
    struct Member {
        const Node& key;
        Value value;
        bool superseded = false;
    };

    Member member(const Value& object, std::size_t index) const;
    void report(std::size_t line, std::string_view path, std::string_view text);
    void report_unknown(const Member& member, std::span<const ObjectField> fields);
    void wrong_type(const Value& value, std::string_view wanted, std::string_view remedy);
    std::vector<Member> members(const Value& object);

    const Document& document_;
    const bool lenient_;
    Diagnostics& diagnostics_;
};

}  // namespace auditfwd
