#include "libfrag/cmocka_all.h"

#include "libfrag/fixture.h"
#include "shamir.h"

/* The product by schoolbook: multiply the polynomials, then divide by x^8 + x^4 + x^3 + x + 1. */
static uint8_t slow_multiply(uint8_t a, uint8_t b) {
  unsigned product = 0;
  for (unsigned i = 0; i < 8; i++)
    for (unsigned k = 0; k < 8; k++)
      if ((a >> i & 1) != 0 && (b >> k & 1) != 0) product ^= 1u << (i + k);
  for (unsigned bit = 14; bit >= 8; bit--)
    if ((product >> bit & 1) != 0) product ^= 0x11bu << (bit - 8);
  return (uint8_t)product;
}

static uint8_t products[256][256];

static int fill_products(void **state) {
  (void)state;
  for (unsigned a = 0; a < 256; a++)
    for (unsigned b = 0; b < 256; b++) products[a][b] = frag_gf_multiply((uint8_t)a, (uint8_t)b);
  return 0;
}

static void test_every_product(void **state) {
  (void)state;
  for (unsigned a = 0; a < 256; a++)
    for (unsigned b = 0; b < 256; b++)
      if (products[a][b] != slow_multiply((uint8_t)a, (uint8_t)b)) fail_msg("%02x times %02x", a, b);
  assert_int_equal(products[0x57][0x83], 0xc1); /* FIPS 197 section 4.2 */
  assert_int_equal(products[0x57][0x13], 0xfe);
}

static void test_field_axioms(void **state) {
  (void)state;
  for (unsigned a = 0; a < 256; a++) {
    unsigned inverses = 0;
    assert_int_equal(products[a][0], 0);
    assert_int_equal(products[a][1], a);
    for (unsigned b = 0; b < 256; b++) {
      assert_int_equal(products[a][b], products[b][a]);
      inverses += products[a][b] == 1;
      for (unsigned c = 0; c < 256; c++)
        if (products[products[a][b]][c] != products[a][products[b][c]] ||
            products[a][b ^ c] != (products[a][b] ^ products[a][c]))
          fail_msg("%02x %02x %02x", a, b, c);
    }
    assert_int_equal(inverses, a != 0);
  }
}

static void test_power(void **state) {
  (void)state;
  for (unsigned base = 0; base < 256; base++) {
    uint8_t power = 1;
    for (unsigned exponent = 0; exponent < 600; exponent++) {
      assert_int_equal(frag_gf_power((uint8_t)base, exponent), power);
      power = products[power][base];
    }
    if (base != 0) assert_int_equal(products[base][frag_gf_power((uint8_t)base, 254)], 1);
  }
}

static void test_add_scaled(void **state) {
  (void)state;
  uint8_t in[80], sum[80], expected[80];
  uint64_t seed = 3;
  for (unsigned factor = 0; factor < 256; factor++)
    for (size_t len = 0; len <= 64; len += 8)
      for (size_t shift = 0; shift < 8; shift += 3) { /* no alignment is asked for */
        random_fill(&seed, in, sizeof in);
        random_fill(&seed, sum, sizeof sum);
        memcpy(expected, sum, sizeof sum);
        for (size_t i = 0; i < len; i++) expected[shift + i] ^= products[factor][in[shift + i]];
        frag_gf_add_scaled(sum + shift, in + shift, len, (uint8_t)factor);
        assert_memory_equal(sum, expected, sizeof sum);
      }
}

/* Every set of indices: the weights find p(0) of 1, x, x² … and so of every polynomial of a lower degree. */
static void test_weights(void **state) {
  (void)state;
  for (unsigned set = 1; set < 1u << 15; set++) {
    uint8_t indices[15], weights[15];
    size_t count = 0;
    for (uint8_t i = 1; i <= 15; i++)
      if ((set >> (i - 1) & 1) != 0) indices[count++] = i;
    for (size_t k = 0; k < count; k++) weights[k] = frag_shamir_weight(indices, count, k);
    for (unsigned degree = 0; degree < count; degree++) {
      uint8_t at_zero = 0;
      for (size_t k = 0; k < count; k++) {
        at_zero ^= weights[k];
        weights[k] = products[weights[k]][indices[k]];
      }
      if (at_zero != (degree == 0)) fail_msg("set %x, degree %u", set, degree);
    }
  }
}

/* Two shares of a three-share scheme fit every secret equally: for any two places the pair of shares is a
 * bijection of the pair of random coefficients. So they say nothing about the secret. */
static void test_below_threshold(void **state) {
  (void)state;
  static bool seen[65536];
  for (unsigned i = 1; i <= 15; i++)
    for (unsigned k = i + 1; k <= 15; k++) {
      memset(seen, 0, sizeof seen);
      for (unsigned coefficients = 0; coefficients < 65536; coefficients++) {
        unsigned first = coefficients >> 8, second = coefficients & 255;
        unsigned at_i = products[first][i] ^ products[second][products[i][i]];
        unsigned at_k = products[first][k] ^ products[second][products[k][k]];
        assert_false(seen[at_i << 8 | at_k]);
        seen[at_i << 8 | at_k] = true;
      }
    }
  for (unsigned i = 1; i <= 15; i++) { /* and one share of two */
    memset(seen, 0, sizeof seen);
    for (unsigned coefficient = 0; coefficient < 256; coefficient++) {
      assert_false(seen[products[coefficient][i]]);
      seen[products[coefficient][i]] = true;
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_product), cmocka_unit_test(test_field_axioms),
      cmocka_unit_test(test_power),         cmocka_unit_test(test_add_scaled),
      cmocka_unit_test(test_weights),       cmocka_unit_test(test_below_threshold),
  };
  return cmocka_run_group_tests(tests, fill_products, NULL);
}
