#include "tests/support/run_task.h"

namespace auditfwd::testing {

void run_task(asio::io_context& context, Task<void> task) {
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown) { failure = thrown; });
    context.restart();
    context.run();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace auditfwd::testing
