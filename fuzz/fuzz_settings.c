// Targets: vd_settings_parse, and under it vd_config_parse and everything in verifyd/config/config.c
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

/* libconfig 1.5 does not free a string that stands where none is allowed; the file is then refused, once. Visible,
 * because the sanitizer looks it up from its shared library. */
const char *__lsan_default_suppressions(void) { return "leak:libconfig.so"; }

static void check_chains(const struct vd_settings *settings) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  for (size_t i = 0; i < settings->chains_count; i++) {
    const struct vd_chain_settings *chain = &settings->chains[i];
    bool is_bitcoin = chain->kind == VD_CHAIN_BITCOIN;
    assert(chain->name[0] != '\0' && chain->endpoints_count >= 1 && chain->endpoints_count <= VD_CHAIN_ENDPOINTS_MAX);
    assert(is_bitcoin == (chain->id == 0) && is_bitcoin == (chain->network[0] != '\0'));
    assert(chain->confirmations > 0 || !is_bitcoin);
    assert(chain->poll_s > 0 && chain->timeout_ms >= 100);
  }
  for (size_t i = 0; i < settings->operators_count; i++)
    for (size_t j = 0; j < settings->operators[i].anchored_count; j++)
      assert(settings->operators[i].anchored[j].chain < settings->chains_count && settings->memory[0] != '\0');
  for (size_t i = 0; i < own->anchors_count; i++) {
    const struct vd_anchor_settings *anchor = &own->anchors[i];
    assert(anchor->chain < settings->chains_count && anchor->outbox[0] != '\0' && anchor->tip <= anchor->fee_max);
    assert((anchor->key[0] == '\0') == (anchor->key_command_count > 0));
    for (size_t j = 0; j < anchor->coins_count; j++) assert(strlen(anchor->coins[j]) >= 66);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_settings settings;
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = vd_settings_parse((const char *)data, size, "folder/fuzz.conf", &settings, &failure);
  assert(error == VD_OK || (error == failure.code && failure.text[0] != '\0'));
  if (error != VD_OK) return 0;
  const struct vd_own_operator_settings *own = &settings.own_operator;
  assert(settings.operators_count > 0 || own->number > 0 || settings.witness.key[0] != '\0');
  assert(settings.operators_count <= VD_OPERATORS_MAX && own->number <= VD_OPERATORS_MAX);
  if (settings.operators_count > 0) assert(settings.threshold >= 1 && settings.threshold <= settings.operators_count);
  if (settings.operators_count > 0 || own->number > 0) assert(settings.trust.roots_count >= 1);
  if (settings.trust.roots_count > 0)
    assert(settings.trust.threshold >= 1 && settings.trust.threshold <= settings.trust.roots_count);
  for (size_t i = 0; i < settings.operators_count; i++)
    assert((settings.operators[i].store[0] == '\0') == (settings.operators[i].vkey[0] != '\0'));
  if (own->number > 0) assert(own->store[0] != '\0' && own->origin[0] != '\0' && own->checkpoint_s >= 1);
  if (settings.witness.key[0] != '\0') assert(settings.memory[0] != '\0');
  check_chains(&settings);
  return 0;
}
