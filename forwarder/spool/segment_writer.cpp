#include "forwarder/spool/segment_writer.h"

namespace auditfwd::spool {

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(FileSystem& files, const std::filesystem::path& spool,
                                                             const SegmentHeader& header) {
    const SegmentName name{header.number, header.first};
    TRY(auto file, files.open(spool / to_file_name(name), OpenMode::kCreateNew));
    std::unique_ptr<SegmentWriter> writer{new SegmentWriter{std::move(file), header}};
    const auto bytes = encode_segment_header(header);
    const std::string_view parts[]{bytes};
    TRY_VOID(writer->append(parts));
    writer->header_bytes_ = writer->position_;
    TRY_VOID(files.sync_directory(spool));
    return writer;
}

Result<void> SegmentWriter::append(std::span<const std::string_view> parts) {
    TRY_VOID(file_->write_at(position_, parts));
    for (const auto part : parts) position_ += part.size();
    return {};
}

Result<void> SegmentWriter::sync() {
    TRY_VOID(file_->sync());
    synced_ = position_;
    return {};
}

void SegmentWriter::cut() {
    if (position_ == synced_) return;
    // If it fails the bytes stay: the successor's header tells everybody to stop before them.
    (void)file_->truncate(synced_).has_value();
}

}  // namespace auditfwd::spool
