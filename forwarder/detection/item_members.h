// Reads the members of one item of a rule file, says what is wrong with them, and warns of keys nobody knows.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "forwarder/detection/diagnostics.h"
#include "forwarder/detection/yaml_tree.h"

namespace auditfwd::detection {

class ItemMembers {
public:
    ItemMembers(const YamlFile& file, const YamlNode& mapping, std::string subject, Diagnostics& diagnostics)
        : file_{file}, mapping_{mapping}, subject_{std::move(subject)}, diagnostics_{diagnostics} {}

    const YamlFile& file() const { return file_; }
    const std::string& subject() const { return subject_; }
    void name(std::string subject) { subject_ = std::move(subject); }
    const Place& place() const { return mapping_.place; }
    bool failed() const { return failed_; }

    const YamlNode* find(std::string_view key) const { return file_.find(mapping_, key); }
    bool has(std::string_view key) const { return find(key) != nullptr; }
    // A scalar that is not empty. Absent: null, and an error if it is `required`.
    const YamlNode* scalar(std::string_view key, bool required);
    std::string text(std::string_view key, bool required);
    bool boolean(std::string_view key, bool otherwise);
    // A sequence of scalars.
    std::vector<std::string> texts(std::string_view key, bool required);

    void fail(const Place& place, std::string_view text) {
        failed_ = true;
        diagnostics_.error(place, subject_, text);
    }
    void warn(const Place& place, std::string_view text) { diagnostics_.warning(place, subject_, text); }
    void warn_unknown(std::initializer_list<std::string_view> known);

private:
    const YamlFile& file_;
    const YamlNode& mapping_;
    std::string subject_;
    Diagnostics& diagnostics_;
    bool failed_ = false;
};

}  // namespace auditfwd::detection
