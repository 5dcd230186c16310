#include "scan.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <zbar.h>

#include "picture/locate.h"
#include "picture/resample.h"

#define REGIONS_MAX 6
/* zbar likes six pixels and more for a module, and its time grows with the pixels. */
#define PART_SIDE_MAX 1000.0
#define ENLARGEMENT_MAX 2.0
#define WHOLE_PIXELS_MAX 2500000u
/* A picture of no more than this is probably the code alone, and the whole of it costs less than a guess. */
#define WHOLE_FIRST_PIXELS_MAX 400000u
/* No further look after this. Honest pictures take a quarter; one that is tiled with corner marks took 4.4 s. */
#define CPU_TIME_MAX_MS 2000

/* Where to look, in this order: a region by its rank in density, or the whole picture, which also finds a code
 * whose modules are too large to be dense. zbar finds corner marks along rows and columns and is weakest where
 * they are crossed at an angle, hence the turns. */
enum { WHOLE = REGIONS_MAX };
static const struct place {
  size_t region;
  double turn_degrees;
} plan[] = {{0, 0}, {1, 0}, {0, 22.5}, {WHOLE, 0}, {0, 45}, {2, 0},
            {3, 0}, {4, 0}, {1, 22.5}, {5, 0},     {1, 45}, {2, 22.5}};

static_assert(sizeof plan / sizeof plan[0] == VD_SCAN_LOOKS_MAX, "the header says how many looks there are");

struct search {
  const struct vd_raster *raster;
  int64_t deadline_ms; /* of this thread's CPU time */
  vd_scan_accept *accept;
  void *context;
  struct vd_scan_result *result;
  struct vd_failure *failure;
};

static int64_t cpu_time_ms(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static zbar_image_scanner_t *make_scanner(void) {
  zbar_image_scanner_t *scanner = zbar_image_scanner_create();
  if (scanner == NULL) return NULL;
  /* zbar can announce every text it reads on the system's D-Bus. */
  (void)zbar_image_scanner_request_dbus(scanner, 0);
  (void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  (void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  /* Otherwise bytes above 127 go through a guess at their character set. */
  (void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
  /* zbar may skip every other row and column for half the time: then it loses four in ten turned close-ups. */
  return scanner;
}

static zbar_image_t *make_image(const struct vd_raster *raster) {
  zbar_image_t *image = zbar_image_create();
  if (image == NULL) return NULL;
  zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
  zbar_image_set_size(image, raster->width, raster->height);
  zbar_image_set_data(image, raster->grey, (size_t)raster->width * raster->height, NULL);
  return image;
}

/* zbar gives its own memory as const and frees it as it is. */
static void wipe_text(const char *text, size_t len) { explicit_bzero((void *)(uintptr_t)text, len); }

static void offer(struct search *search, const zbar_symbol_t *symbol) {
  const char *text = zbar_symbol_get_data(symbol);
  size_t len = zbar_symbol_get_data_length(symbol);
  struct vd_scan_result *result = search->result;
  if (text == NULL) return;
  /* Of another type are the single parts of a text that is spread over several codes. */
  if (zbar_symbol_get_type(symbol) == ZBAR_QRCODE && result->outcome != VD_SCAN_ACCEPTED) {
    result->outcome = search->accept(search->context, text, len) ? VD_SCAN_ACCEPTED : VD_SCAN_REFUSED;
  }
  wipe_text(text, len);
}

static enum vd_error look(struct search *search, const struct vd_raster *raster) {
  enum vd_error error = VD_OK;
  zbar_image_scanner_t *scanner = make_scanner();
  zbar_image_t *image = make_image(raster);
  if (scanner == NULL || image == NULL || zbar_scan_image(scanner, image) < 0) {
    error = vd_fail(search->failure, VD_MEMORY, "out of memory searching a picture for a QR code");
  } else {
    search->result->looks++;
    const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
    for (; symbol != NULL; symbol = zbar_symbol_next(symbol)) offer(search, symbol);
  }
  if (image != NULL) zbar_image_destroy(image);
  if (scanner != NULL) zbar_image_scanner_destroy(scanner);
  return error;
}

static enum vd_error look_at_whole(struct search *search) {
  const struct vd_raster *raster = search->raster;
  double excess = (double)raster->width * raster->height / WHOLE_PIXELS_MAX;
  uint32_t factor = (uint32_t)ceil(sqrt(excess));
  if (factor <= 1 || factor > raster->width || factor > raster->height) return look(search, raster);
  struct vd_raster smaller;
  enum vd_error error = vd_resample_reduce(raster, factor, &smaller, search->failure);
  if (error == VD_OK) error = look(search, &smaller);
  vd_raster_free(&smaller);
  return error;
}

static enum vd_error look_at_region(struct search *search, const struct vd_region *region, double turn_degrees) {
  struct vd_resample_cut cut = {.middle_x = region->middle_x,
                                .middle_y = region->middle_y,
                                .side_pixels = region->side_pixels,
                                .scale = fmin(ENLARGEMENT_MAX, PART_SIDE_MAX / region->side_pixels),
                                .turn_degrees = turn_degrees};
  struct vd_raster part;
  enum vd_error error = vd_resample_cut_out(search->raster, &cut, &part, search->failure);
  if (error == VD_OK) error = look(search, &part);
  vd_raster_free(&part);
  return error;
}

enum vd_error vd_scan(const struct vd_raster *raster, vd_scan_accept *accept, void *context,
                      struct vd_scan_result *result, struct vd_failure *failure) {
  assert(raster->width > 0 && raster->height > 0);
  struct search search = {raster, cpu_time_ms() + CPU_TIME_MAX_MS, accept, context, result, failure};
  struct vd_region regions[REGIONS_MAX];
  size_t count = 0;
  bool whole_first = (uint64_t)raster->width * raster->height <= WHOLE_FIRST_PIXELS_MAX;
  *result = (struct vd_scan_result){.outcome = VD_SCAN_NOTHING};
  enum vd_error error = vd_locate(raster, regions, REGIONS_MAX, &count, failure);
  if (error == VD_OK && whole_first) error = look_at_whole(&search);
  for (size_t i = 0; i < VD_SCAN_LOOKS_MAX && error == VD_OK && result->outcome != VD_SCAN_ACCEPTED; i++) {
    const struct place *place = &plan[i];
    if (cpu_time_ms() > search.deadline_ms) break;
    if (place->region == WHOLE && !whole_first) error = look_at_whole(&search);
    else if (place->region < count) error = look_at_region(&search, &regions[place->region], place->turn_degrees);
  }
  return error;
}
