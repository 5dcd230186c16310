#include <string.h>

#include "bytes.h"
#include "generate.h"
#include "shamir.h"

enum { SECRET_LEN = 64 };

struct sharing {
  unsigned threshold, count;
  uint8_t secret[SECRET_LEN], stream[14][SECRET_LEN], shares[15][SECRET_LEN];
};

static void share_out(struct sharing *sharing, unsigned threshold, unsigned count) {
  sharing->threshold = threshold;
  sharing->count = count;
  for (unsigned k = 0; k < SECRET_LEN; k++) {
    sharing->secret[k] = (uint8_t)(k * 37 + threshold);
    for (unsigned j = 0; j < 14; j++) sharing->stream[j][k] = (uint8_t)(k * 91 + j * 57 + count * 13 + (k >> 3));
  }
  for (unsigned i = 1; i <= count; i++) {
    memcpy(sharing->shares[i - 1], sharing->secret, SECRET_LEN);
    for (unsigned j = 1; j < threshold; j++)
      frag_gf_add_scaled(sharing->shares[i - 1], sharing->stream[j - 1], SECRET_LEN, frag_gf_power((uint8_t)i, j));
  }
}

static json_t *shares_json(const struct sharing *sharing) {
  json_t *shares = json_array(), *stream = json_array();
  for (unsigned i = 0; i < sharing->count; i++) json_array_append_new(shares, json_hex(sharing->shares[i], SECRET_LEN));
  for (unsigned j = 0; j + 1 < sharing->threshold; j++)
    json_array_append_new(stream, json_hex(sharing->stream[j], SECRET_LEN));
  return json_pack("{s:i, s:i, s:o, s:o, s:o}", "t", (int)sharing->threshold, "m", (int)sharing->count, "secret",
                   json_hex(sharing->secret, SECRET_LEN), "stream", stream, "shares", shares);
}

/* Joins the shares whose bits are set; `flip` spoils one byte of the first, `shift` lies about its index. */
static void join(struct suite *suite, const struct sharing *sharing, unsigned chosen, const char *flag, int flip,
                 int shift) {
  uint8_t indices[15], joined[SECRET_LEN] = {0}, share[SECRET_LEN];
  size_t count = 0;
  json_t *list = json_array();
  for (unsigned i = 0; i < sharing->count; i++)
    if (chosen >> i & 1u) indices[count++] = (uint8_t)(i + 1);
  indices[0] = (uint8_t)(indices[0] + shift);
  size_t at = 0;
  for (unsigned i = 0; i < sharing->count; i++) {
    if ((chosen >> i & 1u) == 0) continue;
    memcpy(share, sharing->shares[i], sizeof share);
    if (flip && at == 0) share[SECRET_LEN / 2] ^= 1;
    frag_gf_add_scaled(joined, share, SECRET_LEN, frag_shamir_weight(indices, count, at));
    json_array_append_new(list, json_pack("{s:i, s:o}", "i", indices[at], "share", json_hex(share, SECRET_LEN)));
    at++;
  }
  bool right = memcmp(joined, sharing->secret, SECRET_LEN) == 0;
  suite_require(right == (flag == NULL), "join");
  json_t *fields = json_pack("{s:i, s:o, s:o}", "t", (int)sharing->threshold, "shares", list, "secret",
                             json_hex(sharing->secret, SECRET_LEN));
  if (flag == NULL) suite_valid(suite, "exactly t shares give the secret", fields);
  else suite_invalid(suite, flag, "these shares do not give the secret", fields);
}

static unsigned bits_of(unsigned value) {
  unsigned count = 0;
  for (; value != 0; value >>= 1) count += value & 1u;
  return count;
}

static void join_all(struct suite *suite, const struct sharing *sharing) {
  unsigned negatives = 0;
  for (unsigned chosen = 1; chosen < 1u << sharing->count; chosen++) {
    if (bits_of(chosen) == sharing->threshold) join(suite, sharing, chosen, NULL, 0, 0);
    if (bits_of(chosen) + 1 == sharing->threshold && negatives++ < 3) join(suite, sharing, chosen, "TooFewShares", 0, 0);
  }
}

void generate_shamir(struct realm *realm, const char *folder) {
  static const uint8_t bytes[] = {0, 1, 2, 3, 0x1b, 0x53, 0x80, 0x8d, 0xca, 0xff};
  static const unsigned schemes[][2] = {{1, 1}, {1, 3}, {2, 2}, {2, 3}, {3, 5}, {5, 5}, {8, 15}, {15, 15}};
  struct suite suite;
  struct sharing sharing;
  (void)realm;
  suite_begin(&suite, "FRAG-1 Shamir sharing over GF(2^8), modulus 0x11B", "Products, shares, and joining them.");
  suite_note(&suite, "TooFewShares", "t-1 shares do not give the secret");
  suite_note(&suite, "WrongShare", "a changed share does not give the secret");
  suite_note(&suite, "WrongIndex", "a share under another index does not give the secret");
  suite_group(&suite, "Multiply", NULL);
  for (size_t a = 0; a < FRAG_COUNT(bytes); a++)
    for (size_t b = 0; b < FRAG_COUNT(bytes); b++)
      suite_valid(&suite, "a times b", json_pack("{s:i, s:i, s:i}", "a", bytes[a], "b", bytes[b], "product",
                                                 frag_gf_multiply(bytes[a], bytes[b])));
  suite_group(&suite, "Share", NULL);
  for (size_t s = 0; s < FRAG_COUNT(schemes); s++) {
    share_out(&sharing, schemes[s][0], schemes[s][1]);
    suite_valid(&suite, "S_i = L + R_1 i + R_2 i^2 ...", shares_json(&sharing));
  }
  suite_group(&suite, "Join", NULL);
  share_out(&sharing, 2, 3);
  join_all(&suite, &sharing);
  for (unsigned pair = 3; pair <= 6; pair++) {
    if (bits_of(pair) != 2) continue;
    join(&suite, &sharing, pair, "WrongShare", 1, 0);
  }
  join(&suite, &sharing, 5, "WrongIndex", 0, 1);
  join(&suite, &sharing, 6, "WrongIndex", 0, 4);
  share_out(&sharing, 3, 5);
  join_all(&suite, &sharing);
  join(&suite, &sharing, 0x1c, "WrongIndex", 0, 9);
  share_out(&sharing, 15, 15);
  join(&suite, &sharing, 0x7fff, NULL, 0, 0);
  suite_end(&suite, folder, "shamir.json");
}
