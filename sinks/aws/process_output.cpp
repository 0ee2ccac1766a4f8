#include "sinks/aws/process_output.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

extern char** environ;

namespace auditfwd {

namespace {

using Clock = std::chrono::steady_clock;

// The child is a group of its own, so that what it started ends with it.
Result<pid_t> start(const std::string& command, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    // Our threads block signals, and we ignore some.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    std::string text = command;
    char shell[] = "/bin/sh";
    char option[] = "-c";
    char* const arguments[] = {shell, option, text.data(), nullptr};
    pid_t pid = 0;
    const int error = posix_spawn(&pid, shell, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return system_error(error, "credential_process: start");
    return pid;
}

Result<std::string> read_all(int input, Clock::time_point until, std::size_t bytes_max) {
    std::string text;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return Error{ErrorCode::kTimeout, "credential_process: not done in time"};
        pollfd ready{.fd = input, .events = POLLIN, .revents = 0};
        const int n = ::poll(&ready, 1, static_cast<int>(left));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(errno, "credential_process: poll");
        if (n == 0) continue;
        char piece[4096];
        const auto bytes = ::read(input, piece, sizeof piece);
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0) return system_error(errno, "credential_process: read");
        if (bytes == 0) return text;
        text.append(piece, static_cast<std::size_t>(bytes));
        if (text.size() > bytes_max) return Error{ErrorCode::kTooLarge, "credential_process: prints too much"};
    }
}

// Its exit status. One that closed its output may still run: it is killed at the limit, or at once when it failed.
int wait_for(pid_t pid, bool failed, Clock::time_point until) {
    int status = 0;
    for (bool killed = false;;) {
        if (!killed && (failed || Clock::now() >= until)) {
            ::kill(-pid, SIGKILL);
            killed = true;
        }
        const auto ended = ::waitpid(pid, &status, killed ? 0 : WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR)) return status;
        if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

}  // namespace

Result<std::string> process_output(const std::string& command, std::chrono::milliseconds limit, std::size_t bytes_max) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return system_error(errno, "credential_process: pipe");
    const auto pid = start(command, ends[1]);
    ::close(ends[1]);
    const auto until = Clock::now() + limit;
    auto text = pid ? read_all(ends[0], until, bytes_max) : Result<std::string>{pid.error()};
    ::close(ends[0]);
    if (!pid) return text;
    const int status = wait_for(*pid, !text, until);
    if (text && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return Error{ErrorCode::kBroken, "credential_process: it failed"};
    return text;
}

}  // namespace auditfwd
