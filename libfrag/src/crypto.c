#include "crypto.h"

#include <assert.h>
#include <limits.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "bytes.h"

struct frag_crypto {
  EVP_MD *sha256;
  EVP_MD_CTX *digest; /* initialised between calls: OpenSSL's init is what clears the last message from it */
  bool digest_ready;  /* false after an init that found no memory; a digest must not be used then */
  EVP_MAC *hmac;
  EVP_MAC_CTX *mac;
  EVP_CIPHER *gcm, *ctr;
  EVP_CIPHER_CTX *gcm_context, *ctr_context;
  EVP_PKEY_CTX *ed25519; /* makes keys of their bytes */
  EVP_MD_CTX *signature;
  uint8_t tags[FRAG_LABEL_COUNT][64]; /* SHA256(tag) ‖ SHA256(tag), one block */
};

static const char *const label_text[FRAG_LABEL_COUNT] = {
    [FRAG_LABEL_KID] = "kid",       [FRAG_LABEL_DOC] = "doc",   [FRAG_LABEL_MASK] = "mask",
    [FRAG_LABEL_CHK] = "chk",       [FRAG_LABEL_LOC] = "loc",   [FRAG_LABEL_FRAG] = "frag",
    [FRAG_LABEL_STATUS] = "status", [FRAG_LABEL_STMT] = "stmt", [FRAG_LABEL_STATUS_KEY] = "status-key",
    [FRAG_LABEL_TRUST] = "trust",   [FRAG_LABEL_SUBMIT] = "submit",
};

static const char prefix[] = "frag1/";
static const uint8_t zero_key[32];
static const uint8_t zero_iv[16];

void frag_wipe(void *memory, size_t len) { OPENSSL_cleanse(memory, len); }

bool frag_secret_equal(const void *a, const void *b, size_t len) { return CRYPTO_memcmp(a, b, len) == 0; }

void frag_base64(char *out, const uint8_t *in, size_t len) {
  (void)EVP_EncodeBlock((unsigned char *)out, in, (int)len);
}

static bool prepare_digest(struct frag_crypto *crypto) {
  crypto->digest_ready = EVP_DigestInit_ex2(crypto->digest, crypto->sha256, NULL) == 1;
  return crypto->digest_ready;
}

/* SHA-256 of `first` (which may be empty) and the parts. */
static bool digest_parts(struct frag_crypto *crypto, uint8_t hash[static 32], struct frag_slice first,
                         const struct frag_slice *parts, size_t count) {
  if (!crypto->digest_ready && !prepare_digest(crypto)) return false;
  bool ok = EVP_DigestUpdate(crypto->digest, first.data, first.len) == 1;
  for (size_t i = 0; i < count; i++) ok = ok && EVP_DigestUpdate(crypto->digest, parts[i].data, parts[i].len) == 1;
  ok = ok && EVP_DigestFinal_ex(crypto->digest, hash, NULL) == 1;
  return prepare_digest(crypto) && ok;
}

static bool prepare_tags(struct frag_crypto *crypto) {
  bool ok = true;
  for (int label = 0; label < FRAG_LABEL_COUNT; label++) {
    struct frag_slice first = frag_bytes((const uint8_t *)prefix, sizeof prefix - 1);
    struct frag_slice name = frag_bytes((const uint8_t *)label_text[label], strlen(label_text[label]));
    ok = ok && digest_parts(crypto, crypto->tags[label], first, &name, 1);
    memcpy(crypto->tags[label] + 32, crypto->tags[label], 32);
  }
  return ok;
}

static bool prepare_ciphers(struct frag_crypto *crypto) {
  crypto->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  crypto->ctr = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
  crypto->gcm_context = EVP_CIPHER_CTX_new();
  crypto->ctr_context = EVP_CIPHER_CTX_new();
  return crypto->gcm != NULL && crypto->ctr != NULL && crypto->gcm_context != NULL && crypto->ctr_context != NULL &&
         EVP_EncryptInit_ex2(crypto->gcm_context, crypto->gcm, zero_key, zero_iv, NULL) == 1 &&
         EVP_EncryptInit_ex2(crypto->ctr_context, crypto->ctr, zero_key, zero_iv, NULL) == 1;
}

