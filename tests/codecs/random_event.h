// Events as nobody should write them: keys in any order, escaped, doubled, in other letters; values of any type; white
// space anywhere; now and then a fault.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace auditfwd {

class RandomEvent {
public:
    struct Options {
        bool lines = false;   // no raw newline in it
        bool faults = true;   // text that is not RFC 8259, though its brackets balance
        bool hostile = true;  // wrong types, doubled and disguised keys
    };

    explicit RandomEvent(std::uint64_t seed) : random_{seed} {}

    // An object whose brackets balance and strings are closed.
    std::string event(Options options);
    // Some JSON value, likely faultless.
    std::string value(int depth);

    bool chance(int percent) { return below(100) < percent; }
    int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

private:
    std::string field_value(const std::string& field);
    std::string likely_value(const std::string& field);
    std::string user();
    std::string body();
    std::string string();
    std::string number();
    std::string key(const std::string& name);
    std::string space();
    std::string join(const std::vector<std::string>& parts, char open, char close);
    template <class... Choices>
    std::string one_of(Choices... choices) {
        const std::string all[] = {choices...};
        return all[below(static_cast<int>(sizeof...(choices)))];
    }

    std::mt19937_64 random_;
    Options options_;
};

}  // namespace auditfwd
