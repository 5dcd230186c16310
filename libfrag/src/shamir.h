/* shamir.h: secret sharing over GF(2^8) modulo 0x11B, byte by byte. Time depends on lengths and share indices
 * only, never on shared bytes: there is no table and no branch on them. Pure; any thread. */
#ifndef FRAG_SHAMIR_H
#define FRAG_SHAMIR_H

#include <stddef.h>
#include <stdint.h>

/* The product of two field elements. */
uint8_t frag_gf_multiply(uint8_t a, uint8_t b);

/* base^exponent. `exponent` is public. */
uint8_t frag_gf_power(uint8_t base, unsigned exponent);

/* sum[k] ^= factor · in[k] for `len` bytes, a multiple of 8. `factor` is public. */
void frag_gf_add_scaled(uint8_t *sum, const uint8_t *in, size_t len, uint8_t factor);

/* The weight of share `chosen` when `count` shares of the different public indices `indices` (1..15) are joined:
 * secret = Σ weight · share (Lagrange interpolation at 0). */
uint8_t frag_shamir_weight(const uint8_t *indices, size_t count, size_t chosen);

#endif
