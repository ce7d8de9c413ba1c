# What every target of ours shares: warnings, sanitizers, the compiler cache and the fast linker.
include_guard()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without the first two ccache passes by every source that uses a precompiled header; without the
  # others by those whose header was made a moment ago, as a precompiled one is.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(corpusmill_warnings INTERFACE)
target_compile_options(corpusmill_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105651: false -Wrestrict in std::string's own headers.
  target_compile_options(corpusmill_warnings INTERFACE -Wno-restrict)
  if(CORPUSMILL_SANITIZE)
    # GCC bug 105562: false ones in std::regex.
    target_compile_options(corpusmill_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

if(CORPUSMILL_SANITIZE)
  add_compile_options(-fsanitize=${CORPUSMILL_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${CORPUSMILL_SANITIZE})
endif()
if(CORPUSMILL_COVERAGE)
  add_compile_options(--coverage -O0 -g)
  add_link_options(--coverage)
endif()

# corpusmill_library(NAME): one static library of every .cc in the folder and below, save *_main.cc.
function(corpusmill_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_main\\.cc$")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE corpusmill_warnings)
endfunction()
