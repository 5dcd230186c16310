# Tests and fuzz targets of verifyd/picture.
add_library(picture_samples STATIC "${CMAKE_CURRENT_LIST_DIR}/picture_page.c" "${CMAKE_CURRENT_LIST_DIR}/picture_files.c")
verifyd_posix(picture_samples)
target_include_directories(picture_samples PUBLIC "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(picture_samples PUBLIC vd_picture PRIVATE PNG::PNG JPEG::JPEG ZLIB::ZLIB m)

foreach(module png jpeg qr)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS picture_samples)
endforeach()
foreach(module raster wiped_memory output qr_png qr_svg qr_terminal resample locate)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/memory_spy.c"
               LIBS picture_samples)
  target_link_options(test_${module} PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=free)
endforeach()
verifyd_test(scan SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_scan.c" LIBS picture_samples PkgConfig::QRENCODE Threads::Threads)

foreach(module raster scan qr)
  verifyd_fuzz(${module} LIBS vd_picture)
endforeach()

# Run by hand, like everything in bench/; here because it draws the same pages as the tests.
add_executable(bench_picture_rates "${CMAKE_SOURCE_DIR}/bench/bench_picture_rates.c")
verifyd_posix(bench_picture_rates)
target_include_directories(bench_picture_rates PRIVATE "${CMAKE_SOURCE_DIR}/bench")
target_link_libraries(bench_picture_rates PRIVATE picture_samples PkgConfig::ZBAR)
