/* Targets: vd_issuers_query_read, vd_issuers_fold, vd_issuers_index_select. The input is what stands behind the '?'. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/issuers_fold.h"
#include "serve/issuers_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t hash[32] = {0x00, 0x11, 0x22, 0xab, 0xcd, 0xef, 0x99, 0x01};

static struct frag_slice slice(const char *text) { return (struct frag_slice){(const uint8_t *)text, strlen(text)}; }

static void check_page(const struct vd_issuers_query *query) {
  size_t firsts[VD_ISSUERS_LIMIT_MAX];
  struct vd_issuers_index index;
  struct vd_issuers_page page;
  const struct frag_issuer_name names[] = {{slice("en"), slice("Royal University")}, {slice("fr"), slice("École")}};
  const struct frag_trust_key keys[] = {{.issuer = slice("a"), .name_count = 2, .names = names},
                                        {.issuer = slice("a")},
                                        {.issuer = slice("b.example"), .name_count = 1, .names = names},
                                        {.issuer = slice("c")}};
  const struct frag_trust_key *const by_issuer[] = {&keys[0], &keys[1], &keys[2], &keys[3]};
  if (vd_issuers_index_make((struct vd_issuers){4, by_issuer}, &index, NULL) != VD_OK) return;
  vd_issuers_index_select(&index, hash, query, firsts, &page);
  if (page.total > 3 || page.before + page.count > page.total || page.count > query->limit) abort();
  if (page.next[0] == '\0' && page.before + page.count != page.total) abort();
  for (size_t i = 0; i < page.count; i++)
    if (page.firsts[i] >= 4) abort();
  vd_issuers_index_free(&index);
}

static void check_query(const struct vd_issuers_query *query) {
  if (query->limit == 0 || query->limit > VD_ISSUERS_LIMIT_MAX) abort();
  if (!vd_text_is_plain(query->text, strlen(query->text))) abort();
  if (!vd_text_is_plain(query->issuer, strlen(query->issuer))) abort();
  if (vd_issuers_query_is_plain(query) && (query->text[0] != '\0' || query->position != 0)) abort();
  if (vd_issuers_query_is_of(query, hash)) check_page(query);
}

static void check_fold(const char *text, size_t len) {
  char *folded = malloc(len + 1);
  if (folded == NULL) return;
  size_t folded_len = vd_issuers_fold(folded, text, len);
  if (folded_len > len) abort();
  free(folded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_issuers_query query;
  if (size > VD_HTTP_TARGET_MAX) return 0;
  char *target = malloc(size + 2);
  if (target == NULL) return 0;
  memcpy(target, "/?", 2);
  if (size > 0) memcpy(target + 2, data, size);
  struct vd_http_head head = {.target = {target, size + 2}, .path = {target, 1}};
  if (vd_issuers_query_read(&query, &head) == NULL) check_query(&query);
  check_fold((const char *)target + 2, size);
  free(target);
  return 0;
}
