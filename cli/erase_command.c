/* erase_command.c: verifyctl erase. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/context.h"
#include "base/crypto.h"
#include "command.h"
#include "erase_documents.h"
#include "ledger_choice.h"
#include "operators.h"
#include "own_ledger.h"
#include "status_queue.h"

/* Everything that one run owns. */
struct erase {
  struct ctl_ledger_choice choice;
  const char *issuer_key, *passphrase_file, *queue;
  char queue_path[CTL_STATUS_PATH_SIZE];
  struct ctl_list digits;
  bool is_agreed;
  struct frag_context *context;
  struct vd_settings settings; /* of the ledgers, or made of the one that was chosen */
  struct ctl_operators operators;
  struct vd_key key; /* secret */
  struct frag_key *signing_key;
  struct ctl_erase_documents documents;
  unsigned *erased; /* for each document, operators that have erased it */
  bool is_compacted_elsewhere;
  enum vd_error first_error;
};

static enum vd_error parse(struct erase *erase, int argc, char **argv, int *first, bool *help,
                           struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_OPTIONAL("config", "FILE", &erase->choice.config, "verifyd.conf: names realm and operators"),
    CTL_OPTIONAL("issuer-key", "FILE", &erase->issuer_key,
                 "for operators over the network: the key that issued the\ndocument, or a registrar's"),
    CTL_OPTIONAL("passphrase-file", "FILE", &erase->passphrase_file, "its passphrase; asked for if missing and needed"),
    CTL_OPTIONAL("queue", "DIR", &erase->queue,
                 "folder of the statements, which notes what is handed in over the\nnetwork, for verifyctl watch "
                 "(\"statements\" beside the issuer key)"),
    CTL_REPEATED("locator", "HEX", &erase->digits, "a document's locator, in place of its QR code; may be repeated"),
    CTL_FLAG("yes", &erase->is_agreed, "needed to erase more than one document"),
    CTL_OPTIONAL("store", "DIR", &erase->choice.store,
                 "on the operator's machine, with verifyd stopped: erase in\nthis ledger only, as its operator"),
    CTL_OPTIONAL("operator", "N", &erase->choice.number_text, "with --store: the number of its operator"),
    CTL_OPTIONAL("realm", "N", &erase->choice.realm_text, "with --store, without --config: the ledger's realm"),
    CTL_OPTIONAL("log-key", "FILE", &erase->choice.log_key, "with --store: the log's key, when it is not in DIR"),
  };
  const struct ctl_usage usage = {
    .command = "erase", .operands = "[TEXT|FILE|-…]", .options = options,
    .options_count = sizeof options / sizeof *options,
    .about = "Erases documents lawfully: the operators drop their fragments. A document that t of m fragments open\n"
             "cannot be read any more, not even with its QR code, once m-t+1 operators have erased theirs. What stays\n"
             "is the entry in each log, with which nothing can be read or guessed; the page then says that the\n"
             "document was erased.\n"
             "Erasing cannot be undone. Documents are given by their QR codes (pictures, files with QR texts).\n"
             "Over the network:    verifyctl erase --config verifyd.conf --issuer-key issuer.key document.png\n"
             "As the operator:     verifyctl erase --store DIR --realm R --operator N document.png",
  };
  enum vd_error error = ctl_options_parse(&usage, argc, argv, first, help, failure);
  if (error != VD_OK || *help) return error;
  if (erase->choice.store == NULL && erase->choice.config == NULL) {
    return vd_fail(failure, VD_USAGE,
                   "give --config, or --store with --realm and --operator; see verifyctl erase --help");
  }
  bool chooses = erase->choice.number_text != NULL || erase->choice.realm_text != NULL || erase->choice.log_key != NULL;
  if (erase->choice.store == NULL && chooses) {
    return vd_fail(failure, VD_USAGE, "--operator, --realm and --log-key go with --store");
  }
  return VD_OK;
}

/* --- what to erase, and where --- */

