#include "draw.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "suite.h"

enum { TEXT_BUDGET = 27000, UTF8_MAX = 4 };

/* SplitMix64. */
uint64_t draw_next(struct draw *draw) {
  uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

unsigned draw_below(struct draw *draw, unsigned limit) { return (unsigned)(draw_next(draw) % limit); }

uint64_t draw_uint(struct draw *draw) {
  uint64_t value = draw_next(draw);
  return value >> draw_below(draw, 64);
}

void draw_bytes(struct draw *draw, uint8_t *out, size_t len) {
  for (size_t i = 0; i < len; i++) out[i] = (uint8_t)draw_next(draw);
}

/* Assigned characters whose normalisation is the same in every version of Unicode. */
struct block {
  uint32_t first, last;
};
static const struct block blocks[] = {
    {0x1780, 0x17d3},   {0x1780, 0x17d3},   {0x17e0, 0x17e9},   {0x20, 0x7e},       {0x20, 0x7e},
    {0xa0, 0x17f},      {0x300, 0x34e},     {0x391, 0x3a1},     {0x3b1, 0x3ce},     {0x400, 0x45f},
    {0x5b0, 0x5bc},     {0x5d0, 0x5ea},     {0x621, 0x63a},     {0x641, 0x655},     {0x905, 0x939},
    {0x93c, 0x93c},     {0x958, 0x95f},     {0xe01, 0xe3a},     {0x1100, 0x1112},   {0x1161, 0x1175},
    {0x11a8, 0x11c2},   {0x1e00, 0x1eff},   {0x200b, 0x200d},   {0x2126, 0x2126},   {0x212a, 0x212b},
    {0x3041, 0x3096},   {0x3099, 0x309a},   {0x4e00, 0x9fa5},   {0xac00, 0xd7a3},   {0xf900, 0xfa2d},
    {0x1d15e, 0x1d164}, {0x1f300, 0x1f64f}};

static size_t put_utf8(uint8_t *out, uint32_t code) {
  size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const uint8_t marks[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
  for (size_t i = len; i-- > 1; code >>= 6) out[i] = (uint8_t)(0x80u | (code & 0x3fu));
  out[0] = (uint8_t)(marks[len] | code);
  return len;
}

size_t draw_text(struct draw *draw, struct frag_context *context, uint8_t *out, size_t least, size_t most) {
  uint8_t raw[4096];
  size_t len = 0, count = draw_below(draw, (unsigned)(most / 3 + 1)), at = 0;
  for (; count > 0 && at + UTF8_MAX <= sizeof raw; count--) {
    struct block block = blocks[draw_below(draw, (unsigned)FRAG_COUNT(blocks))];
    at += put_utf8(raw + at, block.first + draw_below(draw, block.last - block.first + 1));
  }
  frag_error error = frag_text_normalize(context, out, most, &len, frag_bytes(raw, at));
  while (error == FRAG_BUFFER_TOO_SMALL) { /* some characters grow: take fewer */
    for (at--; at > 0 && (raw[at] & 0xc0u) == 0x80u;) at--;
    error = frag_text_normalize(context, out, most, &len, frag_bytes(raw, at));
  }
  suite_require(error == FRAG_OK, "a drawn text");
  if (len >= least) return len;
  out[0] = 'S';
  return 1;
}

/* Room for another text of `most` bytes. */
static uint8_t *room(struct drawn_document *drawn, size_t most) {
  suite_require(drawn->text_len + most <= sizeof drawn->text, "a drawn document is too large");
  return drawn->text + drawn->text_len;
}

static struct frag_slice keep(struct drawn_document *drawn, size_t len) {
  struct frag_slice text = frag_bytes(drawn->text + drawn->text_len, len);
  drawn->text_len += len;
  return text;
}

static struct frag_slice draw_id(struct draw *draw, struct drawn_document *drawn, const char *alphabet) {
  uint8_t *out = room(drawn, FRAG_NAME_MAX);
  size_t len = 1 + draw_below(draw, draw_below(draw, 2) == 0 ? 8 : FRAG_NAME_MAX);
  for (size_t i = 0; i < len; i++) out[i] = (uint8_t)alphabet[draw_below(draw, (unsigned)strlen(alphabet))];
  return keep(drawn, len);
}

/* A number behind each name keeps it different from the others. */
static struct frag_slice draw_name(struct draw *draw, struct frag_context *context, struct drawn_document *drawn,
                                   size_t number) {
  char suffix[8];
  uint8_t *out = room(drawn, FRAG_NAME_MAX);
  size_t len = draw_text(draw, context, out, 0, FRAG_NAME_MAX - 3);
  int digits = snprintf(suffix, sizeof suffix, "%zu", number);
  memcpy(out + len, suffix, (size_t)digits);
  return keep(drawn, len + (size_t)digits);
}

static void draw_attributes(struct draw *draw, struct frag_context *context, struct drawn_document *drawn) {
  static const unsigned counts[] = {1, 4, 8, FRAG_ATTRIBUTES_MAX};
  static const unsigned lengths[] = {1, 60, 60, 300, 3000};
  struct frag_document *document = &drawn->document;
  document->attribute_count = 1 + draw_below(draw, counts[draw_below(draw, FRAG_COUNT(counts))]);
  for (size_t i = 0; i < document->attribute_count; i++) {
    size_t most = lengths[draw_below(draw, FRAG_COUNT(lengths))];
    if (drawn->text_len + most > TEXT_BUDGET) most = 60;
    document->attributes[i].name = draw_name(draw, context, drawn, i);
    document->attributes[i].value = keep(drawn, draw_text(draw, context, room(drawn, most), 0, most));
  }
}

static void draw_file_seal(struct draw *draw, struct frag_file_seal *seal) {
  seal->length = draw_uint(draw);
  seal->excluded_end = seal->length == UINT64_MAX ? seal->length : draw_uint(draw) % (seal->length + 1);
  seal->excluded_begin = seal->excluded_end == UINT64_MAX ? 0 : draw_uint(draw) % (seal->excluded_end + 1);
  draw_bytes(draw, seal->sha256, sizeof seal->sha256);
}

void draw_document(struct draw *draw, struct frag_context *context, struct drawn_document *drawn) {
  struct frag_document *document = &drawn->document;
  memset(drawn, 0, sizeof *drawn);
  document->issuer = draw_id(draw, drawn, "abcdefghijklmnopqrstuvwxyz0123456789.-");
  document->type = draw_id(draw, drawn, "abcdefghijklmnopqrstuvwxyz0123456789.-/");
  document->serial = keep(drawn, draw_text(draw, context, room(drawn, FRAG_NAME_MAX), 1, FRAG_NAME_MAX));
  document->issue_no = draw_uint(draw);
  if (document->issue_no == 0) document->issue_no = 1;
  document->issued_s = draw_uint(draw) >> 1;
  document->has_expires = draw_below(draw, 2) == 0;
  if (document->has_expires) document->expires_s = document->issued_s + 1 + (draw_uint(draw) >> 1);
  draw_attributes(draw, context, drawn);
  document->has_file_seal = draw_below(draw, 4) == 0;
  if (document->has_file_seal) draw_file_seal(draw, &document->file_seal);
}
