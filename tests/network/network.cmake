# Operators and a portal as processes of their own, over HTTP on loopback.
find_program(NODE_EXECUTABLE NAMES node nodejs REQUIRED)
foreach(name operators witness crash)
  add_test(NAME network_${name} COMMAND "${NODE_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs")
  set_tests_properties(network_${name} PROPERTIES TIMEOUT 900 ENVIRONMENT
    "VERIFYD_NETWORK_VERIFYD=$<TARGET_FILE:verifyd>;VERIFYD_NETWORK_VERIFYCTL=$<TARGET_FILE:verifyctl>;VERIFYD_NETWORK_GRADUATES=$<TARGET_FILE:example-graduates>;VERIFYD_NETWORK_PROFILE=${CMAKE_SOURCE_DIR}/cli/example/degree.conf")
endforeach()
