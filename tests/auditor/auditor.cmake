# An operator's log before a verifier that shares no code with this project: Go's sumdb/tlog and sumdb/note, as Debian
# packages them (golang-go, golang-golang-x-mod-dev).
find_program(GO_EXECUTABLE go)
find_path(GO_SUMDB_FOLDER tlog/tile.go PATHS /usr/share/gocode/src/golang.org/x/mod/sumdb NO_DEFAULT_PATH)
if(GO_EXECUTABLE AND GO_SUMDB_FOLDER)
  add_executable(export_log "${CMAKE_CURRENT_LIST_DIR}/export_log.c"
                 "${CMAKE_CURRENT_LIST_DIR}/../verifyd/ledger_fixture.c")
  verifyd_posix(export_log)
  target_include_directories(export_log PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(export_log PRIVATE vd_ledger PkgConfig::CMOCKA)

  set(auditor_programs "")
  foreach(program auditor serve_folder)
    set(source "${CMAKE_CURRENT_LIST_DIR}/${program}.go")
    set(output "${CMAKE_CURRENT_BINARY_DIR}/go/${program}")
    add_custom_command(OUTPUT "${output}"
      COMMAND "${CMAKE_COMMAND}" -E env GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=
              "GOCACHE=${CMAKE_CURRENT_BINARY_DIR}/go/cache" "${GO_EXECUTABLE}" build -o "${output}" "${source}"
      DEPENDS "${source}" VERBATIM)
    list(APPEND auditor_programs "${output}")
  endforeach()
  add_custom_target(auditor_programs ALL DEPENDS ${auditor_programs})

  set(environment "AUDITOR=${CMAKE_CURRENT_BINARY_DIR}/go/auditor"
      "SERVE_FOLDER=${CMAKE_CURRENT_BINARY_DIR}/go/serve_folder"
      "EXPORT_LOG=$<TARGET_FILE:export_log>" "VERIFYD=$<TARGET_FILE:verifyd>" "VERIFYCTL=$<TARGET_FILE:verifyctl>"
      "EXAMPLE_GRADUATES=$<TARGET_FILE:example-graduates>" "SOURCE_DIR=${CMAKE_SOURCE_DIR}")
  foreach(script log service)
    add_test(NAME auditor_${script} COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/${script}.sh")
    set_tests_properties(auditor_${script} PROPERTIES TIMEOUT 600 ENVIRONMENT "${environment}")
  endforeach()
endif()
