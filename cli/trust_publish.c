/* trust_publish.c: verifyctl trust publish. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <frag/tile.h>

#include "base/key_file.h"
#include "operators.h"
#include "options.h"
#include "status_queue.h"
#include "trust_command.h"
#include "trust_difference.h"
#include "trust_file.h"
#include "trust_open.h"
#include "trust_place.h"
#include "trust_text.h"

/* Everything that one run owns. */
struct publish {
  const char *config, *key_path, *passphrase_file, *queue, *list;
  char queue_path[CTL_STATUS_PATH_SIZE];
  struct frag_context *context;
  struct vd_settings settings;
  struct frag_trust *trust;   /* the list */
  struct frag_trust *current; /* the one in use; NULL: not known */
  struct ctl_operators operators;
  struct vd_key key; /* secret */
  struct frag_key *signing_key;
  uint8_t body[CTL_TRUST_PLACE_BODY_LEN];
  size_t published;
  enum vd_error first_error;
};

static enum vd_error parse(struct publish *publish, int argc, char **argv, bool *help, struct vd_failure *failure) {
  const struct ctl_option options[] = {
    CTL_REQUIRED("config", "FILE", &publish->config, "verifyd.conf: names roots and operators"),
    CTL_OPTIONAL("key", "FILE", &publish->key_path,
                 "a registrar's key, in the list or in the one in use; needed\nfor operators over the network"),
    CTL_OPTIONAL("passphrase-file", "FILE", &publish->passphrase_file,
                 "its passphrase; asked for if missing and needed"),
    CTL_OPTIONAL("queue", "DIR", &publish->queue,
                 "folder of the statements, which notes what is handed in over the\nnetwork, for verifyctl watch "
                 "(\"statements\" beside the registrar's\nkey)"),
  };
  const struct ctl_usage usage = {
    .command = "trust publish", .operands = "FILE", .options = options,
    .options_count = sizeof options / sizeof *options,
    .about = "Enters the hash of a completely signed trust list in the log of every operator, so that nobody can be\n"
             "shown another list of the same number without a trace, and says where it stands in each log. What is\n"
             "there already is left as it is: when an operator was away, run the same command again.\n"
             "  verifyctl trust publish --config verifyd.conf --key registrar.key trust.list",
  };
  int first = 0;
  enum vd_error error = ctl_options_parse(&usage, argc, argv, &first, help, failure);
  if (error != VD_OK || *help) return error;
  if (argc - first != 1) return vd_fail(failure, VD_USAGE, "give one list; see verifyctl trust publish --help");
  publish->list = argv[first];
  return VD_OK;
}

/* --- may it be published --- */

/* A list that contradicts the one in use, or skips one, is a mistake. An older one may have to be made up for. */
static enum vd_error compare_current(const struct publish *publish, struct vd_failure *failure) {
  const struct frag_trust_list *now = frag_trust_list(publish->trust), *current = frag_trust_list(publish->current);
  const char *path = publish->settings.trust.file;
  if (memcmp(frag_trust_hash(publish->trust), frag_trust_hash(publish->current), 32) == 0) return VD_OK;
  if (now->list_no > current->list_no) {
    return ctl_trust_difference_follows(publish->current, path, publish->trust, publish->list, failure);
  }
  if (now->list_no == current->list_no) {
    return vd_fail(failure, VD_CONFLICT,
                   "%s is another list %" PRIu64 " than the one in use (%s); only one can be right", publish->list,
                   now->list_no, path);
  }
  (void)fprintf(stderr, "verifyctl trust: warning: %s is list %" PRIu64 ", and list %" PRIu64 " is in use already\n",
                publish->list, now->list_no, current->list_no);
  return VD_OK;
}

