#include <fmt/format.h>

#include <deque>

#include "forwarder/config/options.h"
#include "forwarder/config/parse.h"

namespace auditfwd {

namespace {

constexpr std::string_view kHead = R"(# Configuration reference

Written by `auditfwd config reference`; `auditfwd config default` prints a file to start from.

The file is YAML 1.2. Unknown keys, keys given twice and values of the wrong type are errors; `auditfwd validate` shows
all of them at once, each with its line. A key that is left out has its default. Relative paths start at the
directory the program was started in.

Sizes are bytes or whole numbers of `KiB`, `MiB`, `GiB`, `TiB`; durations are whole numbers of `ms`, `s`, `m`, `h`, `d`.
)";

// One heading and table for each mapping, in the order of declaration.
class ReferenceWriter final : public OptionVisitor {
public:
    ReferenceWriter() { open(""); }

    std::string take() {
        std::string out{kHead};
        for (const auto& table : tables_) {
            out += fmt::format("\n## {}\n\n", table.path.empty() ? "Top level" : fmt::format("`{}`", table.path));
            if (!table.help.empty()) out += fmt::format("{}\n\n", table.help);
            if (table.rows.empty()) {
                out += "No options.\n";
            } else {
                out += "| key | value | default | meaning |\n| --- | --- | --- | --- |\n" + table.rows;
            }
        }
        return out;
    }

private:
    struct Table {
        std::string path;
        std::string help;
        std::string rows;
    };

    void scalar(const About& about, const Scalar& scalar) override {
        row(about, scalar.type, scalar.value.empty() ? "" : fmt::format("`{}`", scalar.value));
    }
    void scalars(const About& about, const Scalars& scalars) override {
        row(about, fmt::format("list of {}", scalars.type), "");
    }
    Visit enter(const About& about, bool) override {
        const auto path = path_of(about.key);
        row(about, about.shorthand.empty() ? "mapping" : fmt::format("mapping, or its `{}` alone", about.shorthand),
            "see below");
        return open(path, about.help);
    }
    Visit enter_kind(const About& about, bool) override {
        row(about, "mapping, a kind", "");
        return open(path_of(about.key), about.help);
    }
    void leave() override { open_.pop_back(); }

    ListVisit enter_list(const About& about, std::size_t count, std::size_t count_max) override {
        row(about, fmt::format("list of 1 to {} mappings", count_max), "see below");
        open(path_of(about.key) + "[]", about.help);
        return {Visit::kShow, std::min<std::size_t>(count, 1)};
    }
    bool enter_item(std::size_t) override {
        open_.push_back(open_.back());
        return true;
    }
    void leave_list() override { open_.pop_back(); }

    Visit open(std::string path, std::string_view help = {}) {
        tables_.push_back({std::move(path), std::string{help}, {}});
        open_.push_back(&tables_.back());
        return Visit::kShow;
    }
    void row(const About& about, std::string_view type, std::string_view value) {
        const auto fallback = about.required         ? std::string_view{"required"}
                              : !about.unset.empty() ? about.unset
                                                     : value;
        open_.back()->rows += fmt::format("| `{}` | {} | {} | {} |\n", about.key, type, fallback, about.help);
    }
    std::string path_of(std::string_view key) const {
        const auto& parent = open_.back()->path;
        return parent.empty() ? std::string{key} : fmt::format("{}.{}", parent, key);
    }

    std::deque<Table> tables_;
    std::vector<Table*> open_;
};

}  // namespace

std::string config_reference() {
    Config config;
    ReferenceWriter writer;
    declare(writer, config);
    return writer.take();
}

}  // namespace auditfwd
