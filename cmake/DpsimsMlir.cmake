# MLIR and LLVM 22, linked as the two shared libraries, never as components.
find_package(MLIR REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "MLIR 22 is needed, ${LLVM_PACKAGE_VERSION} was found in ${MLIR_DIR}: set -DMLIR_DIR=")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# For TableGen, which takes its include path from the directory.
get_filename_component(DPSIMS_SOURCE_DIR ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
include_directories(${DPSIMS_SOURCE_DIR})
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})

set(DPSIMS_MLIR_HEADERS <mlir/Bytecode/BytecodeImplementation.h> <mlir/Dialect/Affine/IR/AffineOps.h>
  <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Func/IR/FuncOps.h> <mlir/Dialect/Math/IR/Math.h>
  <mlir/Dialect/MemRef/IR/MemRef.h> <mlir/Dialect/SCF/IR/SCF.h> <mlir/IR/Builders.h> <mlir/IR/PatternMatch.h>
  <mlir/Pass/Pass.h>)

# A static library of compiler code: no RTTI, as classes derived from MLIR's must be. MLIR's headers are nine tenths of what
# a file of it costs, so they are parsed once: with the dialect's own for all that is built upon it.
function(dpsims_compiler_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${DPSIMS_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_include_directories(${name} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_compile_options(${name} PUBLIC -fno-rtti -fno-exceptions)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(name STREQUAL "DpsimsDialect")
    target_precompile_headers(${name} PRIVATE ${DPSIMS_MLIR_HEADERS})
  elseif(name STREQUAL "DpsimsPasses")
    target_precompile_headers(${name} PRIVATE ${DPSIMS_MLIR_HEADERS} <dialect/Dialect.h>)
  else()
    target_precompile_headers(${name} REUSE_FROM DpsimsPasses)
  endif()
endfunction()
