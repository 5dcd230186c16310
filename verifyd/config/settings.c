#include "settings.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hex.h"
#include "config.h"
#include "settings_chains.h"
#include "setting_value.h"

static const struct vd_limits default_limits = {
  .connections = 4096,
  .header_bytes = 8192,
  .header_ms = 5000,
  .body_ms = 20000,
  .idle_ms = 30000,
  .write_ms = 20000,
  .body_bytes = 65536,
  .picture_bytes = 10u << 20,
  .pictures_waiting = 32,
  .operator_ms = 2000,
  .submissions_waiting = 16,
};

/* "127.0.0.1:8080" or "[::1]:8080". */
static bool parse_endpoint(const char *text, struct vd_endpoint *endpoint) {
  uint8_t address[16];
  bool brackets = text[0] == '[';
  const char *colon = strrchr(text, ':');
  if (colon == NULL || !vd_setting_port(colon + 1, &endpoint->port)) return false;
  const char *host = text + brackets, *end = colon - brackets;
  if (end <= host || (brackets && *end != ']')) return false;
  size_t len = (size_t)(end - host);
  if (len >= sizeof endpoint->host) return false;
  memcpy(endpoint->host, host, len);
  endpoint->host[len] = '\0';
  return inet_pton(brackets ? AF_INET6 : AF_INET, endpoint->host, address) == 1;
}

static void read_endpoint(struct vd_section root, const char *key, const char *fallback, struct vd_endpoint *endpoint) {
  char text[80];
  (void)snprintf(text, sizeof text, "%s", fallback);
  vd_config_text(root, key, VD_OPTIONAL, text, sizeof text);
  if (!parse_endpoint(text, endpoint)) {
    vd_config_refuse(root, key, "must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080");
  }
}

static void read_root(struct vd_section list, size_t i, struct vd_trust_settings *trust) {
  char text[65] = "";
  vd_config_element_text(list, i, text, sizeof text);
  if (!vd_hex_decode(trust->roots[i], 32, text, strlen(text))) {
    vd_config_refuse(list, NULL, "root %zu is not 64 hexadecimal digits; verifyctl keygen --kind root prints them",
                     i + 1);
  }
  for (size_t other = 0; other < i; other++) {
    if (memcmp(trust->roots[other], trust->roots[i], 32) != 0) continue;
    vd_config_refuse(list, NULL, "roots %zu and %zu are the same key; remove one", other + 1, i + 1);
  }
}

static void read_trust(struct vd_section root, struct vd_setting_folder folder, struct vd_trust_settings *trust) {
  static const char *const keys[] = {"file", "roots", "threshold", NULL};
  struct vd_section section = vd_config_group(root, "trust", VD_REQUIRED);
  vd_config_keys(section, keys);
  vd_setting_path(section, "file", VD_REQUIRED, folder, trust->file);
  struct vd_section list = vd_config_list(section, "roots", VD_REQUIRED, VD_ROOTS_MAX);
  trust->roots_count = vd_config_count(list);
  if (trust->roots_count == 0) vd_config_refuse(section, "roots", "is empty; name at least one root key");
  for (size_t i = 0; i < trust->roots_count; i++) read_root(list, i, trust);
  trust->threshold = 1;
  vd_config_number(section, "threshold", VD_OPTIONAL, 1, (unsigned)trust->roots_count, &trust->threshold);
}

static void refuse_shared_store(struct vd_section section, const struct vd_settings *settings, size_t i) {
  for (size_t other = 0; other < i; other++) {
    if (settings->operators[i].store[0] == '\0') continue;
    if (strcmp(settings->operators[other].store, settings->operators[i].store) != 0) continue;
    vd_config_refuse(section, "store", "is also the store of operator %zu; each operator needs its own", other + 1);
  }
}

/* A ledger on this machine, or one over the network with the key that its log is signed with. */
static void read_place(struct vd_section section, struct vd_setting_folder folder,
                       struct vd_operator_settings *operator) {
  bool is_remote = vd_config_has(section, "url");
  if (is_remote == vd_config_has(section, "store")) {
    vd_config_refuse(section, is_remote ? "url" : NULL, "needs either a store, or a url and the vkey of its log");
  } else if (is_remote) {
    vd_setting_url(section, "url", operator->url);
    vd_config_text(section, "vkey", VD_REQUIRED, operator->vkey, sizeof operator->vkey);
  } else {
    vd_setting_path(section, "store", VD_REQUIRED, folder, operator->store);
    if (vd_config_has(section, "vkey"))
      vd_config_refuse(section, "vkey", "belongs to a url; a store on this machine says its key itself");
  }
}

