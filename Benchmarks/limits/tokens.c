// Makes callers' tokens in bulk: compact JWS with ES256, as `egovctl token` makes one at a time. Prints lines 'SUBJECT TOKEN'.
// Build: cc -O2 -o tokens tokens.c -lcrypto
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "tokens KEY.pem KID AUDIENCES CLAIMS COUNT < SUBJECTS\n"
    "  AUDIENCES  services with commas between\n"
    "  CLAIMS   members after the registered ones, such as '\"capacity\":\"citizen\"'\n"
    "  COUNT    how many; subjects are taken a line each and over again from the first. They hold for fifteen minutes.\n";

static void die(const char *what) { fprintf(stderr, "%s\n", what); exit(1); }

static int base64url(const unsigned char *from, int length, char *to) {
    int n = EVP_EncodeBlock((unsigned char *)to, from, length);
    while (n && to[n - 1] == '=') n--;
    for (int i = 0; i < n; i++) to[i] = to[i] == '+' ? '-' : to[i] == '/' ? '_' : to[i];
    return n;
}

// r and s as 32 bytes each (RFC 7518 §3.4), where OpenSSL gives DER.
static void raw(const unsigned char *der, long length, unsigned char *to) {
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, length);
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature), to, 32) < 0 || BN_bn2binpad(ECDSA_SIG_get0_s(signature), to + 32, 32) < 0) die("a signature of another form");
    ECDSA_SIG_free(signature);
}

int main(int argc, char **argv) {
    if (argc != 6) die(usage);
    char audiences[256] = "";
    for (char *name = strtok(argv[3], ","); name; name = strtok(NULL, ","))
        snprintf(audiences + strlen(audiences), sizeof audiences - strlen(audiences), "%s\"%s\"", *audiences ? "," : "", name);
    FILE *file = fopen(argv[1], "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (!key) die("the key cannot be read");
    long count = atol(argv[5]), subject_count = 0;
    char (*subjects)[64] = NULL, line[64];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (!(subject_count & (subject_count - 1))) subjects = realloc(subjects, (subject_count ? 2 * subject_count : 1) * sizeof *subjects);
        memcpy(subjects[subject_count++], line, sizeof line);
    }
    if (!subject_count) die("no subjects");
    char header[256], claims[1024], token[2048];
    int head = base64url((unsigned char *)header, snprintf(header, sizeof header, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", argv[2]), token);
    token[head++] = '.';
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    for (long i = 0; i < count; i++) {
        long at = time(NULL);
        const char *subject = subjects[i % subject_count];
        int length = snprintf(claims, sizeof claims, "{\"iss\":\"sign-in\",\"sub\":\"%s\",\"aud\":[%s],\"exp\":%ld,\"iat\":%ld,\"jti\":\"%lx-%lx\",%s}",
            subject, audiences, at + 900, at, at, i, argv[4]);
        if (length >= (int)sizeof claims) die("the claims are too long");
        int end = head + base64url((unsigned char *)claims, length, token + head);
        unsigned char der[128], both[64];
        size_t size = sizeof der;
        EVP_MD_CTX_reset(context);
        if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 || EVP_DigestSign(context, der, &size, (unsigned char *)token, end) != 1) die("signing failed");
        raw(der, size, both);
        token[end++] = '.';
        end += base64url(both, 64, token + end);
        printf("%s %.*s\n", subject, end, token);
    }
    return 0;
}
