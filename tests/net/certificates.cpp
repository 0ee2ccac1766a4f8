#include "tests/net/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <stdexcept>

namespace auditfwd::testing {

namespace {

namespace fs = std::filesystem;

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;

template <class T>
T must(T result, const char* what) {
    if (!result) throw std::runtime_error{what};
    return result;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    auto* extension = must(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()), "extension");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate make(EVP_PKEY* key, const CertificateOptions& options, X509* issuer, EVP_PKEY* issuer_key) {
    Certificate certificate{must(X509_new(), "certificate")};
    auto* x = certificate.get();
    static long serial = 1;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(x), options.valid_for.count());
    X509_set_pubkey(x, key);
    auto* name = X509_get_subject_name(x);
    if (!options.common_name.empty()) {
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(options.common_name.c_str()), -1, -1, 0);
    }
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    add_extension(x, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
    std::string names;
    for (const auto& dns : options.dns_names) names += (names.empty() ? "DNS:" : ",DNS:") + dns;
    if (!names.empty()) add_extension(x, NID_subject_alt_name, names);
    must(X509_sign(x, issuer_key, EVP_sha256()), "sign");
    return certificate;
}

// `write` is PEM_write_…; a reader never sees half a file.
template <class Write>
void write_file(const fs::path& path, Write write) {
    const auto draft = fs::path{path}.concat(".new");
    auto* file = must(std::fopen(draft.c_str(), "w"), "open");
    write(file);
    std::fclose(file);
    fs::rename(draft, path);
}

}  // namespace

struct CertificateAuthority::Keys {
    Key key{must(EVP_EC_gen("P-256"), "key")};
    Certificate certificate = make(key.get(), {.common_name = "test CA"}, nullptr, key.get());
};

CertificateAuthority::CertificateAuthority() : keys_{std::make_unique<Keys>()} {
    std::string pattern = (fs::temp_directory_path() / "auditfwd-certificates-XXXXXX").string();
    directory_ = must(::mkdtemp(pattern.data()), "mkdtemp");
    write_file(certificate(), [&](FILE* file) { PEM_write_X509(file, keys_->certificate.get()); });
}

CertificateAuthority::~CertificateAuthority() { fs::remove_all(directory_); }

CertificateFiles CertificateAuthority::issue(const std::string& name, const CertificateOptions& options) {
    const Key key{must(EVP_EC_gen("P-256"), "key")};
    const auto issued = make(key.get(), options, keys_->certificate.get(), keys_->key.get());
    const CertificateFiles files{directory_ / (name + ".pem"), directory_ / (name + ".key")};
    write_file(files.certificate, [&](FILE* file) { PEM_write_X509(file, issued.get()); });
    write_file(files.key,
               [&](FILE* file) { PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    return files;
}

}  // namespace auditfwd::testing
