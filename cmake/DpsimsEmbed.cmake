# Run as a script: writes the C++ source OUTPUT with the files of FILES (separated by |), each under its name alone.
#   cmake -DOUTPUT=FILE -DFILES=FILE|FILE -DNAMESPACE=dpsims::serve -P DpsimsEmbed.cmake
string(REPLACE "|" ";" files "${FILES}")
set(arrays "")
set(table "")
set(index 0)
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  file(READ ${file} bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "const unsigned char file${index}[] = {${bytes}};\n")
  string(APPEND table "    {\"${name}\", {reinterpret_cast<const char *>(file${index}), ${size}}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include <string_view>
#include <utility>

namespace ${NAMESPACE} {

namespace {
${arrays}} // namespace

extern const std::pair<std::string_view, std::string_view> assetTable[];
const std::pair<std::string_view, std::string_view> assetTable[] = {
${table}};
extern const unsigned assetCount;
const unsigned assetCount = ${index};

} // namespace ${NAMESPACE}
")
