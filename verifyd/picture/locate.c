#include "locate.h"

#include <stdlib.h>
#include <string.h>

#include "picture/resample.h"

/* The search runs on a copy whose smaller side is about this long: a code of 27 mm on an A4 page is then five
 * cells wide, and its modules are still two or three pixels. */
#define SEARCH_SIDE_PIXELS 1200
#define CELL_PIXELS 24
#define MARGIN_CELLS 2
#define CONTRAST_MIN 40 /* grey levels between the darkest and the lightest pixel of a cell with a code */
#define DENSITY_MIN 100 /* transitions for 1000 pixels: below is empty paper with some noise */

/* A grid of cells over the picture with a border of empty ones around it, so that every cell has neighbours. */
struct grid {
  uint32_t columns;
  uint32_t rows;
  uint32_t *density; /* transitions for 1000 pixels */
  uint32_t *smooth;  /* mean of a cell and its neighbours; 0 once it belongs to a patch */
  uint32_t *stack;
};

struct patch {
  uint32_t left, right, top, bottom;
};

static unsigned contrast_of(const uint8_t *corner, uint32_t stride) {
  unsigned darkest = 255, lightest = 0;
  for (uint32_t y = 0; y < CELL_PIXELS; y++) {
    for (uint32_t x = 0; x < CELL_PIXELS; x++) {
      unsigned grey = corner[(size_t)y * stride + x];
      if (grey < darkest) darkest = grey;
      if (grey > lightest) lightest = grey;
    }
  }
  return lightest - darkest;
}

static unsigned difference(uint8_t a, uint8_t b) { return a > b ? (unsigned)(a - b) : (unsigned)(b - a); }

/* The smaller of the counts across and down: a ruled line or a barcode has transitions in one direction only.
 * Steps over two pixels, because a blurred edge is that wide. */
static uint32_t density_of(const uint8_t *corner, uint32_t stride) {
  unsigned contrast = contrast_of(corner, stride);
  if (contrast < CONTRAST_MIN) return 0;
  uint32_t across = 0, down = 0;
  for (uint32_t y = 0; y + 2 < CELL_PIXELS; y++) {
    const uint8_t *row = corner + (size_t)y * stride;
    for (uint32_t x = 0; x + 2 < CELL_PIXELS; x++) {
      across += difference(row[x], row[x + 2]) > contrast / 4;
      down += difference(row[x], row[x + 2 * (size_t)stride]) > contrast / 4;
    }
  }
  return (across < down ? across : down) * 1000 / ((CELL_PIXELS - 2) * (CELL_PIXELS - 2));
}

static void measure(const struct vd_raster *picture, struct grid *grid) {
  for (uint32_t row = 1; row + 1 < grid->rows; row++) {
    for (uint32_t column = 1; column + 1 < grid->columns; column++) {
      const uint8_t *corner =
          picture->grey + (size_t)(row - 1) * CELL_PIXELS * picture->width + (column - 1) * CELL_PIXELS;
      grid->density[row * grid->columns + column] = density_of(corner, picture->width);
    }
  }
}

static void smooth(struct grid *grid) {
  for (uint32_t row = 1; row + 1 < grid->rows; row++) {
    for (uint32_t column = 1; column + 1 < grid->columns; column++) {
      const uint32_t *middle = &grid->density[row * grid->columns + column];
      const uint32_t *above = middle - grid->columns, *below = middle + grid->columns;
      uint32_t sum = 2 * middle[0] + middle[-1] + middle[1] + above[0] + below[0];
      grid->smooth[row * grid->columns + column] = sum / 6;
    }
  }
}

static void widen(struct patch *patch, uint32_t column, uint32_t row) {
  if (column < patch->left) patch->left = column;
  if (column > patch->right) patch->right = column;
  if (row < patch->top) patch->top = row;
  if (row > patch->bottom) patch->bottom = row;
}

/* Takes the cells that are connected with the seed and at least two thirds as dense: writing next to a code is
 * about half as dense. */
