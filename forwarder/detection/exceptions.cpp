#include "forwarder/detection/exceptions.h"

#include <fmt/format.h>

#include <algorithm>

#include "forwarder/detection/condition.h"

namespace auditfwd::detection {

namespace {

constexpr std::size_t kEntryDepthMax = 4;
// Entries of one exception; aliases may repeat what a file says once.
constexpr std::size_t kEntriesMax = 1'000'000;

class EntryReader {
public:
    explicit EntryReader(ItemMembers& item) : item_{item} {}

    ExceptionEntry read(const YamlNode& node, std::size_t depth) {
        ExceptionEntry out;
        out.place = node.place;
        if (++count_ > kEntriesMax || depth > kEntryDepthMax) {
            item_.fail(node.place, "the exception has too many values, or too deep ones");
            return out;
        }
        out.given = true;
        out.item = node.text;
        if (node.kind == YamlNode::Kind::kSequence) {
            out.is_list = true;
            for (const auto child : node.children) {
                if (item_.failed()) break;
                out.items.push_back(read(item_.file().at(child), depth + 1));
            }
        } else if (node.kind != YamlNode::Kind::kScalar || node.text.empty()) {
            item_.fail(node.place, "expected a text or a list in an exception");
        }
        return out;
    }

private:
    ItemMembers& item_;
    std::size_t count_ = 0;
};

std::optional<ExceptionItem> read_exception(ItemMembers& item, const YamlNode& node, bool appending) {
    if (node.kind != YamlNode::Kind::kMapping) {
        item.fail(node.place, "expected an exception: a mapping with name, fields, comps and values");
        return std::nullopt;
    }
    const auto& file = item.file();
    ExceptionItem out;
    out.place = node.place;
    const auto* name = file.find(node, "name");
    if (!name || name->kind != YamlNode::Kind::kScalar || name->text.empty()) {
        item.fail(node.place, "the exception has no name");
        return std::nullopt;
    }
    out.name = name->text;
    EntryReader reader{item};
    if (const auto* fields = file.find(node, "fields")) {
        out.fields = reader.read(*fields, 0);
    } else if (!appending) {
        item.fail(node.place, fmt::format("the exception {} has no fields", quoted(out.name)));
    }
    if (const auto* comps = file.find(node, "comps")) out.comps = reader.read(*comps, 0);
    const auto* values = file.find(node, "values");
    if (values && values->kind != YamlNode::Kind::kSequence) {
        item.fail(values->place, "the values of an exception are a list");
    } else if (values) {
        for (const auto child : values->children) {
            if (item.failed()) break;
            out.values.push_back(reader.read(file.at(child), 0));
        }
    } else if (appending) {
        item.warn(node.place, fmt::format("the exception {} brings no values", quoted(out.name)));
    }
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
        const auto& key = file.at(node.children[i]);
        if (key.text != "name" && key.text != "fields" && key.text != "comps" && key.text != "values") {
            item.warn(key.place, fmt::format("unknown key {}, ignored", quoted(key.text)));
        }
    }
    return out;
}

// As in lists: only blanks make quotes necessary.
std::string quoted_item(const std::string& item) {
    if (item.find(' ') == item.npos || item.front() == '"' || item.front() == '\'') return item;
    return '"' + item + '"';
}

std::string listed(const ExceptionEntry& value) {
    std::string out{"("};
    for (const auto& item : value.items) {
        if (out.size() > 1) out += ", ";
        out += quoted_item(item.item);
    }
    return out + ")";
}

// One field: all values are one list.
void append_single(const ExceptionItem& exception, SourceText& out, const std::string& subject,
                   Diagnostics& diagnostics) {
    if (exception.values.empty()) return;
    std::string list;
    for (const auto& value : exception.values) {
        if (value.is_list) {
            diagnostics.error(
                value.place, subject,
                fmt::format("the exception {} has one field: its values are texts, not lists", quoted(exception.name)));
            return;
        }
        if (!list.empty()) list += ", ";
        list += quoted_item(value.item);
    }
    out.append(" and not (", exception.place);
    out.append(exception.fields.item, exception.fields.place);
    out.append(" " + exception.comps.item + " (", exception.comps.place);
    out.append(list, exception.values.front().place);
    out.append("))", exception.place);
}

// One tuple: every field compared with its value.
void append_tuple(const ExceptionItem& exception, const ExceptionEntry& tuple, SourceText& out) {
    out.append("(", tuple.place);
    for (std::size_t i = 0; i < exception.fields.items.size(); ++i) {
        const auto& comp = exception.comps.items[i].item;
        const auto& value = tuple.items[i];
        const auto op = operator_named(comp);
        auto text = value.is_list ? listed(value) : value.item;
        if (!value.is_list) {
            if (op && takes_list(*op)) {
                if (!text.starts_with('(')) text = '(' + text + ')';
            } else {
                text = quoted_item(text);
            }
        }
        if (i != 0) out.append(" and ", tuple.place);
        out.append(exception.fields.items[i].item + " ", exception.fields.items[i].place);
        out.append(comp + " ", exception.place);
        out.append(text, value.place);
    }
    out.append(")", tuple.place);
}

void append_tuples(const ExceptionItem& exception, SourceText& out, const std::string& subject,
                   Diagnostics& diagnostics) {
    if (exception.values.empty()) return;
    for (const auto& tuple : exception.values) {
        if (!tuple.is_list || tuple.items.size() != exception.fields.items.size()) {
            diagnostics.error(tuple.place, subject,
                              fmt::format("the exception {} has {} fields: expected a list of as many values",
                                          quoted(exception.name), exception.fields.items.size()));
            return;
        }
    }
    out.append(" and not (", exception.place);
    for (std::size_t i = 0; i < exception.values.size(); ++i) {
        if (i != 0) out.append(" or ", exception.place);
        append_tuple(exception, exception.values[i], out);
    }
    out.append(")", exception.place);
}

}  // namespace

