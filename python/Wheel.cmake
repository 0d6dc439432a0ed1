# What a wheel has beside the sources of the package.
if(NOT SKBUILD)
  return()
endif()
set(destination dpsims)
# Not of the system that every Python runs on: its C and C++ libraries.
set(system "^ld-linux|^lib(c|m|dl|rt|pthread|gcc_s|stdc\\+\\+)\\.so")
# One name for each file: a wheel has no links.
set_target_properties(dpsims PROPERTIES INSTALL_RPATH "$ORIGIN" VERSION ${PROJECT_VERSION_MAJOR})
target_link_options(dpsims PRIVATE -Wl,--disable-new-dtags) # a RUNPATH would not count for libraries of libraries
install(TARGETS dpsims-python DESTINATION ${destination} COMPONENT python)
install(TARGETS dpsims LIBRARY DESTINATION ${destination}/lib COMPONENT python NAMELINK_SKIP)
install(CODE "
  file(GET_RUNTIME_DEPENDENCIES LIBRARIES [[$<TARGET_FILE:dpsims>]] RESOLVED_DEPENDENCIES_VAR libraries
    PRE_EXCLUDE_REGEXES [[${system}]])
  foreach(library IN LISTS libraries)
    cmake_path(GET library FILENAME name)
    file(REAL_PATH \${library} content)
    file(COPY_FILE \${content} \${CMAKE_INSTALL_PREFIX}/${destination}/lib/\${name})
  endforeach()" COMPONENT python)
if(TARGET dpsims-cuda)
  install(TARGETS dpsims-cuda DESTINATION ${destination}/lib COMPONENT python)
endif()

# The model of the trained weights, for any processor with AVX2.
if(TARGET dpsims-compile)
  set(compile $<TARGET_FILE:dpsims-compile>)
else()
  find_program(DPSIMS_COMPILE dpsims-compile HINTS ${PROJECT_SOURCE_DIR}/build/release/bin)
  set(compile ${DPSIMS_COMPILE})
endif()
if(NOT compile)
  message(WARNING "The wheel will have no models: there is no dpsims-compile. Build it before (tools/scripts/setup.sh), or name it: "
                  "pip install . --config-settings=cmake.define.DPSIMS_COMPILE=FILE")
  return()
endif()
set(models ${PROJECT_SOURCE_DIR}/models)
set(model ${CMAKE_CURRENT_BINARY_DIR}/camvid-128.dpsims)
add_custom_command(OUTPUT ${model}
  COMMAND ${compile} ${models}/configs/camvid-128.json --program sample --model-text ${models}/programs.mlir
          --chip x86-64-v3 -o ${model}
  DEPENDS ${models}/configs/camvid-128.json VERBATIM)
add_custom_target(dpsims-wheel-models DEPENDS ${model})
add_dependencies(dpsims-python dpsims-wheel-models)
install(FILES ${model} ${models}/weights/camvid-128.safetensors DESTINATION ${destination}/models COMPONENT python)
