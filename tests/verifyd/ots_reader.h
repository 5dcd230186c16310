/* ots_reader.h: the least reader of OpenTimestamps files, for tests: carries the stamped file's digest through the steps. */
#ifndef TEST_OTS_READER_H
#define TEST_OTS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a file with one line of steps that ends in a Bitcoin block header attestation. Out: the digest it begins with,
 * the block's Merkle root (wire order) it ends with, the height. False: it is not such a file. */
bool ots_reader_run(uint8_t begin[static 32], uint8_t end[static 32], uint32_t *height, const uint8_t *bytes, size_t len);

#endif
