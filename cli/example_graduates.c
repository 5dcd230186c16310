/* example_graduates.c: writes a spreadsheet of school-leaving certificates to standard output, for demonstrations and
 * tests.
 *
 *   example-graduates [ROWS] [SEED]      ROWS 1..1000000, 200 if not given; SEED 1. The same two give the same bytes.
 *
 * The people are invented. The shape is that of a real export: a byte-order mark, CRLF, quoted commas and quotes, line
 * breaks inside cells, decomposed accents, empty optional cells, Khmer and Latin names. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct name {
  const char *khmer, *latin;
};

static const struct name family_names[] = {
  {"ឈួន", "CHHUON"}, {"ពេជ្រ", "PICH"},   {"នុត", "NUTH"},   {"រស់", "ROS"},     {"ម៉ម", "MAM"},   {"អ៊ុំ", "OUM"},
  {"ឃឹម", "KHIM"},   {"សាន", "SAN"},     {"វង្ស", "VONG"},   {"ឌុច", "DUCH"},   {"ស៊ិន", "SIN"},   {"អ៊ាង", "EANG"},
  {"យស", "YOS"},    {"ខាត់", "KHAT"},    {"ភួង", "PHUONG"}, {"ម៉េង", "MENG"},  {"ទូច", "TOUCH"}, {"ហ៊ុយ", "HUY"},
};

static const struct name given_names[] = {
    {"សុខា", "Sokha"},  {"វីរៈ", "Vireak"},      {"ចាន់ថា", "Chantha"}, {"ស្រីនាថ", "Sreyneath"}, {"ភក្តី", "Pheakdey"},
    {"មុន្នី", "Mony"},   {"ធារ៉ា", "Theara"},     {"កញ្ញា", "Kanha"},    {"វិសាល", "Visal"},      {"សុភ័ក្ត្រ", "Sopheak"},
    {"ដាលីន", "Dalin"}, {"រិទ្ធី", "Rithy"},       {"ស្រីពៅ", "Sreypov"},  {"បញ្ញា", "Panha"},      {"ម៉ារីណា", "Marina"},
    {"ឧត្តម", "Oudom"}, {"សុគន្ធា", "Sokunthea"}, {"ពន្លឺ", "Ponleu"},    {"ណាវី", "Navy"},        {"ច័ន្ទដារ៉ា", "Chandara"},
};

static const char *const places[] = {"Phnom Penh", "Kandal",   "Battambang",   "Siem Reap", "Takéo",
                                     "Kampot",     "Pursat",   "Kampong Thom", "Kratié",    "Mondulkiri"};

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere. */
static uint64_t next(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static unsigned pick(uint64_t *state, unsigned below) { return (unsigned)(next(state) % below); }

/* A cell, quoted when RFC 4180 asks for it. */
static void write_cell(const char *text, const char *end) {
  if (strpbrk(text, ",\"\r\n") == NULL) {
    (void)printf("%s%s", text, end);
    return;
  }
  (void)putchar('"');
  for (; *text != '\0'; text++) {
    if (*text == '"') (void)putchar('"');
    (void)putchar(*text);
  }
  (void)printf("\"%s", end);
}

static const char *remark(unsigned row) {
  if (row % 89 == 0) return "Laureate of the \"Angkor\" essay prize, French section";
  if (row % 83 == 0) return "Sat the paper in mathematics again;\r\nfirst sitting in 2025";
  if (row % 71 == 0) return "e\xcc\x81le\xcc\x80ve libre"; /* decomposed: élève libre */
  return "";
}

static void write_school(unsigned row, const char *place) {
  char school[128];
  if (row % 6 == 0) {
    (void)snprintf(school, sizeof school, "Lycée %s, bâtiment %u", place, row % 4 + 1);
  } else {
    (void)snprintf(school, sizeof school, "%s High School", place);
  }
  write_cell(school, ",");
}

static char grade_of(unsigned score) {
  static const unsigned least[] = {427, 380, 332, 285};
  for (unsigned i = 0; i < COUNT(least); i++) {
    if (score >= least[i]) return (char)('A' + (int)i);
  }
  return 'E';
}

static void write_row(unsigned row, uint64_t *state) {
  const struct name *family = &family_names[pick(state, COUNT(family_names))];
  const struct name *given = &given_names[pick(state, COUNT(given_names))];
  const char *birth_place = places[pick(state, COUNT(places))];
  const char *place = places[pick(state, COUNT(places))];
  unsigned score = 237 + pick(state, 238);
  (void)printf("BAC2-2026-%06u,%s %s,%s %s,%c,", row, family->khmer, given->khmer, family->latin, given->latin,
               pick(state, 2) == 0 ? 'F' : 'M');
  (void)printf("%u-%02u-%02u,%s,", 2007 + pick(state, 3), 1 + pick(state, 12), 1 + pick(state, 28), birth_place);
  write_school(row, place);
  (void)printf("%s Centre %u,2026-08-25,%06u,%u,%c,", place, 1 + pick(state, 6), pick(state, 1000000), score,
               grade_of(score));
  write_cell(remark(row), "\r\n");
}

static int usage(const char *program) {
  (void)fprintf(stderr, "Usage: %s [ROWS] [SEED]\nROWS is 1 to 1000000 (200), SEED a whole number (1).\n", program);
  return 64;
}

int main(int argc, char **argv) {
  char *end = NULL;
  unsigned long rows = 200;
  unsigned long long seed = 1;
  if (argc > 1) rows = strtoul(argv[1], &end, 10);
  if (argc > 1 && (*end != '\0' || rows < 1 || rows > 1000000)) return usage(argv[0]);
  if (argc > 2) seed = strtoull(argv[2], &end, 10);
  if (argc > 3 || (argc > 2 && *end != '\0')) return usage(argv[0]);
  uint64_t state = seed;
  (void)printf(
      "\xef\xbb\xbfserial,name_km,name_latin,sex,birth_date,birth_place,school,exam_centre,exam_date,candidate_no,"
      "total_score,grade,remarks\r\n");
  for (unsigned row = 1; row <= rows; row++) write_row(row, &state);
  if (fflush(stdout) == 0 && ferror(stdout) == 0) return 0;
  perror("example-graduates");
  return 74;
}
