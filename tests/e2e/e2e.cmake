# Browser tests: real documents issued with verifyctl, a real verifyd, the bundled page, and Debian's Chromium.
# Screenshots of every state are left in screenshots/ of the build tree.
find_program(NODE_EXECUTABLE NAMES node nodejs REQUIRED)
find_program(CHROMIUM_EXECUTABLE NAMES chromium)

set(environment
  "VERIFYD_E2E_VERIFYD=$<TARGET_FILE:verifyd>"
  "VERIFYD_E2E_VERIFYCTL=$<TARGET_FILE:verifyctl>"
  "VERIFYD_E2E_PROFILE=${CMAKE_SOURCE_DIR}/cli/example/degree.conf"
  "VERIFYD_E2E_WEB_ROOT=${VERIFYD_WEB_ROOT}"
  "VERIFYD_E2E_WEB_SOURCE=${CMAKE_SOURCE_DIR}/web"
  "VERIFYD_E2E_CHROMIUM=${CHROMIUM_EXECUTABLE}"
  "VERIFYD_E2E_ARTIFACTS=${CMAKE_BINARY_DIR}/screenshots")

foreach(name verdict refusal form access issuers codes anchors)
  add_test(NAME e2e_${name} COMMAND "${NODE_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs")
  set_tests_properties(e2e_${name} PROPERTIES TIMEOUT 600 RUN_SERIAL TRUE LABELS browser ENVIRONMENT "${environment}")
  if(NOT CHROMIUM_EXECUTABLE)
    set_tests_properties(e2e_${name} PROPERTIES DISABLED TRUE)
  endif()
endforeach()
