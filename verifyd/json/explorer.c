#include "json/explorer.h"

#include <string.h>

#include "base/hex.h"

const struct vd_chain_settings *vd_explorer_chain(const struct vd_settings *settings, const char *name) {
  for (size_t at = 0; settings != NULL && at < settings->chains_count; at++)
    if (strcmp(settings->chains[at].name, name) == 0) return &settings->chains[at];
  return NULL;
}

void vd_explorer_hash(char text[static VD_EXPLORER_HASH_SIZE], const struct vd_chain_settings *chain,
                      const uint8_t hash[static 32]) {
  bool is_evm = chain != NULL && chain->kind == VD_CHAIN_EVM;
  memcpy(text, "0x", 2);
  vd_hex_encode(text + (is_evm ? 2 : 0), hash, 32);
}

static bool append(char url[static VD_EXPLORER_URL_SIZE], size_t *len, const char *text, size_t text_len) {
  if (text_len >= VD_EXPLORER_URL_SIZE - *len) return false;
  memcpy(url + *len, text, text_len);
  *len += text_len;
  url[*len] = '\0';
  return true;
}

bool vd_explorer_url(char url[static VD_EXPLORER_URL_SIZE], const struct vd_chain_settings *chain,
                     const struct vd_anchors_item *item) {
  static const char transaction[] = "{transaction}", block[] = "{block}";
  char hash[VD_EXPLORER_HASH_SIZE];
  size_t len = 0;
  if (chain == NULL || chain->explorer[0] == '\0') return false;
  for (const char *at = chain->explorer; *at != '\0';) {
    bool is_transaction = strncmp(at, transaction, sizeof transaction - 1) == 0;
    bool is_block = strncmp(at, block, sizeof block - 1) == 0;
    if (!is_transaction && !is_block) {
      if (!append(url, &len, at++, 1)) return false;
      continue;
    }
    vd_explorer_hash(hash, chain, is_transaction ? item->transaction : item->block_hash);
    if (!append(url, &len, hash, strlen(hash))) return false;
    at += is_transaction ? sizeof transaction - 1 : sizeof block - 1;
  }
  return true;
}
