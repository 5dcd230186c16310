#include "settings_chains.h"

#include <string.h>
#include <strings.h>

#include "chain/bitcoin_network.h"
#include "chain/bitcoin_transaction.h"
#include "chain/evm.h"

_Static_assert(VD_CHAIN_ACCOUNT_SIZE == VD_BITCOIN_ADDRESS_SIZE, "the longest address has room");

#define DAY_S 86400
#define YEAR_S 31536000
#define GWEI ((uint64_t)1000000000)

/* What is not said of a chain of that kind. */
struct defaults {
  unsigned confirmations, poll_s, timeout_ms;
};
static const struct defaults of_kind[] = {
  [VD_CHAIN_EVM] = {.confirmations = 0, .poll_s = 12, .timeout_ms = 10000},
  [VD_CHAIN_BITCOIN] = {.confirmations = 6, .poll_s = 60, .timeout_ms = 10000},
};

static const char *hrp_of(const struct vd_chain_settings *chain) {
  const struct vd_bitcoin_network *network = vd_bitcoin_network_find(chain->network);
  return network == NULL ? "bc" : network->hrp;
}

bool vd_settings_account_read(const struct vd_chain_settings *chain, const char *text,
                              uint8_t account[static VD_CHAIN_ACCOUNT_LEN]) {
  static const uint8_t nobody[VD_CHAIN_ACCOUNT_LEN];
  if (chain->kind == VD_CHAIN_BITCOIN) return vd_bitcoin_address_read(account, hrp_of(chain), text);
  return vd_evm_address_read(account, text) && memcmp(account, nobody, sizeof nobody) != 0;
}

void vd_settings_account_write(const struct vd_chain_settings *chain, char text[static VD_CHAIN_ACCOUNT_SIZE],
                               const uint8_t account[static VD_CHAIN_ACCOUNT_LEN]) {
  if (chain->kind == VD_CHAIN_BITCOIN) vd_bitcoin_address_write(text, hrp_of(chain), account);
  if (chain->kind == VD_CHAIN_EVM) vd_evm_address_write(text, account);
}

/* --- chains --- */

static void read_name(struct vd_section section, const struct vd_settings *settings, size_t i, char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  vd_config_text(section, "name", VD_REQUIRED, name, VD_CHAIN_NAME_SIZE);
  if (strspn(name, letters) != strlen(name)) vd_config_refuse(section, "name", "must be letters, digits and hyphens");
  for (size_t other = 0; other < i; other++)
    if (strcmp(settings->chains[other].name, name) == 0)
      vd_config_refuse(section, "name", "is also the name of chain %zu; each needs its own", other + 1);
}

/* What belongs to chains of the other kind would be without effect. */
static void refuse_key(struct vd_section section, const char *key, const char *whose) {
  if (vd_config_has(section, key)) vd_config_refuse(section, key, "belongs to %s; remove it", whose);
}

static void read_kind(struct vd_section section, struct vd_chain_settings *chain) {
  char kind[16] = "evm";
  vd_config_text(section, "kind", VD_REQUIRED, kind, sizeof kind);
  bool is_bitcoin = strcmp(kind, "bitcoin") == 0;
  if (!is_bitcoin && strcmp(kind, "evm") != 0) vd_config_refuse(section, "kind", "must be \"evm\" or \"bitcoin\"");
  chain->kind = is_bitcoin ? VD_CHAIN_BITCOIN : VD_CHAIN_EVM;
  if (!is_bitcoin) {
    vd_config_number_wide(section, "id", VD_REQUIRED, 1, INT64_MAX, &chain->id);
    refuse_key(section, "network", "chains of kind \"bitcoin\"");
    return;
  }
  vd_config_text(section, "network", VD_REQUIRED, chain->network, sizeof chain->network);
  if (vd_bitcoin_network_find(chain->network) == NULL)
    vd_config_refuse(section, "network", "must be main, test, signet or regtest");
  refuse_key(section, "id", "chains of kind \"evm\"");
}

static size_t len_of_url(const char *url) {
  size_t len = strlen(url);
  while (len > 0 && url[len - 1] == '/') len--;
  return len;
}

