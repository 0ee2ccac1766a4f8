// An intake that says what the test wants, when the test wants it.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "forwarder/intake/intake.h"

namespace auditfwd::testing {

// Thread: submit() on its worker; the rest on any.
class FakeIntake final : public Intake {
public:
    struct Seen {
        std::string body;
        Origin origin;
        Durability durability;
    };

    Task<Result<Accepted>> submit(Submission submission) override {
        std::chrono::milliseconds takes;
        std::optional<Error> refuses;
        Accepted gives;
        {
            const std::lock_guard lock{mutex_};
            seen_.push_back({std::string{submission.body.text()}, submission.origin, submission.durability});
            takes = takes_;
            refuses = refuses_;
            gives = gives_;
        }
        asio::steady_timer timer{co_await asio::this_coro::executor};
        timer.expires_at(std::min(submission.until, SystemClock{}.steady() + takes));
        if (takes.count() > 0) co_await timer.async_wait(use);
        if (SystemClock{}.steady() >= submission.until) co_return Error{ErrorCode::kTimeout, "not durable in time"};
        if (refuses) co_return *refuses;
        co_return gives;
    }

    void give(Accepted accepted) {
        const std::lock_guard lock{mutex_};
        gives_ = std::move(accepted);
        refuses_.reset();
    }
    void refuse(ErrorCode code, std::string message) {
        const std::lock_guard lock{mutex_};
        refuses_ = Error{code, std::move(message)};
    }
    void take(std::chrono::milliseconds time) {
        const std::lock_guard lock{mutex_};
        takes_ = time;
    }
    std::vector<Seen> seen() const {
        const std::lock_guard lock{mutex_};
        return seen_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Seen> seen_;
    Accepted gives_;
    std::optional<Error> refuses_;
    std::chrono::milliseconds takes_{0};
};

}  // namespace auditfwd::testing
