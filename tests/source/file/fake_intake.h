// An intake that keeps what it is given, and fails when told to.
#pragma once

#include <boost/asio/post.hpp>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "forwarder/intake/intake.h"

namespace auditfwd::testing {

class FakeIntake final : public Intake {
public:
    Task<Result<Accepted>> submit(Submission submission) override {
        co_await asio::post(use);
        ++submissions;
        last_origin = submission.origin;
        durabilities.push_back(submission.durability);
        all_as_agreed = all_as_agreed && submission.framing == Framing::kLines && submission.checkpoint &&
                        submission.until == SteadyTime::max() && submission.body.memory().size() > 0;
        if (on_submit) on_submit();
        if (!failures.empty()) {
            const auto code = failures.front();
            failures.pop_front();
            Error error{code, "as the test has it"};
            co_return error;
        }
        passed_over += submission.passed_over;
        text += submission.body.text();
        if (!text.empty() && text.back() != '\n') text += '\n';
        checkpoint = submission.checkpoint->position;
        Accepted accepted;
        co_return accepted;
    }

    std::deque<ErrorCode> failures;   // of the next submissions
    std::function<void()> on_submit;  // before the answer
    std::string text;                 // all that is durable
    std::optional<std::string> checkpoint;
    Origin last_origin;
    std::vector<Durability> durabilities;
    std::size_t submissions = 0;
    std::uint64_t passed_over = 0;
    bool all_as_agreed = true;
};

}  // namespace auditfwd::testing