static enum vd_error open_lists(struct publish *publish, struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error =
      ctl_trust_open_file(publish->context, &publish->settings, publish->list, &publish->trust, failure);
  if (error != VD_OK) return error;
  uint16_t realm = frag_trust_list(publish->trust)->realm;
  publish->body[0] = (uint8_t)(realm >> 8);
  publish->body[1] = (uint8_t)realm;
  memcpy(publish->body + 2, frag_trust_hash(publish->trust), 32);
  error = ctl_trust_open(publish->context, &publish->settings, &publish->current, &why);
  if (error == VD_OK) return compare_current(publish, failure);
  if (error == VD_MEMORY || error == VD_INTERNAL) return vd_fail(failure, error, "%s", why.text);
  (void)fprintf(stderr, "verifyctl trust: warning: whether %s follows the list in use is not known: %s\n",
                publish->list, why.text);
  return VD_OK;
}

/* --- the registrar --- */

static bool is_registrar(const struct frag_trust *trust, const uint8_t *kid) {
  const struct frag_trust_key *key = trust == NULL ? NULL : frag_trust_find(trust, kid);
  return key != NULL && key->role == FRAG_ROLE_REGISTRAR && frag_trust_key_time(key, (uint64_t)time(NULL)) == FRAG_OK;
}

static bool is_known(const struct frag_trust *trust, const uint8_t *kid) {
  return trust != NULL && frag_trust_find(trust, kid) != NULL;
}

/* Which of the two lists an operator uses now is its affair, so that either is enough. */
static enum vd_error check_registrar(const struct publish *publish, struct vd_failure *failure) {
  const uint8_t *kid = publish->key.public_key.kid;
  if (is_registrar(publish->trust, kid) || is_registrar(publish->current, kid)) return VD_OK;
  bool is_there = is_known(publish->trust, kid) || is_known(publish->current, kid);
  return vd_fail(failure, VD_KEY, "%s (kid %s) %s; only a registrar's key publishes trust lists", publish->key_path,
                 ctl_trust_text_hex(kid, FRAG_KID_LEN).text,
                 is_there ? "is not a registrar's that is valid now" : "is in neither trust list");
}

