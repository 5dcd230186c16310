/* proof_command.c: verifyctl proof. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/crypto.h"
#include "base/file.h"
#include "command.h"
#include "date.h"
#include "input.h"
#include "log_keys.h"
#include "operators.h"
#include "options.h"
#include "proof.h"
#include "proof_block.h"

#define PATH_SIZE 4096

/* Everything that one run owns. */
struct proof {
  const char *config, *out, *check, *vkey;
  struct ctl_list witnesses;
  struct frag_context *context;
  struct vd_settings settings;
  struct ctl_operators operators;
  struct frag_qr qr; /* secret */
  char text[FRAG_TLOG_PROOF_MAX];
  struct vd_lookup_answer answer;
  struct ctl_proof_entry entries[VD_OPERATORS_MAX];
  size_t written;
  enum vd_error first_error;
};

static enum vd_error parse(struct proof *proof, int argc, char **argv, int *first, bool *help,
                           struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_OPTIONAL("config", "FILE", &proof->config, "verifyd.conf: names the operators to ask"),
    CTL_OPTIONAL("out", "DIR", &proof->out, "folder for the proofs, one for each operator's log"),
    CTL_OPTIONAL("check", "FILE", &proof->check, "check this proof instead; nothing is asked over the network"),
    CTL_OPTIONAL("vkey", "VKEY", &proof->vkey, "with --check: the verifier key of the log"),
    CTL_REPEATED("witness", "VKEY", &proof->witnesses,
                 "with --check: a witness that must have cosigned; may be\nrepeated"),
  };
  const struct ctl_usage usage = {
    .command = "proof", .operands = "TEXT|FILE|-", .options = options,
    .options_count = sizeof options / sizeof *options,
    .about = "Writes proofs that a document is in the operators' logs (C2SP tlog-proof, with the log entry), which\n"
             "can be kept and checked without asking anybody:\n"
             "  verifyctl proof --config verifyd.conf --out DIR document.png\n"
             "  verifyctl proof --check DIR/….tlog-proof --vkey VKEY\n"
             "For a log that is anchored on public chains, as the configuration says, and once the portal on this\n"
             "machine has found the anchor, it adds what leads from the entry to the block: for Bitcoin ….entry and\n"
             "….entry.ots, which any OpenTimestamps client checks; for others ….CHAIN.txt.\n"
             "A proof shows when which fragments were entered. It does not hold the QR code, and what the document\n"
             "says cannot be found out from it.\n"
             "Exit code with --check: 0 proven, 1 not proven.",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, first, help, failure);
  if (error != VD_OK || *help) return error;
  bool makes = proof->config != NULL && proof->out != NULL && proof->check == NULL && proof->vkey == NULL &&
               argc - *first == 1;
  bool checks = proof->check != NULL && proof->vkey != NULL && proof->config == NULL && proof->out == NULL &&
                argc == *first;
  if (makes && proof->witnesses.count > 0) return vd_fail(failure, VD_USAGE, "--witness goes with --check");
  if (makes || checks) return VD_OK;
  return vd_fail(failure, VD_USAGE,
                 "give --config, --out and one QR code, or --check and --vkey; see verifyctl proof --help");
}

/* --- making --- */

static enum vd_error read_qr(struct proof *proof, const char *operand, struct vd_failure *failure) {
  struct ctl_input input;
  char text[CTL_INPUT_TEXT_SIZE];
  bool found = false;
  size_t len = 0;
  enum vd_error error = ctl_input_open(operand, 1, &input, failure);
  if (error == VD_OK) error = ctl_input_next(proof->context, &input, &found, text, &len, failure);
  if (error == VD_OK && !found) error = vd_fail(failure, VD_DATA, "there is no QR text in it");
  if (error == VD_OK) {
    frag_error decoded = frag_qr_decode(proof->context, &proof->qr, text, len);
    if (decoded != FRAG_OK) error = vd_fail_frag(failure, decoded, "the QR code");
  }
  if (error == VD_OK && proof->qr.realm != proof->settings.realm) {
    error = vd_fail(failure, VD_DATA, "the QR code is of another realm than %s", proof->config);
  }
  vd_wipe(text, sizeof text);
  ctl_input_free(&input);
  return error;
}

