#include "forwarder/detection/versions.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace auditfwd::detection {

namespace {

struct Version {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;

    std::string text() const { return fmt::format("{}.{}.{}", major, minor, patch); }
    // As Falco: the same major number, and nothing older than what is asked for.
    bool covers(const Version& asked) const {
        if (major != asked.major) return false;
        return minor > asked.minor || (minor == asked.minor && patch >= asked.patch);
    }
};

// Falco's engine whose language this is, and the plugins whose fields.
constexpr Version kEngine{0, 63, 0};
constexpr std::array kPlugins{
    std::pair{std::string_view{"k8saudit"}, Version{0, 18, 0}},
    std::pair{std::string_view{"json"}, Version{0, 7, 0}},
};

bool read_number(std::string_view& text, unsigned& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

// "1.2.3", with or without "-suffix" or "+suffix".
std::optional<Version> version_of(std::string_view text) {
    Version out;
    const auto dot = [&] {
        if (!text.starts_with('.')) return false;
        text.remove_prefix(1);
        return true;
    };
    if (!read_number(text, out.major) || !dot() || !read_number(text, out.minor) || !dot() ||
        !read_number(text, out.patch)) {
        return std::nullopt;
    }
    return text.empty() || text.front() == '-' || text.front() == '+' ? std::optional{out} : std::nullopt;
}

struct Requirement {
    std::string name;
    Version version;
};

std::optional<Requirement> requirement_of(ItemMembers& outer, const YamlNode& node) {
    if (node.kind != YamlNode::Kind::kMapping) {
        outer.fail(node.place, "expected a mapping with name and version");
        return std::nullopt;
    }
    const auto* name = outer.file().find(node, "name");
    const auto* version = outer.file().find(node, "version");
    if (!name || name->kind != YamlNode::Kind::kScalar || !version || version->kind != YamlNode::Kind::kScalar) {
        outer.fail(node.place, "expected a name and a version");
        return std::nullopt;
    }
    const auto read = version_of(version->text);
    if (!read) {
        outer.fail(version->place, fmt::format("expected a version like 0.18.0, not {}", quoted(version->text)));
        return std::nullopt;
    }
    return Requirement{name->text, *read};
}

bool met(const Requirement& requirement) {
    for (const auto& [name, version] : kPlugins) {
        if (name == requirement.name) return version.covers(requirement.version);
    }
    return false;
}

void check_plugin(ItemMembers& item, const YamlNode& node) {
    const auto first = requirement_of(item, node);
    if (!first) return;
    bool any = met(*first);
    const auto* alternatives = item.file().find(node, "alternatives");
    if (alternatives && alternatives->kind != YamlNode::Kind::kSequence) {
        return item.fail(alternatives->place, "alternatives: expected a list");
    }
    if (alternatives) {
        for (const auto child : alternatives->children) {
            const auto other = requirement_of(item, item.file().at(child));
            if (!other) return;
            any |= met(*other);
        }
    }
    if (!any) {
        item.fail(node.place,
                  fmt::format("asks for plugin {} {}; this engine stands for k8saudit 0.18.0 and json 0.7.0",
                              quoted(first->name), first->version.text()));
    }
}

}  // namespace

void check_engine_version(ItemMembers& item) {
    item.warn_unknown({"required_engine_version"});
    const auto* node = item.scalar("required_engine_version", true);
    if (!node) return;
    std::string_view text = node->text;
    auto asked = version_of(text);
    unsigned number = 0;
    if (!asked && read_number(text, number) && text.empty()) asked = Version{0, number, 0};
    if (!asked) {
        return item.fail(node->place,
                         fmt::format("expected a number or a version like 0.26.0, not {}", quoted(node->text)));
    }
    if (!kEngine.covers(*asked)) {
        item.fail(node->place, fmt::format("asks for engine {}; this is {}", asked->text(), kEngine.text()));
    }
}

void check_plugin_versions(ItemMembers& item) {
    item.warn_unknown({"required_plugin_versions"});
    const auto* list = item.find("required_plugin_versions");
    if (list->kind != YamlNode::Kind::kSequence) {
        return item.fail(list->place, "required_plugin_versions: expected a list");
    }
    for (const auto child : list->children) check_plugin(item, item.file().at(child));
}

}  // namespace auditfwd::detection
