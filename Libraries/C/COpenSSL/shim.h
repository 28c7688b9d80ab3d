// libcrypto of OpenSSL 3, and the macros of it that Swift cannot see.
#pragma once
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

static inline EVP_PKEY *copenssl_generate_p256(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); }

// An empty passphrase instead of none: without it libcrypto would ask for one on the terminal.
static inline EVP_PKEY *copenssl_read_private_key(BIO *bio) { return PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)""); }

static inline long copenssl_contents(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

// An OSSL_PARAM keeps the address of its name, so the lists are made here, where names are constants.

// The public key of an uncompressed point: 4, x, y.
static inline int copenssl_read_p256_point(EVP_PKEY_CTX *context, EVP_PKEY **key, unsigned char *point, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"prime256v1", 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parameters) == 1;
}

// One-step key derivation of NIST SP 800-56A with SHA-256.
static inline int copenssl_derive_sskdf(EVP_KDF_CTX *context, const unsigned char *secret, size_t secret_count,
                                        const unsigned char *info, size_t info_count, unsigned char *key, size_t key_count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, secret_count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_KDF_derive(context, key, key_count, parameters) == 1;
}

static inline EC_GROUP *copenssl_p256_group(void) { return EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1); }

// Multiples of the group's generator, for EC_POINT_mul. OpenSSL 3 calls it deprecated and has nothing in its place. No table is made where that is
// gone, and where P-256 has no code of its own, which alone looks it up: elsewhere a single product is worked out whatever there is.
static inline int copenssl_make_table(EC_GROUP *group, BN_CTX *room) {
#if OPENSSL_VERSION_MAJOR == 3 && !defined(OPENSSL_NO_DEPRECATED_3_0) && (defined(__x86_64__) || defined(__aarch64__))
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    return EC_GROUP_precompute_mult(group, room) == 1 && EC_GROUP_have_precompute_mult(group) == 1;
#pragma clang diagnostic pop
#else
    (void)group, (void)room;
    return 0;
#endif
}