/* A host is the same in either case; a slash at the end says nothing. */
static bool is_same_endpoint(const char *left, const char *right) {
  size_t len = len_of_url(left), host_end = strlen("https://");
  host_end += strcspn(left + (len < host_end ? len : host_end), "/?");
  if (host_end > len) host_end = len;
  return len == len_of_url(right) && strncasecmp(left, right, host_end) == 0 &&
         memcmp(left + host_end, right + host_end, len - host_end) == 0;
}

/* An endpoint that was named twice would agree with itself. */
static void read_endpoints(struct vd_section section, struct vd_chain_settings *chain) {
  static const char *const none[] = {NULL};
  struct vd_section list = vd_config_list(section, "endpoints", VD_REQUIRED, VD_CHAIN_ENDPOINTS_MAX);
  chain->endpoints_count = vd_config_count(list);
  if (chain->endpoints_count == 0) vd_config_refuse(section, "endpoints", "is empty; name at least one node");
  for (size_t i = 0; i < chain->endpoints_count; i++) {
    size_t used = 0;
    vd_config_element_text(list, i, chain->endpoints[i], VD_URL_SIZE);
    if (!vd_setting_is_template(chain->endpoints[i], none, &used) || strchr(chain->endpoints[i], '#') != NULL)
      vd_config_refuse(list, NULL,
                       "endpoint %zu must be http://HOST/PATH or https://HOST/PATH, without a user: name and password "
                       "go into the file that credentials names",
                       i + 1);
    for (size_t other = 0; other < i; other++)
      if (is_same_endpoint(chain->endpoints[other], chain->endpoints[i]))
        vd_config_refuse(list, NULL, "endpoints %zu and %zu are the same; remove one", other + 1, i + 1);
  }
}

static void read_explorer(struct vd_section section, struct vd_chain_settings *chain) {
  static const char *const names[] = {"{transaction}", "{block}", NULL};
  size_t used = 0;
  vd_config_text(section, "explorer", VD_OPTIONAL, chain->explorer, sizeof chain->explorer);
  if (chain->explorer[0] == '\0' || (vd_setting_is_template(chain->explorer, names, &used) && used > 0)) return;
  vd_config_refuse(section, "explorer",
                   "must be an http or https URL with {transaction} or {block} in it, such as "
                   "https://explorer.example/tx/{transaction}");
}

static void read_chain(struct vd_section section, size_t i, struct vd_setting_folder folder,
                       struct vd_settings *settings) {
  static const char *const keys[] = {"name",        "kind",   "id",         "network",  "endpoints", "credentials",
                                     "confirmations", "first_block", "poll_s", "timeout_ms", "explorer",  NULL};
  struct vd_chain_settings *chain = &settings->chains[i];
  vd_config_keys(section, keys);
  read_name(section, settings, i, chain->name);
  read_kind(section, chain);
  read_endpoints(section, chain);
  vd_setting_path(section, "credentials", VD_OPTIONAL, folder, chain->credentials);
  const struct defaults *defaults = &of_kind[chain->kind];
  chain->confirmations = defaults->confirmations;
  chain->poll_s = defaults->poll_s;
  chain->timeout_ms = defaults->timeout_ms;
  vd_config_number(section, "confirmations", VD_OPTIONAL, chain->kind == VD_CHAIN_BITCOIN, 100000,
                   &chain->confirmations);
  vd_config_number_wide(section, "first_block", VD_OPTIONAL, 0, INT64_MAX, &chain->first_block);
  vd_config_number(section, "poll_s", VD_OPTIONAL, 1, 3600, &chain->poll_s);
  vd_config_number(section, "timeout_ms", VD_OPTIONAL, 100, 120000, &chain->timeout_ms);
  read_explorer(section, chain);
}

void vd_settings_chains(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  struct vd_section list = vd_config_list(root, "chains", VD_OPTIONAL, VD_CHAINS_MAX);
  settings->chains_count = vd_config_count(list);
  for (size_t i = 0; i < settings->chains_count; i++) read_chain(vd_config_element(list, i), i, folder, settings);
}

/* --- what names them --- */

