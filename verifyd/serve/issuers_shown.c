#include "serve/issuers_shown.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/crypto.h"
#include "base/hex.h"

#define SHOWN_MAX ((size_t)128 << 20) /* bytes of one page; a trust list has 16 MiB at most */

static enum vd_error put_etags(struct vd_issuers_shown *shown, struct vd_failure *failure) {
  uint8_t digest[VD_SHA256_LEN];
  char hex[33];
  enum vd_error error = vd_sha256(digest, shown->plain.bytes, shown->plain.len, failure);
  if (error != VD_OK) return error;
  vd_hex_encode(hex, digest, 16);
  (void)snprintf(shown->plain.etag, sizeof shown->plain.etag, "\"%s\"", hex);
  (void)snprintf(shown->gzip.etag, sizeof shown->gzip.etag, "\"%sz\"", hex); /* as of static files */
  return VD_OK;
}

enum vd_error vd_issuers_shown_json(const struct vd_issuers_source *source, const struct vd_issuers_query *query,
                                    struct vd_issuers_shown *shown, struct vd_failure *failure) {
  size_t firsts[VD_ISSUERS_LIMIT_MAX];
  struct vd_issuers_page page;
  char *text;
  vd_issuers_index_select(&source->index, frag_trust_hash(source->trust), query, firsts, &page);
  enum vd_error error = vd_issuers_write(source->trust, &page, source->profiles, source->is_overdue, &text,
                                         &shown->plain.len, failure);
  shown->plain.bytes = text;
  return error == VD_OK ? put_etags(shown, failure) : error;
}

enum vd_error vd_issuers_shown_page(const struct vd_issuers_source *source, enum vd_language language,
                                    const struct vd_issuers_query *query, bool is_changed,
                                    struct vd_issuers_shown *shown, struct vd_failure *failure) {
  size_t firsts[VD_ISSUERS_LIMIT_MAX];
  struct vd_issuers_page page;
  struct vd_buffer out;
  struct vd_issuers_sheet sheet = {.list = frag_trust_list(source->trust),
                                   .page = &page,
                                   .query = query,
                                   .is_overdue = source->is_overdue,
                                   .is_changed = is_changed};
  vd_issuers_index_select(&source->index, frag_trust_hash(source->trust), query, firsts, &page);
  vd_buffer_init(&out, SHOWN_MAX);
  enum vd_error error = vd_page_issuers(source->page, language, source->profiles, &sheet, &out, failure);
  if (error != VD_OK) {
    vd_buffer_free(&out);
    return error;
  }
  shown->plain.bytes = out.bytes;
  shown->plain.len = out.len;
  return put_etags(shown, failure);
}

void vd_issuers_shown_compress(struct vd_issuers_shown *shown, enum vd_gzip_effort effort) {
  (void)vd_gzip(shown->plain.bytes, shown->plain.len, effort, &shown->gzip.bytes, &shown->gzip.len);
}

void vd_issuers_shown_free(struct vd_issuers_shown *shown) {
  free(shown->plain.bytes);
  free(shown->gzip.bytes);
  *shown = (struct vd_issuers_shown){.plain = {.bytes = NULL}};
}
