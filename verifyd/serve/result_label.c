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

struct vd_result_label vd_result_label_issuer(const struct vd_issuer_names *names, enum vd_language language) {
  const struct frag_issuer_name *found = vd_issuer_names_find(names, vd_language_tag(language));
  if (found != NULL) return (struct vd_result_label){slice(found->name), {NULL, 0}};
  if (names->count == 0) return (struct vd_result_label){slice(names->issuer), {NULL, 0}};
  found = vd_issuer_names_find(names, "en");
  if (found == NULL) found = &names->items[0];
  return (struct vd_result_label){slice(found->name), slice(found->language)};
}