static void read_operator(struct vd_section section, size_t i, struct vd_setting_folder folder, bool has_memory,
                          struct vd_settings *settings) {
  static const char *const keys[] = {"number", "name", "store", "url", "vkey", "anchored", NULL};
  struct vd_operator_settings *operator= &settings->operators[i];
  vd_config_keys(section, keys);
  vd_config_number(section, "number", VD_REQUIRED, 1, VD_OPERATORS_MAX, &operator->number);
  vd_config_text(section, "name", VD_REQUIRED, operator->name, sizeof operator->name);
  read_place(section, folder, operator);
  vd_settings_anchored(section, settings, has_memory, operator);
  if (operator->number != i + 1) {
    vd_config_refuse(section, "number", "must be %zu: operators are numbered 1, 2, 3 … in the order of the list",
                     i + 1);
  }
  refuse_shared_store(section, settings, i);
}

static void read_operators(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  struct vd_section list = vd_config_list(root, "operators", VD_REQUIRED, VD_OPERATORS_MAX);
  settings->operators_count = vd_config_count(list);
  if (settings->operators_count == 0) vd_config_refuse(root, "operators", "is empty; name at least one operator");
  bool has_memory = vd_config_has(root, "memory");
  for (size_t i = 0; i < settings->operators_count; i++)
    read_operator(vd_config_element(list, i), i, folder, has_memory, settings);
  vd_config_number(root, "threshold", VD_REQUIRED, 1, (unsigned)settings->operators_count, &settings->threshold);
}

/* A store has one number, and a number one store. The same store is what the other number or path was meant for, so
 * that it is told first. */
static void refuse_other_number(struct vd_section section, const struct vd_settings *settings) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  const struct vd_operator_settings *others = settings->operators;
  for (size_t i = 0; i < settings->operators_count; i++)
    if (strcmp(own->store, others[i].store) == 0 && own->number != others[i].number)
      vd_config_refuse(section, "number", "must be %u: operators names this store with that number", others[i].number);
  for (size_t i = 0; i < settings->operators_count; i++)
    if (own->number == others[i].number && others[i].store[0] != '\0' && strcmp(own->store, others[i].store) != 0)
      vd_config_refuse(section, "store", "must be %s: operators names that for number %u", others[i].store,
                       own->number);
}

static void read_witnesses(struct vd_section section, struct vd_own_operator_settings *own) {
  static const char *const keys[] = {"url", "vkey", NULL};
  struct vd_section list = vd_config_list(section, "witnesses", VD_OPTIONAL, VD_WITNESSES_MAX);
  own->witnesses_count = vd_config_count(list);
  for (size_t i = 0; i < own->witnesses_count; i++) {
    struct vd_section witness = vd_config_element(list, i);
    vd_config_keys(witness, keys);
    vd_setting_url(witness, "url", own->witnesses[i].url);
    vd_config_text(witness, "vkey", VD_REQUIRED, own->witnesses[i].vkey, sizeof own->witnesses[i].vkey);
  }
}

/* The name of a key, as C2SP's signed notes have it: no space and no plus sign. */
static bool is_origin(const char *text) {
  for (const char *at = text; *at != '\0'; at++)
    if (*at <= ' ' || *at > '~' || *at == '+') return false;
  return strstr(text, "://") == NULL;
}

static void read_own_operator(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  static const char *const keys[] = {"number",        "name",         "store",     "origin",  "key",
                                     "items_per_day", "checkpoint_s", "witnesses", "anchors", NULL};
  struct vd_own_operator_settings *own = &settings->own_operator;
  struct vd_section section = vd_config_group(root, "operator", VD_REQUIRED);
  vd_config_keys(section, keys);
  vd_config_number(section, "number", VD_REQUIRED, 1, VD_OPERATORS_MAX, &own->number);
  vd_config_text(section, "name", VD_REQUIRED, own->name, sizeof own->name);
  vd_setting_path(section, "store", VD_REQUIRED, folder, own->store);
  vd_config_text(section, "origin", VD_REQUIRED, own->origin, sizeof own->origin);
  if (!is_origin(own->origin)) {
    vd_config_refuse(section, "origin",
                     "must be visible ASCII without spaces, + and scheme, such as ledger.example/log/%u", own->number);
  }
  vd_setting_path(section, "key", VD_REQUIRED, folder, own->key);
  own->checkpoint_s = 60;
  vd_config_number(section, "items_per_day", VD_OPTIONAL, 0, 1000000000, &own->items_per_day);
  vd_config_number(section, "checkpoint_s", VD_OPTIONAL, 1, 86400, &own->checkpoint_s);
  read_witnesses(section, own);
  refuse_other_number(section, settings);
  vd_settings_anchors(section, folder, settings);
}

