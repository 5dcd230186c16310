# Installs WEB/node_modules with NPM when it is missing or was made from another lock file; run by every build.
# The copy of the lock file inside the folder says what it was made from.
set(lock "${WEB}/package-lock.json")
set(installed "${WEB}/node_modules/.installed-from.json")

execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${lock}" "${installed}"
  RESULT_VARIABLE changed OUTPUT_QUIET ERROR_QUIET)
if(NOT changed)
  return()
endif()

execute_process(COMMAND "${NPM}" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  WORKING_DIRECTORY "${WEB}" RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "npm ci failed in ${WEB}: the page needs the packages of web/package-lock.json")
endif()
configure_file("${lock}" "${installed}" COPYONLY)
