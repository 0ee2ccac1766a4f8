#include "forwarder/policy/loader.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "forwarder/policy/document.h"
#include "forwarder/policy/object_reader.h"
#include "forwarder/policy/syntax.h"

namespace auditfwd {

namespace {

using LevelName = std::pair<std::string_view, Level>;
using StageName = std::pair<std::string_view, Stage>;

constexpr std::array<LevelName, 4> kLevels{{{"None", Level::kNone},
                                            {"Metadata", Level::kMetadata},
                                            {"Request", Level::kRequest},
                                            {"RequestResponse", Level::kRequestResponse}}};
constexpr std::array<StageName, 4> kStages{{{"RequestReceived", Stage::kRequestReceived},
                                            {"ResponseStarted", Stage::kResponseStarted},
                                            {"ResponseComplete", Stage::kResponseComplete},
                                            {"Panic", Stage::kPanic}}};

template <class Names>
auto named(const Names& names, std::string_view text) -> std::optional<typename Names::value_type::second_type> {
    for (const auto& [name, value] : names) {
        if (name == text) return value;
    }
    return std::nullopt;
}

class Loader {
public:
    Loader(const Document& document, bool lenient, Diagnostics& diagnostics)
        : reader_{document, lenient, diagnostics}, diagnostics_{diagnostics} {}

    RuleSet load() {
        const auto root = reader_.root();
        if (root.absent()) {
            reader_.error(
                root, "no policy here, or only behind an empty first document; begin with apiVersion: audit.k8s.io/v1");
            return {};
        }
        const std::array<ObjectField, 6> fields{{
            {"apiVersion", [this](const Value& value) { read_version(value); }},
            {"kind", [this](const Value& value) { read_kind(value); }},
            {"metadata", [this](const Value& value) { read_metadata(value); }},
            {"rules", [this](const Value& value) { read_rules(value); }},
            {"omitStages", [this](const Value& value) { out_.omit_stages = read_stages(value); }},
            {"omitManagedFields",
             [this](const Value& value) { out_.omit_managed_fields = reader_.boolean(value).value_or(false); }},
        }};
        if (!reader_.object(root, fields)) return {};
        if (!has_version_) diagnostics_.error(root.line, "apiVersion", "missing; write audit.k8s.io/v1");
        if (!has_rules_)
            diagnostics_.error(root.line, "rules",
                               "missing or empty; a policy without rules keeps nothing and is refused");
        return std::move(out_);
    }

private:
    void read_version(const Value& value) {
        const auto version = reader_.string(value);
        has_version_ = !version || !version->empty();
        if (!has_version_ || !version || version == "audit.k8s.io/v1") return;
        if (version == "audit.k8s.io/v1beta1") {
            diagnostics_.warning(value.line, value.path,
                                 "audit.k8s.io/v1beta1 is read as v1; kube-apiserver refuses it since 1.24");
        } else {
            reader_.error(value, fmt::format("{} is not supported; write audit.k8s.io/v1", quoted(*version)));
        }
    }

    void read_kind(const Value& value) {
        const auto kind = reader_.string(value);
        if (kind && !kind->empty() && *kind != "Policy") {
            reader_.error(value, fmt::format("{} is no policy; write Policy", quoted(*kind)));
        }
    }

    // Means nothing here, but is checked as far as a spelling mistake could hide in it.
    void read_metadata(const Value& value) {
        const auto text = [this](const Value& member) { reader_.string(member); };
        const auto map = [this](const Value& member) { reader_.string_map(member); };
        const auto any = [](const Value&) {};
        const std::array<ObjectField, 15> fields{
            {{"name", text},
             {"generateName", text},
             {"namespace", text},
             {"selfLink", text},
             {"uid", text},
             {"resourceVersion", text},
             {"labels", map},
             {"annotations", map},
             {"finalizers", [this](const Value& member) { reader_.strings(member); }},
             {"generation", any},
             {"creationTimestamp", any},
             {"deletionTimestamp", any},
             {"deletionGracePeriodSeconds", any},
             {"ownerReferences", any},
             {"managedFields", any}}};
        reader_.object(value, fields);
    }

    void read_rules(const Value& value) {
        const bool is_list = reader_.list(value, "rules", [this](const Value& item) { read_rule(item); });
        has_rules_ = !is_list || !out_.rules.empty();
    }

