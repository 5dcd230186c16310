/* registrar.c: what the browser tests need besides verifyctl: the text of an issued QR code, and a revocation.
 *
 *   registrar read PICTURE
 *   registrar revoke VERIFYD.CONF ISSUER.KEY STATUS.KEY ISSUER TYPE SERIAL */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <frag/status.h>

#include "base/crypto.h"
#include "base/context.h"
#include "config/settings.h"
#include "input.h"
#include "base/key_file.h"
#include "ledger/store.h"

static enum vd_error read_code(struct frag_context *context, const char *picture, struct vd_failure *failure) {
  char text[CTL_INPUT_TEXT_SIZE];
  struct ctl_input input;
  bool found = false;
  size_t len = 0;
  enum vd_error error = ctl_input_open(picture, 1, &input, failure);
  if (error == VD_OK) error = ctl_input_next(context, &input, &found, text, &len, failure);
  if (error == VD_OK && found) (void)printf("%.*s\n", (int)len, text);
  ctl_input_free(&input);
  return error;
}

static struct frag_slice slice_of(const char *text) {
  return (struct frag_slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

/* Makes the first statement of a document: revoked. names: issuer, type, serial. */
static enum vd_error seal_revocation(struct frag_context *context, uint16_t realm, const struct vd_key *issuer,
                                     const struct vd_key *status, char *const names[3],
                                     uint8_t record[FRAG_STATUS_RECORD_LEN], struct vd_failure *failure) {
  struct frag_statement statement = {.kind = FRAG_STATUS_REVOKED, .time_s = (uint64_t)time(NULL)};
  struct frag_key *key = NULL;
  uint8_t rid[16], aux32[32];
  enum vd_error error = vd_random(aux32, sizeof aux32, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_key_new(context, &key, issuer->secret32);
  if (made == FRAG_OK) {
    made = frag_rid(context, rid, status->secret32, realm, slice_of(names[0]), slice_of(names[1]),
                    slice_of(names[2]), 1);
  }
  if (made == FRAG_OK) made = frag_status_seal(context, record, &statement, key, realm, rid, 0, aux32);
  frag_key_free(key);
  return made == FRAG_OK ? VD_OK : vd_fail_frag(failure, made, "the revocation");
}

/* Puts it into the ledger of the first operator: seen at any one of them, a statement counts. */
static enum vd_error put(const struct vd_settings *settings, const uint8_t record[FRAG_STATUS_RECORD_LEN],
                         struct vd_failure *failure) {
  struct vd_store_options options = {.path = settings->operators[0].store, .access = VD_STORE_WRITE,
                                     .realm = settings->realm, .operator_number = 1};
  struct vd_store_item item = {.kind = VD_STORE_STATUS, .bytes = record, .len = FRAG_STATUS_RECORD_LEN};
  struct vd_store_appended appended;
  struct vd_store *store = NULL;
  enum vd_error error = vd_store_open(&options, &store, failure);
  if (error == VD_OK) error = vd_store_append(store, &item, 1, (uint64_t)time(NULL), NULL, &appended, failure);
  vd_store_close(store);
  return error;
}

static enum vd_error revoke(struct frag_context *context, char *const arguments[6], struct vd_failure *failure) {
  struct vd_key issuer = {0}, status = {0};
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  struct vd_settings *settings = calloc(1, sizeof *settings);
  if (settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the settings");
  enum vd_error error = vd_settings_read(arguments[0], settings, failure);
  if (error == VD_OK) error = vd_key_load(context, arguments[1], VD_KEY_ISSUER, NULL, &issuer, failure);
  if (error == VD_OK) error = vd_key_load(context, arguments[2], VD_KEY_STATUS, NULL, &status, failure);
  if (error == VD_OK) {
    error = seal_revocation(context, settings->realm, &issuer, &status, arguments + 3, record, failure);
  }
  if (error == VD_OK) error = put(settings, record, failure);
  vd_key_wipe(&issuer);
  vd_key_wipe(&status);
  free(settings);
  return error;
}

static enum vd_error run(struct frag_context *context, int argc, char **argv, struct vd_failure *failure) {
  if (argc == 3 && strcmp(argv[1], "read") == 0) return read_code(context, argv[2], failure);
  if (argc == 8 && strcmp(argv[1], "revoke") == 0) return revoke(context, argv + 2, failure);
  return vd_fail(failure, VD_USAGE, "read PICTURE, or revoke CONF ISSUER.KEY STATUS.KEY ISSUER TYPE SERIAL");
}

int main(int argc, char **argv) {
  struct frag_context *context = NULL;
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = vd_context_new(&context, &failure);
  if (error == VD_OK) error = run(context, argc, argv, &failure);
  frag_context_free(context);
  if (error != VD_OK) (void)fprintf(stderr, "registrar: %s\n", failure.text);
  return vd_exit_code(error);
}
