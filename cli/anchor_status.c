/* anchor_status.c: verifyctl anchor status, for people. */
#include "anchor_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "anchor_command.h"
#include "config/settings_chains.h"
#include "date.h"
#include "options.h"

/* --- printing --- */

static void print_place(const struct ctl_anchor_shown *shown) {
  const struct vd_chain_settings *chain = shown->chain;
  if (chain->kind == VD_CHAIN_EVM) (void)printf("%s (EVM chain %" PRIu64 ")\n", chain->name, chain->id);
  if (chain->kind == VD_CHAIN_BITCOIN) (void)printf("%s (Bitcoin, network %s)\n", chain->name, chain->network);
  (void)printf("  %-13s%s\n", "outbox", shown->anchor->outbox);
  if (shown->outbox == NULL) return;
  char account[VD_CHAIN_ACCOUNT_SIZE];
  vd_settings_account_write(chain, account, vd_outbox_get_identity(shown->outbox)->account);
  (void)printf("  %-13s%s\n", "account", account);
}

static void print_last(const struct ctl_anchor_shown *shown) {
  const struct ctl_anchor_figures *figures = &shown->figures;
  char time[CTL_DATE_SIZE], hash[CTL_ANCHOR_HASH_SIZE];
  if (shown->has_log && shown->log_size == 0 && figures->size == 0) {
    (void)printf("  %-13sno entries yet, so that there is nothing to anchor\n", "log");
  } else if (shown->has_log && shown->log_size > figures->size) {
    (void)printf("  %-13s%" PRIu64 " entries, of which the last %" PRIu64 " are not anchored\n", "log",
                 shown->log_size, shown->log_size - figures->size);
  } else if (shown->has_log) {
    bool is_set_back = shown->log_size < figures->size;
    (void)printf("  %-13s%" PRIu64 " entries, %s\n", "log", shown->log_size,
                 is_set_back ? "fewer than were anchored: it was set back" : "all of them anchored");
  }
  if (figures->count == 0) {
    (void)printf("  %-13snone is final yet\n", "anchors");
    return;
  }
  const struct vd_outbox_final *final = &figures->last.final;
  ctl_date_format(time, final->block_time_s);
  ctl_anchor_hash(hash, shown->chain->kind, figures->last_attempt.id);
  (void)printf("  %-13s%" PRIu64 " entries, in block %" PRIu64 " of %s\n", "last anchor", figures->last_attempt.size,
               final->block_number, time);
  (void)printf("  %-13stransaction %s\n", "", hash);
}

static void print_cost(const struct ctl_anchor_shown *shown, const char *what, const struct ctl_anchor_cost *cost) {
  enum vd_chain_kind kind = shown->chain->kind;
  char fee[CTL_ANCHOR_AMOUNT_SIZE], each[CTL_ANCHOR_AMOUNT_SIZE];
  ctl_anchor_amount_coin(fee, kind, cost->fee);
  (void)printf("  %-13s", what);
  if (kind == VD_CHAIN_EVM) (void)printf("%" PRIu64 " gas, ", cost->gas);
  (void)printf("fee %s %s", fee, ctl_anchor_amount_name(kind));
  if (cost->entries == 0) {
    (void)printf("; no new entries\n");
    return;
  }
  ctl_anchor_amount_each(each, kind, cost->fee, cost->entries);
  (void)printf("; %s for each of %" PRIu64 " entries\n", each, cost->entries);
}

static void print_costs(const struct ctl_anchor_shown *shown) {
  const struct ctl_anchor_figures *figures = &shown->figures;
  char what[32];
  if (figures->count == 0) return;
  print_cost(shown, "cost of it", &figures->last_cost);
  (void)snprintf(what, sizeof what, "of all %" PRIu64, figures->count);
  print_cost(shown, what, &figures->total);
}

static void print_attempt(const struct ctl_anchor_shown *shown, uint32_t number,
                          const struct vd_outbox_attempt *attempt) {
  enum vd_chain_kind kind = shown->chain->kind;
  char time[CTL_DATE_SIZE], hash[CTL_ANCHOR_HASH_SIZE], fee[CTL_ANCHOR_AMOUNT_SIZE], tip[CTL_ANCHOR_AMOUNT_SIZE];
  ctl_date_format(time, attempt->made_s);
  ctl_anchor_hash(hash, kind, attempt->id);
  (void)printf("  %-13s%" PRIu32 ". %s, %" PRIu64 " entries, ", "", number + 1, time, attempt->size);
  if (kind == VD_CHAIN_EVM) {
    ctl_anchor_amount_gwei(fee, attempt->fee);
    ctl_anchor_amount_gwei(tip, attempt->tip);
    (void)printf("at most %s gwei for each gas, tip %s\n", fee, tip);
  } else {
    ctl_anchor_amount_coin(fee, kind, attempt->fee);
    (void)printf("fee %s bitcoin\n", fee);
  }
  (void)printf("  %-13s   %s\n", "", hash);
}

static enum vd_error print_under_way(const struct ctl_anchor_shown *shown, struct vd_failure *failure) {
  const struct vd_outbox_slot *open = &shown->figures.open;
  enum vd_error error = VD_OK;
  if (!shown->figures.is_under_way) return VD_OK;
  struct vd_outbox_attempt *attempt = malloc(sizeof *attempt);
  if (attempt == NULL) return vd_fail(failure, VD_MEMORY, "no memory for an attempt");
  (void)printf("  %-13s%s %" PRIu64 ", %" PRIu32 " transaction%s, one of which will be mined:\n", "under way",
               shown->chain->kind == VD_CHAIN_EVM ? "nonce" : "anchor", open->number, open->attempt_count,
               open->attempt_count == 1 ? "" : "s");
  for (uint32_t i = 0; i < open->attempt_count && error == VD_OK; i++) {
    error = vd_outbox_attempt(shown->outbox, open->number, i, attempt, failure);
    if (error == VD_OK) print_attempt(shown, i, attempt);
  }
  free(attempt);
  return error;
}

static void print_halted(const struct ctl_anchor_shown *shown) {
  const struct ctl_anchor_figures *figures = &shown->figures;
  char time[CTL_DATE_SIZE];
  if (figures->halted_why[0] == '\0') return;
  ctl_date_format(time, figures->halted_s);
  (void)printf("  %-13ssince %s: %s\n", "HALTED", time, figures->halted_why);
  (void)printf("  %-13snothing is sent until you have found out why, have stopped verifyd, and have said:\n"
               "  %-13sverifyctl anchor resume --config %s --chain %s\n", "", "", shown->config, shown->chain->name);
}

enum vd_error ctl_anchor_status_print(const struct ctl_anchor_shown *shown, struct vd_failure *failure) {
  print_place(shown);
  if (shown->unreadable.code != VD_OK) {
    (void)printf("  %-13s%s\n", "HALTED", shown->unreadable.text);
    return VD_OK;
  }
  if (shown->outbox == NULL) {
    (void)printf("  %-13snothing was ever sent\n", "anchors");
    return VD_OK;
  }
  print_last(shown);
  print_costs(shown);
  enum vd_error error = print_under_way(shown, failure);
  print_halted(shown);
  return error;
}
