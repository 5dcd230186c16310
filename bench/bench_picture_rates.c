/* bench_picture_rates: how many of N codes are read from synthetic pages, by one pass of zbar over the whole page and
 * by vd_scan; and from photos of such pages. Same seed, same pages. Usage: bench_picture_rates [N] (300). */
#include <string.h>
#include <zbar.h>

#include "bench.h"
#include "picture/scan.h"
#include "verifyd/picture_page.h"

struct condition {
  const char *name;
  double dpi;     /* of a scan; 0: a photo */
  uint32_t width; /* of a photo, pixels */
  double module_mm;
  enum vd_qr_level level;
  double turn_degrees_max;
  double tilt_degrees;
  double blur, noise;
  int quality;
};

static const struct condition conditions[] = {
    {"150 dpi, 7-Q, 0.60 mm a module (27 mm without its border)", 150, 0, 0.60, VD_QR_LEVEL_Q, 3, 0, 0.7, 8, 75},
    {"150 dpi, 7-Q, 0.51 mm a module (27 mm with its border)", 150, 0, 0.51, VD_QR_LEVEL_Q, 3, 0, 0.7, 8, 75},
    {"150 dpi, 6-M, 0.51 mm a module (25 mm with its border)", 150, 0, 0.51, VD_QR_LEVEL_M, 3, 0, 0.7, 8, 75},
    {"150 dpi, 7-Q, 0.51 mm, turned by any angle", 150, 0, 0.51, VD_QR_LEVEL_Q, 180, 0, 0.7, 8, 75},
    {"150 dpi, 7-Q, 0.42 mm", 150, 0, 0.42, VD_QR_LEVEL_Q, 3, 0, 0.7, 8, 75},
    {"photo 1300 px wide, 7-Q, 0.51 mm, 20° tilt", 0, 1300, 0.51, VD_QR_LEVEL_Q, 180, 20, 0.6, 6, 80},
    {"photo 1600 px wide, 7-Q, 0.51 mm, 20° tilt", 0, 1600, 0.51, VD_QR_LEVEL_Q, 180, 20, 0.8, 6, 80},
    {"photo 3000 px wide, 7-Q, 0.51 mm, 20° tilt", 0, 3000, 0.51, VD_QR_LEVEL_Q, 180, 20, 1.5, 8, 75},
    {"photo 1600 px wide, 7-Q, 2 mm (close), 20° tilt", 0, 1600, 2.0, VD_QR_LEVEL_Q, 180, 20, 1.0, 6, 80},
};

struct count {
  unsigned whole, scanned, first_look;
  double whole_ms, scan_ms;
};

static void require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "bench: %s\n", what);
  exit(EXIT_FAILURE);
}

static bool whole_page(const struct vd_raster *page, const char *text) {
  zbar_image_scanner_t *scanner = zbar_image_scanner_create();
  zbar_image_t *image = zbar_image_create();
  zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
  zbar_image_set_size(image, page->width, page->height);
  zbar_image_set_data(image, page->grey, (size_t)page->width * page->height, NULL);
  bool found = false;
  require(zbar_scan_image(scanner, image) >= 0, "zbar");
  for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol != NULL;
       symbol = zbar_symbol_next(symbol)) {
    found = found || strcmp(zbar_symbol_get_data(symbol), text) == 0;
  }
  zbar_image_destroy(image);
  zbar_image_scanner_destroy(scanner);
  return found;
}

static bool is_text(void *context, const char *text, size_t len) {
  return len == strlen(context) && memcmp(text, context, len) == 0;
}

/* A scan shows the code anywhere on the page; a photo shows it near the middle, so that no turn loses it. */
static void make_page(const struct condition *condition, struct page_random *random, const char *text,
                      struct vd_raster *page) {
  static struct vd_qr qr;
  double dpi = condition->dpi > 0 ? condition->dpi : 300, module = condition->module_mm * dpi / 25.4;
  double turn = (2 * page_uniform(random) - 1) * condition->turn_degrees_max;
  require(vd_qr_encode(text, strlen(text), condition->level, &qr, NULL) == VD_OK, "matrix");
  page_new(page, (uint32_t)(210 * dpi / 25.4), (uint32_t)(297 * dpi / 25.4));
  page_clutter(page, random, dpi);
  double side = vd_qr_printed_side(&qr) * module, border = condition->dpi > 0 ? side / 4 : page->width * 0.25;
  double room_x = page->width - side - 2 * border, room_y = page->height - side - 2 * border;
  double x = room_x > 0 ? border + page_uniform(random) * room_x : (page->width - side) / 2;
  double y = room_y > 0 ? border + page_uniform(random) * room_y : (page->height - side) / 2;
  page_draw(page, &qr, x, y, module, condition->dpi > 0 ? turn : 0);
  if (condition->dpi > 0) return;
  struct vd_raster photo;
  page_photograph(page, condition->width, condition->width * 4 / 3,
                  turn > 0 ? condition->tilt_degrees : -condition->tilt_degrees, turn, &photo);
  vd_raster_free(page);
  *page = photo;
}

static void degrade(const struct condition *condition, struct page_random *random, struct vd_raster *page) {
  struct vd_output file = {0};
  page_blur(page, condition->blur);
  page_noise(page, random, condition->noise);
  page_write_jpeg(page, condition->quality, &file);
  vd_raster_free(page);
  require(vd_raster_read(file.bytes, file.len, &VD_RASTER_LIMITS_DEFAULT, page, NULL) == VD_OK, "JPEG");
  vd_output_free(&file);
}

static void measure(const struct condition *condition, unsigned seed, struct count *count) {
  struct page_random random = {.state = seed * 7919 + 1};
  struct vd_raster page;
  struct vd_scan_result result;
  char text[256];
  page_random_text(&random, "https://verify.example/", text);
  make_page(condition, &random, text, &page);
  degrade(condition, &random, &page);
  double begin = bench_now_ns();
  count->whole += whole_page(&page, text);
  double middle = bench_now_ns();
  require(vd_scan(&page, is_text, text, &result, NULL) == VD_OK, "scan");
  count->scan_ms += (bench_now_ns() - middle) / 1e6;
  count->whole_ms += (middle - begin) / 1e6;
  count->scanned += result.outcome == VD_SCAN_ACCEPTED;
  count->first_look += result.outcome == VD_SCAN_ACCEPTED && result.looks == 1;
  vd_raster_free(&page);
}

int main(int argc, char **argv) {
  unsigned pages = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 300;
  require(pages > 0, "the number of pages is wrong");
  for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
    struct count count = {0};
    for (unsigned seed = 0; seed < pages; seed++) measure(&conditions[i], seed, &count);
    printf("%-58s whole page %5.1f%% %4.0f ms   vd_scan %5.1f%% (first look %5.1f%%) %4.0f ms\n", conditions[i].name,
           100.0 * count.whole / pages, count.whole_ms / pages, 100.0 * count.scanned / pages,
           100.0 * count.first_look / pages, count.scan_ms / pages);
    (void)fflush(stdout);
  }
  return EXIT_SUCCESS;
}
