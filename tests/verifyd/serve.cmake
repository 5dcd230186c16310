# Tests and fuzz targets of verifyd/serve, and of json/words, which serves it.
add_library(serve_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/serve_rig.c" "${CMAKE_CURRENT_LIST_DIR}/server_watch.c"
            "${CMAKE_CURRENT_LIST_DIR}/loopback.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c")
verifyd_posix(serve_rig)
target_link_libraries(serve_rig PUBLIC vd_serve PkgConfig::CMOCKA)

foreach(module buffer http_parse http_body header form html response router caps metrics log bridge exchange)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_serve)
endforeach()
foreach(module words listener connection server worker operations
        loop_ledgers role_metrics service_key)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS serve_rig)
endforeach()
verifyd_test(client_loop SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_client_loop.c" LIBS serve_rig net_rig)
verifyd_test(witness SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_witness.c" LIBS serve_rig Threads::Threads)
verifyd_test(trust_source SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_trust_source.c" LIBS serve_rig trust_fixture
             Threads::Threads)
verifyd_test(static_files SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_static_files.c" LIBS serve_rig ZLIB::ZLIB)
verifyd_test(gzip SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_gzip.c" LIBS vd_serve ZLIB::ZLIB)
foreach(module issuers_fold issuers_index issuers_query)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_serve)
endforeach()
verifyd_test(picture_job SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_picture_job.c" LIBS vd_serve picture_samples)
verifyd_test(page SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_page.c" LIBS serve_rig
             ARGS "${CMAKE_SOURCE_DIR}/web/page/words.json")
verifyd_test(issuers_view SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_issuers_view.c" LIBS vd_serve
             ARGS "${CMAKE_SOURCE_DIR}/web/page/words.json")

# The program itself, as a child of its tests.
add_library(program_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/program_rig.c" "${CMAKE_CURRENT_LIST_DIR}/role_rig.c"
            "${CMAKE_CURRENT_LIST_DIR}/verify_fixture.c"
            "${CMAKE_CURRENT_LIST_DIR}/step_fixture.c"
            "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c")
verifyd_posix(program_rig)
target_link_libraries(program_rig PUBLIC serve_rig picture_samples)
foreach(module main verify_handler file_handler submission_handler submission_list_handler tile_handler lookup_handler
        witness_handler housekeeping anchor_keeping)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS program_rig
               ARGS "$<TARGET_FILE:verifyd>" "${CMAKE_SOURCE_DIR}/web/page/words.json")
  add_dependencies(test_${module} verifyd)
endforeach()
verifyd_test(own_operator SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_own_operator.c" LIBS program_rig
             ARGS "$<TARGET_FILE:verifyd>" "${CMAKE_SOURCE_DIR}/web/page/words.json" "$<TARGET_FILE:fault_shim>")
add_dependencies(test_own_operator verifyd fault_shim)

verifyd_test(issuers_handler SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_issuers_handler.c"
             LIBS program_rig trust_fixture Threads::Threads
             ARGS "$<TARGET_FILE:verifyd>" "${CMAKE_SOURCE_DIR}/web/page/words.json")
add_dependencies(test_issuers_handler verifyd)

# Verdicts in every way that they can be asked for.
verifyd_test(codes SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_codes.c" LIBS program_rig
             ARGS "$<TARGET_FILE:verifyd>" "${CMAKE_SOURCE_DIR}/web/page/words.json" "$<TARGET_FILE:verifyctl>")
add_dependencies(test_codes verifyd verifyctl)

# A portal and operators, all in one process.
add_library(portal_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/portal_rig.c")
verifyd_posix(portal_rig)
target_link_libraries(portal_rig PUBLIC program_rig)
foreach(module portal news withheld readiness)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS portal_rig trust_fixture)
endforeach()

foreach(module http_parse http_body header form exchange issuers_query)
  verifyd_fuzz(${module} LIBS vd_serve)
endforeach()
