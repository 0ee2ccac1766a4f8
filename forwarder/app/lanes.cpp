#include "forwarder/app/lanes.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace auditfwd {

Lanes::Lanes(unsigned count, std::shared_ptr<const Rules> rules, Spool& spool, Ledger& ledger, Rejections& rejections) {
    for (unsigned i = 0; i < count; ++i)
        lanes_.push_back(std::make_unique<Lane>("ingest-" + std::to_string(i), rules, spool, ledger, rejections));
}

void Lanes::set_rules(const std::shared_ptr<const Rules>& rules) {
    for (auto& lane : lanes_)
        asio::post(lane->worker.executor(), [&intake = lane->intake, rules] { intake.set_rules(rules); });
}

Task<void> Lanes::close() {
    for (auto& lane : lanes_) {
        auto closing = lane->intake.close();
        co_await asio::co_spawn(lane->worker.executor(), std::move(closing), use);
    }
}

}  // namespace auditfwd
