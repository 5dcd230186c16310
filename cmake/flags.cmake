# One set of compiler and linker flags for every target of the project.
# Assertions stay in release builds: a programmer's error must stop the program, not answer a citizen.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2")

add_library(verifyd_flags INTERFACE)
target_compile_options(verifyd_flags INTERFACE
  -Wall -Wextra -Werror -Wconversion -Wshadow -Wvla -Wundef -Wswitch-enum -Wmissing-prototypes
  -Wstrict-prototypes -Wcast-qual -Wformat=2 -Wpointer-arith -Wwrite-strings
  -fstack-protector-strong -fstack-clash-protection -fcf-protection -fno-strict-overflow)
target_link_options(verifyd_flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)

if(VERIFYD_SANITIZE_ADDRESS)
  target_compile_options(verifyd_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(verifyd_flags INTERFACE -fsanitize=address,undefined)
elseif(VERIFYD_SANITIZE_THREAD)
  target_compile_options(verifyd_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(verifyd_flags INTERFACE -fsanitize=thread)
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_options(verifyd_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
if(VERIFYD_FUZZ)
  target_compile_options(verifyd_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# verifyd_target(NAME): flags for a library or program; programs are position independent.
function(verifyd_target name)
  target_link_libraries(${name} PRIVATE verifyd_flags)
  get_target_property(kind ${name} TYPE)
  if(kind STREQUAL "EXECUTABLE")
    target_link_options(${name} PRIVATE -pie)
  endif()
endfunction()

# verifyd_posix(NAME): the same, for code that uses the operating system (everything but libfrag).
function(verifyd_posix name)
  verifyd_target(${name})
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
endfunction()