static enum vd_error take_key(struct publish *publish, struct vd_failure *failure) {
  if (publish->key_path == NULL && publish->operators.client == NULL) return VD_OK;
  if (publish->key_path == NULL) {
    return vd_fail(failure, VD_USAGE, "--key is missing: operators over the network take a trust list from a registrar "
                                      "only");
  }
  enum vd_error error = vd_key_load(publish->context, publish->key_path, VD_KEY_ISSUER, publish->passphrase_file,
                                    &publish->key, failure);
  if (error == VD_OK) error = check_registrar(publish, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_key_new(publish->context, &publish->signing_key, publish->key.secret32);
  if (made != FRAG_OK) return vd_fail_frag(failure, made, "%s", publish->key_path);
  if (publish->operators.client == NULL) return VD_OK;
  publish->operators.notes = publish->queue_path;
  return ctl_status_queue_make(publish->queue, publish->key_path, publish->queue_path, failure);
}

static enum vd_error prepare(struct publish *publish, struct vd_failure *failure) {
  struct vd_settings *settings = &publish->settings;
  enum vd_error error = vd_settings_read(publish->config, settings, failure);
  if (error == VD_OK && settings->operators_count == 0) {
    error = vd_fail(failure, VD_CONFIG, "%s names no operators", publish->config);
  }
  if (error == VD_OK) error = open_lists(publish, failure);
  if (error == VD_OK) {
    error = ctl_operators_begin(&publish->operators, publish->context, settings->realm, settings->operators,
                                settings->operators_count, &settings->own_operator, failure);
  }
  return error == VD_OK ? take_key(publish, failure) : error;
}

/* --- publishing --- */

static enum vd_error put(struct publish *publish, struct ctl_operator *operator, bool *is_added, uint64_t *index,
                         struct vd_failure *failure) {
  const struct vd_store_item item = {.kind = VD_STORE_TRUST, .bytes = publish->body, .len = sizeof publish->body};
  struct vd_receipt receipt = {0};
  struct vd_store_appended appended = {0};
  enum vd_error error = VD_OK;
  if (operator->is_remote) {
    error = ctl_operators_submit(&publish->operators, operator, publish->signing_key, &item, 1, NULL, &receipt,
                                 failure);
    *is_added = receipt.added > 0;
    *index = receipt.first_index;
    return error;
  }
  error = ctl_operators_open(&publish->operators, operator, VD_STORE_CREATE, failure);
  if (error == VD_OK) {
    error = vd_store_append(operator->store, &item, 1, (uint64_t)time(NULL), NULL, &appended, failure);
  }
  *is_added = appended.added > 0;
  *index = appended.first_index;
  return error;
}

/* The list may have been published a little before its own time: clocks differ. */
static uint64_t earliest_s(const struct frag_trust_list *list) {
  uint64_t now_s = (uint64_t)time(NULL), issued_s = list->issued_s < now_s ? list->issued_s : now_s;
  return issued_s > CTL_TRUST_DAY_S ? issued_s - CTL_TRUST_DAY_S : 0;
}

static enum vd_error publish_at(struct publish *publish, struct ctl_operator *operator, const char *label,
                                struct vd_failure *failure) {
  struct ctl_trust_place place;
  bool is_added = false;
  uint64_t index = 0;
  enum vd_error error = put(publish, operator, &is_added, &index, failure);
  if (error == VD_OK) {
    error = ctl_trust_place_find(&publish->operators, operator, publish->body, is_added ? &index : NULL,
                                 earliest_s(frag_trust_list(publish->trust)), &place, failure);
  }
  if (error == VD_OK && !place.is_found && !place.is_cut_short) {
    error = vd_fail(failure, VD_DATA, "it says that the list is in its log, and it is not");
  }
  if (error != VD_OK) return error;
  publish->published++;
  if (place.is_found) {
    (void)printf("%s: %s entry %" PRIu64 " of %" PRIu64 ", entered %s\n", label, is_added ? "added as" : "was there as",
                 place.index, place.size, ctl_trust_text_date(place.time_s).text);
  } else {
    (void)printf("%s: was there already, it says; its entry is not among the %d read\n", label,
                 CTL_TRUST_PLACE_BUNDLES_MAX * FRAG_TILE_WIDTH);
  }
  return VD_OK;
}

static enum vd_error publish_everywhere(struct publish *publish, struct vd_failure *failure) {
  unsigned long long number = frag_trust_list(publish->trust)->list_no;
  size_t count = publish->operators.count;
  for (size_t i = 0; i < count; i++) {
    struct vd_failure why = {.code = VD_OK};
    char label[CTL_OPERATOR_LABEL_SIZE];
    ctl_operators_label(label, &publish->operators.items[i]);
    enum vd_error error = publish_at(publish, &publish->operators.items[i], label, &why);
    if (error == VD_OK) continue;
    if (publish->first_error == VD_OK) publish->first_error = error;
    (void)fflush(stdout);
    (void)fprintf(stderr, "verifyctl trust: %s: not published: %s\n", label, why.text);
  }
  if (publish->first_error != VD_OK) {
    return vd_fail(failure, publish->first_error,
                   "list %llu is in the logs of %zu of %zu operators; run the same command again for the others",
                   number, publish->published, count);
  }
  (void)printf("list %llu (%s) is in the logs of all %zu operators\n", number,
               ctl_trust_text_hex(publish->body + 2, 32).text, count);
  return VD_OK;
}

static void release(struct publish *publish) {
  ctl_operators_end(&publish->operators);
  frag_key_free(publish->signing_key);
  vd_key_wipe(&publish->key);
  frag_trust_free(publish->trust);
  frag_trust_free(publish->current);
}

enum vd_error ctl_trust_publish(int argc, char **argv, struct frag_context *context, struct vd_failure *failure) {
  bool help = false;
  struct publish *publish = calloc(1, sizeof *publish);
  if (publish == NULL) return vd_fail(failure, VD_MEMORY, "no memory to begin");
  publish->context = context;
  enum vd_error error = parse(publish, argc, argv, &help, failure);
  if (error == VD_OK && !help) error = prepare(publish, failure);
  if (error == VD_OK && !help) error = publish_everywhere(publish, failure);
  release(publish);
  free(publish);
  return error;
}
