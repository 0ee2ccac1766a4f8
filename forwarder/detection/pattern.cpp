#include "forwarder/detection/pattern.h"

#include <re2/re2.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace auditfwd::detection {

namespace {

// What one expression's automaton may take; beyond it RE2 goes on more slowly.
constexpr std::int64_t kExpressionBytesMax = 1 << 20;

re2::RE2::Options options() {
    re2::RE2::Options out;
    out.set_log_errors(false);
    out.set_max_mem(kExpressionBytesMax);
    return out;
}

class Expression final : public Pattern {
public:
    Expression(const std::string& text, const re2::RE2::Options& with) : re_{text, with} {}
    const re2::RE2& re() const { return re_; }
    bool matches(std::string_view text) const override {
        return re2::RE2::FullMatch(re2::StringPiece{text.data(), text.size()}, re_);
    }

private:
    const re2::RE2 re_;
};

// A glob without anything but `*`: what stands between the stars, in order.
class Stars final : public Pattern {
public:
    explicit Stars(std::vector<std::string> parts) : parts_{std::move(parts)} {}
    bool matches(std::string_view text) const override {
        if (parts_.size() == 1) return text == parts_.front();
        if (!text.starts_with(parts_.front())) return false;
        text.remove_prefix(parts_.front().size());
        if (!text.ends_with(parts_.back())) return false;
        text.remove_suffix(parts_.back().size());
        for (std::size_t i = 1; i + 1 < parts_.size(); ++i) {
            const auto found = text.find(parts_[i]);
            if (found == text.npos) return false;
            text.remove_prefix(found + parts_[i].size());
        }
        return true;
    }

private:
    const std::vector<std::string> parts_;
};

class Never final : public Pattern {
    bool matches(std::string_view) const override { return false; }
};

// The end of a bracket expression that begins at `begin`, behind its `]`; 0 when it is none, and the bracket itself.
std::size_t bracket_end(std::string_view glob, std::size_t begin) {
    auto i = begin + 1;
    if (i < glob.size() && (glob[i] == '!' || glob[i] == '^')) ++i;
    for (bool first = true; i < glob.size(); ++i, first = false) {
        if (glob[i] == ']' && !first) return i + 1;
        if (glob[i] == '\\') {
            ++i;
        } else if (glob.substr(i).starts_with("[:")) {
            const auto end = glob.find(":]", i + 2);
            if (end != glob.npos) i = end + 1;
        }
    }
    return 0;
}

std::string bracket_regex(std::string_view inside) {
    std::string out{"["};
    std::size_t i = 0;
    if (inside.starts_with('!') || inside.starts_with('^')) {
        out += '^';
        ++i;
    }
    for (; i < inside.size(); ++i) {
        if (inside.substr(i).starts_with("[:")) {
            const auto end = inside.find(":]", i + 2);
            if (end != inside.npos) {
                out += inside.substr(i, end + 2 - i);
                i = end + 1;
                continue;
            }
        }
        auto c = inside[i];
        if (c == '\\' && i + 1 < inside.size()) {
            c = inside[++i];
        } else if (c == '-') {
            out += c;
            continue;
        }
        out += re2::RE2::QuoteMeta(re2::StringPiece{&c, 1});
    }
    return out + "]";
}

}  // namespace

std::shared_ptr<const Pattern> make_glob(std::string_view glob, bool ignore_case) {
    std::string regex{"(?s)"};
    std::vector<std::string> parts(1);
    bool only_stars = !ignore_case;
    for (std::size_t i = 0; i < glob.size(); ++i) {
        auto c = glob[i];
        if (c == '*') {
            while (i + 1 < glob.size() && glob[i + 1] == '*') ++i;
            regex += ".*";
            parts.emplace_back();
            continue;
        }
        const auto end = c == '[' ? bracket_end(glob, i) : 0;
        if (c == '?' || end != 0) {
            only_stars = false;
            regex += c == '?' ? "." : bracket_regex(glob.substr(i + 1, end - i - 2));
            if (end != 0) i = end - 1;
            continue;
        }
        if (c == '\\') {
            if (++i == glob.size()) return std::make_shared<Never>();
            c = glob[i];
        }
        regex += re2::RE2::QuoteMeta(re2::StringPiece{&c, 1});
        parts.back() += c;
    }
    if (only_stars) return std::make_shared<Stars>(std::move(parts));
    auto with = options();
    with.set_encoding(re2::RE2::Options::EncodingLatin1);
    with.set_case_sensitive(!ignore_case);
    auto out = std::make_shared<Expression>(regex, with);
    if (!out->re().ok()) return std::make_shared<Never>();  // `[z-a]`
    return out;
}

std::shared_ptr<const Pattern> make_regex(const std::string& regex, std::string& fault) {
    auto out = std::make_shared<Expression>(regex, options());
    if (out->re().ok()) return out;
    fault = out->re().error();
    return nullptr;
}

}  // namespace auditfwd::detection
