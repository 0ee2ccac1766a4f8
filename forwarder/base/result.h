// Result<T>: a value, or an Error that the world caused and the caller must look at.
//
// Errors are values on the way of an event; exceptions are for start-up and for cancelled coroutines only. An Error's
// message names the thing, the place, and what would be right. It never quotes event content.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/system/result.hpp>

namespace auditfwd {

enum class ErrorCode {
    kInvalid,      // bad input or configuration: the same call fails again
    kTooLarge,     // above a declared bound
    kNotFound,     //
    kExists,       //
    kFull,         // no room: disk, disk bound
    kDenied,       // the operating system does not permit it
    kBroken,       // the operating system or a device failed
    kTimeout,      // not done in time; may still happen
    kUnavailable,  // try again later
    kCancelled,    // the caller is shutting down
};

inline constexpr std::size_t kErrorCodes = 10;

// "invalid", "too_large", … : for metric labels.
std::string_view to_string(ErrorCode code);

struct [[nodiscard]] Error {
    ErrorCode code;
    std::string message;

    // The same error with its place in front: "spool /var/x: segment 3: …".
    Error at(std::string_view place) && { return {code, std::string{place} + ": " + std::move(message)}; }
    Error at(std::string_view place) const& { return Error{*this}.at(place); }
};

// What Result::value() throws when there is none; only start-up code and tests call value().
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& location);

template <class T>
using Result = boost::system::result<T, Error>;

// The Error of errno `number`, for `what` that failed ("write", "sync /var/x").
Error system_error(int number, std::string_view what);

}  // namespace auditfwd

// Evaluates a Result; returns its error from the enclosing function (or coroutine, with CO_TRY), else goes on.
// `target` is a declaration or an lvalue: TRY(auto file, files.open(path)).
#define AUDITFWD_JOIN_(a, b) a##b
#define AUDITFWD_JOIN(a, b) AUDITFWD_JOIN_(a, b)
#define AUDITFWD_TRY(result, target, expression, give) \
    auto result = (expression);                        \
    if (!result) [[unlikely]]                          \
        give std::move(result).error();                \
    target = *std::move(result)
#define TRY(target, expression) AUDITFWD_TRY(AUDITFWD_JOIN(result_, __LINE__), target, expression, return )
#define CO_TRY(target, expression) AUDITFWD_TRY(AUDITFWD_JOIN(result_, __LINE__), target, expression, co_return )

// The same for Result<void>.
#define TRY_VOID(expression)                   \
    do {                                       \
        auto result_ = (expression);           \
        if (!result_) [[unlikely]]             \
            return std::move(result_).error(); \
    } while (false)
#define CO_TRY_VOID(expression)                   \
    do {                                          \
        auto result_ = (expression);              \
        if (!result_) [[unlikely]]                \
            co_return std::move(result_).error(); \
    } while (false)
