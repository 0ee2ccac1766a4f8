// Looks at the text of a YAML file, where yaml-cpp is kinder than the reader of Kubernetes. Each of these lets a policy
// load that means something else than it says.
#pragma once

#include <cstddef>
#include <string_view>

namespace auditfwd {

// Throws DocumentError at a line beginning with `%`, unless it is %YAML 1.1 or %TAG before all else.
void check_directives(std::string_view text);

// Looks for document markers, `---` or `...`, from line to line. The lines it is asked about ascend.
class Markers {
public:
    // Begins at `line` of `text`, from 1.
    Markers(std::string_view text, std::size_t line);
    // Whether a line from where it stands up to `last` is one; then it stands at `last`.
    bool any_up_to(std::size_t last);

private:
    std::string_view rest_;
    std::size_t line_ = 1;
};

// The tag of the node at `begin`, behind its anchor if there is one, up to the next blank; empty if it has none.
std::string_view tag_at(std::string_view text, std::size_t begin);

// Whether a colon follows the key at `begin`, whose value is `key`; also true of `? key`, which needs none.
bool key_has_colon(std::string_view text, std::size_t begin, std::string_view key);

}  // namespace auditfwd