static bool prepare_mac(struct frag_crypto *crypto) {
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  crypto->mac = crypto->hmac == NULL ? NULL : EVP_MAC_CTX_new(crypto->hmac);
  return crypto->mac != NULL && EVP_MAC_init(crypto->mac, zero_key, sizeof zero_key, parameters) == 1;
}

static bool prepare_ed25519(struct frag_crypto *crypto) {
  crypto->ed25519 = EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);
  crypto->signature = EVP_MD_CTX_new();
  return crypto->ed25519 != NULL && crypto->signature != NULL && EVP_PKEY_fromdata_init(crypto->ed25519) == 1;
}

frag_error frag_crypto_new(struct frag_crypto **out) {
  *out = NULL;
  struct frag_crypto *crypto = OPENSSL_zalloc(sizeof *crypto);
  if (crypto == NULL) return FRAG_MEMORY;
  crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  crypto->digest = EVP_MD_CTX_new();
  if (crypto->sha256 == NULL || crypto->digest == NULL || !prepare_tags(crypto) || !prepare_ciphers(crypto) ||
      !prepare_mac(crypto) || !prepare_ed25519(crypto)) {
    frag_crypto_free(crypto);
    return FRAG_CRYPTO;
  }
  *out = crypto;
  return FRAG_OK;
}

void frag_crypto_free(struct frag_crypto *crypto) {
  if (crypto == NULL) return;
  EVP_MD_CTX_free(crypto->digest);
  EVP_MD_free(crypto->sha256);
  EVP_MAC_CTX_free(crypto->mac);
  EVP_MAC_free(crypto->hmac);
  EVP_CIPHER_CTX_free(crypto->gcm_context);
  EVP_CIPHER_CTX_free(crypto->ctr_context);
  EVP_CIPHER_free(crypto->gcm);
  EVP_CIPHER_free(crypto->ctr);
  EVP_PKEY_CTX_free(crypto->ed25519);
  EVP_MD_CTX_free(crypto->signature);
  OPENSSL_clear_free(crypto, sizeof *crypto);
}

frag_error frag_tagged_hash(struct frag_context *context, frag_label label, uint8_t hash[static 32],
                            const struct frag_slice *parts, size_t count) {
  assert(label < FRAG_LABEL_COUNT);
  struct frag_crypto *crypto = context->crypto;
  struct frag_slice tag = frag_bytes(crypto->tags[label], sizeof crypto->tags[label]);
  return digest_parts(crypto, hash, tag, parts, count) ? FRAG_OK : FRAG_CRYPTO;
}

frag_error frag_sha256(struct frag_context *context, uint8_t hash[static 32], const struct frag_slice *parts,
                       size_t count) {
  return digest_parts(context->crypto, hash, frag_bytes(NULL, 0), parts, count) ? FRAG_OK : FRAG_CRYPTO;
}

frag_error frag_prf(struct frag_context *context, uint8_t out[static 32], const uint8_t key[static 32],
                    const char *label, const struct frag_slice *parts, size_t count) {
  EVP_MAC_CTX *mac = context->crypto->mac;
  size_t written = 0;
  bool ok = EVP_MAC_init(mac, key, 32, NULL) == 1 &&
            EVP_MAC_update(mac, (const uint8_t *)prefix, sizeof prefix - 1) == 1 &&
            EVP_MAC_update(mac, (const uint8_t *)label, strlen(label) + 1) == 1; /* the terminator is the 00 */
  for (size_t i = 0; i < count; i++) ok = ok && EVP_MAC_update(mac, parts[i].data, parts[i].len) == 1;
  ok = ok && EVP_MAC_final(mac, out, &written, 32) == 1 && written == 32;
  return EVP_MAC_init(mac, zero_key, sizeof zero_key, NULL) == 1 && ok ? FRAG_OK : FRAG_CRYPTO;
}

