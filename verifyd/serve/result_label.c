#include "serve/result_label.h"

#include <string.h>

static struct vd_span span_of(const char *text) { return (struct vd_span){text, strlen(text)}; }

static struct vd_span slice(struct frag_slice slice) { return (struct vd_span){(const char *)slice.data, slice.len}; }

struct vd_result_label vd_result_label_pick(const struct vd_labels *labels, struct vd_span raw,
                                            enum vd_language language) {
  if (labels == NULL || labels->count == 0) return (struct vd_result_label){raw, {NULL, 0}};
  const char *text = vd_labels_find(labels, vd_language_tag(language));
  if (text != NULL) return (struct vd_result_label){span_of(text), {NULL, 0}};
  text = vd_labels_find(labels, "en");
  if (text != NULL) return (struct vd_result_label){span_of(text), VD_SPAN("en")};
  return (struct vd_result_label){span_of(labels->items[0].text), span_of(labels->items[0].language)};
}

struct vd_result_label vd_result_label_issuer(const struct frag_trust_key *key, enum vd_language language) {
  struct vd_span own = span_of(vd_language_tag(language));
  const struct frag_issuer_name *best = key->name_count > 0 ? &key->names[0] : NULL;
  for (size_t i = 0; i < key->name_count; i++) {
    struct vd_span tag = slice(key->names[i].language);
    if (vd_span_equal(tag, own)) return (struct vd_result_label){slice(key->names[i].name), {NULL, 0}};
    if (vd_span_equal(tag, VD_SPAN("en"))) best = &key->names[i];
  }
  if (best == NULL) return (struct vd_result_label){slice(key->issuer), {NULL, 0}};
  return (struct vd_result_label){slice(best->name), slice(best->language)};
}