std::vector<ExceptionItem> read_exceptions(ItemMembers& item, bool appending) {
    std::vector<ExceptionItem> out;
    const auto* node = item.find("exceptions");
    if (!node || node->kind == YamlNode::Kind::kNull) return out;
    if (node->kind != YamlNode::Kind::kSequence) {
        item.fail(node->place, "exceptions: expected a list");
        return out;
    }
    for (const auto child : node->children) {
        auto exception = read_exception(item, item.file().at(child), appending);
        if (!exception) continue;
        const bool twice = std::ranges::find(out, exception->name, &ExceptionItem::name) != out.end();
        if (twice) item.fail(exception->place, fmt::format("a second exception {}", quoted(exception->name)));
        out.push_back(std::move(*exception));
    }
    return out;
}

bool complete_exception(ExceptionItem& exception, ItemMembers& item) {
    const auto fail = [&](std::string_view text) {
        item.fail(exception.place, fmt::format("exception {}: {}", quoted(exception.name), text));
        return false;
    };
    auto& comps = exception.comps;
    const auto& fields = exception.fields;
    if (!fields.given) return fail("expected fields");
    if (!comps.given) {
        comps = {.given = true, .is_list = fields.is_list, .item = "in", .items = {}, .place = exception.place};
        for (std::size_t i = 0; i < fields.items.size(); ++i) {
            comps.items.push_back(
                {.given = true, .is_list = false, .item = "=", .items = {}, .place = exception.place});
        }
    }
    if (fields.is_list != comps.is_list) return fail("fields and comps must both be texts, or both lists");
    if (!fields.is_list) {
        const bool list = comps.item == "in" || comps.item == "intersects" || comps.item == "pmatch";
        return list || fail("comps of a single field must be in, intersects or pmatch");
    }
    if (fields.items.size() != comps.items.size()) return fail("fields and comps must be equally long");
    for (const auto& comp : comps.items) {
        if (!operator_named(comp.item)) return fail(fmt::format("{} is no operator", quoted(comp.item)));
    }
    return true;
}

void append_exceptions(std::vector<ExceptionItem>& to, std::vector<ExceptionItem> from, ItemMembers& item) {
    for (auto& exception : from) {
        const auto known = std::ranges::find(to, exception.name, &ExceptionItem::name);
        if (known == to.end()) {
            if (exception.values.empty()) {
                item.fail(exception.place, fmt::format("the new exception {} has no values", quoted(exception.name)));
            } else if (complete_exception(exception, item)) {
                to.push_back(std::move(exception));
            }
        } else if (exception.fields.given || exception.comps.given) {
            item.fail(exception.place, fmt::format("the rule has an exception {} already: only values can be appended",
                                                   quoted(exception.name)));
        } else {
            known->values.insert(known->values.end(), std::make_move_iterator(exception.values.begin()),
                                 std::make_move_iterator(exception.values.end()));
        }
    }
}

SourceText with_exceptions(const RuleItem& rule, Diagnostics& diagnostics) {
    if (rule.exceptions.empty()) return rule.condition;
    SourceText out;
    out.append("(", rule.place);
    out.append(rule.condition);
    out.append(")", rule.place);
    const auto subject = subject_of("rule", rule.name);
    for (const auto& exception : rule.exceptions) {
        if (exception.fields.is_list) {
            append_tuples(exception, out, subject, diagnostics);
        } else {
            append_single(exception, out, subject, diagnostics);
        }
    }
    return out;
}

}  // namespace auditfwd::detection
