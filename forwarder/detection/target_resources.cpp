#include "forwarder/detection/target_resources.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace auditfwd::detection {

namespace {

Resources of_check(const Check& check, const FieldTable& fields) {
    if (check.right || check.left.numeric || !check.left.transforms.empty()) return std::nullopt;
    if (check.op != Operator::kEqual && check.op != Operator::kIn) return std::nullopt;
    if (fields.info(check.left.field).spelling != "ka.target.resource") return std::nullopt;
    return std::set<std::string>{check.values.begin(), check.values.end()};
}

Resources of_both(const Resources& one, const Resources& other) {
    if (!one || !other) return one ? one : other;
    std::set<std::string> out;
    std::ranges::set_intersection(*one, *other, std::inserter(out, out.end()));
    return out;
}

Resources of_either(Resources one, const Resources& other) {
    if (!one || !other) return std::nullopt;
    one->insert(other->begin(), other->end());
    if (one->size() > kResourcesMax) return std::nullopt;
    return one;
}

}  // namespace

// Operands come before what they make up: one pass.
std::vector<Resources> target_resources(const Formulas& formulas, const FieldTable& fields) {
    std::vector<Resources> out(formulas.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto& node = formulas.at(static_cast<NodeId>(i));
        switch (node.kind) {
            case Node::Kind::kFalse:
                out[i].emplace();
                break;
            case Node::Kind::kTrue:
            case Node::Kind::kNot:
                break;
            case Node::Kind::kCheck:
                out[i] = of_check(formulas.checks()[node.first], fields);
                break;
            case Node::Kind::kAnd:
                for (const auto id : formulas.operands(node)) out[i] = of_both(out[i], out[index_of(id)]);
                break;
            case Node::Kind::kOr:
                out[i].emplace();
                for (const auto id : formulas.operands(node)) out[i] = of_either(std::move(out[i]), out[index_of(id)]);
                break;
        }
        if (out[i] && out[i]->size() > kResourcesMax) out[i].reset();
    }
    return out;
}

}  // namespace auditfwd::detection
