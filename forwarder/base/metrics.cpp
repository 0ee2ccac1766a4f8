#include "forwarder/base/metrics.h"

#include <prometheus/text_serializer.h>

namespace auditfwd {

Counter& Metrics::counter(const std::string& name, const std::string& help, const MetricLabels& labels) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                              const MetricLabels& labels) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(labels, bounds);
}

Metrics::Refresh::~Refresh() {
    if (!metrics_) return;
    const std::lock_guard lock{metrics_->mutex_};
    metrics_->refreshes_.erase(place_);
}

Metrics::Refresh Metrics::on_scrape(std::function<void()> refresh) {
    const std::lock_guard lock{mutex_};
    Refresh handle;
    handle.metrics_ = this;
    handle.place_ = refreshes_.insert(refreshes_.end(), std::move(refresh));
    return handle;
}

std::string Metrics::text() {
    const std::lock_guard lock{mutex_};
    for (const auto& refresh : refreshes_) refresh();
    return prometheus::TextSerializer{}.Serialize(registry_.Collect());
}

}  // namespace auditfwd
