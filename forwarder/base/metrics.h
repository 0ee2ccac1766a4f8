// What the program counts, in Prometheus' terms.
//
// A room asks for its counters once, at construction, and keeps the references; adding to one is an atomic addition.
// Label values are bounded: names from the configuration and words from this source code, never event content.
// Owner: App; it outlives everything that counts. Thread: any.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace auditfwd {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using MetricLabels = prometheus::Labels;

class Metrics {
public:
    // The same name and labels give the same metric. Names begin with "auditfwd_".
    Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    // `bounds` in seconds, ascending.
    Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                         const MetricLabels& labels = {});

    // Called before each text(), for values that are read rather than counted. The returned handle ends it.
    class [[nodiscard]] Refresh {
    public:
        Refresh() = default;
        Refresh(Refresh&& other) noexcept : metrics_{std::exchange(other.metrics_, nullptr)}, place_{other.place_} {}
        Refresh& operator=(Refresh&&) = delete;
        ~Refresh();

    private:
        friend class Metrics;
        Metrics* metrics_ = nullptr;
        std::list<std::function<void()>>::iterator place_;
    };
    Refresh on_scrape(std::function<void()> refresh);

    // The exposition text.
    std::string text();

private:
    prometheus::Registry registry_;
    std::mutex mutex_;
    std::list<std::function<void()>> refreshes_;
};

}  // namespace auditfwd
