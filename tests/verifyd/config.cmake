foreach(module config profile settings_chains)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_config)
endforeach()
verifyd_test(settings SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_settings.c" LIBS vd_config
             ARGS "${CMAKE_SOURCE_DIR}/cli/example")
verifyd_fuzz(profile LIBS vd_config)
verifyd_fuzz(settings LIBS vd_config)
