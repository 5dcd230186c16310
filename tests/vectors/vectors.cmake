# The frozen test vectors through libfrag.
set(vectors "${CMAKE_CURRENT_LIST_DIR}")
set(frag_sources "${CMAKE_SOURCE_DIR}/libfrag/src")

add_library(vectors_forms STATIC "${vectors}/forms.c")
verifyd_posix(vectors_forms)
target_include_directories(vectors_forms PUBLIC "${frag_sources}")
target_link_libraries(vectors_forms PUBLIC frag::static PkgConfig::JANSSON)

verifyd_test(vectors
  SOURCES
    "${vectors}/test_vectors.c" "${vectors}/vectors.c" "${vectors}/scan.c" "${vectors}/trusted.c"
    "${vectors}/run_bip340.c" "${vectors}/run_dcbor.c" "${vectors}/run_end_to_end.c" "${vectors}/run_hash_kdf.c"
    "${vectors}/run_issue.c" "${vectors}/run_log.c" "${vectors}/run_open.c" "${vectors}/run_qr_payload.c"
    "${vectors}/run_shamir.c" "${vectors}/run_status.c" "${vectors}/run_tree.c" "${vectors}/run_trust.c"
  LIBS vectors_forms
  ARGS "${CMAKE_SOURCE_DIR}/test-vectors")

# They are what their generator writes.
add_test(NAME vectors_frozen
  COMMAND "${vectors}/frozen.sh" $<TARGET_FILE:generate-vectors> "${CMAKE_SOURCE_DIR}/test-vectors")
set_tests_properties(vectors_frozen PROPERTIES TIMEOUT 300)

# The same format in JavaScript: each implementation opens what the other has issued.
find_program(NODE_EXECUTABLE NAMES node nodejs REQUIRED)
set(web_tests "${CMAKE_SOURCE_DIR}/web/test")
add_test(NAME js_vectors COMMAND "${NODE_EXECUTABLE}" --test "${web_tests}/vectors.test.mjs")
set(js_units bundle cbor document fragments gather interop known_answer log payload primitives status trust verify)
list(TRANSFORM js_units REPLACE "(.+)" "${web_tests}/\\1.test.mjs")
add_test(NAME js_unit COMMAND "${NODE_EXECUTABLE}" --test ${js_units})

add_executable(interop_issue
  "${vectors}/interop_issue.c" "${vectors}/draw.c" "${CMAKE_SOURCE_DIR}/test-vectors/generate/suite.c")
target_include_directories(interop_issue PRIVATE "${frag_sources}" "${CMAKE_SOURCE_DIR}/test-vectors/generate")
target_link_libraries(interop_issue PRIVATE frag::static PkgConfig::JANSSON)
add_executable(interop_open "${vectors}/interop_open.c")
target_link_libraries(interop_open PRIVATE vectors_forms)
verifyd_posix(interop_issue)
verifyd_posix(interop_open)

set(interop "${vectors}/interop.sh")
add_test(NAME interop_c_to_js
  COMMAND "${interop}" $<TARGET_FILE:interop_issue> 2026 60 -- "${NODE_EXECUTABLE}" "${web_tests}/interop-open.mjs")
add_test(NAME interop_js_to_c
  COMMAND "${interop}" "${NODE_EXECUTABLE}" "${web_tests}/interop-issue.mjs" 2026 60 -- $<TARGET_FILE:interop_open>)
add_test(NAME interop_c_to_c
  COMMAND "${interop}" $<TARGET_FILE:interop_issue> 1 60 -- $<TARGET_FILE:interop_open>)
set_tests_properties(interop_c_to_js interop_js_to_c interop_c_to_c js_vectors js_unit PROPERTIES TIMEOUT 600)
