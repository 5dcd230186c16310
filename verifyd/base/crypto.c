#include "crypto.h"

#include <assert.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

static enum vd_error openssl_failed(struct vd_failure *failure, const char *what) {
  return vd_fail(failure, VD_INTERNAL, "%s failed in the cryptographic library", what);
}

enum vd_error vd_random(uint8_t *out, size_t len, struct vd_failure *failure) {
  assert(len <= INT_MAX);
  if (RAND_priv_bytes(out, (int)len) == 1) return VD_OK;
  return openssl_failed(failure, "drawing random bytes");
}

void vd_wipe(void *memory, size_t len) {
  if (len > 0) OPENSSL_cleanse(memory, len);
}

bool vd_equal(const void *left, const void *right, size_t len) { return CRYPTO_memcmp(left, right, len) == 0; }

enum vd_error vd_sha256(uint8_t digest[static VD_SHA256_LEN], const void *data, size_t len,
                        struct vd_failure *failure) {
  if (EVP_Q_digest(NULL, "SHA256", NULL, data, len, digest, NULL) == 1) return VD_OK;
  return openssl_failed(failure, "SHA-256");
}

enum vd_error vd_hmac_sha256(uint8_t mac[static VD_SHA256_LEN], const uint8_t key32[static 32], const void *data,
                             size_t len, struct vd_failure *failure) {
  size_t mac_len = 0;
  if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key32, 32, data, len, mac, VD_SHA256_LEN, &mac_len) != NULL &&
      mac_len == VD_SHA256_LEN) {
    return VD_OK;
  }
  return openssl_failed(failure, "HMAC-SHA256");
}

static int derive(EVP_KDF_CTX *context, uint8_t *key, const char *passphrase, size_t passphrase_len,
                  const uint8_t *salt, size_t salt_len, unsigned cost_log2) {
  uint64_t n = (uint64_t)1 << cost_log2;
  uint32_t r = 8, p = 1;
  uint64_t memory_max = n * 128 * r + (1u << 20);
  /* OpenSSL only reads these two, but its parameter struct has no const. */
  union { const void *in; void *out; } pass = {.in = passphrase}, salted = {.in = salt};
  OSSL_PARAM parameters[] = {
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, pass.out, passphrase_len),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salted.out, salt_len),
    OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
    OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
    OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
    OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory_max),
    OSSL_PARAM_construct_end(),
  };
  return EVP_KDF_derive(context, key, VD_BOX_KEY_LEN, parameters);
}

enum vd_error vd_scrypt(uint8_t key[static VD_BOX_KEY_LEN], const char *passphrase, size_t passphrase_len,
                        const uint8_t *salt, size_t salt_len, unsigned cost_log2, struct vd_failure *failure) {
  assert(cost_log2 >= VD_SCRYPT_COST_LOG2_MIN && cost_log2 <= VD_SCRYPT_COST_LOG2_MAX);
  enum vd_error error = VD_OK;
  EVP_KDF *algorithm = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
  EVP_KDF_CTX *context = algorithm == NULL ? NULL : EVP_KDF_CTX_new(algorithm);
  if (context == NULL) {
    error = vd_fail(failure, VD_MEMORY, "no memory for scrypt");
    goto done;
  }
  if (derive(context, key, passphrase, passphrase_len, salt, salt_len, cost_log2) != 1) {
    vd_wipe(key, VD_BOX_KEY_LEN);
    error = openssl_failed(failure, "scrypt");
  }
done:
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(algorithm);
  return error;
}

/* A cipher context set up for one message, with its additional data taken in; NULL when OpenSSL fails. */
static EVP_CIPHER_CTX *box_begin(const uint8_t *key, const uint8_t *nonce, const void *aad, size_t aad_len,
                                 int sealing) {
  EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  EVP_CIPHER_CTX *context = cipher == NULL ? NULL : EVP_CIPHER_CTX_new();
  int aad_taken = 0;
  int good = context != NULL && EVP_CipherInit_ex2(context, cipher, key, nonce, sealing, NULL) == 1 &&
             (aad_len == 0 || EVP_CipherUpdate(context, NULL, &aad_taken, aad, (int)aad_len) == 1);
  EVP_CIPHER_free(cipher);
  if (good) return context;
  EVP_CIPHER_CTX_free(context);
  return NULL;
}

enum vd_error vd_box_seal(uint8_t *box, const uint8_t key[static VD_BOX_KEY_LEN],
                          const uint8_t nonce[static VD_BOX_NONCE_LEN], const void *aad, size_t aad_len,
                          const void *plaintext, size_t len, struct vd_failure *failure) {
  assert(len <= INT_MAX - VD_BOX_TAG_LEN && aad_len <= INT_MAX);
  int written = 0, rest = 0;
  EVP_CIPHER_CTX *context = box_begin(key, nonce, aad, aad_len, 1);
  int good = context != NULL && EVP_CipherUpdate(context, box, &written, plaintext, (int)len) == 1 &&
             EVP_CipherFinal_ex(context, box + written, &rest) == 1 &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, VD_BOX_TAG_LEN, box + len) == 1;
  EVP_CIPHER_CTX_free(context);
  return good ? VD_OK : openssl_failed(failure, "sealing");
}

enum vd_error vd_box_open(uint8_t *plaintext, const uint8_t key[static VD_BOX_KEY_LEN],
                          const uint8_t nonce[static VD_BOX_NONCE_LEN], const void *aad, size_t aad_len,
                          const uint8_t *box, size_t box_len, struct vd_failure *failure) {
  assert(box_len <= INT_MAX && aad_len <= INT_MAX);
  if (box_len < VD_BOX_TAG_LEN) return vd_fail(failure, VD_KEY, "the sealed data is too short");
  size_t len = box_len - VD_BOX_TAG_LEN;
  uint8_t tag[VD_BOX_TAG_LEN];
  for (size_t i = 0; i < sizeof tag; i++) tag[i] = box[len + i];
  int written = 0, rest = 0;
  EVP_CIPHER_CTX *context = box_begin(key, nonce, aad, aad_len, 0);
  if (context == NULL) return openssl_failed(failure, "opening sealed data");
  int good = EVP_CipherUpdate(context, plaintext, &written, box, (int)len) == 1 &&
             EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, VD_BOX_TAG_LEN, tag) == 1 &&
             EVP_CipherFinal_ex(context, plaintext + written, &rest) == 1;
  EVP_CIPHER_CTX_free(context);
  if (good) return VD_OK;
  vd_wipe(plaintext, len);
  return vd_fail(failure, VD_KEY, "the sealed data does not open: the key is another one, or the data was altered");
}
