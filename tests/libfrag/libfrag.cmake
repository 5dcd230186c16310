# The tests of libfrag see its internal headers: each module is tested where it can fail.
set(frag_tests "${CMAKE_CURRENT_LIST_DIR}")
set(frag_sources "${CMAKE_SOURCE_DIR}/libfrag/src")

add_library(frag_fixture STATIC "${frag_tests}/fixture.c" "${frag_tests}/cbor_copy.c" "${frag_tests}/notes.c")
verifyd_posix(frag_fixture)
target_include_directories(frag_fixture PUBLIC "${CMAKE_SOURCE_DIR}/tests" "${frag_sources}")
target_link_libraries(frag_fixture PUBLIC frag_static)

foreach(module anchor cbor checkpoint checkpoint_merge context crypto curve document error field gather issue log note
        open qr record seal secrecy shamir split status submission text threads tile tlog_proof tree trust trust_decode
        trust_encode)
  verifyd_test(frag_${module} SOURCES "${frag_tests}/test_${module}.c" LIBS frag_fixture)
endforeach()

target_link_libraries(test_frag_threads PRIVATE Threads::Threads)
target_link_libraries(test_frag_context PRIVATE OpenSSL::Crypto)
target_link_options(test_frag_context PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=free)

foreach(module anchor cbor checkpoint document gather log qr record status text tile tlog_proof tree trust)
  verifyd_fuzz(frag_${module} LIBS frag_fixture)
endforeach()

# The library as others get it. Sanitizers and fuzzing bring symbols and globals of their own.
if(NOT VERIFYD_SANITIZE_ADDRESS AND NOT VERIFYD_SANITIZE_THREAD AND NOT VERIFYD_FUZZ)
  add_test(NAME frag_symbols
    COMMAND "${frag_tests}/symbols.sh" "$<TARGET_FILE:frag>" "${CMAKE_SOURCE_DIR}/libfrag/include")
  add_test(NAME frag_purity COMMAND "${frag_tests}/purity.sh" "$<TARGET_FILE:frag_static>")
  add_test(NAME frag_install COMMAND "${frag_tests}/install.sh" "${CMAKE_BINARY_DIR}/libfrag"
    "${frag_tests}/install_program.c" "${CMAKE_C_COMPILER}")

  find_program(VALGRIND_PROGRAM valgrind)
  find_path(VALGRIND_INCLUDE_DIR valgrind/memcheck.h)
  if(VALGRIND_PROGRAM AND VALGRIND_INCLUDE_DIR)
    add_executable(frag_ctime "${frag_tests}/ctime.c")
    verifyd_posix(frag_ctime)
    target_link_libraries(frag_ctime PRIVATE frag_fixture)
    target_include_directories(frag_ctime PRIVATE "${VALGRIND_INCLUDE_DIR}")
    add_test(NAME frag_ctime COMMAND "${VALGRIND_PROGRAM}" --quiet --suppressions=${frag_tests}/ctime.supp
      "$<TARGET_FILE:frag_ctime>")
  endif()
endif()
