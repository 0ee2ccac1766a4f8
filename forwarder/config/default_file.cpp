#include <fmt/format.h>

#include <algorithm>

#include "forwarder/config/options.h"
#include "forwarder/config/parse.h"

namespace auditfwd {

namespace {

constexpr std::string_view kHead = R"(# Configuration of auditfwd: every option, at its default.
#
# A line that begins with # and has a key on it is an option that is off; what it says is an example.
# `auditfwd config reference` explains more, `auditfwd validate --config FILE` checks the file.
)";

constexpr std::size_t kIndent = 2;
constexpr std::size_t kColumnMax = 100;

// Plain where YAML reads a plain scalar as the same text.
std::string yaml_scalar(std::string_view text) {
    const bool plain = !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"./:_%-"}.find(c) != std::string_view::npos;
    });
    return plain ? std::string{text} : fmt::format("'{}'", text);
}

// Lines below a commented-out key keep their indentation behind the '#', so that taking the '#' away is enough.
class DefaultWriter final : public OptionVisitor {
public:
    std::string take() { return std::move(out_); }

private:
    void scalar(const About& about, const Scalar& scalar) override {
        const bool off = !about.unset.empty() || scalar.value.empty();
        prose(about);
        line(about.key, yaml_scalar(about.example.empty() || !off ? std::string_view{scalar.value} : about.example),
             off);
    }
    void scalars(const About& about, const Scalars&) override {
        prose(about);
        line(about.key, fmt::format("[{}]", about.example), true);
    }
    Visit enter(const About& about, bool held) override {
        prose(about);
        line(about.key, "", !held);
        return push(!held);
    }
    Visit enter_kind(const About& about, bool held) override {
        if (!held) wrap("Or, one kind to an item:");
        prose(about);
        line(about.key, "", !held);
        return push(!held);
    }
    void leave() override {
        if (off_ > 0) --off_;
        --depth_;
    }
    ListVisit enter_list(const About& about, std::size_t count, std::size_t) override {
        prose(about);
        line(about.key, "", false);
        depth_ += 1;
        return {Visit::kShow, count};
    }
    bool enter_item(std::size_t) override {
        depth_ += 1;
        dash_ = true;
        return true;
    }
    void leave_list() override { --depth_; }

    Visit push(bool off) {
        if (off || off_ > 0) ++off_;
        ++depth_;
        return Visit::kShow;
    }
    void prose(const About& about) {
        if (depth_ == 0) out_ += '\n';
        std::string text{about.help};
        if (!about.unset.empty()) text += fmt::format(" Left out: {}.", about.unset);
        std::erase(text, '`');
        wrap(text);
    }
    void wrap(std::string_view text) {
        const auto width = kColumnMax - indent().size() - 2;
        while (!text.empty()) {
            auto cut = text.size() <= width ? text.size() : text.rfind(' ', width);
            if (cut == text.npos || cut == 0) cut = text.size();
            out_ += fmt::format("{}# {}\n", indent(), text.substr(0, cut));
            text.remove_prefix(std::min(text.size(), cut + 1));
        }
    }
    void line(std::string_view key, std::string_view value, bool off) {
        auto start = indent();
        off = off || off_ > 0;
        if (off) start += '#';
        if (!off && dash_) {
            start.replace(start.size() - kIndent, kIndent, "- ");
            dash_ = false;
        }
        out_ += fmt::format("{}{}:{}{}\n", start, key, value.empty() ? "" : " ", value);
    }
    std::string indent() const { return std::string(depth_ * kIndent, ' '); }

    std::string out_{kHead};
    std::size_t depth_ = 0;
    std::size_t off_ = 0;  // sections around that are commented out
    bool dash_ = false;    // the next key begins a list item
};

}  // namespace

std::string config_default_file() {
    Config config;
    DefaultWriter writer;
    declare(writer, config);
    return writer.take();
}

}  // namespace auditfwd