static enum vd_error ask(struct proof *proof, struct ctl_operator *operator, size_t *len,
                         struct ctl_proof_shown *shown, struct vd_failure *failure) {
  uint8_t *bytes = NULL;
  enum vd_error error = VD_OK;
  if (!operator->is_remote) error = ctl_operators_open(&proof->operators, operator, VD_STORE_READ, failure);
  if (error == VD_OK) {
    error = ctl_operators_look_up(&proof->operators, operator, proof->qr.locator, &proof->answer, &bytes, failure);
  }
  if (error == VD_OK) {
    error = ctl_proof_make(proof->context, &operator->key, proof->qr.locator, &proof->answer, proof->text, len, shown,
                           failure);
  }
  free(bytes);
  return error;
}

/* The entry, which the text holds, for the proofs from chains. */
static void keep_entry(struct proof *proof, size_t i, size_t len, const struct ctl_proof_shown *shown) {
  struct ctl_proof_entry *entry = &proof->entries[i];
  struct frag_tlog_proof decoded;
  if (frag_tlog_proof_decode(&decoded, proof->text, len) != FRAG_OK || decoded.extra_len > sizeof entry->bytes) return;
  entry->index = shown->index;
  entry->size = shown->size;
  entry->len = decoded.extra_len;
  memcpy(entry->bytes, decoded.extra, decoded.extra_len);
}

static enum vd_error write_one(struct proof *proof, struct ctl_operator *operator, struct vd_failure *failure) {
  char path[PATH_SIZE], name[CTL_PROOF_NAME_SIZE], label[CTL_OPERATOR_LABEL_SIZE], time[CTL_DATE_SIZE];
  struct ctl_proof_shown shown;
  size_t len = 0;
  enum vd_error error = ask(proof, operator, &len, &shown, failure);
  if (error != VD_OK) return error;
  ctl_proof_name(name, operator->key.name);
  if (snprintf(path, sizeof path, "%s/%s", proof->out, name) >= (int)sizeof path) {
    return vd_fail(failure, VD_USAGE, "--out is too long");
  }
  error = vd_file_create(path, proof->text, len, 0644, failure);
  if (error != VD_OK) return error;
  keep_entry(proof, (size_t)(operator - proof->operators.items), len, &shown);
  ctl_operators_label(label, operator);
  ctl_date_format(time, shown.entry_time_s);
  (void)printf("%s: %s: entry %" PRIu64 " of %" PRIu64 ", entered %s\n", label, path, shown.index, shown.size, time);
  proof->written++;
  return VD_OK;
}

static enum vd_error make(struct proof *proof, const char *operand, struct vd_failure *failure) {
  enum vd_error error = vd_settings_read(proof->config, &proof->settings, failure);
  if (error == VD_OK) error = read_qr(proof, operand, failure);
  if (error == VD_OK) {
    error = ctl_operators_begin(&proof->operators, proof->context, proof->settings.realm, proof->settings.operators,
                                proof->settings.operators_count, NULL, failure);
  }
  if (error == VD_OK) error = vd_folder_make(proof->out, 0755, failure);
  if (error != VD_OK) return error;
  for (size_t i = 0; i < proof->operators.count; i++) {
    struct vd_failure why = {.code = VD_OK};
    char label[CTL_OPERATOR_LABEL_SIZE];
    error = write_one(proof, &proof->operators.items[i], &why);
    if (error == VD_OK) continue;
    if (proof->first_error == VD_OK || error == VD_DATA) proof->first_error = error;
    ctl_operators_label(label, &proof->operators.items[i]);
    (void)fprintf(stderr, "verifyctl proof: no proof from %s: %s\n", label, why.text);
  }
  bool is_wrong = proof->first_error == VD_DATA;
  if (proof->written > 0 && !is_wrong)
    return ctl_proof_blocks(&proof->settings, &proof->operators, proof->entries, proof->out, failure);
  return vd_fail(failure, proof->first_error == VD_OK ? VD_CONFIG : proof->first_error,
                 is_wrong ? "an operator's answer does not prove what it says" : "no operator gave a proof");
}

