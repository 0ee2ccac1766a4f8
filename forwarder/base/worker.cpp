#include "forwarder/base/worker.h"

#include <pthread.h>

namespace auditfwd {

Worker::Worker(std::string name) : work_{asio::make_work_guard(context_)} {
    thread_ = std::thread{[this, name = name.substr(0, 15)] {
        pthread_setname_np(pthread_self(), name.c_str());
        context_.run();
    }};
}

Worker::~Worker() { stop(); }

void Worker::stop() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
}

}  // namespace auditfwd
