#include "audit_compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "config/settings_chains.h"
#include "date.h"

#define RAW_SHOWN_MAX 1024 /* bytes of a transaction that fit into evidence beside the longest checkpoint and proof */

void ctl_audit_anchor(char text[static CTL_AUDIT_ANCHOR_SIZE], const struct vd_chain_settings *chain,
                      const struct vd_anchors_item *item) {
  char time[CTL_DATE_SIZE], id[65];
  ctl_date_format(time, item->block_time_s);
  vd_hex_encode(id, item->transaction, sizeof item->transaction);
  (void)snprintf(text, CTL_AUDIT_ANCHOR_SIZE,
                 "anchor of %" PRIu64 " entries in block %" PRIu64 " of %s (transaction %s%s)", item->size,
                 item->block_number, time, chain->kind == VD_CHAIN_EVM ? "0x" : "", id);
}

/* --- evidence --- */

static void put_hex(FILE *out, const char *name, const uint8_t *bytes, size_t len) {
  (void)fprintf(out, "%s: ", name);
  for (size_t i = 0; i < len; i++) (void)fprintf(out, "%02x", bytes[i]);
  (void)fprintf(out, "\n");
}

/* What an anchor and a log are that cannot both be right, for anybody to check. */
struct contradiction {
  const struct ctl_audit_chains *chains;
  const struct ctl_audit *audit;
  size_t track;
  uint64_t n;
  const struct vd_anchors_item *item;
  const uint8_t *root; /* of as many entries in the log */
  const struct frag_proof *consistency;
};

static void put_contradiction(FILE *out, const struct contradiction *of, const uint8_t *raw, size_t raw_len) {
  const struct vd_chain_settings *chain = of->chains->items[of->track].settings;
  const struct ctl_audit *audit = of->audit;
  char account[VD_CHAIN_ACCOUNT_SIZE], words[CTL_AUDIT_ANCHOR_SIZE];
  vd_settings_account_write(chain, account, of->chains->items[of->track].account);
  ctl_audit_anchor(words, chain, of->item);
  (void)fprintf(out, "The operator of %s has anchored one log and shows another.\n\n", audit->key->name);
  (void)fprintf(out, "chain: %s\naccount: %s\nanchored: %s\n", chain->name, account, words);
  put_hex(out, "block hash", of->item->block_hash, sizeof of->item->block_hash);
  put_hex(out, "root that was anchored", of->item->root, FRAG_HASH_LEN);
  put_hex(out, "root of these entries in the log", of->root, FRAG_HASH_LEN);
  (void)fprintf(out, "\nThis consistency proof (RFC 9162 section 2.1.4.2) leads from the second root and %" PRIu64
                     " entries to the checkpoint below, which the operator has signed:\n", of->item->size);
  for (size_t i = 0; i < of->consistency->count; i++)
    put_hex(out, "proof", of->consistency->hashes[i], FRAG_HASH_LEN);
  (void)fprintf(out, "\n--- the checkpoint\n%.*s", (int)audit->note_len, audit->note);
  if (raw_len > 0 && raw_len <= RAW_SHOWN_MAX) put_hex(out, "\n--- the transaction\nraw", raw, raw_len);
}

/* text: the caller frees. */
static enum vd_error write_contradiction(const struct contradiction *of, char **text, size_t *len,
                                         struct vd_failure *failure) {
  struct vd_anchors_item item;
  size_t raw_len = 0;
  uint8_t *raw = malloc(VD_ANCHORS_RAW_MAX);
  *text = NULL;
  if (raw == NULL) return vd_fail(failure, VD_MEMORY, "no memory to keep the evidence");
  enum vd_error error =
      vd_anchors_get(of->chains->anchors, of->track, of->n, &item, raw, &raw_len, NULL, NULL, failure);
  FILE *out = error == VD_OK ? open_memstream(text, len) : NULL;
  if (error == VD_OK && out == NULL) error = vd_fail(failure, VD_MEMORY, "no memory to keep the evidence");
  if (out != NULL) put_contradiction(out, of, raw, raw_len);
  if (out != NULL && fclose(out) != 0) error = vd_fail(failure, VD_MEMORY, "no memory to keep the evidence");
  if (error == VD_OK && *len > VD_ANCHORS_JUDGEMENT_MAX) *len = VD_ANCHORS_JUDGEMENT_MAX;
  free(raw);
  return error;
}