/* Leaves no key schedule behind. */
static bool forget_key(EVP_CIPHER_CTX *cipher) {
  return EVP_EncryptInit_ex2(cipher, NULL, zero_key, zero_iv, NULL) == 1;
}

frag_error frag_gcm_seal(struct frag_context *context, uint8_t *out, const uint8_t key[static 32],
                         struct frag_slice aad, struct frag_slice in) {
  assert(in.len <= FRAG_PLAINTEXT_MAX && aad.len <= INT_MAX);
  EVP_CIPHER_CTX *cipher = context->crypto->gcm_context;
  int written = 0, rest = 0;
  bool ok = EVP_EncryptInit_ex2(cipher, NULL, key, zero_iv, NULL) == 1 &&
            EVP_EncryptUpdate(cipher, NULL, &written, aad.data, (int)aad.len) == 1 &&
            EVP_EncryptUpdate(cipher, out, &written, in.data, (int)in.len) == 1 &&
            EVP_EncryptFinal_ex(cipher, out + written, &rest) == 1 && (size_t)(written + rest) == in.len &&
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, FRAG_TAG_LEN, out + in.len) == 1;
  return forget_key(cipher) && ok ? FRAG_OK : FRAG_CRYPTO;
}

frag_error frag_gcm_open(struct frag_context *context, uint8_t *out, const uint8_t key[static 32],
                         struct frag_slice aad, struct frag_slice in) {
  assert(in.len >= FRAG_TAG_LEN && in.len <= FRAG_SEALED_MAX && aad.len <= INT_MAX);
  EVP_CIPHER_CTX *cipher = context->crypto->gcm_context;
  size_t len = in.len - FRAG_TAG_LEN;
  uint8_t tag[FRAG_TAG_LEN];
  memcpy(tag, in.data + len, sizeof tag);
  int written = 0, rest = 0;
  bool ran = EVP_DecryptInit_ex2(cipher, NULL, key, zero_iv, NULL) == 1 &&
             EVP_DecryptUpdate(cipher, NULL, &written, aad.data, (int)aad.len) == 1 &&
             EVP_DecryptUpdate(cipher, out, &written, in.data, (int)len) == 1 &&
             EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, FRAG_TAG_LEN, tag) == 1;
  bool genuine = ran && EVP_DecryptFinal_ex(cipher, out + written, &rest) == 1;
  if (!genuine) frag_wipe(out, len);
  if (!forget_key(cipher) || !ran) return FRAG_CRYPTO;
  return genuine ? FRAG_OK : FRAG_SPLICED;
}

frag_error frag_ctr_stream(struct frag_context *context, uint8_t *out, size_t len, const uint8_t key[static 32]) {
  assert(len <= FRAG_STREAM_MAX);
  EVP_CIPHER_CTX *cipher = context->crypto->ctr_context;
  int written = 0;
  memset(out, 0, len);
  bool ok = EVP_EncryptInit_ex2(cipher, NULL, key, zero_iv, NULL) == 1 &&
            EVP_EncryptUpdate(cipher, out, &written, out, (int)len) == 1 && (size_t)written == len;
  return forget_key(cipher) && ok ? FRAG_OK : FRAG_CRYPTO;
}

/* NULL on failure. A secret key's public half is computed from it. */
static EVP_PKEY *ed25519_key(struct frag_crypto *crypto, const char *half, const uint8_t bytes[static 32]) {
  EVP_PKEY *key = NULL;
  uint8_t copy[32]; /* parameters point to what is not constant */
  memcpy(copy, bytes, sizeof copy);
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(half, copy, sizeof copy), OSSL_PARAM_construct_end()};
  if (EVP_PKEY_fromdata(crypto->ed25519, &key, EVP_PKEY_KEYPAIR, parameters) != 1) key = NULL;
  frag_wipe(copy, sizeof copy);
  return key;
}

