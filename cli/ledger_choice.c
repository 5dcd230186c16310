#include "ledger_choice.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static void copy(char *to, size_t size, const char *from) {
  size_t len = strlen(from);
  assert(len < size);
  memcpy(to, from, len + 1);
}

static bool is_same_folder(const char *one, const char *other) {
  char real_one[PATH_MAX], real_other[PATH_MAX];
  if (realpath(one, real_one) == NULL || realpath(other, real_other) == NULL) return strcmp(one, other) == 0;
  return strcmp(real_one, real_other) == 0;
}

/* configured: of the log, unless another is given on the command line. */
static enum vd_error take_key(struct ctl_ledger_choice *choice, const char *configured, struct vd_failure *failure) {
  const char *key = choice->log_key != NULL ? choice->log_key : configured;
  if (strlen(key) >= sizeof choice->key) return vd_fail(failure, VD_USAGE, "--log-key is too long");
  copy(choice->key, sizeof choice->key, key);
  return VD_OK;
}

static enum vd_error take_store(struct ctl_ledger_choice *choice, const char *key, struct vd_failure *failure) {
  if (strlen(choice->store) >= sizeof choice->path) return vd_fail(failure, VD_USAGE, "the ledger's path is too long");
  copy(choice->path, sizeof choice->path, choice->store);
  return take_key(choice, key, failure);
}

static enum vd_error take_numbers(struct ctl_ledger_choice *choice, struct vd_failure *failure) {
  uint64_t number = 0, realm = 0;
  enum vd_error error = VD_OK;
  if (choice->number_text != NULL) {
    error = ctl_option_number("operator", choice->number_text, 1, VD_OPERATORS_MAX, &number, failure);
  }
  if (error == VD_OK && choice->realm_text != NULL) {
    error = ctl_option_number("realm", choice->realm_text, 0, UINT16_MAX, &realm, failure);
  }
  choice->number = (unsigned)number;
  choice->realm = (uint16_t)realm;
  return error;
}

/* The number of the ledger in that folder; 0: the configuration does not name it. */
static unsigned number_of(const struct vd_settings *settings, const char *path) {
  if (settings->own_operator.number != 0 && is_same_folder(settings->own_operator.store, path)) {
    return settings->own_operator.number;
  }
  for (size_t i = 0; i < settings->operators_count; i++) {
    const struct vd_operator_settings *named = &settings->operators[i];
    if (named->store[0] != '\0' && is_same_folder(named->store, path)) return named->number;
  }
  return 0;
}

static enum vd_error take_named(struct ctl_ledger_choice *choice, const struct vd_settings *settings,
                                struct vd_failure *failure) {
  if (choice->number == settings->own_operator.number) {
    copy(choice->path, sizeof choice->path, settings->own_operator.store);
    return take_key(choice, settings->own_operator.key, failure);
  }
  if (choice->number > settings->operators_count) {
    return vd_fail(failure, VD_USAGE, "%s names no operator %u", choice->config, choice->number);
  }
  const struct vd_operator_settings *named = &settings->operators[choice->number - 1];
  copy(choice->path, sizeof choice->path, named->store);
  copy(choice->url, sizeof choice->url, named->url);
  copy(choice->vkey, sizeof choice->vkey, named->vkey);
  return VD_OK;
}

static enum vd_error take_settings(struct ctl_ledger_choice *choice, const struct vd_settings *settings,
                                   struct vd_failure *failure) {
  choice->realm = settings->realm;
  if (choice->store != NULL) {
    if (choice->number == 0) choice->number = number_of(settings, choice->store);
    bool is_own = choice->number == settings->own_operator.number;
    if (choice->number != 0) return take_store(choice, is_own ? settings->own_operator.key : "", failure);
    return vd_fail(failure, VD_USAGE, "%s does not name the ledger %s; say whose it is with --operator", choice->config,
                   choice->store);
  }
  if (choice->number == 0) choice->number = settings->own_operator.number;
  if (choice->number != 0) return take_named(choice, settings, failure);
  return vd_fail(failure, VD_USAGE, "which operator of %s? Give --operator N", choice->config);
}

static enum vd_error take_config(struct ctl_ledger_choice *choice, struct vd_failure *failure) {
  if (choice->realm_text != NULL) return vd_fail(failure, VD_USAGE, "--config names the realm; leave out --realm");
  struct vd_settings *settings = calloc(1, sizeof *settings);
  if (settings == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the configuration");
  enum vd_error error = vd_settings_read(choice->config, settings, failure);
  if (error == VD_OK) error = take_settings(choice, settings, failure);
  free(settings);
  return error;
}

enum vd_error ctl_ledger_choice_make(struct ctl_ledger_choice *choice, struct vd_failure *failure) {
  enum vd_error error = take_numbers(choice, failure);
  if (error != VD_OK) return error;
  if (choice->config != NULL) return take_config(choice, failure);
  if (choice->store == NULL || choice->realm_text == NULL || choice->number_text == NULL) {
    return vd_fail(failure, VD_USAGE,
                   "which ledger? Give its folder with --realm and --operator, or --config with --operator");
  }
  return take_store(choice, "", failure);
}

struct vd_store_options ctl_ledger_choice_options(const struct ctl_ledger_choice *choice,
                                                  enum vd_store_access access) {
  assert(choice->path[0] != '\0');
  return (struct vd_store_options){
      .path = choice->path, .access = access, .realm = choice->realm, .operator_number = choice->number};
}
