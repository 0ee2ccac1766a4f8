// Certificates made on the spot, in a directory that goes with them: no key is ever committed.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace auditfwd::testing {

struct CertificateFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

struct CertificateOptions {
    std::string common_name;
    std::vector<std::string> dns_names{};
    std::chrono::seconds valid_for{3600};  // from a day ago; negative: expired
};

// A CA with its own directory.
class CertificateAuthority {
public:
    CertificateAuthority();
    CertificateAuthority(const CertificateAuthority&) = delete;
    ~CertificateAuthority();

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path certificate() const { return directory_ / "ca.pem"; }
    // Writes <name>.pem and <name>.key, replacing what is there in one step each.
    CertificateFiles issue(const std::string& name, const CertificateOptions& options);

private:
    struct Keys;
    std::filesystem::path directory_;
    std::unique_ptr<Keys> keys_;
};

}  // namespace auditfwd::testing
