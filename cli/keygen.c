#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <frag/log.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/hex.h"
#include "command.h"
#include "base/context.h"
#include "base/key_file.h"
#include "options.h"
#include "base/passphrase.h"
#include "chain/bitcoin_transaction.h"
#include "chain/digest.h"
#include "chain/evm.h"

struct keygen {
  const char *kind, *out, *passphrase_file, *name;
  bool ask;
};

static enum vd_error parse(struct keygen *keygen, int argc, char **argv, bool *help, struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("kind", "KIND", &keygen->kind,
                 "issuer: signs documents; root: signs trust lists; log: signs\n"
                 "an operator's log; status: derives an issuer's status handles;\n"
                 "anchor: pays for a log's anchors on public blockchains"),
    CTL_REQUIRED("out", "FILE", &keygen->out, "the new key file (mode 0600). FILE.pub gets the public part"),
    CTL_OPTIONAL("name", "ORIGIN", &keygen->name, "log keys only: the log's URL without https://"),
    CTL_FLAG("passphrase", &keygen->ask, "ask on the terminal for a passphrase to seal the key with"),
    CTL_OPTIONAL("passphrase-file", "FILE", &keygen->passphrase_file,
                 "seal the key with the first line of FILE (mode 0600; - is\nstandard input)"),
  };
  const struct ctl_usage usage = {
    .command = "keygen", .options = options, .options_count = sizeof options / sizeof *options,
    .about = "Makes a secret key and prints its public part. Never overwrites a file.\n"
             "Whoever has an issuer, root or status key file and its passphrase is the issuer or root;\n"
             "whoever has an anchor key can spend what its account holds.",
  };
  int first = 0;
  return ctl_options_parse(&usage, argc, argv, &first, help, failure);
}

static enum vd_error check(const struct keygen *keygen, struct vd_public_key *key, struct vd_failure *failure) {
  if (!vd_key_kind_parse(keygen->kind, &key->kind)) {
    return vd_fail(failure, VD_USAGE, "--kind must be issuer, root, log or status, or anchor for an account");
  }
  if (keygen->ask && keygen->passphrase_file != NULL) {
    return vd_fail(failure, VD_USAGE, "--passphrase and --passphrase-file exclude each other; keep one");
  }
  if ((key->kind == VD_KEY_LOG) != (keygen->name != NULL)) {
    return vd_fail(failure, VD_USAGE, keygen->name == NULL ? "a log key needs --name, the log's URL without https://"
                                                           : "--name is for log keys only");
  }
  if (keygen->name != NULL && strlen(keygen->name) > VD_KEY_NAME_MAX) {
    return vd_fail(failure, VD_USAGE, "--name is longer than %d bytes", VD_KEY_NAME_MAX);
  }
  if (keygen->name != NULL) memcpy(key->name, keygen->name, strlen(keygen->name) + 1);
  return VD_OK;
}

static enum vd_error get_passphrase(const struct keygen *keygen, char passphrase[static VD_PASSPHRASE_SIZE],
                                    struct vd_failure *failure) {
  passphrase[0] = '\0';
  if (keygen->passphrase_file != NULL) return vd_passphrase_read(keygen->passphrase_file, passphrase, failure);
  if (!keygen->ask) return VD_OK;
  return vd_passphrase_ask("New passphrase", true, passphrase, failure);
}

/* Writes the public file first: without its secret it does no harm if the other cannot be made. */
static enum vd_error write_files(const struct keygen *keygen, struct vd_key_file *file, struct vd_failure *failure) {
  char text[VD_KEY_TEXT_SIZE], public_path[4096];
  struct vd_key_file public_file = {.key = file->key};
  bool has_public = file->key.kind != VD_KEY_STATUS;
  if (snprintf(public_path, sizeof public_path, "%s.pub", keygen->out) >= (int)sizeof public_path) {
    return vd_fail(failure, VD_USAGE, "--out is too long");
  }
  vd_key_file_write(text, &public_file);
  enum vd_error error = has_public ? vd_file_create(public_path, text, strlen(text), 0644, failure) : VD_OK;
  if (error != VD_OK) return error;
  vd_key_file_write(text, file);
  error = vd_file_create(keygen->out, text, strlen(text), 0600, failure);
  vd_wipe(text, sizeof text);
  if (error != VD_OK && has_public) (void)unlink(public_path);
  return error;
}

