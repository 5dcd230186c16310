/* setting_value.h: values of settings that have a form of their own: paths relative to the file's folder, ports, URLs.
 * Those that take a section latch errors, as config.h does. One thread. */
#ifndef VD_SETTING_VALUE_H
#define VD_SETTING_VALUE_H

#include "config/settings.h"

#include "config.h"

/* Where relative paths of the file start: the part of its path up to and with the last slash. */
struct vd_setting_folder {
  const char *path;
  size_t len;
};

/* A path, ready to open; path: VD_PATH_SIZE bytes, left as they are when an optional one is not there. The second is
 * element i of a list. */
void vd_setting_path(struct vd_section section, const char *key, enum vd_presence presence,
                   struct vd_setting_folder folder, char path[static VD_PATH_SIZE]);
void vd_setting_path_element(struct vd_section list, size_t i, struct vd_setting_folder folder,
                           char path[static VD_PATH_SIZE]);

/* Decimal digits, 0..65535. */
bool vd_setting_port(const char *text, uint16_t *port);

/* Required: http or https, host, port and path of visible ASCII: without user, query, fragment and slash at the end. */
void vd_setting_url(struct vd_section section, const char *key, char url[static VD_URL_SIZE]);

/* Whether it is an http or https URL without a user, of visible ASCII; it may have a query and a fragment. Each
 * "{name}" of the list, which ends with NULL, may stand behind the host any number of times; *used counts them. */
bool vd_setting_is_template(const char *text, const char *const names[], size_t *used);

#endif
