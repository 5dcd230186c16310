#include "audit_chains.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "anchor/following.h"
#include "anchor_command.h"
#include "config/settings_chains.h"
#include "date.h"

#define CONNECTIONS 4
#define FORCE_MS ((uint64_t)1 << 40) /* a chain that is walked once is asked again without waiting for its next poll */

/* --- which chains, and whose anchors --- */

static enum vd_error find_chain(struct ctl_audit_chains *chains, const char *config, const char *name,
                                struct vd_failure *failure) {
  for (size_t i = 0; i < chains->count; i++)
    if (strcmp(chains->items[i].settings->name, name) == 0)
      return vd_fail(failure, VD_USAGE, "--chain %s is given twice", name);
  for (size_t i = 0; i < chains->settings->chains_count; i++) {
    if (strcmp(chains->settings->chains[i].name, name) != 0) continue;
    chains->items[chains->count++].settings = &chains->settings->chains[i];
    return VD_OK;
  }
  return vd_fail(failure, VD_USAGE, "%s: has no chain \"%s\"; add it there, or correct --chain", config, name);
}

/* An account that was given goes with the one chain that it can be an address of. */
static enum vd_error take_account(struct ctl_audit_chains *chains, const char *text, bool has_account[],
                                  struct vd_failure *failure) {
  uint8_t account[VD_CHAIN_ACCOUNT_LEN];
  size_t taken = 0;
  for (size_t i = 0; i < chains->count; i++) {
    struct ctl_audit_chain *chain = &chains->items[i];
    if (!vd_settings_account_read(chain->settings, text, account)) continue;
    if (has_account[i])
      return vd_fail(failure, VD_USAGE, "two --account are addresses of the chain %s", chain->settings->name);
    memcpy(chain->account, account, sizeof chain->account);
    has_account[i] = true;
    taken++;
  }
  if (taken > 0) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--account %s is not an address of any --chain", text);
}

static bool find_anchored(const struct ctl_audit_chains *chains, const struct ctl_audit_chains_given *given,
                          struct ctl_audit_chain *chain) {
  const struct vd_settings *settings = chains->settings;
  for (size_t k = 0; k < settings->operators_count; k++) {
    const struct vd_operator_settings *operator = &settings->operators[k];
    bool is_it = operator->number == given->operator_number ||
                 (operator->vkey[0] != '\0' && strcmp(operator->vkey, given->vkey) == 0);
    for (size_t i = 0; is_it && i < operator->anchored_count; i++) {
      if (&settings->chains[operator->anchored[i].chain] != chain->settings) continue;
      memcpy(chain->account, operator->anchored[i].account, sizeof chain->account);
      return true;
    }
  }
  return false;
}

/* An operator who audits the own log need not say the account, which the outbox knows. */
static bool find_own(const struct ctl_audit_chains *chains, const struct ctl_audit_chains_given *given,
                     struct ctl_audit_chain *chain) {
  const struct vd_own_operator_settings *own = &chains->settings->own_operator;
  if (own->number == 0 || strcmp(own->origin, given->origin) != 0) return false;
  for (size_t i = 0; i < own->anchors_count; i++) {
    struct vd_outbox *outbox = NULL;
    if (&chains->settings->chains[own->anchors[i].chain] != chain->settings) continue;
    if (ctl_anchor_open(chains->settings, i, &outbox, NULL) != VD_OK) return false;
    memcpy(chain->account, vd_outbox_get_identity(outbox)->account, sizeof chain->account);
    vd_outbox_close(outbox);
    return true;
  }
  return false;
}

static enum vd_error find_accounts(struct ctl_audit_chains *chains, const struct ctl_audit_chains_given *given,
                                   struct vd_failure *failure) {
  bool has_account[VD_CHAINS_MAX] = {false};
  enum vd_error error = VD_OK;
  for (size_t i = 0; i < given->accounts.count && error == VD_OK; i++)
    error = take_account(chains, given->accounts.items[i], has_account, failure);
  for (size_t i = 0; i < chains->count && error == VD_OK; i++) {
    struct ctl_audit_chain *chain = &chains->items[i];
    if (has_account[i] || find_anchored(chains, given, chain) || find_own(chains, given, chain)) continue;
    error = vd_fail(failure, VD_USAGE,
                    "whose anchors are looked for on %s? Give --account ADDRESS, or name it in %s: anchored, at the "
                    "operator with the log's vkey",
                    chain->settings->name, given->config);
  }
  return error;
}

/* --- life --- */