static void read_witness(struct vd_section root, struct vd_setting_folder folder, struct vd_witness_settings *witness) {
  static const char *const keys[] = {"key", "logs", NULL};
  struct vd_section section = vd_config_group(root, "witness", VD_REQUIRED);
  vd_config_keys(section, keys);
  vd_setting_path(section, "key", VD_REQUIRED, folder, witness->key);
  struct vd_section list = vd_config_list(section, "logs", VD_OPTIONAL, VD_WITNESSED_MAX);
  witness->logs_count = vd_config_count(list);
  for (size_t i = 0; i < witness->logs_count; i++)
    vd_config_element_text(list, i, witness->logs[i], sizeof witness->logs[i]);
  if (!vd_config_has(root, "memory"))
    vd_config_refuse(section, NULL, "needs memory: the folder where it remembers what it has signed");
}

static void read_memory(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  vd_setting_path(root, "memory", VD_OPTIONAL, folder, settings->memory);
  bool shared = strcmp(settings->memory, settings->own_operator.store) == 0;
  for (size_t i = 0; i < settings->operators_count; i++)
    shared = shared || strcmp(settings->memory, settings->operators[i].store) == 0;
  for (size_t i = 0; i < settings->own_operator.anchors_count; i++)
    if (settings->memory[0] != '\0' && strcmp(settings->memory, settings->own_operator.anchors[i].outbox) == 0)
      vd_config_refuse(root, "memory", "is an outbox; it needs its own folder");
  if (settings->memory[0] != '\0' && shared) vd_config_refuse(root, "memory", "is a store; it needs its own folder");
}

static void read_roles(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  bool is_operator = vd_config_has(root, "operator"), is_witness = vd_config_has(root, "witness");
  bool is_portal = vd_config_has(root, "operators");
  if (is_portal) read_operators(root, folder, settings);
  else if (vd_config_has(root, "threshold"))
    vd_config_refuse(root, "threshold", "means nothing without operators; name them or remove it");
  if (is_operator) read_own_operator(root, folder, settings);
  if (is_witness) read_witness(root, folder, &settings->witness);
  if (!is_portal && !is_operator && !is_witness)
    vd_config_refuse(root, NULL, "needs operators (whom to ask), operator (to be one) or witness, or several of them");
  read_memory(root, folder, settings);
  if (is_portal || is_operator || vd_config_has(root, "trust")) read_trust(root, folder, &settings->trust);
}

static void read_profile_paths(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  struct vd_section list = vd_config_list(root, "profiles", VD_OPTIONAL, VD_PROFILES_MAX);
  settings->profiles_count = vd_config_count(list);
  for (size_t i = 0; i < settings->profiles_count; i++)
    vd_setting_path_element(list, i, folder, settings->profiles[i]);
}

