// The bound on memory between "request accepted" and "record durable", and for everything else that grows with load.
//
// Reservations are granted all at once and first come, first served: a large one is not overtaken for ever by small
// ones. Owner: App; it outlives every reservation. Thread: any.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "forwarder/base/asio.h"
#include "forwarder/base/clock.h"
#include "forwarder/base/result.h"

namespace auditfwd {

class ByteBudget {
public:
    // Bytes held until destroyed. Movable, to other threads too.
    class Reservation {
    public:
        Reservation() = default;
        Reservation(Reservation&& other) noexcept
            : budget_{std::exchange(other.budget_, nullptr)}, bytes_{std::exchange(other.bytes_, 0)} {}
        Reservation& operator=(Reservation&& other) noexcept {
            release();
            budget_ = std::exchange(other.budget_, nullptr);
            bytes_ = std::exchange(other.bytes_, 0);
            return *this;
        }
        ~Reservation() { release(); }

        std::size_t size() const { return bytes_; }
        void release() { shrink_to(0); }
        // Gives back what is above `bytes`; never grows.
        void shrink_to(std::size_t bytes);

    private:
        friend class ByteBudget;
        Reservation(ByteBudget& budget, std::size_t bytes) : budget_{&budget}, bytes_{bytes} {}
        ByteBudget* budget_ = nullptr;
        std::size_t bytes_ = 0;
    };

    explicit ByteBudget(std::size_t bytes) : total_{bytes} {}
    ByteBudget(const ByteBudget&) = delete;
    ~ByteBudget();  // CHECKs that everything came back

    // Fails with kTooLarge above total() at once, with kTimeout at `until`. On cancellation the next co_await throws
    // and nothing is held.
    Task<Result<Reservation>> reserve(std::size_t bytes, SteadyTime until);

    std::size_t total() const { return total_; }
    std::size_t in_use() const;

private:
    struct Waiter;
    void give_back(std::size_t bytes);
    void grant_waiters();  // with mutex_ held

    const std::size_t total_;
    mutable std::mutex mutex_;
    std::size_t in_use_ = 0;
    std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace auditfwd
