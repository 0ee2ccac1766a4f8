// Options are declared once: declare() in options.cpp walks the members of a struct and says of each how it is called,
// what it may be and what it means. The file's reader, the reference and the default file are visitors of that walk,
// so they cannot differ.
//
// A declaration knows nothing of YAML; a visitor knows no option. Thread: one walk belongs to one thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace auditfwd {

// What is said of an option wherever it is shown.
struct About {
    std::string_view key;
    std::string_view help;          // Markdown; ends with a full stop
    std::string_view unset = {};    // what holds when it is left out, if its value does not say so
    std::string_view example = {};  // something right, where there is no default to show
    bool required = false;
    std::string_view shorthand = {};  // of a mapping: the key in it that may be written alone, in the mapping's place
};

// What is wrong with a value, to follow it in a sentence: `is not a size; write …`.
using Complaint = std::optional<std::string>;

// A rule for texts.
struct TextRule {
    std::string_view type;  // for the reference: "name"
    Complaint (*check)(std::string_view);
};

template <class T>
struct Range {  // both included
    T min{};
    T max = std::numeric_limits<T>::max();
};
using Counts = Range<std::uint64_t>;
using Durations = Range<std::chrono::milliseconds>;

// An option with one value, whatever its type.
struct Scalar {
    std::string type;   // "size from 32MiB to 1TiB"
    std::string value;  // as it is now, in the file's notation; may be empty
    std::function<Complaint(std::string_view)> assign;
};

// An option with several values of one type.
struct Scalars {
    std::string type;  // of one
    std::function<void()> clear;
    std::function<Complaint(std::string_view)> add;
};

class OptionVisitor {
public:
    OptionVisitor() = default;
    OptionVisitor(const OptionVisitor&) = delete;
    OptionVisitor& operator=(const OptionVisitor&) = delete;
    virtual ~OptionVisitor() = default;

    void text(const About& about, std::string& value, const TextRule& rule);
    void texts(const About& about, std::vector<std::string>& values, const TextRule& rule);
    void path(const About& about, std::filesystem::path& value);
    void flag(const About& about, bool& value);
    template <std::unsigned_integral T>
    void count(const About& about, T& value, Counts range) {
        number(about, value, range, kCount, [&value](std::uint64_t n) { value = static_cast<T>(n); });
    }
    template <std::unsigned_integral T>
    void size(const About& about, T& value, Counts range) {
        number(about, value, range, kSize, [&value](std::uint64_t n) { value = static_cast<T>(n); });
    }
    template <std::unsigned_integral T>
    void percent(const About& about, T& value, Counts range) {
        number(about, value, range, kPercent, [&value](std::uint64_t n) { value = static_cast<T>(n); });
    }
    template <class Rep, class Period>
    void duration(const About& about, std::chrono::duration<Rep, Period>& value, Durations range) {
        using Value = std::chrono::duration<Rep, Period>;
        time(about, value, range, std::chrono::duration_cast<std::chrono::milliseconds>(Value{1}),
             [&value](std::chrono::milliseconds ms) { value = std::chrono::duration_cast<Value>(ms); });
    }
    // `words` belong to the values 0, 1, 2, … of T; a value beyond them is "not set".
    template <class T>
    void choice(const About& about, T& value, std::initializer_list<std::string_view> words) {
        word(about, static_cast<std::size_t>(value), words, [&value](std::size_t i) { value = static_cast<T>(i); });
    }

    // Any of them; `words` belong to the values `first`, `first` + 1, … of T.
    template <class T>
    void choices(const About& about, std::vector<T>& values, T first, std::initializer_list<std::string_view> words) {
        several(
            about, words, [&values] { values.clear(); },
            [&values, first](std::size_t i) { values.push_back(static_cast<T>(static_cast<std::size_t>(first) + i)); });
    }

    // A mapping of its own.
    template <class T>
    void section(const About& about, T& value) {
        if (enter(about, true) == Visit::kSkip) return;
        declare(*this, value);
        leave();
    }
    // The same, which may be left out.
    template <class T>
    void section(const About& about, std::optional<T>& value) {
        T inner = value.value_or(T{});
        const auto visit = enter(about, value.has_value());
        if (visit == Visit::kSkip) return;
        declare(*this, inner);
        leave();
        if (visit == Visit::kRead) value = std::move(inner);
    }
    // One alternative of a variant, a mapping of its own; of all kinds declared in a mapping the file has exactly one.
    template <class T, class... Ts>
    void kind(const About& about, std::variant<Ts...>& value) {
        T inner = std::holds_alternative<T>(value) ? std::get<T>(value) : T{};
        const auto visit = enter_kind(about, std::holds_alternative<T>(value));
        if (visit == Visit::kSkip) return;
        declare(*this, inner);
        leave();
        if (visit == Visit::kRead) value = std::move(inner);
    }
    // A list of mappings, never empty.
    template <class T>
    void list(const About& about, std::vector<T>& values, std::size_t count_max) {
        const auto given = enter_list(about, values.size(), count_max);
        if (given.visit == Visit::kSkip) return;
        if (given.visit == Visit::kRead) values = std::vector<T>(given.count);
        for (std::size_t i = 0; i < given.count; ++i) {
            if (!enter_item(i)) continue;
            declare(*this, values[i]);
            leave();
        }
        leave_list();
    }

protected:
    enum class Visit {
        kSkip,  // not inside; no leave()
        kShow,  // inside, values stay
        kRead,  // inside, values are replaced
    };
    struct ListVisit {
        Visit visit;
        std::size_t count = 0;
    };

    virtual void scalar(const About& about, const Scalar& scalar) = 0;
    // A list, never empty; its values now are not shown.
    virtual void scalars(const About& about, const Scalars& scalars) = 0;
    // `held`: the value now is this section's.
    virtual Visit enter(const About& about, bool held) = 0;
    virtual Visit enter_kind(const About& about, bool held) = 0;
    virtual void leave() = 0;
    virtual ListVisit enter_list(const About& about, std::size_t count, std::size_t count_max) = 0;
    virtual bool enter_item(std::size_t index) = 0;
    virtual void leave_list() = 0;

private:
    struct NumberKind;
    static const NumberKind kCount, kSize, kPercent;

    void number(const About& about, std::uint64_t value, Counts range, const NumberKind& kind,
                std::function<void(std::uint64_t)> set);
    void time(const About& about, std::chrono::milliseconds value, Durations range, std::chrono::milliseconds step,
              std::function<void(std::chrono::milliseconds)> set);
    void word(const About& about, std::size_t value, std::vector<std::string_view> words,
              std::function<void(std::size_t)> set);
    void several(const About& about, std::vector<std::string_view> words, std::function<void()> clear,
                 std::function<void(std::size_t)> add);
};

}  // namespace auditfwd
