# Tests and fuzz targets of verifyd/serve, and of json/words, which serves it.
add_library(serve_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/serve_rig.c" "${CMAKE_CURRENT_LIST_DIR}/loopback.c"
            "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c")
verifyd_posix(serve_rig)
target_link_libraries(serve_rig PUBLIC vd_serve PkgConfig::CMOCKA)

foreach(module buffer http_parse http_body header form html response router caps metrics log bridge exchange)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_serve)
endforeach()
foreach(module words listener connection server worker operations)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS serve_rig)
endforeach()
verifyd_test(static_files SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_static_files.c" LIBS serve_rig ZLIB::ZLIB)
verifyd_test(picture_job SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_picture_job.c" LIBS vd_serve picture_samples)
verifyd_test(page SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_page.c" LIBS serve_rig
             ARGS "${CMAKE_SOURCE_DIR}/web/page/words.json")

# The program itself, as a child of its tests.
add_library(program_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/program_rig.c" "${CMAKE_CURRENT_LIST_DIR}/verify_fixture.c"
            "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c")
verifyd_posix(program_rig)
target_link_libraries(program_rig PUBLIC serve_rig picture_samples)
foreach(module main verify_handler file_handler)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS program_rig
               ARGS "$<TARGET_FILE:verifyd>" "${CMAKE_SOURCE_DIR}/web/page/words.json")
  add_dependencies(test_${module} verifyd)
endforeach()

foreach(module http_parse http_body header form exchange)
  verifyd_fuzz(${module} LIBS vd_serve)
endforeach()
