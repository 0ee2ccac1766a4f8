#include "tests/app/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "forwarder/base/assert.h"

extern char** environ;

namespace auditfwd {

namespace {

int memory_file(std::string_view text) {
    const int file = memfd_create("program", MFD_CLOEXEC);
    CHECK(file >= 0);
    CHECK(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    CHECK(lseek(file, 0, SEEK_SET) == 0);
    return file;
}

std::string take(int file) {
    std::string text;
    CHECK(lseek(file, 0, SEEK_SET) == 0);
    std::array<char, 65536> buffer;
    for (ssize_t bytes; (bytes = read(file, buffer.data(), buffer.size())) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(bytes));
    }
    close(file);
    return text;
}

int output_file(Stdout out) {
    if (out == Stdout::kCollected) return memory_file({});
    if (out == Stdout::kFull) return open("/dev/full", O_WRONLY | O_CLOEXEC);
    std::array<int, 2> ends{};
    CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
    close(ends[0]);
    return ends[1];
}

}  // namespace

std::vector<std::string> Ran::err_lines() const {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < err.size();) {
        const auto end = err.find('\n', begin);
        lines.push_back(err.substr(begin, end - begin));
        begin = end == err.npos ? err.size() : end + 1;
    }
    return lines;
}

Ran auditfwd_run(const std::vector<std::string>& arguments, std::string_view input, Stdout out) {
    std::vector<std::string> words{AUDITFWD_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const int in_file = memory_file(input);
    const int out_file = output_file(out);
    const int err_file = memory_file({});
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in_file, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out_file, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err_file, STDERR_FILENO);
    pid_t process = 0;
    CHECK(posix_spawn(&process, AUDITFWD_PROGRAM, &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);

    int status = 0;
    CHECK(waitpid(process, &status, 0) == process);
    close(in_file);
    Ran ran{WIFEXITED(status) ? WEXITSTATUS(status) : -1, {}, take(err_file)};
    if (out == Stdout::kCollected) {
        ran.out = take(out_file);
    } else {
        close(out_file);
    }
    return ran;
}

std::string write(const testing::TemporaryDirectory& directory, const std::string& name, std::string_view text) {
    const auto path = directory / name;
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
}

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace auditfwd