static enum vd_error accuse(struct ctl_audit_chains *chains, struct ctl_audit *audit, size_t i, uint64_t n,
                            const struct vd_anchors_item *item, const uint8_t root[static FRAG_HASH_LEN],
                            const struct frag_proof *consistency, struct vd_failure *failure) {
  const struct contradiction of = {.chains = chains, .audit = audit, .track = i, .n = n, .item = item, .root = root,
                                   .consistency = consistency};
  char *text = NULL;
  size_t len = 0;
  enum vd_error error = write_contradiction(&of, &text, &len, failure);
  if (error == VD_OK)
    error = vd_anchors_judge(chains->anchors, i, n, VD_ANCHORS_CONTRADICTED, text, len, failure);
  free(text);
  return error;
}

/* --- comparing --- */

static enum vd_error wrong(struct ctl_audit *audit, const struct vd_chain_settings *chain,
                           const struct vd_anchors_item *item, enum vd_anchors_state state,
                           struct vd_failure *failure) {
  char words[CTL_AUDIT_ANCHOR_SIZE], id[65];
  ctl_audit_anchor(words, chain, item);
  vd_hex_encode(id, item->transaction, sizeof item->transaction);
  if (state == VD_ANCHORS_DISPUTED)
    return ctl_audit_wrong(audit, failure,
                           "rollback: the log is shown with %" PRIu64 " entries, and there is an %s on %s",
                           audit->checkpoint.size, words, chain->name);
  return ctl_audit_wrong(audit, failure,
                         "its entries are not those that were anchored on %s: the %s has another root; the evidence is "
                         "%s/anchors/anchor-evidence-%s.txt", chain->name, words, audit->folder->path, id);
}

enum vd_error ctl_audit_compare(struct ctl_audit_chains *chains, size_t i, uint64_t n,
                                const struct vd_anchors_item *item, struct ctl_audit *audit,
                                struct ctl_log_tree *tree, enum vd_anchors_state *state,
                                struct vd_failure *failure) {
  const struct vd_chain_settings *chain = chains->items[i].settings;
  uint8_t root[FRAG_HASH_LEN];
  struct frag_proof consistency = {0};
  enum vd_error error = VD_OK;
  *state = item->state;
  if (*state == VD_ANCHORS_CONTRADICTED) return wrong(audit, chain, item, *state, failure);
  if (item->size > audit->checkpoint.size) {
    *state = VD_ANCHORS_DISPUTED;
    error = vd_anchors_judge(chains->anchors, i, n, *state, NULL, 0, failure);
    return error == VD_OK ? wrong(audit, chain, item, *state, failure) : error;
  }
  /* What was confirmed for a log that this one continues stays so. */
  if (*state == VD_ANCHORS_CONFIRMED && item->size <= audit->earlier_size) return VD_OK;
  error = ctl_log_tree_root(tree, item->size, audit->checkpoint.root, root, &consistency, failure);
  if (error == VD_DATA || error == VD_NOT_FOUND) audit->is_wrong = true;
  if (error != VD_OK) return error == VD_NOT_FOUND ? VD_DATA : error;
  bool is_same = memcmp(root, item->root, sizeof root) == 0;
  *state = is_same ? VD_ANCHORS_CONFIRMED : VD_ANCHORS_CONTRADICTED;
  if (is_same) return VD_OK;
  error = accuse(chains, audit, i, n, item, root, &consistency, failure);
  return error == VD_OK ? wrong(audit, chain, item, *state, failure) : error;
}

/* --- all of them --- */

static enum vd_error get_tile(void *context, const char *path, size_t len, uint8_t *bytes,
                              struct vd_failure *failure) {
  struct ctl_audit_resource resource = {.len_max = len};
  (void)snprintf(resource.path, sizeof resource.path, "%s", path);
  enum vd_error error = ctl_audit_source_get(context, &resource, 1, failure);
  if (error == VD_OK && resource.len != len)
    error = vd_fail(failure, VD_DATA, "%s: is missing or has another length than before", path);
  if (error == VD_OK) memcpy(bytes, resource.bytes, len);
  ctl_audit_resources_free(&resource, 1);
  return error;
}

