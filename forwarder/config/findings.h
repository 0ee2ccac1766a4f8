// Everything found wrong with one configuration file, with the place of each key.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace auditfwd {

struct TextPlace {  // from 1
    std::size_t line = 0;
    std::size_t column = 0;
    auto operator<=>(const TextPlace&) const = default;
};

class Findings {
public:
    explicit Findings(std::string_view file) : file_{file} {}

    // The key `path` ("sources[0].webhook.listen") stands at `place`.
    void locate(const std::string& path, TextPlace place) { places_.emplace(path, place); }
    bool given(const std::string& path) const { return places_.contains(path); }

    void error_at(TextPlace place, const std::string& path, std::string_view text);
    // At the place of the key, or of the nearest mapping around it that the file has.
    void error(const std::string& path, std::string_view text) { error_at(place_of(path), path, text); }
    void warning(const std::string& path, std::string_view text);
    // The key, or a mapping around it, has an error, so that nothing may be concluded from its value.
    bool failed(std::string_view path) const;

    // "file:line:column: path: what is wrong; what would be right", in file order. A bounded number; the last line says
    // how many more there are. With warnings alone the configuration works, though perhaps not as meant.
    std::vector<std::string> errors() const { return lines(errors_); }
    std::vector<std::string> warnings() const { return lines(warnings_); }

private:
    struct Finding {
        TextPlace place;
        std::string text;  // with the path
    };
    TextPlace place_of(std::string_view path) const;
    std::vector<std::string> lines(std::vector<Finding> findings) const;

    std::string file_;
    std::map<std::string, TextPlace, std::less<>> places_;
    std::set<std::string, std::less<>> failed_;
    std::vector<Finding> errors_;
    std::vector<Finding> warnings_;
};

}  // namespace auditfwd
