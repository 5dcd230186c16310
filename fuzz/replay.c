/* replay.c: runs a fuzz target over its seeds where there is no libFuzzer, so that the normal test run covers
 * them: each seed as it is, cut short, and with single bits changed. Every input stands in a block of exactly
 * its size, for AddressSanitizer and valgrind to see the byte behind it. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
  SEED_MAX = 1 << 22,   /* bytes; a larger seed does not belong into a repository */
  CUTS_MAX = 512,       /* of one seed, evenly spread when it is longer */
  FLIPS_MAX = 2048,     /* likewise */
  MUTATIONS_WHOLE = 4096 /* seeds longer than this are slow to parse (pictures): a tenth of the mutations */
};

static void run(const uint8_t *data, size_t size) {
  uint8_t *exact = malloc(size == 0 ? 1 : size);
  if (exact == NULL) exit(EXIT_FAILURE);
  if (size > 0) memcpy(exact, data, size);
  (void)LLVMFuzzerTestOneInput(exact, size);
  free(exact);
}

static void run_cuts(const uint8_t *seed, size_t size, size_t most) {
  size_t step = size / most + 1;
  for (size_t cut = 0; cut < size; cut += step) run(seed, cut);
}

static void run_flips(uint8_t *seed, size_t size, size_t most) {
  size_t bits = 8 * size, step = bits / most + 1;
  if (step % 2 == 0) step++; /* not always the same bit of a byte */
  for (size_t bit = 0; bit < bits; bit += step) {
    seed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    run(seed, size);
    seed[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static int replay_file(const char *folder, const char *name) {
  char path[4096];
  int len = snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "rb") : NULL;
  uint8_t *seed = malloc(SEED_MAX + 1);
  if (file == NULL || seed == NULL) {
    fprintf(stderr, "replay: cannot read %s\n", path);
    exit(EXIT_FAILURE);
  }
  size_t size = fread(seed, 1, SEED_MAX + 1, file);
  fclose(file);
  if (size > SEED_MAX) {
    fprintf(stderr, "replay: %s is longer than %d bytes\n", path, SEED_MAX);
    exit(EXIT_FAILURE);
  }
  size_t share = size > MUTATIONS_WHOLE ? 10 : 1;
  run(seed, size);
  run_cuts(seed, size, CUTS_MAX / share);
  run_flips(seed, size, FLIPS_MAX / share);
  free(seed);
  return 1;
}

static int is_seed(const struct dirent *entry) { return entry->d_name[0] != '.'; }

int main(int argc, char **argv) {
  struct dirent **seeds = NULL;
  if (argc != 2) {
    fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
    return EXIT_FAILURE;
  }
  int count = scandir(argv[1], &seeds, is_seed, alphasort);
  if (count <= 0) {
    fprintf(stderr, "replay: %s is missing or holds no seed\n", argv[1]);
    return EXIT_FAILURE;
  }
  run((const uint8_t *)"", 0);
  int replayed = 0;
  for (int i = 0; i < count; i++) {
    replayed += replay_file(argv[1], seeds[i]->d_name);
    free(seeds[i]);
  }
  free(seeds);
  printf("replayed %d seeds\n", replayed);
  return EXIT_SUCCESS;
}
