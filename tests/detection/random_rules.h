// Random rules and events, and what the rules mean: the plainest possible interpreter, over the trees the texts were
// written from. The reference for the compiled plan.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/detection/fake_fields.h"

namespace auditfwd {

class RandomRules {
public:
    // Chance is `choices` as long as there are some, then a generator; they outlive this.
    explicit RandomRules(std::uint64_t seed, std::span<const std::uint8_t> choices = {})
        : random_{seed}, choices_{choices} {}

    // A rule file with lists, macros and rules; rules are called r0, r1, …
    std::string file(std::size_t rules);
    FakeEvent event();
    // The names of the rules that match, joined by commas.
    std::string expected(const FakeEvent& event) const;

    static std::unique_ptr<FakeFieldTable> fields();

private:
    struct Tree {
        enum class Kind { kCheck, kNot, kAnd, kOr };
        Kind kind = Kind::kCheck;
        std::vector<Tree> inner;
        std::string field;
        std::string transform;
        std::string op;
        std::vector<std::string> values;
        std::string right;  // a field instead of values
    };

    Tree tree(int depth);
    Tree check();
    std::string text(const Tree& tree);
    std::string value_text(const std::string& value);
    std::string list_text(const Tree& check);
    std::string value();
    static bool holds(const Tree& tree, const FakeEvent& event);
    static bool check_holds(const Tree& check, const FakeEvent& event);
    std::size_t below(std::size_t bound) {
        if (choices_.empty()) return static_cast<std::size_t>(random_() % bound);
        const auto chosen = choices_.front();
        choices_ = choices_.subspan(1);
        return chosen % bound;
    }

    std::mt19937_64 random_;
    std::span<const std::uint8_t> choices_;
    std::vector<Tree> rules_;
    std::string definitions_;  // lists and macros, written when they are first used
    std::size_t names_ = 0;
};

}  // namespace auditfwd
