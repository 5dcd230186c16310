/* anchor_status_json.c: verifyctl anchor status, for programs. Amounts are text: they may be more than 2^53. */
#include <stdlib.h>

#include "anchor_command.h"
#include "anchor_status.h"
#include "base/hex.h"
#include "config/settings_chains.h"
#include "date.h"

static void put_string(struct vd_writer *writer, const char *name, const char *text) {
  vd_writer_name(writer, name);
  vd_writer_string(writer, text);
}

static void put_number(struct vd_writer *writer, const char *name, uint64_t number) {
  vd_writer_name(writer, name);
  vd_writer_number(writer, number);
}

static void put_time(struct vd_writer *writer, const char *name, uint64_t time_s) {
  char text[CTL_DATE_SIZE];
  ctl_date_format(text, time_s);
  put_string(writer, name, text);
}

static void put_hash(struct vd_writer *writer, const char *name, enum vd_chain_kind kind, const uint8_t *hash) {
  char text[CTL_ANCHOR_HASH_SIZE];
  ctl_anchor_hash(text, kind, hash);
  put_string(writer, name, text);
}

static void put_amount(struct vd_writer *writer, const char *name, ctl_anchor_amount amount) {
  char text[CTL_ANCHOR_AMOUNT_SIZE];
  ctl_anchor_amount_whole(text, amount);
  put_string(writer, name, text);
}

static void put_cost(struct vd_writer *writer, const char *name, enum vd_chain_kind kind,
                     const struct ctl_anchor_cost *cost) {
  char text[CTL_ANCHOR_AMOUNT_SIZE];
  vd_writer_name(writer, name);
  vd_writer_open(writer, '{');
  if (kind == VD_CHAIN_EVM) put_number(writer, "gas", cost->gas);
  put_amount(writer, kind == VD_CHAIN_EVM ? "fee_wei" : "fee_satoshi", cost->fee);
  ctl_anchor_amount_coin(text, kind, cost->fee);
  put_string(writer, "fee", text);
  put_string(writer, "currency", ctl_anchor_amount_name(kind));
  put_number(writer, "entries", cost->entries);
  vd_writer_name(writer, "fee_for_each_entry");
  if (cost->entries == 0) {
    vd_writer_null(writer);
  } else {
    ctl_anchor_amount_each(text, kind, cost->fee, cost->entries);
    vd_writer_string(writer, text);
  }
  vd_writer_close(writer, '}');
}

static void put_last(const struct ctl_anchor_shown *shown, struct vd_writer *writer) {
  enum vd_chain_kind kind = shown->chain->kind;
  const struct ctl_anchor_figures *figures = &shown->figures;
  const struct vd_outbox_final *final = &figures->last.final;
  char root[2 * FRAG_HASH_LEN + 1];
  vd_writer_name(writer, "last");
  if (figures->count == 0) {
    vd_writer_null(writer);
    return;
  }
  vd_writer_open(writer, '{');
  put_number(writer, kind == VD_CHAIN_EVM ? "nonce" : "number", figures->last.number);
  put_number(writer, "entries", figures->last_attempt.size);
  vd_hex_encode(root, figures->last_attempt.root, FRAG_HASH_LEN);
  put_string(writer, "root", root);
  put_hash(writer, "transaction", kind, figures->last_attempt.id);
  put_number(writer, "block", final->block_number);
  put_hash(writer, "block_hash", kind, final->block_hash);
  put_time(writer, "time", final->block_time_s);
  put_cost(writer, "cost", kind, &figures->last_cost);
  vd_writer_close(writer, '}');
}

static void put_attempt(enum vd_chain_kind kind, const struct vd_outbox_attempt *attempt, struct vd_writer *writer) {
  vd_writer_open(writer, '{');
  put_hash(writer, "transaction", kind, attempt->id);
  put_number(writer, "entries", attempt->size);
  put_time(writer, "made", attempt->made_s);
  put_amount(writer, kind == VD_CHAIN_EVM ? "fee_wei_for_each_gas" : "fee_satoshi", attempt->fee);
  if (kind == VD_CHAIN_EVM) put_amount(writer, "tip_wei_for_each_gas", attempt->tip);
  vd_writer_close(writer, '}');
}

static enum vd_error put_under_way(const struct ctl_anchor_shown *shown, struct vd_writer *writer,
                                   struct vd_failure *failure) {
  const struct vd_outbox_slot *open = &shown->figures.open;
  enum vd_error error = VD_OK;
  vd_writer_name(writer, "under_way");
  if (!shown->figures.is_under_way) return vd_writer_null(writer), VD_OK;
  struct vd_outbox_attempt *attempt = malloc(sizeof *attempt);
  if (attempt == NULL) return vd_fail(failure, VD_MEMORY, "no memory for an attempt");
  vd_writer_open(writer, '{');
  put_number(writer, shown->chain->kind == VD_CHAIN_EVM ? "nonce" : "number", open->number);
  vd_writer_name(writer, "transactions");
  vd_writer_open(writer, '[');
  for (uint32_t i = 0; i < open->attempt_count && error == VD_OK; i++) {
    error = vd_outbox_attempt(shown->outbox, open->number, i, attempt, failure);
    if (error == VD_OK) put_attempt(shown->chain->kind, attempt, writer);
  }
  vd_writer_close(writer, ']');
  vd_writer_close(writer, '}');
  free(attempt);
  return error;
}

static void put_halted(const struct ctl_anchor_figures *figures, struct vd_writer *writer) {
  vd_writer_name(writer, "halted");
  if (figures->halted_why[0] == '\0') {
    vd_writer_null(writer);
    return;
  }
  vd_writer_open(writer, '{');
  put_time(writer, "since", figures->halted_s);
  put_string(writer, "reason", figures->halted_why);
  vd_writer_close(writer, '}');
}

static enum vd_error put_sent(const struct ctl_anchor_shown *shown, struct vd_writer *writer,
                              struct vd_failure *failure) {
  char account[VD_CHAIN_ACCOUNT_SIZE];
  vd_settings_account_write(shown->chain, account, vd_outbox_get_identity(shown->outbox)->account);
  put_string(writer, "account", account);
  put_number(writer, "anchors", shown->figures.count);
  put_number(writer, "entries_anchored", shown->figures.size);
  put_last(shown, writer);
  put_cost(writer, "total", shown->chain->kind, &shown->figures.total);
  put_halted(&shown->figures, writer);
  return put_under_way(shown, writer, failure);
}

enum vd_error ctl_anchor_status_write(const struct ctl_anchor_shown *shown, struct vd_writer *writer,
                                      struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  vd_writer_open(writer, '{');
  put_string(writer, "chain", shown->chain->name);
  put_string(writer, "kind", shown->chain->kind == VD_CHAIN_EVM ? "evm" : "bitcoin");
  put_string(writer, "outbox", shown->anchor->outbox);
  if (shown->unreadable.code != VD_OK) {
    put_string(writer, "unreadable", shown->unreadable.text);
    vd_writer_close(writer, '}');
    return VD_OK;
  }
  vd_writer_name(writer, "is_begun");
  vd_writer_boolean(writer, shown->outbox != NULL);
  vd_writer_name(writer, "entries");
  if (shown->has_log) vd_writer_number(writer, shown->log_size);
  else vd_writer_null(writer);
  if (shown->outbox != NULL) error = put_sent(shown, writer, failure);
  vd_writer_close(writer, '}');
  return error;
}
