# For `dpsims-compile --to onnx`: the classes that protobuf made of ONNX's schema, in Debian's libonnx-dev and
# libprotobuf-dev. DPSIMS_HAS_ONNX says whether they are there.
set(DPSIMS_HAS_ONNX OFF)
if(DPSIMS_ONNX)
  find_package(Protobuf QUIET)
  find_package(ONNX CONFIG QUIET)
  if(TARGET onnx_proto AND TARGET protobuf::libprotobuf)
    set(DPSIMS_HAS_ONNX ON)
  else()
    message(STATUS "No ONNX: dpsims-compile has no --to onnx; libonnx-dev and libprotobuf-dev give it")
  endif()
endif()