static void read_limits(struct vd_section root, struct vd_limits *limits) {
  static const char *const keys[] = {"connections",   "header_bytes",     "header_ms",   "body_ms",
                                     "idle_ms",       "write_ms",         "body_bytes",  "picture_bytes",
                                     "pictures_waiting", "operator_ms", "submissions_waiting", NULL};
  enum { minute_ms = 60000 };
  *limits = default_limits;
  struct vd_section section = vd_config_group(root, "limits", VD_OPTIONAL);
  vd_config_keys(section, keys);
  vd_config_number(section, "connections", VD_OPTIONAL, 1, 1000000, &limits->connections);
  vd_config_number(section, "header_bytes", VD_OPTIONAL, 1024, 65536, &limits->header_bytes);
  vd_config_number(section, "header_ms", VD_OPTIONAL, 10, 10 * minute_ms, &limits->header_ms);
  vd_config_number(section, "body_ms", VD_OPTIONAL, 10, 10 * minute_ms, &limits->body_ms);
  vd_config_number(section, "idle_ms", VD_OPTIONAL, 10, 60 * minute_ms, &limits->idle_ms);
  vd_config_number(section, "write_ms", VD_OPTIONAL, 10, 10 * minute_ms, &limits->write_ms);
  vd_config_number(section, "body_bytes", VD_OPTIONAL, 1024, 1u << 20, &limits->body_bytes);
  vd_config_number(section, "picture_bytes", VD_OPTIONAL, 1024, 64u << 20, &limits->picture_bytes);
  vd_config_number(section, "pictures_waiting", VD_OPTIONAL, 1, 10000, &limits->pictures_waiting);
  vd_config_number(section, "operator_ms", VD_OPTIONAL, 10, minute_ms, &limits->operator_ms);
  vd_config_number(section, "submissions_waiting", VD_OPTIONAL, 1, 1000, &limits->submissions_waiting);
}

static void read_ages(struct vd_section root, struct vd_settings *settings) {
  settings->trust_reload_s = 5;
  vd_config_number(root, "trust_reload_s", VD_OPTIONAL, 1, 3600, &settings->trust_reload_s);
  vd_config_number(root, "status_max_age_s", VD_OPTIONAL, 0, 31536000, &settings->status_max_age_s);
}

static void read_settings(struct vd_section root, struct vd_setting_folder folder, struct vd_settings *settings) {
  static const char *const keys[] = {"realm",    "threshold",      "listen",           "operations", "web_root",
                                     "trust",    "operators",      "operator",         "witness",    "memory",
                                     "profiles", "trust_reload_s", "status_max_age_s", "workers",    "limits",
                                     "chains",   NULL};
  unsigned realm = 0;
  vd_config_keys(root, keys);
  vd_config_number(root, "realm", VD_REQUIRED, 0, UINT16_MAX, &realm);
  settings->realm = (uint16_t)realm;
  read_endpoint(root, "listen", "127.0.0.1:8080", &settings->listen);
  read_endpoint(root, "operations", "127.0.0.1:9090", &settings->operations);
  if (strncmp(settings->operations.host, "127.", 4) != 0) {
    vd_config_refuse(root, "operations",
                     "must be a loopback address such as 127.0.0.1:9090: this port is not for the public");
  }
  vd_setting_path(root, "web_root", VD_OPTIONAL, folder, settings->web_root);
  vd_settings_chains(root, folder, settings);
  read_roles(root, folder, settings);
  read_profile_paths(root, folder, settings);
  read_ages(root, settings);
  vd_config_number(root, "workers", VD_OPTIONAL, 0, 1024, &settings->workers);
  read_limits(root, &settings->limits);
}

enum vd_error vd_settings_parse(const char *text, size_t len, const char *path, struct vd_settings *settings,
                                struct vd_failure *failure) {
  struct vd_config *config = NULL;
  const char *slash = strrchr(path, '/');
  struct vd_setting_folder folder = {.path = path, .len = slash == NULL ? 0 : (size_t)(slash - path) + 1};
  memset(settings, 0, sizeof *settings);
  enum vd_error error = vd_config_parse(text, len, path, &config, failure);
  if (error != VD_OK) return error;
  read_settings(vd_config_root(config), folder, settings);
  error = vd_config_result(config, failure);
  vd_config_free(config);
  return error;
}

enum vd_error vd_settings_read(const char *path, struct vd_settings *settings, struct vd_failure *failure) {
  struct vd_bytes file;
  enum vd_error error = vd_file_read_regular(path, VD_CONFIG_FILE_MAX, &file, failure);
  if (error == VD_FULL) return vd_fail(failure, VD_CONFIG, "%s is too large for a configuration", path);
  if (error != VD_OK) return error;
  error = vd_settings_parse((const char *)file.data, file.len, path, settings, failure);
  vd_bytes_free(&file);
  return error;
}

enum vd_error vd_settings_profiles(const struct vd_settings *settings, struct vd_profiles *profiles,
                                   struct vd_failure *failure) {
  const char *paths[VD_PROFILES_MAX];
  for (size_t i = 0; i < settings->profiles_count; i++) paths[i] = settings->profiles[i];
  return vd_profiles_read(settings->profiles_count, paths, profiles, failure);
}
