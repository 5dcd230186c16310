#include "serve/header.h"

#include <string.h>

enum { QUALITY_FULL = 1000 };

/* Cuts the text up to a separator off the front of *rest; false when nothing is left. */
static bool next_item(struct vd_span *rest, char separator, struct vd_span *item) {
  if (rest->text == NULL) return false;
  const char *end = memchr(rest->text, separator, rest->len);
  size_t len = end == NULL ? rest->len : (size_t)(end - rest->text);
  *item = vd_span_trim((struct vd_span){rest->text, len});
  *rest = end == NULL ? (struct vd_span){NULL, 0} : (struct vd_span){end + 1, rest->len - len - 1};
  return true;
}

/* RFC 9110 section 12.4.2, in thousandths: "0", "0.5", "1.000". Malformed: 0. */
static unsigned parse_quality(struct vd_span text) {
  if (text.len == 0 || text.len > 5 || (text.text[0] != '0' && text.text[0] != '1')) return 0;
  if (text.len > 1 && text.text[1] != '.') return 0;
  unsigned quality = text.text[0] == '1' ? QUALITY_FULL : 0;
  unsigned unit = QUALITY_FULL / 10;
  for (size_t i = 2; i < text.len; i++, unit /= 10) {
    if (text.text[i] < '0' || text.text[i] > '9') return 0;
    quality += unit * (unsigned)(text.text[i] - '0');
  }
  return quality <= QUALITY_FULL ? quality : 0;
}

/* Splits "name;q=0.5"; *name has no white space around it. */
static unsigned split_quality(struct vd_span item, struct vd_span *name) {
  (void)next_item(&item, ';', name);
  unsigned quality = QUALITY_FULL;
  struct vd_span parameter;
  while (next_item(&item, ';', &parameter))
    if (parameter.len >= 2 && (parameter.text[0] | 0x20) == 'q' && parameter.text[1] == '=')
      quality = parse_quality((struct vd_span){parameter.text + 2, parameter.len - 2});
  return quality;
}

bool vd_header_accepts_gzip(struct vd_span accept_encoding) {
  bool named = false, any = false;
  struct vd_span item, name;
  while (next_item(&accept_encoding, ',', &item)) {
    unsigned quality = split_quality(item, &name);
    if (vd_span_equal_nocase(name, VD_SPAN("gzip"))) {
      if (quality == 0) return false;
      named = true;
    } else if (vd_span_equal(name, VD_SPAN("*"))) {
      any = quality > 0;
    }
  }
  return named || any;
}

/* No entity tag of this service has a comma in it, so a list may be cut at every comma. */
bool vd_header_etag_matches(struct vd_span if_none_match, struct vd_span etag) {
  struct vd_span item;
  if (vd_span_equal(vd_span_trim(if_none_match), VD_SPAN("*"))) return true;
  while (next_item(&if_none_match, ',', &item)) {
    if (item.len > 2 && memcmp(item.text, "W/", 2) == 0) item = (struct vd_span){item.text + 2, item.len - 2};
    if (vd_span_equal(item, etag)) return true;
  }
  return false;
}

const char *vd_language_tag(enum vd_language language) {
  static const char *const tags[VD_LANGUAGE_COUNT] = {"km", "en", "fr"};
  return tags[language];
}

bool vd_language_find(struct vd_span tag, enum vd_language *language) {
  for (unsigned i = 0; i < VD_LANGUAGE_COUNT; i++) {
    *language = (enum vd_language)i;
    if (vd_span_equal_nocase(tag, (struct vd_span){vd_language_tag(*language), 2})) return true;
  }
  *language = VD_KHMER;
  return false;
}

enum vd_language vd_header_language(struct vd_span accept_language) {
  enum vd_language best = VD_KHMER, language;
  unsigned best_quality = 0;
  struct vd_span item, tag;
  while (next_item(&accept_language, ',', &item)) {
    unsigned quality = split_quality(item, &tag);
    struct vd_span primary;
    (void)next_item(&tag, '-', &primary);
    if (quality <= best_quality || !vd_language_find(primary, &language)) continue;
    best = language;
    best_quality = quality;
  }
  return best;
}

/* A parameter's value without its quotes; an escaped character in them makes it malformed. */
static struct vd_span unquote(struct vd_span value) {
  if (value.len == 0 || value.text[0] != '"') return value;
  if (value.len < 2 || value.text[value.len - 1] != '"' || memchr(value.text, '\\', value.len) != NULL)
    return (struct vd_span){NULL, 0};
  return (struct vd_span){value.text + 1, value.len - 2};
}

struct vd_media_type vd_header_media_type(struct vd_span content_type) {
  struct vd_media_type media_type = {{NULL, 0}, {NULL, 0}};
  if (!next_item(&content_type, ';', &media_type.type)) return media_type;
  struct vd_span parameter, name;
  while (next_item(&content_type, ';', &parameter)) {
    if (!next_item(&parameter, '=', &name) || parameter.text == NULL) continue;
    if (vd_span_equal_nocase(name, VD_SPAN("boundary"))) media_type.boundary = unquote(vd_span_trim(parameter));
  }
  return media_type;
}