static struct patch grow(struct grid *grid, uint32_t seed) {
  uint32_t floor = grid->smooth[seed] * 2 / 3, count = 0;
  struct patch patch = {.left = grid->columns, .top = grid->rows};
  grid->stack[count++] = seed;
  grid->smooth[seed] = 0;
  while (count > 0) {
    uint32_t cell = grid->stack[--count];
    widen(&patch, cell % grid->columns, cell / grid->columns);
    const uint32_t neighbours[] = {cell - 1, cell + 1, cell - grid->columns, cell + grid->columns};
    for (size_t i = 0; i < 4; i++) {
      if (grid->smooth[neighbours[i]] <= floor) continue;
      grid->smooth[neighbours[i]] = 0;
      grid->stack[count++] = neighbours[i];
    }
  }
  return patch;
}

/* The rim of a code is less dense than its middle: it must not become a patch of its own. */
static void clear_with_rim(struct grid *grid, const struct patch *patch) {
  for (uint32_t row = patch->top - 1; row <= patch->bottom + 1; row++) {
    size_t start = (size_t)row * grid->columns + patch->left - 1;
    memset(&grid->smooth[start], 0, (patch->right - patch->left + 3) * sizeof grid->smooth[0]);
  }
}

static uint32_t densest(const struct grid *grid) {
  uint32_t best = 0;
  for (uint32_t cell = 1; cell < grid->columns * grid->rows; cell++) {
    if (grid->smooth[cell] > grid->smooth[best]) best = cell;
  }
  return best;
}

static struct vd_region region_of(const struct patch *patch, uint32_t factor) {
  uint32_t columns = patch->right - patch->left + 1, rows = patch->bottom - patch->top + 1;
  double cell = (double)CELL_PIXELS * factor;
  return (struct vd_region){.middle_x = (patch->left - 1 + columns / 2.0) * cell,
                            .middle_y = (patch->top - 1 + rows / 2.0) * cell,
                            .side_pixels = ((columns > rows ? columns : rows) + 2 * MARGIN_CELLS) * cell};
}

static enum vd_error make_grid(const struct vd_raster *picture, struct grid *grid, struct vd_failure *failure) {
  *grid = (struct grid){.columns = picture->width / CELL_PIXELS + 2, .rows = picture->height / CELL_PIXELS + 2};
  size_t cells = (size_t)grid->columns * grid->rows;
  grid->density = calloc(3 * cells, sizeof *grid->density);
  if (grid->density == NULL) return vd_fail(failure, VD_MEMORY, "out of memory searching a picture for a QR code");
  grid->smooth = grid->density + cells;
  grid->stack = grid->smooth + cells;
  return VD_OK;
}

static enum vd_error search(const struct vd_raster *picture, uint32_t factor, struct vd_region *regions, size_t max,
                            size_t *count, struct vd_failure *failure) {
  struct grid grid;
  enum vd_error result = make_grid(picture, &grid, failure);
  if (result != VD_OK) return result;
  measure(picture, &grid);
  smooth(&grid);
  for (uint32_t seed = densest(&grid); *count < max && grid.smooth[seed] >= DENSITY_MIN; seed = densest(&grid)) {
    struct patch patch = grow(&grid, seed);
    clear_with_rim(&grid, &patch);
    regions[(*count)++] = region_of(&patch, factor);
  }
  free(grid.density);
  return VD_OK;
}

enum vd_error vd_locate(const struct vd_raster *raster, struct vd_region *regions, size_t max, size_t *count,
                        struct vd_failure *failure) {
  *count = 0;
  uint32_t side = raster->width < raster->height ? raster->width : raster->height;
  uint32_t factor = (side + SEARCH_SIDE_PIXELS / 2) / SEARCH_SIDE_PIXELS;
  if (factor <= 1) return search(raster, 1, regions, max, count, failure);
  struct vd_raster smaller;
  enum vd_error result = vd_resample_reduce(raster, factor, &smaller, failure);
  if (result == VD_OK) result = search(&smaller, factor, regions, max, count, failure);
  vd_raster_free(&smaller);
  return result;
}