frag_error frag_ed25519_public(struct frag_context *context, uint8_t pub32[static 32],
                               const uint8_t seed32[static 32]) {
  size_t len = 32;
  EVP_PKEY *key = ed25519_key(context->crypto, OSSL_PKEY_PARAM_PRIV_KEY, seed32);
  bool ok = key != NULL && EVP_PKEY_get_raw_public_key(key, pub32, &len) == 1 && len == 32;
  EVP_PKEY_free(key);
  return ok ? FRAG_OK : FRAG_CRYPTO;
}

frag_error frag_ed25519_sign(struct frag_context *context, uint8_t sig64[static 64], const uint8_t seed32[static 32],
                             struct frag_slice message) {
  EVP_MD_CTX *signature = context->crypto->signature;
  size_t len = 64;
  EVP_PKEY *key = ed25519_key(context->crypto, OSSL_PKEY_PARAM_PRIV_KEY, seed32);
  bool ok = key != NULL && EVP_DigestSignInit_ex(signature, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
            EVP_DigestSign(signature, sig64, &len, message.data, message.len) == 1 && len == 64;
  EVP_PKEY_free(key);
  return EVP_MD_CTX_reset(signature) == 1 && ok ? FRAG_OK : FRAG_CRYPTO; /* the reset lets go of the key */
}

typedef enum verification { VERIFICATION_FAULT, VERIFICATION_WRONG, VERIFICATION_RIGHT } verification;

static verification verify(struct frag_crypto *crypto, const uint8_t pub32[static 32], const uint8_t sig64[static 64],
                           struct frag_slice message) {
  EVP_MD_CTX *signature = crypto->signature;
  EVP_PKEY *key = ed25519_key(crypto, OSSL_PKEY_PARAM_PUB_KEY, pub32);
  bool ran = key != NULL && EVP_DigestVerifyInit_ex(signature, NULL, NULL, NULL, NULL, key, NULL) == 1;
  bool genuine = ran && EVP_DigestVerify(signature, sig64, 64, message.data, message.len) == 1;
  EVP_PKEY_free(key);
  if (EVP_MD_CTX_reset(signature) != 1 || !ran) return VERIFICATION_FAULT;
  return genuine ? VERIFICATION_RIGHT : VERIFICATION_WRONG;
}

/* RFC 8032 section 7.1, test 1: a right signature of nothing. */
static verification verify_known(struct frag_crypto *crypto) {
  static const uint8_t pub32[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
                                    0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
                                    0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
  static const uint8_t sig64[64] = {0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86, 0xe2, 0xcc, 0x80,
                                    0x6e, 0x82, 0x8a, 0x84, 0x87, 0x7f, 0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73,
                                    0xe0, 0x65, 0x22, 0x49, 0x01, 0x55, 0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3, 0x3b,
                                    0xac, 0xc6, 0x1e, 0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b, 0xd2, 0x5b, 0xf5, 0xf0,
                                    0x59, 0x5b, 0xbe, 0x24, 0x65, 0x51, 0x41, 0x43, 0x8e, 0x7a, 0x10, 0x0b};
  return verify(crypto, pub32, sig64, frag_bytes(NULL, 0));
}

/* OpenSSL says the same of a wrong signature and of one that it had no memory to look at. A signature is called wrong,
 * which accuses whoever made it, only after it has called a right one right, and this one wrong again. */
frag_error frag_ed25519_verify(struct frag_context *context, const uint8_t pub32[static 32],
                               const uint8_t sig64[static 64], struct frag_slice message) {
  struct frag_crypto *crypto = context->crypto;
  verification found = verify(crypto, pub32, sig64, message);
  if (found == VERIFICATION_WRONG)
    found = verify_known(crypto) == VERIFICATION_RIGHT ? verify(crypto, pub32, sig64, message) : VERIFICATION_FAULT;
  if (found == VERIFICATION_FAULT) return FRAG_CRYPTO;
  return found == VERIFICATION_RIGHT ? FRAG_OK : FRAG_CHECKPOINT_SIGNATURE;
}