static enum vd_error print_key(struct frag_context *context, const struct vd_public_key *key,
                               struct vd_failure *failure) {
  char digits[65], vkey[FRAG_VKEY_MAX];
  (void)printf("kind:    %s\n", vd_key_kind_name(key->kind));
  if (key->kind != VD_KEY_STATUS) {
    vd_hex_encode(digits, key->public32, sizeof key->public32);
    (void)printf("public:  %s\n", digits);
  }
  if (key->kind == VD_KEY_ISSUER || key->kind == VD_KEY_ROOT) {
    vd_hex_encode(digits, key->kid, sizeof key->kid);
    (void)printf("kid:     %s\n", digits);
  }
  if (key->kind == VD_KEY_LOG) {
    struct frag_slice name = {.data = (const uint8_t *)key->name, .len = strlen(key->name)};
    frag_error error = frag_log_vkey(context, vkey, name, key->public32);
    if (error != FRAG_OK) return vd_fail_frag(failure, error, "the verifier key");
    (void)printf("vkey:    %s\n", vkey);
  }
  return VD_OK;
}

/* The account of an anchor key, as it is written on each kind of chain. The file's public key does not tell it: it
 * leaves out which of two points it is. */
static enum vd_error print_addresses(const uint8_t secret32[static 32], struct vd_failure *failure) {
  static const struct { const char *label, *hrp; } networks[] = {
    {"bitcoin", "bc"}, {"test", "tb"}, {"regtest", "bcrt"}};
  struct vd_ecdsa *ecdsa = NULL;
  struct vd_ecdsa_public point;
  uint8_t address[VD_EVM_ADDRESS_LEN], program[VD_BITCOIN_PROGRAM_LEN];
  char evm_text[VD_EVM_ADDRESS_TEXT_SIZE], bitcoin_text[VD_BITCOIN_ADDRESS_SIZE];
  enum vd_error error = vd_ecdsa_new(&ecdsa, failure);
  if (error == VD_OK) error = vd_ecdsa_public(ecdsa, &point, secret32, failure);
  vd_ecdsa_free(ecdsa);
  if (error != VD_OK) return error;
  vd_evm_address(address, &point);
  vd_evm_address_write(evm_text, address);
  (void)printf("evm:     %s\n", evm_text);
  vd_hash160(program, point.compressed, sizeof point.compressed);
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
    vd_bitcoin_address_write(bitcoin_text, networks[i].hrp, program);
    (void)printf("%s:%*s%s\n", networks[i].label, (int)(8 - strlen(networks[i].label)), "", bitcoin_text);
  }
  return VD_OK;
}

static enum vd_error generate(const struct keygen *keygen, struct vd_public_key *key, const char *passphrase,
                              struct vd_failure *failure) {
  struct frag_context *context = NULL;
  struct vd_key_file file = {0};
  uint8_t secret[32];
  enum vd_error error = vd_context_new(&context, failure);
  if (error != VD_OK) goto done;
  error = vd_random(secret, sizeof secret, failure);
  if (error != VD_OK) goto done;
  error = vd_key_derive(context, key, secret, failure);
  if (error != VD_OK) goto done;
  error = vd_key_file_make(&file, key, secret, passphrase[0] == '\0' ? NULL : passphrase, failure);
  if (error != VD_OK) goto done;
  error = write_files(keygen, &file, failure);
  if (error != VD_OK) goto done;
  error = print_key(context, key, failure);
  if (error == VD_OK && key->kind == VD_KEY_ANCHOR) error = print_addresses(secret, failure);
  if (error != VD_OK) goto done;
  (void)printf("file:    %s (%s; keep it secret and keep a copy)\n", keygen->out,
               file.sealed ? "sealed with the passphrase" : "not sealed: no passphrase was given");
done:
  vd_wipe(secret, sizeof secret);
  vd_key_file_wipe(&file);
  frag_context_free(context);
  return error;
}

enum vd_error vd_keygen(int argc, char **argv, int *status, struct vd_failure *failure) {
  struct keygen keygen = {0};
  struct vd_public_key key = {0};
  char passphrase[VD_PASSPHRASE_SIZE];
  bool help = false;
  *status = 0;
  enum vd_error error = parse(&keygen, argc, argv, &help, failure);
  if (error != VD_OK || help) return error;
  error = check(&keygen, &key, failure);
  if (error != VD_OK) return error;
  error = get_passphrase(&keygen, passphrase, failure);
  if (error == VD_OK) error = generate(&keygen, &key, passphrase, failure);
  vd_wipe(passphrase, sizeof passphrase);
  return error;
}
