#include "anchor_amount.h"

#include <assert.h>
#include <string.h>

#define DIGITS_MAX 39 /* of 2^128 - 1 */

/* The decimal digits, at least `least` of them; returns how many. */
static size_t digits_of(char digits[static DIGITS_MAX], ctl_anchor_amount amount, size_t least) {
  char reversed[DIGITS_MAX];
  size_t count = 0;
  for (; amount > 0 || count < least; amount /= 10) reversed[count++] = (char)('0' + (int)(amount % 10));
  for (size_t i = 0; i < count; i++) digits[i] = reversed[count - 1 - i];
  return count;
}

static void write_decimal(char *text, ctl_anchor_amount amount, size_t decimals) {
  char digits[DIGITS_MAX];
  size_t count = digits_of(digits, amount, decimals + 1), whole = count - decimals;
  while (count > whole && digits[count - 1] == '0') count--;
  memcpy(text, digits, whole);
  if (count > whole) {
    text[whole] = '.';
    memcpy(text + whole + 1, digits + whole, count - whole);
  }
  text[count > whole ? count + 1 : count] = '\0';
}

void ctl_anchor_amount_whole(char text[static CTL_ANCHOR_AMOUNT_SIZE], ctl_anchor_amount amount) {
  write_decimal(text, amount, 0);
}

static size_t decimals_of(enum vd_chain_kind kind) { return kind == VD_CHAIN_EVM ? 18 : 8; }

void ctl_anchor_amount_coin(char text[static CTL_ANCHOR_AMOUNT_SIZE], enum vd_chain_kind kind,
                            ctl_anchor_amount amount) {
  write_decimal(text, amount, decimals_of(kind));
}

/* In billionths of the smallest unit: a satoshi may pay for thousands of entries. */
void ctl_anchor_amount_each(char text[static CTL_ANCHOR_AMOUNT_SIZE], enum vd_chain_kind kind,
                            ctl_anchor_amount amount, uint64_t count) {
  const size_t more = 9;
  assert(count > 0);
  ctl_anchor_amount each = amount, unit = 1;
  for (size_t i = 0; i < more; i++) each *= 10;
  each = (each + count / 2) / count;
  while (each / unit >= 1000000) unit *= 10;
  each = (each + unit / 2) / unit * unit;
  write_decimal(text, each, decimals_of(kind) + more);
}

void ctl_anchor_amount_gwei(char text[static CTL_ANCHOR_AMOUNT_SIZE], uint64_t wei) { write_decimal(text, wei, 9); }

const char *ctl_anchor_amount_name(enum vd_chain_kind kind) { return kind == VD_CHAIN_EVM ? "ether" : "bitcoin"; }