/* Anchors of one track that are confirmed, until they are kept together. */
struct confirmed {
  size_t count;
  uint64_t numbers[VD_ANCHORS_CONFIRM_MAX];
};

static enum vd_error keep(struct ctl_audit_chains *chains, size_t i, struct confirmed *confirmed,
                          struct vd_failure *failure) {
  size_t count = confirmed->count;
  confirmed->count = 0;
  return vd_anchors_confirm_all(chains->anchors, i, confirmed->numbers, count, failure);
}

static enum vd_error compare_chain(struct ctl_audit_chains *chains, size_t i, struct ctl_audit *audit,
                                   struct ctl_log_tree *tree, struct vd_failure *failure) {
  struct ctl_audit_chain *chain = &chains->items[i];
  struct confirmed confirmed = {.count = 0};
  enum vd_error error = VD_OK;
  vd_anchors_look(chains->anchors, i, &chain->view);
  for (uint64_t n = 0; n < chain->view.count && error == VD_OK; n++) {
    struct vd_anchors_item item;
    enum vd_anchors_state state = VD_ANCHORS_UNCHECKED;
    error = vd_anchors_get(chains->anchors, i, n, &item, NULL, NULL, NULL, NULL, failure);
    if (error != VD_OK) break;
    chain->gone += item.is_gone;
    if (item.is_gone && item.state != VD_ANCHORS_CONTRADICTED) continue;
    error = ctl_audit_compare(chains, i, n, &item, audit, tree, &state, failure);
    if (error != VD_OK || state != VD_ANCHORS_CONFIRMED) continue;
    if (chain->confirmed++ == 0 || item.size > chain->newest.size) chain->newest = item;
    confirmed.numbers[confirmed.count++] = n;
    if (confirmed.count == VD_ANCHORS_CONFIRM_MAX) error = keep(chains, i, &confirmed, failure);
  }
  /* Those before one that is wrong are right all the same. */
  enum vd_error kept = keep(chains, i, &confirmed, error == VD_OK ? failure : NULL);
  return error == VD_OK ? kept : error;
}

enum vd_error ctl_audit_chains_compare(struct ctl_audit_chains *chains, struct ctl_audit *audit,
                                       struct vd_failure *failure) {
  struct ctl_log_tree tree;
  if (chains->count == 0) return VD_OK;
  enum vd_error error =
      ctl_log_tree_begin(&tree, audit->context, audit->checkpoint.size, get_tile, audit->source, failure);
  for (size_t i = 0; i < chains->count && error == VD_OK; i++) error = compare_chain(chains, i, audit, &tree, failure);
  ctl_log_tree_end(&tree);
  return error;
}

static void report(const struct ctl_audit_chain *chain, const struct ctl_audit *audit) {
  char account[VD_CHAIN_ACCOUNT_SIZE], time[CTL_DATE_SIZE], words[CTL_AUDIT_ANCHOR_SIZE];
  vd_settings_account_write(chain->settings, account, chain->account);
  ctl_date_format(time, chain->view.seen_time_s);
  (void)printf("  %-13s%s: ", "anchored", chain->settings->name);
  if (chain->confirmed == 0) {
    (void)printf("no anchor of this log by %s\n", account);
  } else {
    ctl_audit_anchor(words, chain->settings, &chain->newest);
    (void)printf("%" PRIu64 " anchor%s by %s, all confirmed\n", chain->confirmed, chain->confirmed == 1 ? "" : "s",
                 account);
    (void)printf("  %-13sentries 0 to %" PRIu64 " are anchored, %" PRIu64 " later ones are not\n", "",
                 chain->newest.size - 1, audit->checkpoint.size - chain->newest.size);
    (void)printf("  %-13s%s\n", "", words);
  }
  if (chain->gone > 0)
    (void)printf("  %-13s%" PRIu64 " more that were final once are not on the chain any more\n", "", chain->gone);
  if (chain->walk.code != VD_OK) {
    (void)printf("  %-13snot looked at to its end: %s\n", "", chain->walk.text);
  } else {
    (void)printf("  %-13slooked at up to the final block %" PRIu64 " of %s\n", "", chain->view.seen_number, time);
  }
}

void ctl_audit_chains_report(const struct ctl_audit_chains *chains, const struct ctl_audit *audit) {
  for (size_t i = 0; i < chains->count; i++) report(&chains->items[i], audit);
}
