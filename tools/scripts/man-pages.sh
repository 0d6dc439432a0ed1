#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Writes the manual pages of tools from their --help, those of the commands of dpsims-run each by itself; compressed.
#
#   man-pages.sh OUTPUT-FOLDER TOOL...      tools with their paths
set -eu

output=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$output"

# The help as help2man reads it: two spaces and no dash between a flag and what it does, and "Usage:" as others write it.
# What LLVM's tools tell of its own flags for all tools is left out.
plain() {
  sed -E -e 's/^OVERVIEW: ([^:]*: )?//' -e 's/^USAGE: /Usage: /' -e '/^OPTIONS:$/d' -e 's/^(  +-[^ ]+( <[^>]*>)?) +- /\1  /' \
    -e 's/^  (--?[^ ]+)   +/  \1  /'
}

# What follows "Examples:", with command lines as they are, for help2man --include.
examples() {
  sed -n -e '1,/^Examples:$/d' -e 's/\\/\\e/g' -e "s/^[.']/\\\\\&&/" -e p | awk '
    NR == 1 { print "[EXAMPLES]" }
    /^ / != isCode { print (isCode = !isCode) ? ".nf" : ".fi" }
    { print }
    END { if (isCode) print ".fi" }'
}

# page NAME SUMMARY TOOL [COMMAND]
page() (
  manual=$1 summary=$2 tool=$3
  shift 3
  "$tool" "$@" --help >"$work/all"
  sed '/^Examples:$/,$d' "$work/all" | plain >"$work/help"
  examples <"$work/all" >"$work/examples"
  "$tool" --version | sed -n -E "1s/^[^ ]+ ([^ ]+).*/$manual \\1/p" >"$work/version"
  # help2man asks a program, whose name is that of the page.
  cat >"$work/$manual" <<END
#!/bin/sh
cat "$work/\${1#--}"
END
  chmod +x "$work/$manual"
  set -- --no-info --section 1 --name "$summary" --output "$output/$manual.1" "$work/$manual"
  [ ! -s "$work/examples" ] || set -- --include "$work/examples" "$@"
  help2man "$@"
  gzip -9nf "$output/$manual.1"
)

for tool; do
  case ${tool##*/} in
  dpsims-compile) does="compiles configurations to models for dpsims-run" ;;
  dpsims-opt) does="runs passes on text of the dpsims dialect" ;;
  dpsims-lsp-server) does="language server for text of the dpsims dialect" ;;
  dpsims-reduce) does="makes a small file of a large one that still shows a fault" ;;
  dpsims-run) does="executes models that dpsims-compile wrote" ;;
  *) does="a tool of dpsims" ;;
  esac
  page "${tool##*/}" "$does" "$tool"
  [ "${tool##*/}" = dpsims-run ] || continue
  "$tool" --help | sed -n -E '/^Subcommands:/,/^$/ s/^  ([a-z]+) +([^.:;]*).*/\1 \2/p' |
    while read -r command does; do
      page "dpsims-run-$command" "$does" "$tool" "$command"
    done
done