/* The chain that is named; the first one when that cannot be told, which has been refused then. */
static size_t read_chain_name(struct vd_section section, const struct vd_settings *settings) {
  char name[VD_CHAIN_NAME_SIZE] = "";
  vd_config_text(section, "chain", VD_REQUIRED, name, sizeof name);
  for (size_t i = 0; i < settings->chains_count; i++)
    if (strcmp(settings->chains[i].name, name) == 0) return i;
  vd_config_refuse(section, "chain", "\"%s\" is not the name of any of the file's chains; add it there", name);
  return 0;
}

static void read_account(struct vd_section section, const struct vd_chain_settings *chain,
                         uint8_t account[static VD_CHAIN_ACCOUNT_LEN]) {
  char text[VD_CHAIN_ACCOUNT_SIZE] = "";
  vd_config_text(section, "account", VD_REQUIRED, text, sizeof text);
  if (vd_settings_account_read(chain, text, account)) return;
  if (chain->kind == VD_CHAIN_EVM) {
    vd_config_refuse(section, "account",
                     "must be an address: 0x and 40 hexadecimal digits, mixed in upper and lower case only rightly");
  } else {
    vd_config_refuse(section, "account", "must be a P2WPKH address of the network %s, such as %s1q…", chain->network,
                     hrp_of(chain));
  }
}

void vd_settings_anchored(struct vd_section section, const struct vd_settings *settings, bool has_memory,
                          struct vd_operator_settings *operator) {
  static const char *const keys[] = {"chain", "account", "due_s", NULL};
  struct vd_section list = vd_config_list(section, "anchored", VD_OPTIONAL, VD_LOG_CHAINS_MAX);
  operator->anchored_count = vd_config_count(list);
  if (operator->anchored_count > 0 && !has_memory)
    vd_config_refuse(section, "anchored", "needs memory: the folder where the anchors that are found are kept");
  for (size_t i = 0; i < operator->anchored_count; i++) {
    struct vd_anchored_settings *anchored = &operator->anchored[i];
    struct vd_section item = vd_config_element(list, i);
    vd_config_keys(item, keys);
    anchored->chain = read_chain_name(item, settings);
    read_account(item, &settings->chains[anchored->chain], anchored->account);
    anchored->due_s = 2 * DAY_S;
    vd_config_number_wide(item, "due_s", VD_OPTIONAL, 60, YEAR_S, &anchored->due_s);
    for (size_t other = 0; other < i; other++)
      if (operator->anchored[other].chain == anchored->chain)
        vd_config_refuse(item, "chain", "is named twice for this operator; remove one");
  }
}

/* --- the own operator's --- */

static void read_key(struct vd_section section, struct vd_setting_folder folder, struct vd_anchor_settings *anchor) {
  bool has_command = vd_config_has(section, "key_command");
  if (has_command == vd_config_has(section, "key"))
    vd_config_refuse(section, has_command ? "key_command" : NULL,
                     "needs either a key, or a key_command that prints it");
  vd_setting_path(section, "key", VD_OPTIONAL, folder, anchor->key);
  vd_setting_path(section, "passphrase", VD_OPTIONAL, folder, anchor->passphrase);
  struct vd_section words = vd_config_list(section, "key_command", VD_OPTIONAL, VD_KEY_COMMAND_WORDS_MAX);
  anchor->key_command_count = vd_config_count(words);
  for (size_t i = 0; i < anchor->key_command_count; i++)
    vd_config_element_text(words, i, anchor->key_command[i], VD_PATH_SIZE);
  if (has_command && anchor->key_command[0][0] != '/')
    vd_config_refuse(section, "key_command", "must begin with the program's whole path, such as /usr/bin/key-tool");
}

static void read_fees(struct vd_section section, const struct vd_chain_settings *chain,
                      struct vd_anchor_settings *anchor) {
  static const char gwei[] = "gwei for each gas";
  if (chain->kind == VD_CHAIN_BITCOIN) {
    anchor->fee_max = 100;
    vd_config_number_of(section, "fee_max", VD_OPTIONAL, "satoshi for each virtual byte", 1, 100000, &anchor->fee_max);
    refuse_key(section, "tip", "chains of kind \"evm\"");
    return;
  }
  anchor->fee_max = 200 * GWEI;
  vd_config_billionths(section, "fee_max", VD_OPTIONAL, gwei, 1, 1000000 * GWEI, &anchor->fee_max);
  anchor->tip = anchor->fee_max < GWEI ? anchor->fee_max : GWEI;
  vd_config_billionths(section, "tip", VD_OPTIONAL, gwei, 0, 1000000 * GWEI, &anchor->tip);
  if (anchor->tip > anchor->fee_max) vd_config_refuse(section, "tip", "is more than fee_max, of which it is a part");
}