/* --- checking --- */

static void say_time(const char *what, uint64_t time_s, const char *by) {
  char time[CTL_DATE_SIZE];
  ctl_date_format(time, time_s);
  (void)printf("%-14s%s%s%s\n", what, time_s == 0 ? "not said" : time, by == NULL ? "" : " ", by == NULL ? "" : by);
}

static void say_shown(const struct frag_log_key *key, const struct ctl_proof_shown *shown) {
  (void)printf("PROVEN: the entry was in the log when its operator signed the checkpoint\n");
  (void)printf("log           %s\nentry         %" PRIu64 " of %" PRIu64 ", kind %s\n", key->name, shown->index,
               shown->size, ctl_proof_kind_name(shown->kind));
  say_time("entered", shown->entry_time_s, "(the operator's word)");
  say_time("checkpoint", shown->checkpoint_time_s, NULL);
}

/* Not proven is a result, not an error: *status is 1 then. */
static enum vd_error check_text(struct proof *proof, const struct frag_log_key *key, const struct vd_bytes *file,
                                int *status, struct vd_failure *failure) {
  struct frag_log_key witnesses[CTL_WITNESSES_MAX];
  uint64_t times_s[CTL_WITNESSES_MAX];
  struct frag_checkpoint checkpoint;
  struct ctl_proof_shown shown;
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = ctl_log_keys_witnesses(proof->context, &proof->witnesses, witnesses, failure);
  if (error != VD_OK) return error;
  error = ctl_proof_check(proof->context, key, (const char *)file->data, file->len, &checkpoint, &shown, &why);
  for (size_t i = 0; i < proof->witnesses.count && error == VD_OK; i++) {
    if (frag_checkpoint_cosigned(proof->context, &checkpoint, &witnesses[i], &times_s[i]) == FRAG_OK) continue;
    error = vd_fail(&why, VD_DATA, "its checkpoint is not cosigned by the witness %s", witnesses[i].name);
  }
  if (error == VD_DATA) {
    (void)printf("NOT PROVEN: %s: %s\n", proof->check, why.text);
    *status = 1;
    return VD_OK;
  }
  if (error != VD_OK) return vd_fail(failure, error, "%s", why.text);
  say_shown(key, &shown);
  for (size_t i = 0; i < proof->witnesses.count; i++) say_time("cosigned", times_s[i], witnesses[i].name);
  return VD_OK;
}

static enum vd_error check(struct proof *proof, int *status, struct vd_failure *failure) {
  struct frag_log_key key;
  struct vd_bytes file = {0};
  enum vd_error error = ctl_log_keys_one(proof->context, "vkey", proof->vkey, &key, failure);
  if (error == VD_OK) error = vd_file_read(proof->check, FRAG_TLOG_PROOF_MAX, &file, failure);
  if (error == VD_OK) error = check_text(proof, &key, &file, status, failure);
  vd_bytes_free(&file);
  return error;
}

enum vd_error ctl_proof(int argc, char **argv, int *status, struct vd_failure *failure) {
  int first = 0;
  bool help = false;
  *status = 0;
  struct proof *proof = calloc(1, sizeof *proof);
  if (proof == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  enum vd_error error = parse(proof, argc, argv, &first, &help, failure);
  if (error == VD_OK && !help) error = vd_context_new(&proof->context, failure);
  if (error == VD_OK && !help) {
    error = proof->check != NULL ? check(proof, status, failure) : make(proof, argv[first], failure);
  }
  ctl_operators_end(&proof->operators);
  frag_context_free(proof->context);
  vd_wipe(proof, sizeof *proof);
  free(proof);
  return error;
}