static enum vd_error open_anchors(struct ctl_audit_chains *chains, const struct ctl_audit_chains_given *given,
                                  struct vd_failure *failure) {
  char path[CTL_AUDIT_PATH_SIZE];
  const struct vd_client_options options = {.connections_per_host = CONNECTIONS};
  if (snprintf(path, sizeof path, "%s/anchors", given->state) >= (int)sizeof path)
    return vd_fail(failure, VD_USAGE, "--state is too long");
  for (size_t i = 0; i < chains->count; i++) {
    const struct ctl_audit_chain *chain = &chains->items[i];
    struct vd_anchors_track_options *track = &chains->tracks[i];
    *track = (struct vd_anchors_track_options){.origin = given->origin, .chain = chain->settings->name,
                                               .due_s = UINT32_MAX};
    memcpy(track->account, chain->account, sizeof track->account);
    vd_following_chain_id(chain->settings, track->chain_id);
  }
  enum vd_error error = vd_anchors_open(path, chains->tracks, chains->count, &chains->anchors, failure);
  return error == VD_OK ? vd_client_new(&options, &chains->client, failure) : error;
}

enum vd_error ctl_audit_chains_begin(struct ctl_audit_chains *chains, const struct ctl_audit_chains_given *given,
                                     struct vd_failure *failure) {
  if (given->chains.count == 0 && given->accounts.count > 0)
    return vd_fail(failure, VD_USAGE, "--account goes with --chain");
  if (given->chains.count == 0) return VD_OK;
  if (given->chains.count > VD_CHAINS_MAX)
    return vd_fail(failure, VD_USAGE, "more than %d --chain", VD_CHAINS_MAX);
  if (given->config == NULL)
    return vd_fail(failure, VD_USAGE, "--chain needs --config FILE: a configuration that names the chain's nodes");
  if (given->state == NULL)
    return vd_fail(failure, VD_USAGE, "--chain needs --state DIR, where the anchors that are found are kept");
  chains->settings = calloc(1, sizeof *chains->settings);
  if (chains->settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  enum vd_error error = vd_settings_read(given->config, chains->settings, failure);
  for (size_t i = 0; i < given->chains.count && error == VD_OK; i++)
    error = find_chain(chains, given->config, given->chains.items[i], failure);
  if (error == VD_OK) error = find_accounts(chains, given, failure);
  return error == VD_OK ? open_anchors(chains, given, failure) : error;
}

void ctl_audit_chains_end(struct ctl_audit_chains *chains) {
  vd_client_free(chains->client);
  vd_anchors_close(chains->anchors);
  free(chains->settings);
  *chains = (struct ctl_audit_chains){0};
}

/* --- looking through them --- */

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  (void)context;
  bool is_shown = grade == VD_ANCHORING_ALARM || strcmp(event, "anchor_unproven") == 0;
  if (is_shown) (void)fprintf(stderr, "verifyctl audit: %s: %s\n", event, detail);
}

static void show(const struct ctl_audit_chains *chains, size_t i, bool is_shown, bool is_end) {
  struct vd_anchors_view view;
  char time[CTL_DATE_SIZE];
  if (!is_shown) return;
  vd_anchors_look(chains->anchors, i, &view);
  ctl_date_format(time, view.seen_time_s);
  (void)fprintf(stderr, "\r%s: block %" PRIu64 " of %s, %" PRIu64 " anchors%s", chains->items[i].settings->name,
                view.seen_number, time, view.count, is_end ? "\n" : "");
}

/* Every look asks for as much as one round can; rounds follow until the end is reached, or nothing comes several times
 * in a row. */
static void walk(struct ctl_audit_chains *chains, size_t i, struct vd_following *following, bool is_shown) {
  struct ctl_audit_chain *chain = &chains->items[i];
  bool is_stuck = false;
  char why[256] = "";
  unsigned silent = 0;
  for (;;) {
    vd_following_look(following, (uint64_t)time(NULL), vd_client_now_ms() + FORCE_MS);
    vd_client_run(chains->client);
    if (vd_following_is_done(following, &is_stuck, why)) break;
    show(chains, i, is_shown, false);
    silent = is_stuck ? silent + 1 : 0;
    if (ctl_audit_source_pause(silent)) continue;
    (void)vd_fail(&chain->walk, VD_UNAVAILABLE, "chain %s: %s", chain->settings->name, why);
    break;
  }
  show(chains, i, is_shown, true);
}

enum vd_error ctl_audit_chains_walk(struct ctl_audit_chains *chains, bool is_quiet, struct vd_failure *failure) {
  bool is_shown = !is_quiet && isatty(STDERR_FILENO) == 1;
  for (size_t i = 0; i < chains->count; i++) {
    struct vd_following *following = NULL;
    const struct vd_following_options options = {.chain = chains->items[i].settings, .client = chains->client,
                                                 .anchors = chains->anchors, .track_count = 1, .tracks = &i,
                                                 .tell = tell};
    enum vd_error error = vd_following_new(&options, &following, failure);
    if (error != VD_OK) return error;
    walk(chains, i, following, is_shown);
    vd_following_free(following);
  }
  return VD_OK;
}

enum vd_error ctl_audit_chains_result(const struct ctl_audit_chains *chains, struct vd_failure *failure) {
  for (size_t i = 0; i < chains->count; i++)
    if (chains->items[i].walk.code != VD_OK)
      return vd_fail(failure, chains->items[i].walk.code,
                     "%s; its later anchors are not known: run the same command again to continue",
                     chains->items[i].walk.text);
  return VD_OK;
}
