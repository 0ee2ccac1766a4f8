// The visitor that fills a Config from YAML.
//
// Every key of the file is either asked for by a declaration or an error; every value that is wrong is an error, and
// the option keeps what it was. Recursion is as deep as the declarations, never as deep as the file.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

#include "forwarder/config/findings.h"
#include "forwarder/config/visitor.h"

namespace auditfwd {

class Reader final : public OptionVisitor {
public:
    // `root` is the document; `findings` outlives the reader.
    Reader(const YAML::Node& root, Findings& findings);
    // Call once the walk is done.
    void finish();

private:
    struct Entry {
        std::string key;
        TextPlace place;
        YAML::Node value;
        bool used = false;
    };
    struct Scope {  // a mapping being read, or a list
        std::string path;
        TextPlace place;
        std::vector<Entry> entries;             // of a mapping
        std::vector<std::string_view> offered;  // keys asked for
        std::vector<std::string_view> kinds;    // those of them that exclude each other
        std::vector<const Entry*> kinds_given;
        std::vector<YAML::Node> items;  // of a list
    };

    void scalar(const About& about, const Scalar& scalar) override;
    void scalars(const About& about, const Scalars& scalars) override;
    Visit enter(const About& about, bool held) override;
    Visit enter_kind(const About& about, bool held) override;
    void leave() override;
    ListVisit enter_list(const About& about, std::size_t count, std::size_t count_max) override;
    bool enter_item(std::size_t index) override;
    void leave_list() override;

    Entry* take(const About& about);
    bool push_mapping(const YAML::Node& node, std::string path, TextPlace place);
    void add_entry(Scope& scope, const YAML::Node& key, const YAML::Node& value);
    // The scalar's text, or an error and nothing.
    std::optional<std::string> text_of(const YAML::Node& node, const std::string& path, TextPlace place,
                                       std::string_view type);
    std::string path_of(std::string_view key) const;

    Findings& findings_;
    std::vector<Scope> scopes_;
};

}  // namespace auditfwd
