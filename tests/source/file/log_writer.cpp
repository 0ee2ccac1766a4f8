#include "tests/source/file/log_writer.h"

#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "forwarder/base/assert.h"

namespace auditfwd::testing {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
    auto form = (fs::temp_directory_path() / "auditfwd-file-XXXXXX").string();
    CHECK(::mkdtemp(form.data()) != nullptr);
    path_ = form;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

LogWriter::LogWriter(fs::path live) : live_{std::move(live)}, names_{live_.filename().string()} { open(); }

LogWriter::~LogWriter() { ::close(descriptor_); }

void LogWriter::open() {
    descriptor_ = ::open(live_.c_str(), O_WRONLY | O_CREAT, 0600);
    CHECK(descriptor_ >= 0);
    place_ = fs::file_size(live_);
}

void LogWriter::write(std::string_view bytes) {
    CHECK(::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(place_)) ==
          static_cast<ssize_t>(bytes.size()));
    place_ += bytes.size();
}

std::string LogWriter::rotate() {
    ++time_ms_;
    const auto time =
        fmt::format("2026-11-{:02}T{:02}-{:02}-{:02}.{:03}", 1 + time_ms_ / 86'400'000 % 30, time_ms_ / 3'600'000 % 24,
                    time_ms_ / 60'000 % 60, time_ms_ / 1000 % 60, time_ms_ % 1000);
    ::close(descriptor_);
    fs::rename(live_, rotated(time));
    open();
    return time;
}

fs::path LogWriter::rotated(const std::string& time, bool compressed) const {
    return live_.parent_path() / names_.rotated(time, compressed);
}

void LogWriter::compress(const std::string& time) {
    write_file(rotated(time, true), gzip(read_all(rotated(time))));
    fs::remove(rotated(time));
}

void LogWriter::begin_compressing(const std::string& time) {
    const auto bytes = gzip(read_all(rotated(time)));
    write_file(rotated(time, true), std::string_view{bytes}.substr(0, bytes.size() / 2));
}

void LogWriter::remove(const std::string& time) {
    fs::remove(rotated(time));
    fs::remove(rotated(time, true));
}

void LogWriter::truncate(bool leave_hole) {
    CHECK(::truncate(live_.c_str(), 0) == 0);
    if (!leave_hole) place_ = 0;
}

std::string gzip(std::string_view bytes) {
    isal_zstream stream;
    isal_deflate_init(&stream);
    std::string out(bytes.size() + bytes.size() / 8 + 1024, '\0');
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<std::uint32_t>(bytes.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = static_cast<std::uint32_t>(out.size());
    stream.end_of_stream = 1;
    stream.gzip_flag = IGZIP_GZIP;
    CHECK(isal_deflate(&stream) == COMP_OK && stream.internal_state.state == ZSTATE_END);
    out.resize(out.size() - stream.avail_out);
    return out;
}

void write_file(const fs::path& path, std::string_view bytes) {
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    CHECK(file.good());
}

std::string read_all(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        lines.emplace_back(line);
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return lines;
}

}  // namespace auditfwd::testing