/* One ledger, as if a configuration had named it. */
static enum vd_error take_store(struct erase *erase, struct vd_failure *failure) {
  struct vd_settings *settings = &erase->settings;
  struct vd_operator_settings *only = &settings->operators[0];
  enum vd_error error = ctl_ledger_choice_make(&erase->choice, failure);
  if (error != VD_OK) return error;
  settings->realm = erase->choice.realm;
  settings->operators_count = 1;
  only->number = erase->choice.number;
  memcpy(only->store, erase->choice.path, sizeof only->store);
  settings->own_operator.number = only->number;
  memcpy(settings->own_operator.store, only->store, sizeof only->store);
  memcpy(settings->own_operator.key, erase->choice.key, sizeof erase->choice.key);
  return VD_OK;
}

static enum vd_error take_key(struct erase *erase, struct vd_failure *failure) {
  if (erase->operators.client == NULL) return VD_OK;
  if (erase->issuer_key == NULL) {
    return vd_fail(failure, VD_USAGE, "--issuer-key is missing: operators over the network erase for the issuer or a "
                                      "registrar only");
  }
  enum vd_error error = vd_key_load(erase->context, erase->issuer_key, VD_KEY_ISSUER, erase->passphrase_file,
                                    &erase->key, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_key_new(erase->context, &erase->signing_key, erase->key.secret32);
  if (made != FRAG_OK) return vd_fail_frag(failure, made, "%s", erase->issuer_key);
  erase->operators.notes = erase->queue_path;
  return ctl_status_queue_make(erase->queue, erase->issuer_key, erase->queue_path, failure);
}

static enum vd_error prepare(struct erase *erase, int count, char **operands, struct vd_failure *failure) {
  struct vd_settings *settings = &erase->settings;
  enum vd_error error = vd_context_new(&erase->context, failure);
  if (error != VD_OK) return error;
  error = erase->choice.store != NULL ? take_store(erase, failure)
                                      : vd_settings_read(erase->choice.config, settings, failure);
  if (error == VD_OK && settings->operators_count == 0) {
    error = vd_fail(failure, VD_CONFIG, "%s names no operators; on the operator's machine give --store",
                    erase->choice.config);
  }
  if (error == VD_OK) {
    error = ctl_erase_documents_read(&erase->documents, erase->context, settings->realm, count, operands,
                                     &erase->digits, failure);
  }
  if (error != VD_OK) return error;
  if (erase->documents.count > 1 && !erase->is_agreed) {
    return vd_fail(failure, VD_USAGE, "this would erase %zu documents for good; add --yes if that is meant",
                   erase->documents.count);
  }
  erase->erased = calloc(erase->documents.count, sizeof *erase->erased);
  if (erase->erased == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the documents");
  error = ctl_operators_begin(&erase->operators, erase->context, settings->realm, settings->operators,
                              settings->operators_count, &settings->own_operator, failure);
  return error == VD_OK ? take_key(erase, failure) : error;
}

/* --- erasing --- */

static void report_failure(struct erase *erase, const char *label, size_t document, const struct vd_failure *why) {
  if (erase->first_error == VD_OK) erase->first_error = why->code;
  (void)fflush(stdout);
  (void)fprintf(stderr, "verifyctl erase: document %zu: %s has not erased it: %s\n", document + 1, label, why->text);
}

static enum vd_error erase_one(struct erase *erase, struct ctl_operator *operator, size_t document,
                               struct vd_failure *failure) {
  const uint8_t *locator = erase->documents.locators[document];
  struct vd_receipt receipt;
  if (operator->is_remote) {
    return ctl_operators_submit(&erase->operators, operator, erase->signing_key, NULL, 0, locator, &receipt, failure);
  }
  if (operator->store == NULL) {
    enum vd_error error = ctl_operators_open(&erase->operators, operator, VD_STORE_WRITE, failure);
    if (error != VD_OK) return error;
  }
  return vd_store_erase(operator->store, locator, (uint64_t)time(NULL), NULL, false, failure);
}

/* So that nothing of the shares is left on the disk. The ledger is closed for it. */
static enum vd_error compact(struct erase *erase, struct ctl_operator *operator, struct vd_failure *failure) {
  const struct vd_own_operator_settings *own = &erase->settings.own_operator;
  bool is_own = own->number != 0 && strcmp(own->store, operator->settings->store) == 0;
  struct vd_store_options options = {.path = operator->settings->store, .access = VD_STORE_WRITE,
                                     .realm = erase->settings.realm, .operator_number = operator->settings->number};
  struct ctl_own_ledger ledger;
  vd_store_close(operator->store);
  operator->store = NULL;
  enum vd_error error = ctl_own_ledger_begin(&ledger, erase->context, &options, is_own ? own->key : NULL, failure);
  if (error == VD_OK) error = vd_store_compact(&ledger.options, failure);
  ctl_own_ledger_end(&ledger);
  return error;
}

static void erase_at(struct erase *erase, struct ctl_operator *operator) {
  char label[CTL_OPERATOR_LABEL_SIZE];
  size_t done = 0;
  ctl_operators_label(label, operator);
  for (size_t i = 0; i < erase->documents.count; i++) {
    struct vd_failure why = {.code = VD_OK};
    if (erase_one(erase, operator, i, &why) != VD_OK) {
      report_failure(erase, label, i, &why);
      continue;
    }
    (void)printf("document %zu: %s has erased it\n", i + 1, label);
    erase->erased[i]++;
    done++;
  }
  struct vd_failure why = {.code = VD_OK};
  erase->is_compacted_elsewhere |= operator->is_remote && done > 0;
  if (operator->is_remote || operator->store == NULL || done == 0 || compact(erase, operator, &why) == VD_OK) return;
  if (erase->first_error == VD_OK) erase->first_error = why.code;
  (void)fprintf(stderr,
                "verifyctl erase: %s: old bytes are still in the ledger's file: %s; run verifyctl compact when nobody "
                "uses it\n",
                label, why.text);
}

/* --- what that means --- */

static void say_readable(const struct erase *erase) {
  unsigned operators = (unsigned)erase->operators.count;
  unsigned needed = operators - erase->settings.threshold + 1;
  size_t unreadable = 0;
  for (size_t i = 0; i < erase->documents.count; i++) unreadable += erase->erased[i] >= needed;
  (void)printf("%u of %u operators must have erased a document to make it unreadable: ", needed, operators);
  (void)printf("%zu of %zu document%s cannot be read any more\n", unreadable, erase->documents.count,
               erase->documents.count == 1 ? "" : "s");
}

static void say_end(const struct erase *erase) {
  if (erase->choice.store == NULL) {
    say_readable(erase);
  } else {
    (void)printf("this ledger gives the fragment to nobody any more; m-t+1 operators in all must have erased theirs to "
                 "make the document unreadable\n");
  }
  (void)printf("the leaf and its log entry stay: nothing can be read or guessed from them\n");
  if (erase->is_compacted_elsewhere) {
    (void)printf("operators over the network take the old bytes off their disks with verifyctl compact\n");
  }
}

static void release(struct erase *erase) {
  ctl_operators_end(&erase->operators);
  ctl_erase_documents_free(&erase->documents);
  frag_key_free(erase->signing_key);
  vd_key_wipe(&erase->key);
  frag_context_free(erase->context);
  free(erase->erased);
  vd_wipe(erase, sizeof *erase);
}

enum vd_error ctl_erase(int argc, char **argv, int *status, struct vd_failure *failure) {
  int first = 0;
  bool help = false;
  *status = 0;
  struct erase *erase = calloc(1, sizeof *erase);
  if (erase == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  enum vd_error error = parse(erase, argc, argv, &first, &help, failure);
  if (error == VD_OK && !help) error = prepare(erase, argc - first, argv + first, failure);
  if (error == VD_OK && !help) {
    for (size_t i = 0; i < erase->operators.count; i++) erase_at(erase, &erase->operators.items[i]);
    say_end(erase);
    if (erase->first_error != VD_OK) *status = vd_exit_code(erase->first_error);
  }
  release(erase);
  free(erase);
  return error;
}
