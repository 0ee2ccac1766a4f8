#include "forwarder/base/helper_thread.h"

#include <pthread.h>

namespace auditfwd {

HelperThread::HelperThread(std::string name) {
    asio::post(pool_, [name = std::move(name)] { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); });
}

HelperThread::~HelperThread() { pool_.join(); }

}  // namespace auditfwd