static void read_coins(struct vd_section section, const struct vd_chain_settings *chain,
                       struct vd_anchor_settings *anchor) {
  struct vd_bitcoin_coin coins[VD_ANCHOR_COINS_MAX] = {0};
  if (chain->kind == VD_CHAIN_EVM) refuse_key(section, "coins", "chains of kind \"bitcoin\"");
  struct vd_section list = vd_config_list(section, "coins", VD_OPTIONAL, VD_ANCHOR_COINS_MAX);
  anchor->coins_count = vd_config_count(list);
  for (size_t i = 0; i < anchor->coins_count; i++) {
    vd_config_element_text(list, i, anchor->coins[i], sizeof anchor->coins[i]);
    if (!vd_bitcoin_outpoint_read(&coins[i], anchor->coins[i]))
      vd_config_refuse(list, NULL, "coin %zu must be TXID:OUTPUT: 64 hexadecimal digits, a colon and a number", i + 1);
    for (size_t other = 0; other < i; other++)
      if (coins[other].output == coins[i].output && memcmp(coins[other].transaction, coins[i].transaction, 32) == 0)
        vd_config_refuse(list, NULL, "coins %zu and %zu are the same; remove one", other + 1, i + 1);
  }
}

/* What has been sent must not get mixed up with anything. */
static void refuse_shared(struct vd_section section, const struct vd_settings *settings, size_t i) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  const struct vd_anchor_settings *anchor = &own->anchors[i];
  bool is_store = strcmp(anchor->outbox, own->store) == 0;
  for (size_t other = 0; other < settings->operators_count; other++)
    is_store = is_store || strcmp(anchor->outbox, settings->operators[other].store) == 0;
  if (is_store) vd_config_refuse(section, "outbox", "is a store; it needs its own folder");
  for (size_t other = 0; other < i; other++) {
    if (own->anchors[other].chain == anchor->chain)
      vd_config_refuse(section, "chain", "is named twice; the log is anchored once on each chain");
    if (strcmp(own->anchors[other].outbox, anchor->outbox) == 0)
      vd_config_refuse(section, "outbox", "is also that of anchor %zu; each needs its own folder", other + 1);
  }
}

void vd_settings_anchors(struct vd_section section, struct vd_setting_folder folder, struct vd_settings *settings) {
  static const char *const keys[] = {"chain",   "outbox",    "key",     "key_command", "passphrase", "interval_s",
                                     "entries", "replace_s", "fee_max", "tip",         "coins",      NULL};
  struct vd_own_operator_settings *own = &settings->own_operator;
  struct vd_section list = vd_config_list(section, "anchors", VD_OPTIONAL, VD_LOG_CHAINS_MAX);
  own->anchors_count = vd_config_count(list);
  for (size_t i = 0; i < own->anchors_count; i++) {
    struct vd_anchor_settings *anchor = &own->anchors[i];
    struct vd_section item = vd_config_element(list, i);
    vd_config_keys(item, keys);
    anchor->chain = read_chain_name(item, settings);
    vd_setting_path(item, "outbox", VD_REQUIRED, folder, anchor->outbox);
    read_key(item, folder, anchor);
    anchor->interval_s = 3600;
    anchor->entries = 1;
    anchor->replace_s = 300;
    vd_config_number(item, "interval_s", VD_OPTIONAL, 1, YEAR_S, &anchor->interval_s);
    vd_config_number(item, "entries", VD_OPTIONAL, 1, 1000000000, &anchor->entries);
    vd_config_number(item, "replace_s", VD_OPTIONAL, 1, DAY_S, &anchor->replace_s);
    read_fees(item, &settings->chains[anchor->chain], anchor);
    read_coins(item, &settings->chains[anchor->chain], anchor);
    refuse_shared(item, settings, i);
  }
}