    void read_rule(const Value& value) {
        Rule rule;
        rule.line = value.line;
        bool has_level = false;
        const auto into = [this](std::vector<std::string>& list) {
            return [this, &list](const Value& member) { list = reader_.strings(member); };
        };
        const std::array<ObjectField, 9> fields{{
            {"level",
             [&](const Value& member) {
                 const auto level = read_level(member);
                 const bool empty = member.node.kind == Node::Kind::kString && member.node.text.empty();
                 has_level = !member.absent() && !empty;
                 rule.level = level.value_or(Level::kNone);
             }},
            {"users", into(rule.users)},
            {"userGroups", into(rule.user_groups)},
            {"verbs", into(rule.verbs)},
            {"resources", [&](const Value& member) { rule.resources = read_resources(member); }},
            {"namespaces", into(rule.namespaces)},
            {"nonResourceURLs", [&](const Value& member) { rule.non_resource_urls = read_urls(member); }},
            {"omitStages", [&](const Value& member) { rule.omit_stages = read_stages(member); }},
            {"omitManagedFields", [&](const Value& member) { rule.omit_managed_fields = reader_.boolean(member); }},
        }};
        const bool is_object = reader_.object(value, fields);
        if (is_object && !has_level) {
            diagnostics_.error(value.line, value.path + ".level",
                               "missing; write None, Metadata, Request or RequestResponse");
        }
        if (!rule.non_resource_urls.empty() && (!rule.resources.empty() || !rule.namespaces.empty())) {
            diagnostics_.error(value.line, value.path + ".nonResourceURLs",
                               "a rule is about these or about resources and namespaces; make two rules of it");
        }
        out_.rules.push_back(std::move(rule));
    }

    std::optional<Level> read_level(const Value& value) {
        const auto text = reader_.string(value);
        if (!text || text->empty()) return std::nullopt;
        const auto level = named(kLevels, *text);
        if (!level) {
            reader_.error(
                value, fmt::format("{} is no level; write None, Metadata, Request or RequestResponse", quoted(*text)));
        }
        return level;
    }

    StageSet read_stages(const Value& value) {
        StageSet out;
        reader_.strings(value, [&](const Value& item, const std::string& text) {
            if (const auto stage = named(kStages, text)) {
                out.insert(*stage);
            } else {
                reader_.error(
                    item,
                    fmt::format("{} is no stage; write RequestReceived, ResponseStarted, ResponseComplete or Panic",
                                quoted(text)));
            }
        });
        return out;
    }

    std::vector<std::string> read_urls(const Value& value) {
        return reader_.strings(value, [this](const Value& item, const std::string& url) {
            if (url == "*") return;
            if (!url.starts_with('/')) reader_.error(item, fmt::format("{} does not begin with /", quoted(url)));
            if (url.find('*') < url.size() - 1) {
                reader_.error(
                    item, fmt::format("{} has a * that is not its last character; it stands for the rest of the path",
                                      quoted(url)));
            }
        });
    }

    std::vector<GroupResources> read_resources(const Value& value) {
        std::vector<GroupResources> out;
        reader_.list(value, "{group, resources, resourceNames}",
                     [&](const Value& item) { out.push_back(read_group(item)); });
        return out;
    }

    GroupResources read_group(const Value& value) {
        GroupResources out;
        const std::array<ObjectField, 3> fields{{
            {"group",
             [&](const Value& member) {
                 out.group = reader_.string(member).value_or("");
                 if (!out.group.empty() && out.group != "*" && !is_dns_subdomain(out.group)) {
                     reader_.error(member,
                                   fmt::format("{} is no API group; write it in lower case without its version, like "
                                               "apps, or * for all, or leave it out for the core group",
                                               quoted(out.group)));
                 }
             }},
            {"resources", [&](const Value& member) { out.resources = reader_.strings(member); }},
            {"resourceNames", [&](const Value& member) { out.resource_names = reader_.strings(member); }},
        }};
        reader_.object(value, fields);
        if (!out.resource_names.empty() && out.resources.empty()) {
            diagnostics_.error(value.line, value.path + ".resourceNames",
                               "wants resources beside it; name at least one");
        }
        return out;
    }

    ObjectReader reader_;
    Diagnostics& diagnostics_;
    RuleSet out_;
    bool has_version_ = false;
    bool has_rules_ = false;
};

}  // namespace

RuleSet load_rules(std::string_view text, bool lenient, Diagnostics& diagnostics) {
    const auto document = read_document(text, lenient, diagnostics);
    if (diagnostics.failed() && document.at(document.root).kind == Node::Kind::kNull) return {};
    return Loader{document, lenient, diagnostics}.load();
}

}  // namespace auditfwd
