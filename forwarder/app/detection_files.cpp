#include "forwarder/app/detection_files.h"

#include "forwarder/base/units.h"
#include "forwarder/config/notation.h"

namespace auditfwd {

namespace {

constexpr std::string_view kBuiltIn = "builtin";
constexpr std::string_view kNone = "none";
constexpr std::size_t kFilesMax = 1000;

bool is_rule_file(std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

Result<void> add_directory(const std::filesystem::path& directory, std::vector<std::filesystem::path>& out,
                           FileSystem& files) {
    TRY(const auto names, files.list(directory));
    for (const auto& name : names) {
        if (!is_rule_file(name) || name.starts_with('.')) continue;
        TRY(const auto stat, files.stat(directory / name));
        if (!stat.is_directory) out.push_back(directory / name);
        if (out.size() > kFilesMax) return Error{ErrorCode::kTooLarge, "more than 1,000 rule files"};
    }
    return {};
}

}  // namespace

Result<std::vector<std::filesystem::path>> rule_paths(const std::vector<std::string>& names, FileSystem& files) {
    std::vector<std::filesystem::path> out;
    for (const auto& name : names) {
        if (name == kNone) continue;
        if (name == kBuiltIn) {
            out.emplace_back();
            continue;
        }
        std::filesystem::path path{name};
        if (path.filename() == "*.yaml" || path.filename() == "*.yml" || path.filename() == "*") {
            TRY_VOID(add_directory(path.parent_path(), out, files));
            continue;
        }
        const auto stat = files.stat(path);
        if (!stat) {
            return stat.error().at(in_quotes(name) +
                                   " is neither builtin, none nor a rule file or directory that can be read");
        }
        if (stat->is_directory) {
            TRY_VOID(add_directory(path, out, files));
        } else {
            out.push_back(std::move(path));
        }
    }
    return out;
}

Result<std::vector<RuleFile>> read_rule_files(const std::vector<std::string>& names, FileSystem& files) {
    TRY(const auto paths, rule_paths(names, files));
    std::vector<RuleFile> out;
    for (const auto& path : paths) {
        if (path.empty()) {
            out.push_back(built_in_rules());
            continue;
        }
        TRY(auto text, read_file(files, path, 16_MiB));
        out.push_back({.name = path.string(), .text = std::move(text)});
    }
    return out;
}

Result<Detections::Loaded> load_detections(const DetectionOptions& options, FileSystem& files) {
    TRY(auto texts, read_rule_files(options.rules, files));
    if (texts.empty()) return Detections::Loaded{};
    const auto keep = options.dropped_but_detected == DetectionOptions::Dropped::kMetadata;
    return Detections::load(std::move(texts), {.keep_dropped = keep, .outputs = options.outputs});
}

}  // namespace auditfwd
